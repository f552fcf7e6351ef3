"""What a group's scene is read from: its requests, their messages and voices, open forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import end_of
from storage.prepared import prepared
from storage.queries.areas import ids_of
from storage.tables import Account, Draft, Request, RequestMessage, Supporter

MOST = 60
#: Of each, so many messages and so many voices at most: a flood of them would fill the memory.
NEWEST = 500
#: All states but "closed" (handlers/requests/rules.py).
ALIVE = ("open", "taken", "waiting", "done")


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who speaks for a request, by their accounts' ids on one platform."""

    reporter: str = ""
    supporters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What a group knows of a request: a tenth of its columns, and nothing is changed of it."""

    id: int
    category: str
    urgency: str
    kind: str
    place: dict[str, Any]
    words: str
    asset: str | None
    state: str
    opened_at: datetime
    changed_at: datetime


KNOWN = tuple(getattr(Request, each.name) for each in fields(Known))


async def known_in(
    store: AsyncSession, chat_id: int, path: str, ended_since: datetime
) -> Sequence[Known]:
    """The requests a group knows of: said in it, at its place, under it, or right above it.

    Open ones and those that ended lately; the newest `MOST`, the newest last.
    """
    above = [f"/{each}" for each in accumulate(f"{area_id}/" for area_id in ids_of(path))]
    found = await _known_in.rows(store, chat_id, path, end_of(path), above, ended_since)
    return [Known(*each) for each in reversed(found)]


@prepared
def _known_in(
    chat_id: int, start: str, end: str, above: Sequence[str], ended_since: datetime
) -> Select[*tuple[Any, ...]]:
    here = (
        Request.chat_id == chat_id,
        and_(Request.area_path >= start, Request.area_path < end),
        Request.area_path.in_(above),
    )
    # One index a branch: what ended years ago costs nothing.
    alive = [select(Request.id).where(Request.state.in_(ALIVE), each) for each in here]
    lately = select(Request.id).where(Request.ended_at >= ended_since, or_(*here))
    return (
        select(*KNOWN)
        .where(Request.id.in_(union(*alive, lately)))
        .order_by(Request.id.desc())
        .limit(MOST)
    )


@dataclass(slots=True)
class Messages:
    """The messages of one chat that belong to a request, and when people last spoke of it."""

    ids: list[str] = field(default_factory=list[str])
    spoken_at: datetime | None = None


#: Shown by the bot itself: when it does so is no news of the request.
OWN = ("card", "page")


async def messages_of(
    store: AsyncSession, request_ids: Sequence[int], chat_id: int
) -> dict[int, Messages]:
    """The messages of one chat that belong to each request, the `NEWEST`."""
    found: dict[int, Messages] = {}
    for request_id, message_id, role, at in await _messages_of.rows(store, request_ids, chat_id):
        own = found.setdefault(request_id, Messages())
        own.ids.append(message_id)
        if role not in OWN and (own.spoken_at is None or at > own.spoken_at):
            own.spoken_at = at
    return found


@prepared
def _messages_of(request_ids: Sequence[int], chat_id: int) -> Select[int, str, str, datetime]:
    message = RequestMessage
    age = func.row_number().over(partition_by=message.request_id, order_by=message.id.desc())
    found = (
        select(message.request_id, message.message_id, message.role, message.at, age.label("age"))
        .where(message.request_id.in_(request_ids), message.chat_id == chat_id)
        .subquery()
    )
    of = found.c
    return select(of.request_id, of.message_id, of.role, of.at).where(of.age <= NEWEST)


async def accounts_of(
    store: AsyncSession, request_ids: Sequence[int], platform: str
) -> dict[int, Accounts]:
    """Who reported and who joined, by their accounts on a platform."""
    reporters = dict(await _reporters.rows(store, request_ids, platform))
    joined: dict[int, set[str]] = {}
    for request_id, account in await _supporters.rows(store, request_ids, platform):
        joined.setdefault(request_id, set()).add(account)
    return {
        each: Accounts(reporters.get(each, ""), frozenset(joined.get(each, ())))
        for each in request_ids
    }


@prepared
def _reporters(request_ids: Sequence[int], platform: str) -> Select[int, str]:
    return (
        select(Request.id, Account.external_id)
        .join(Account, Account.person_id == Request.reporter_id)
        .where(Request.id.in_(request_ids), Account.platform == platform)
    )


@prepared
def _supporters(request_ids: Sequence[int], platform: str) -> Select[int, str]:
    age = func.row_number().over(partition_by=Supporter.request_id, order_by=Supporter.id.desc())
    found = (
        select(Supporter.request_id, Supporter.person_id, age.label("age"))
        .where(Supporter.request_id.in_(request_ids))
        .subquery()
    )
    return (
        select(found.c.request_id, Account.external_id)
        .join(Account, Account.person_id == found.c.person_id)
        .where(Account.platform == platform, found.c.age <= NEWEST)
    )


async def filling_in(store: AsyncSession, chat_id: int, platform: str) -> frozenset[str]:
    """The accounts of those who are filling in a form in this chat."""
    return frozenset(await _filling_in.scalars(store, chat_id, platform))


@prepared
def _filling_in(chat_id: int, platform: str) -> Select[str]:
    return (
        select(Account.external_id)
        .join(Draft, Draft.person_id == Account.person_id)
        .where(Draft.chat_id == chat_id, Account.platform == platform)
    )


async def opened_by(store: AsyncSession, chat_id: int, message_id: str) -> Request | None:
    """The request that a message belongs to. Most belong to none, which a look at a few values
    tells."""
    request_id = await _request_id_of.scalar(store, chat_id, message_id)
    return await store.get(Request, request_id) if request_id is not None else None


@prepared
def _request_id_of(chat_id: int, message_id: str) -> Select[int]:
    return select(RequestMessage.request_id).where(
        RequestMessage.chat_id == chat_id, RequestMessage.message_id == message_id
    )


async def request_of_message(
    store: AsyncSession, chat_id: int, message_id: str
) -> tuple[Request, str] | None:
    """The request that a message belongs to, and as what: report, detail, card, page ..."""
    return await _request_of_message.first(store, chat_id, message_id)


@prepared
def _request_of_message(chat_id: int, message_id: str) -> Select[Request, str]:
    return (
        select(Request, RequestMessage.role)
        .join(RequestMessage, RequestMessage.request_id == Request.id)
        .where(RequestMessage.chat_id == chat_id, RequestMessage.message_id == message_id)
    )
