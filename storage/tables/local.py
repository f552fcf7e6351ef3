"""The built-in web chat's own rooms, people and messages (it is a platform like any other)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, Name


class LocalRoom(Base):
    """A group, or a person's private chat with the bot (its key is then the person's)."""

    __tablename__ = "local_room"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Name(200))
    has_bot: Mapped[bool] = mapped_column(default=True)  #: in private: not blocked


class LocalPerson(Base):
    """Somebody of the web chat."""

    __tablename__ = "local_person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  #: the account's external id
    name: Mapped[str] = mapped_column(Name(120))
    language: Mapped[str | None] = mapped_column(String(8))


class LocalMember(Base):
    """Who sits in which room."""

    __tablename__ = "local_member"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(String(80))
    room: Mapped[str] = mapped_column(String(80), index=True)

    __table_args__ = (UniqueConstraint("person", "room"),)


class LocalMessage(Base):
    """A message of the web chat, of a person or of the bot."""

    __tablename__ = "local_message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    room: Mapped[str] = mapped_column(String(80))
    sender: Mapped[str] = mapped_column(String(80))  #: "bot" or a person's key
    name: Mapped[str] = mapped_column(Name(120))
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[int | None]
    album: Mapped[str | None] = mapped_column(String(80))
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    media: Mapped[list[Any]] = mapped_column(default=list)
    reactions: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: person's key: emoji
    forwarded: Mapped[bool] = mapped_column(default=False)
    edited: Mapped[bool] = mapped_column(default=False)
    recalled: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    __table_args__ = (Index(None, "room", "id"),)


class LocalUpdate(Base):
    """What somebody did and the inbox does not hold yet; written together with what is shown."""

    __tablename__ = "local_update"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    room: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]]


class LocalFile(Base):
    """A picture or file of the web chat."""

    __tablename__ = "local_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(Name(200))
    type: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
