"""How alive each group is, as numbers only, and what the bot found wrong with its own senses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, plain_text


class Pulse(Base):
    """When a group was heard last, and its habit: how long it is silent at most (R14)."""

    __tablename__ = "pulse"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id"), unique=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    #: the newest weeks: [{"week": its Monday, "longest": minutes awake, "count": lines}, ...]
    weeks: Mapped[list[Any]] = mapped_column(default=list)
    #: not heard until then, the silence is unusual; None: nothing can be said of it
    look_at: Mapped[datetime | None] = mapped_column(index=True)


class Alarm(Base):
    """Something that keeps the bot from hearing or speaking; told once, and once when it is over.

    One row for each kind and thing; it is on while `over_at` is empty.
    """

    __tablename__ = "alarm"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  #: a key of handlers/watching/rules.py KINDS
    about: Mapped[str] = mapped_column(plain_text(80))  #: a platform's name, or "chat:<id>"
    since: Mapped[datetime]  #: from when on it was so, as far as known
    raised_at: Mapped[datetime]
    over_at: Mapped[datetime | None] = mapped_column(index=True)
    #: the operator's address must be told then; None: it was, or there is none
    post_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("kind", "about"),)
