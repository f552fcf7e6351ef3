"""How often the bot was right in a group, and what people corrected: what it can learn from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id


class Reading(Base):
    """Something that the bot took for a request in a chat, and whether it was one."""

    __tablename__ = "reading"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"))
    #: what was opened; None: the sender said that it is none
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), unique=True)
    at: Mapped[datetime]
    opens: Mapped[bool]  #: sure enough to open; else it was only asked about
    #: None: nobody said anything yet; what nobody corrects in time was right
    right: Mapped[bool | None]
    #: cues and circumstances as the reader saw them, no words (handlers/understanding/seen.py)
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index(None, "chat_id", "at"),)


class Correction(Base):
    """A reading that people put right: an example to learn from."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))  #: handlers/learning/rules.py, Kind
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    #: the line of the request's history by which it was put right; taken back with it
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    #: whose words were read
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    was: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: by decision, as it was read
    right: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: by decision, as it should be
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: as in the reading
    text: Mapped[str | None] = mapped_column(Text)  #: only while its sender agrees to it
