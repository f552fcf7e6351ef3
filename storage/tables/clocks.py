"""What waits to be told, when people can be told, which rungs reach nobody, and nightly chores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, plain_text


class Notice(Base):
    """Something one person is told when they may be disturbed; what is true then is read then."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    #: page | question | told: of a request; said: words that stay; duty: of a rota, read anew
    kind: Mapped[str] = mapped_column(String(12))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    key: Mapped[str | None] = mapped_column(String(60))  #: told: of the text; duty: of what
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    #: told then; None: it was told, or came to nothing
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    bundle: Mapped[str | None] = mapped_column(String(60), index=True)  #: told as a line of it

    __table_args__ = (Index(None, "person_id", "due_at"),)


class PersonHours(Base):
    """When somebody sleeps, and when they are there for requests, in their own words."""

    __tablename__ = "person_hours"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    quiet: Mapped[dict[str, Any] | None]  #: {"start": "21:00", "end": "08:00"}
    #: {"start": "09:00", "end": "18:00", "days": [1, 2, 3] or "working"}
    duty: Mapped[dict[str, Any] | None]


class Gap(Base):
    """A rung of a ladder that reaches nobody at a place: told once while it lasts (R29)."""

    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    ladder: Mapped[str] = mapped_column(String(40))
    rung: Mapped[str] = mapped_column(String(200))  #: who is asked there
    found_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("area_id", "ladder", "rung"),)


class Chore(Base):
    """Something done once a night by whichever process is first."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(plain_text(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(index=True)
