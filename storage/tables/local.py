"""The built-in web chat's own rooms, members and messages (it is a platform like any other)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id


class LocalRoom(Base):
    """A group or a private chat with the bot."""

    __tablename__ = "local_room"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(200))


class LocalMember(Base):
    """Somebody of the web chat, and the rooms they sit in."""

    __tablename__ = "local_member"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))  #: the account's external id
    room: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str | None] = mapped_column(String(8))

    __table_args__ = (UniqueConstraint("key", "room"),)


class LocalMessage(Base):
    """A message of the web chat, of a person or of the bot."""

    __tablename__ = "local_message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    room: Mapped[str] = mapped_column(String(80), index=True)
    sender: Mapped[str] = mapped_column(String(80))  #: "bot" or a member's key
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[int | None]
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    media: Mapped[list[Any]] = mapped_column(default=list)
    reactions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edited: Mapped[bool] = mapped_column(default=False)
    recalled: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class LocalFile(Base):
    """A picture or file of the web chat."""

    __tablename__ = "local_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
