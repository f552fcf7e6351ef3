"""Places, people, what they hold and where they can be reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id, Name, plain_text

#: The kinds of places, from the top of the tree down.
KINDS = (
    "district",
    "subdistrict",
    "community",
    "neighbourhood",
    "building",
    "unit",
    "household",
)


class Area(Base):
    """A place in the tree, from the district down to the household (DOMAIN.md, Places)."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  #: one of KINDS
    name: Mapped[str] = mapped_column(Name(80))  #: as people write it: "3栋", "2单元", "501"
    code: Mapped[str] = mapped_column(String(40))  #: bare, case kept: "3", "B", "501", "Tower B"
    #: "/1/4/17/": all ids from the root down to this one, so a subtree is one range of the index
    path: Mapped[str] = mapped_column(plain_text(200), index=True)
    governance: Mapped[str | None] = mapped_column(String(16))  #: self | baseline; None: as above
    enclosed: Mapped[bool | None]
    timezone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(8))
    hotline: Mapped[str | None] = mapped_column(String(40))  #: the public 24-hour number
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: what coordinators changed

    __table_args__ = (UniqueConstraint("parent_id", "kind", "code"), Index(None, "kind", "code"))


class Person(Base):
    """Somebody: a resident, a captain, a manager; several roles and several homes are usual."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str | None] = mapped_column(
        String(60), unique=True
    )  #: name in the file, if from one
    name: Mapped[str] = mapped_column(Name(80))
    language: Mapped[str | None] = mapped_column(String(8))
    phone: Mapped[str | None] = mapped_column(String(400))  #: encrypted (storage/secrets.py)
    skills: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    #: whether their words may be kept to learn from; None: they did not say, so they may not
    lends_words: Mapped[bool | None]
    lends_asked_at: Mapped[datetime | None]  #: asked once
    #: stands for people who were forgotten, each request knows the first, the second ... of its own
    shell: Mapped[int | None] = mapped_column(unique=True)


class Account(Base):
    """A person's account on a platform; an account is one person's, a person may have several."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Name(120), default="")  #: as last shown
    username: Mapped[str | None] = mapped_column(Name(80), index=True)
    language: Mapped[str | None] = mapped_column(String(8))  #: of their app, as it says
    #: the private chat with this person once they opened it and did not block the bot
    private_chat: Mapped[str | None] = mapped_column(String(80))
    seen_at: Mapped[datetime | None]
    #: the chat of the group in which they were heard last (chats are never deleted)
    last_group_id: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("platform", "external_id"),)


class Residence(Base):
    """Who lives where: said by the person, confirmed by a captain.

    Which flat it is is sealed; openly stands only what is above it, by which requests find their
    way (docs/privacy.md).
    """

    __tablename__ = "residence"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: the stairwell (or what else is above the flat); the home itself where it is no flat, or not
    #: sealed yet (storage/sealing.py)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    home: Mapped[str | None] = mapped_column(String(200))  #: the flat's id, encrypted
    #: a number of the flat, equal for those who share it; by the key alone it leads to the flat
    home_key: Mapped[int | None] = mapped_column(Id)
    since: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (UniqueConstraint("person_id", "area_id", "home_key"),)


class RoleHeld(Base):
    """A role that a person holds in a place (the role's rights are policy data)."""

    __tablename__ = "role_held"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    since: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "role", "area_id"),)


class Leave(Base):
    """From when until when somebody is away, and who stands in."""

    __tablename__ = "leave"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


#: Long past: whatever is due then is looked at by the next tick.
FRESH = datetime(2000, 1, 1, tzinfo=UTC)


def _fresh(row: Any) -> datetime | None:
    return FRESH if row.get_current_parameters().get("kind") == "group" else None


class Chat(Base):
    """A group or a private chat. The building is `area_id`; the platform's id may change (R15)."""

    __tablename__ = "chat"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Name(200), default="")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    present: Mapped[bool] = mapped_column(default=True)  #: the bot is in it
    administrator: Mapped[bool] = mapped_column(default=False)
    hears_all: Mapped[bool] = mapped_column(default=True)
    can_speak: Mapped[bool] = mapped_column(default=True)
    greeted_at: Mapped[datetime | None]
    #: since when it is opened here without a question, for the bot was right often enough
    acts_since: Mapped[datetime | None]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: the next digest of a group; FRESH: when that is must be found out
    digest_at: Mapped[datetime | None] = mapped_column(index=True, default=_fresh)
    digested_at: Mapped[datetime | None]  #: the last digest went so far

    # Groups are few, private chats as many as residents.
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index(None, "kind", "area_id"),
    )


class Invite(Base):
    """A single-use ticket that binds an account to a person; only its hash is kept."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: person: binds an account to `person_id`; area: links a group to `area_id`
    purpose: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
