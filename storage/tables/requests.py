"""Requests, who said so, what happened to them, and where they stand in chats."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, Name, index_of_some, plain_text


class Request(Base):
    """Something is wrong, or wished for: a number, a place, a person, deadlines, an end."""

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: the number people say; counted per root of the tree (one installation may hold several)
    root_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Text)  #: what the reporter wrote
    category: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(16))
    asset: Mapped[str | None] = mapped_column(Name(40))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))  #: the smallest known place
    area_path: Mapped[str] = mapped_column(plain_text(200), index=True)
    #: {"building","unit","floor","room","spot"}: as understood, for what the tree does not hold
    place: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chat.id"))  #: where it was said
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: for a neighbour (R5)
    filed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))  #: handlers/requests/rules.py
    ending: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)  #: of waiting, of an end: words of who did it
    reason_code: Mapped[str | None] = mapped_column(String(24))  #: text "request.code.<code>"
    rung: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=0)  #: how often it was said to be done
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    #: ids of the chats in which its card stands, the first is the one it was said in
    card_chats: Mapped[list[Any]] = mapped_column(default=list)
    confidence: Mapped[float] = mapped_column(default=1.0)
    reasons: Mapped[list[Any]] = mapped_column(default=list)  #: why understood so, for /why
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    answer_due: Mapped[datetime | None]  #: somebody takes it until then
    answered_at: Mapped[datetime | None]  #: since then the answer's clock stands still
    climb_at: Mapped[datetime | None]  #: unanswered, the next rung is asked then
    progress_due: Mapped[datetime | None]  #: taken, it is heard of until then, or asked anew
    solve_due: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]  #: since then the solution's clock stands still
    resume_at: Mapped[datetime | None]  #: waiting until then
    callback_due: Mapped[datetime | None]  #: "is it solved?" is open until then
    reminded_at: Mapped[datetime | None]  #: who has not answered that was asked once more
    late_at: Mapped[datetime | None]  #: not solved in time, and told so
    ages_at: Mapped[datetime | None]  #: unsolved, it goes to the next meeting then
    tabled_at: Mapped[datetime | None]  #: on the next meeting's list since then
    promised_due: Mapped[datetime | None]  #: by the promise that stands, for its card
    promised_as: Mapped[str | None] = mapped_column(String(8))  #: solve | come | broken
    pauses: Mapped[int] = mapped_column(default=0)  #: how often it waited
    lap: Mapped[int] = mapped_column(default=0)  #: how often the ladder was begun anew
    wanted: Mapped[int] = mapped_column(default=1)  #: so many must take it (R32)
    #: the next moment at which the clock must look at it; None: nothing is due
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)  #: two at once: one wins
    #: its words and history stand in this file (files are never forgotten); None: they are here
    archive_id: Mapped[int | None] = mapped_column(Id, index=True)

    __table_args__ = (
        UniqueConstraint("root_id", "number"),
        Index("ix_request_state_area_path", "state", "area_path"),
        Index("ix_request_chat_state", "chat_id", "state"),
    )
    __mapper_args__ = MappingProxyType({"version_id_col": version})


class RequestCounter(Base):
    """The last number given out under a root of the tree."""

    __tablename__ = "request_counter"

    root_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    last: Mapped[int]


class Event(Base):
    """One dated line of a request's history: who did what (R45). Never changed, never deleted."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    at: Mapped[datetime]
    move: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  #: None: the clock
    state_from: Mapped[str | None] = mapped_column(String(12))
    state_to: Mapped[str | None] = mapped_column(String(12))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: its request is to be counted anew: 1 soon, 2 when there is time (it is of a version without
    #: numbers); None: it was, or what happened changes no number
    uncounted: Mapped[int | None]

    __table_args__ = (
        index_of_some("ix_event_uncounted", "uncounted", where="uncounted IS NOT NULL"),
    )


class Supporter(Base):
    """A "me too"; counted by household where the home is known, else by person."""

    __tablename__ = "supporter"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    home_key: Mapped[int | None] = mapped_column(Id)  #: of the home (`Residence`)
    at: Mapped[datetime]
    #: asked whether it is solved: None not yet, asked, solved, not_solved, unknown (R47)
    verdict: Mapped[str | None] = mapped_column(String(12))
    verdict_at: Mapped[datetime | None]
    verdict_reason: Mapped[str | None] = mapped_column(Text)
    bundle: Mapped[str | None] = mapped_column(String(60))  #: asked as a line of this message

    __table_args__ = (UniqueConstraint("request_id", "person_id"),)


class RequestMessage(Base):
    """A chat message that belongs to a request: its report, details, card, page, question."""

    __tablename__ = "request_message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"))
    message_id: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(12))  #: report, detail, join, update, card, page
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    album: Mapped[str | None] = mapped_column(String(80), index=True)
    text: Mapped[str] = mapped_column(Text, default="")  #: of report and detail only
    media: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        index_of_some("ix_request_message_media", "request_id", where="media <> '[]'"),
    )


class Page(Base):
    """A person was asked to take a request, on a rung of its ladder."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rung: Mapped[int]
    role: Mapped[str] = mapped_column(String(32))
    how: Mapped[str] = mapped_column(String(12))  #: private | mention
    at: Mapped[datetime]
    tell_at: Mapped[datetime]  #: not told before: quiet hours (R37)
    pictures: Mapped[int] = mapped_column(default=0)  #: how many its message carries
    answered_at: Mapped[datetime | None]  #: "I take it"
    bundle: Mapped[str | None] = mapped_column(String(60))  #: told as a line of this message
    ended_at: Mapped[datetime | None]  #: no longer asked: taken, passed on, climbed, closed
