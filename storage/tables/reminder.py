"""Reminders: rules with a next moment, and their occurrences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id


class Reminder(Base):
    """What is to be said, where, and by which rule; `next_at` is the only thing the clock reads."""

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8), default="on")  #: on | paused | ended
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Occurrence(Base):
    """One moment of a reminder: posted once (R57), or missed and told so (R56)."""

    __tablename__ = "occurrence"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"))
    due_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(8))  #: posted | missed
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("reminder_id", "due_at"),)
