"""Who may see how to reach whom, who looked, who wants to be forgotten, and what was swept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, plain_text


class Keyring(Base):
    """Which key the numbers of homes are made with; only its fingerprint is known here."""

    __tablename__ = "keyring"

    name: Mapped[str] = mapped_column(plain_text(16), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(16))


class Consent(Base):
    """A helper asked to see how to reach somebody, for one request (R53); silence is a no."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  #: whose
    helper_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    given: Mapped[bool | None]  #: None: no answer yet
    answered_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("request_id", "person_id", "helper_id"),)


class Look(Base):
    """Somebody was shown how to reach somebody: who, whose, what, when, for which request."""

    __tablename__ = "look"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    viewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))  #: as which they looked
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  #: whose
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    what: Mapped[str] = mapped_column(String(40))  #: "phone", "home", parted by spaces


class Erasure(Base):
    """Somebody is being forgotten: their names are taken out of all texts, a few rows at a tick."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    names: Mapped[str] = mapped_column(Text)  #: encrypted: what to look for (JSON)
    place: Mapped[int] = mapped_column(default=0)  #: of the table that is looked through
    row: Mapped[int] = mapped_column(Id, default=0)  #: the last row of it that was looked at
    due_at: Mapped[datetime] = mapped_column(index=True)


class Sweep(Base):
    """How far the rows of a class were looked through for what is kept no longer."""

    __tablename__ = "sweep"

    name: Mapped[str] = mapped_column(plain_text(24), primary_key=True)
    row: Mapped[int] = mapped_column(Id, default=0)  #: the last row
    upto: Mapped[datetime | None]  #: of what has no order by row: the last moment
