"""The post room: raw updates kept until handled, what is to be said kept until sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, index_of_some, plain_text


class Update(Base):
    """A raw update. Handled ones lose their body at once: talk is not kept (invariant 9)."""

    __tablename__ = "update_in"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(120))
    lane: Mapped[str] = mapped_column(String(120))
    body: Mapped[str | None] = mapped_column(Text)  #: JSON as received
    state: Mapped[str] = mapped_column(String(8), default="new")  #: new | done | dead
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("platform", "key"),
        Index("ix_update_in_state", "state", "id"),
        index_of_some("ix_update_in_waiting", "lane", "id", where="state = 'new'"),
    )


class Letter(Base):
    """Something to be said, kept until the platform accepted it or never will."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(24))
    chat: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)  #: JSON of an Outgoing
    slot: Mapped[str | None] = mapped_column(String(80))
    urgent: Mapped[bool] = mapped_column(default=False)
    #: waits for nothing else of its chat (the answer to a press)
    at_once: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(
        String(10), default="new"
    )  #: new|sent|failed|folded|held|waits
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(80))
    uncertain: Mapped[bool] = mapped_column(default=False)  #: may have been applied (R23)
    error: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    occasion: Mapped[str | None] = mapped_column(plain_text(120), unique=True)  #: said once (R57)

    __table_args__ = (
        Index("ix_letter_state", "state", "not_before"),
        index_of_some(
            "ix_letter_waits", "chat", "slot", where="state = 'new' AND slot IS NOT NULL"
        ),
    )


class Posted(Base):
    """The standing message of a slot: which message it is, and what it shows now."""

    __tablename__ = "posted"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(24))
    chat: Mapped[str] = mapped_column(String(80))
    slot: Mapped[str] = mapped_column(String(80))
    message_id: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))  #: of the content, to skip edits to the same
    #: where it cannot be edited: digests of the lines that were said (handlers/twins.py)
    lines: Mapped[str | None] = mapped_column(Text)
    said_at: Mapped[datetime | None]  #: where it cannot be edited: when something of it was said

    __table_args__ = (UniqueConstraint("platform", "chat", "slot"),)


class Choice(Base):
    """A button where there are none: the number by which it is chosen in a chat."""

    __tablename__ = "choice"

    platform: Mapped[str] = mapped_column(String(24), primary_key=True)
    chat: Mapped[str] = mapped_column(plain_text(80), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[str | None] = mapped_column(String(80))  #: of the standing message it belongs to
    data: Mapped[str] = mapped_column(String(64))
    label: Mapped[str | None] = mapped_column(String(8))  #: a digest of what it says
    at: Mapped[datetime]  #: when it was laid out last


class Draft(Base):
    """A form that somebody is filling in by buttons and words; forgotten when it expires."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    form: Mapped[str] = mapped_column(String(24))
    step: Mapped[str] = mapped_column(String(24))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("chat_id", "person_id"),)


class Audit(Base):
    """A command that changed something, by whom, and how to take it back."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    command: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undo: Mapped[dict[str, Any] | None]
    undone_at: Mapped[datetime | None]
    #: of the place that it was about; None: of no place in particular
    area_path: Mapped[str | None] = mapped_column(plain_text(200), index=True)

    __table_args__ = (Index(None, "command", "at"),)
