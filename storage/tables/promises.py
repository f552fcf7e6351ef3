"""Promises that staff gave in words, and how much a group was told unasked on a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id


class Promise(Base):
    """Somebody said until when: asked whether it is meant so, then kept, broken, or void."""

    __tablename__ = "promise"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))  #: as which it was promised; counted by it
    kind: Mapped[str] = mapped_column(String(8))  #: solve | come
    state: Mapped[str] = mapped_column(String(8))  #: asked | open | kept | broken | void
    due: Mapped[datetime]
    first_due: Mapped[datetime]  #: before it was moved
    moves: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)  #: of the last move: words of who gave it
    reason_code: Mapped[str | None] = mapped_column(String(24))
    said_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    #: the next moment at which the clock must look at it; None: never
    next_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (Index(None, "due"),)


class Noise(Base):
    """How much a group was told unasked on one day, and what of it was held back (R59)."""

    __tablename__ = "noise"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"))
    day: Mapped[datetime]  #: when the day began at the place
    asked: Mapped[int]  #: so many posts were to be made, the held ones among them
    held: Mapped[int] = mapped_column(default=0)
    folded: Mapped[int] = mapped_column(default=0)  #: of the held ones, told together later
    #: what was held is told together then, unless a digest tells it before
    fold_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("chat_id", "day"), Index(None, "day"))
