"""Lists of requests: what is wanted, how many there are, a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with
from storage.tables import (
    Area,
    Chat,
    Page,
    Person,
    Request,
    RequestMessage,
    Residence,
    RoleHeld,
    Supporter,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests a list shows: those that match all that is given."""

    paths: tuple[str, ...] = ()  #: at or below one of these places
    states: tuple[str, ...] = ()
    category: str | None = None
    person_id: int | None = None  #: reported, joined, held or asked of this person
    voice_id: int | None = None  #: reported or joined by this person, wherever it is
    words: tuple[str, ...] = ()  #: each in the words or a detail
    openly: bool = False  #: in what was told in groups: words to the bot alone are not looked at
    number: int | None = None
    ids: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    categories: tuple[str, ...] = field(default=())  #: or of one of these, for a word
    tabled: bool = False  #: on the next meeting's list, or waiting for its decision


def _mine(person_id: int) -> ColumnElement[bool]:
    asked = select(Page.request_id).where(Page.person_id == person_id, Page.ended_at.is_(None))
    return or_(_voice(person_id), Request.holder_id == person_id, Request.id.in_(asked))


def _voice(person_id: int) -> ColumnElement[bool]:
    joined = select(Supporter.request_id).where(Supporter.person_id == person_id)
    return or_(
        Request.reporter_id == person_id,
        Request.filed_by == person_id,
        Request.id.in_(joined),
    )


def _said(word: str, *, openly: bool) -> ColumnElement[bool]:
    detail = select(RequestMessage.id).where(
        RequestMessage.request_id == Request.id,
        RequestMessage.text.icontains(word, autoescape=True),
    )
    words = Request.words.icontains(word, autoescape=True)
    if openly:
        groups = select(Chat.id).where(Chat.kind == "group")
        detail = detail.where(RequestMessage.chat_id.in_(groups))
        filed = or_(Request.filed_by.is_not(None), Request.chat_id.is_(None))
        words = and_(words, or_(filed, Request.chat_id.in_(groups)))
    return or_(words, Request.asset == word.casefold(), detail.exists())


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    terms: list[ColumnElement[bool]] = [Request.archive_id.is_(None)]
    seen = [begins_with(Request.area_path, path) for path in wanted.paths]
    if wanted.voice_id is not None:
        seen.append(_voice(wanted.voice_id))
    if seen:
        terms.append(or_(*seen))
    if wanted.states:
        terms.append(Request.state.in_(wanted.states))
    if wanted.category:
        terms.append(Request.category == wanted.category)
    if wanted.person_id is not None:
        terms.append(_mine(wanted.person_id))
    if wanted.ids:
        terms.append(Request.id.in_(wanted.ids))
    if wanted.without:
        terms.append(Request.id.not_in(wanted.without))
    return [*terms, *_found(wanted), *_for_a_meeting(wanted)]


def _found(wanted: Wanted) -> list[ColumnElement[bool]]:
    ways: list[ColumnElement[bool]] = []
    if wanted.words:
        ways.append(and_(*(_said(word, openly=wanted.openly) for word in wanted.words)))
    if wanted.categories:
        ways.append(Request.category.in_(wanted.categories))
    if wanted.number is not None:
        ways.append(Request.number == wanted.number)
    return [or_(*ways)] if ways else []


def _for_a_meeting(wanted: Wanted) -> list[ColumnElement[bool]]:
    if not wanted.tabled:
        return []
    waits = and_(Request.state == "waiting", Request.reason_code == "approval")
    return [or_(Request.tabled_at.is_not(None), waits)]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list."""

    request: Request
    area: Area
    holder: str | None
    households: int


async def count(store: AsyncSession, wanted: Wanted) -> int:
    """How many requests a list holds."""
    asked = select(func.count()).select_from(Request).where(*_where(wanted))
    return (await store.scalar(_by_state(asked, wanted))) or 0


def _by_state(asked: Any, wanted: Wanted) -> Any:
    """Ended ones are most of all, and lists of the others ask for none: SQLite, which keeps no
    statistics, is told to look for the states first. PostgreSQL finds that out by itself."""
    if not wanted.states or "closed" in wanted.states:
        return asked
    return asked.with_hint(Request, "INDEXED BY ix_request_state_area_path", "sqlite")


async def listed(
    store: AsyncSession, wanted: Wanted, *, offset: int = 0, limit: int = 6
) -> list[Row]:
    """A page of a list: danger first, then the ones that wait longest."""
    rank = case({"emergency": 0, "urgent": 1}, value=Request.urgency, else_=2)
    voices = (
        select(func.count(func.distinct(func.coalesce(Supporter.home_key, -Supporter.id))))
        .where(Supporter.request_id == Request.id)
        .scalar_subquery()
    )
    asked = (
        select(Request, Area, Person.name, voices)
        .join(Area, Area.id == Request.area_id)
        .outerjoin(Person, Person.id == Request.holder_id)
        .where(*_where(wanted))
        .order_by((Request.state == "closed"), rank, Request.id)
        .offset(offset)
        .limit(limit)
    )
    rows: Sequence[Any] = (await store.execute(_by_state(asked, wanted))).all()
    return [Row(*each) for each in rows]


async def roots_of(store: AsyncSession, person_id: int) -> list[int]:
    """The roots of the trees in which a person holds a role, lives, or has to do with a request."""
    role = select(RoleHeld.area_id).where(RoleHeld.person_id == person_id)
    home = select(Residence.area_id).where(Residence.person_id == person_id)
    rows = await store.scalars(select(Area.path).where(or_(Area.id.in_(role), Area.id.in_(home))))
    held = {int(path.split("/")[1]) for path in rows.all()}
    theirs = await store.scalars(select(Request.root_id).where(_mine(person_id)).distinct())
    return sorted(held | set(theirs.all()))
