"""Duty: rotas with their members, turns that were changed or served, rounds, and gaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, Name


class Rota(Base):
    """Who is on duty at a place, by which rule (handlers/duty/turns.py)."""

    __tablename__ = "rota"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    name: Mapped[str] = mapped_column(Name(60))
    rule: Mapped[dict[str, Any]]
    #: what is looked at in a round, in order; empty: a desk, which is handed over
    points: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(8), default="on")  #: on | paused | ended
    #: {ISO moment of a turn: ids of its people}: as the people know it (R31)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    told_until: Mapped[datetime | None]  #: turns that begin before this were told
    next_at: Mapped[datetime | None] = mapped_column(index=True)  #: the next turn begins
    check_at: Mapped[datetime | None] = mapped_column(index=True)  #: changes and gaps looked for
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class RotaMember(Base):
    """Somebody of a rota; those with the same `position` have their turns together."""

    __tablename__ = "rota_member"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"), index=True)
    position: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class TurnChange(Base):
    """A single turn is somebody else's than the rule says: swapped, or a stand-in."""

    __tablename__ = "turn_change"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"))
    starts: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  #: whose it is by the rule
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(String(8))  #: swap | stand_in
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("rota_id", "starts", "person_id"),
        Index(None, "to_id", "starts"),
    )


class Swap(Base):
    """Somebody asks somebody else to take a turn, for one of theirs or for nothing."""

    __tablename__ = "swap"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gives: Mapped[datetime]  #: the asker's turn, or the first of several in a row
    gives_turns: Mapped[int] = mapped_column(default=1)
    takes: Mapped[datetime | None]  #: the turn for it; None: a favour
    takes_turns: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10))  #: asked | agreed | declined | withdrawn | late
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)  #: too late from then on


class Shift(Base):
    """A turn that began, as it was served; `person_id` None: nobody was there."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(String(8))  #: rota | swap | stand_in | leave | nobody

    __table_args__ = (
        UniqueConstraint("rota_id", "starts", "person_id"),
        Index(None, "person_id", "starts"),
    )


class Round(Base):
    """A round that somebody was asked to go."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    points: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(8))  #: open | done | missed
    due_at: Mapped[datetime | None] = mapped_column(index=True)  #: missed from then on

    __table_args__ = (UniqueConstraint("rota_id", "starts"),)


class RoundCheck(Base):
    """Somebody was at a point of a round."""

    __tablename__ = "round_check"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    point: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    photo: Mapped[dict[str, Any] | None]  #: the platform's own reference, if one was sent

    __table_args__ = (UniqueConstraint("round_id", "point"),)


class DutyGap(Base):
    """A turn without anybody: told once; meant to be so, if a coordinator said it (R30)."""

    __tablename__ = "duty_gap"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    intended: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("rota_id", "starts"),)
