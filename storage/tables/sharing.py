"""What several processes on one database share: who has which chat in hand, and what changed.

Each of these is held for a few seconds and prolonged while its holder lives; a moment that has
passed is free for anybody. One process on SQLite needs none of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, plain_text


class Lane(Base):
    """A chat whose updates are handled by one process at a time."""

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(plain_text(120), primary_key=True)
    due_at: Mapped[datetime | None]  #: since when something waits; None: nothing does
    kept: Mapped[int] = mapped_column(BigInteger, default=0)  #: counts on when something is kept
    holder: Mapped[str | None] = mapped_column(String(16))  #: who handled it last
    until: Mapped[datetime]  #: so long it is the holder's alone

    __table_args__ = (Index(None, "due_at"),)


class Lease(Base):
    """What one process at a time does, by name: to fetch what comes in for an account."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(plain_text(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(16))
    until: Mapped[datetime]


class Outlet(Base):
    """A chat that is spoken to by one process at a time, and when it was spoken to lately.

    The row of an account as a whole has no chat.
    """

    __tablename__ = "outlet"

    platform: Mapped[str] = mapped_column(String(24), primary_key=True)
    chat: Mapped[str] = mapped_column(plain_text(80), primary_key=True)
    at_once: Mapped[bool] = mapped_column(primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(16))
    until: Mapped[datetime]
    said: Mapped[list[Any]] = mapped_column(default=list)  #: seconds since 1970, the oldest first
    resumes_at: Mapped[datetime | None]  #: the platform asked for silence until then


class News(Base):
    """What a transaction changed of what other processes remember; dropped after minutes."""

    __tablename__ = "news"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    written: Mapped[int] = mapped_column(BigInteger, index=True)  #: the transaction's number
    by: Mapped[str] = mapped_column(String(16))
    #: ids, and pseudonyms (texts) of accounts that were forgotten
    chats: Mapped[list[Any]] = mapped_column(default=list)
    everything: Mapped[bool]
    at: Mapped[datetime]
