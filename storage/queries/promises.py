"""Promises: what somebody promised of a request, what is due, and how they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with
from storage.queries.claiming import claimed
from storage.tables import Event, Promise, Request


async def asked_of(store: AsyncSession, request_id: int, person_id: int) -> Promise | None:
    """What somebody was asked of a request, and has not answered."""
    return await _latest(store, request_id, person_id, "asked")


async def open_of(store: AsyncSession, request_id: int, person_id: int) -> Promise | None:
    """What somebody promised of a request and must still keep."""
    return await _latest(store, request_id, person_id, "open")


async def _latest(
    store: AsyncSession, request_id: int, person_id: int, state: str
) -> Promise | None:
    return await store.scalar(
        select(Promise)
        .where(Promise.request_id == request_id, Promise.person_id == person_id)
        .where(Promise.state == state)
        .order_by(Promise.id.desc())
        .limit(1)
    )


async def standing(store: AsyncSession, request_id: int) -> Promise | None:
    """The newest promise of a request that is still to be kept."""
    return await store.scalar(
        select(Promise)
        .where(Promise.request_id == request_id, Promise.state == "open")
        .order_by(Promise.said_at.desc(), Promise.id.desc())
        .limit(1)
    )


async def of_person(store: AsyncSession, person_id: int) -> Sequence[tuple[Promise, Request]]:
    """What somebody must still keep, the next due first."""
    rows = await store.execute(
        select(Promise, Request)
        .join(Request, Request.id == Promise.request_id)
        .where(Promise.person_id == person_id, Promise.state == "open")
        .order_by(Promise.due, Promise.id)
    )
    return [(promise, request) for promise, request in rows.all()]


async def claim(
    store: AsyncSession, now: datetime, until: datetime, limit: int
) -> Sequence[Promise]:
    """Take those that the clock must look at, the longest due first; looked at again at `until`
    if nothing becomes of it. Each is taken by one process."""
    columns = (Promise.id, Promise.next_at)
    return await claimed(store, Promise, columns, (now, until), limit)


async def state_at(store: AsyncSession, request_id: int, moment: datetime) -> str | None:
    """In which state a request was at a moment, by its history."""
    return await store.scalar(
        select(Event.state_to)
        .where(Event.request_id == request_id, Event.at <= moment, Event.state_to.is_not(None))
        .order_by(Event.id.desc())
        .limit(1)
    )


async def heard_of(
    store: AsyncSession, request_id: int, person_id: int, since: datetime, until: datetime
) -> bool:
    """Whether somebody told of their work on a request in between."""
    told = ("update", "detail", "wait", "done", "promise_came")
    found = await store.scalar(
        select(Event.id)
        .where(Event.request_id == request_id, Event.actor_id == person_id)
        .where(Event.move.in_(told), Event.at > since, Event.at <= until)
        .limit(1)
    )
    return found is not None


@dataclass(frozen=True, slots=True)
class Kept:
    """How the promises of one role were kept; void ones count nowhere."""

    role: str
    kept: int
    broken: int
    open: int
    moved: int  #: of all of them, those that were moved at least once


async def promises_by_role(
    store: AsyncSession, community: str, since: datetime, until: datetime
) -> list[Kept]:
    """How promises were kept that fell due from `since` on and before `until`, by role and never
    by person (LAW.md), of requests at the path `community` or under it; those that were none are
    counted nowhere."""

    kept, broken, still = (
        _how_many(Promise.state == state) for state in ("kept", "broken", "open")
    )
    rows = await store.execute(
        select(Promise.role, kept, broken, still, _how_many(Promise.moves > 0))
        .join(Request, Request.id == Promise.request_id)
        .where(begins_with(Request.area_path, community))
        .where(Promise.state.in_(("kept", "broken", "open")))
        .where(Promise.due >= since, Promise.due < until)
        .where(func.coalesce(Request.ending, "") != "cancelled")
        .group_by(Promise.role)
        .order_by(Promise.role)
    )
    return [Kept(role, *counts) for role, *counts in rows.all()]


def _how_many(such: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((such, 1), else_=0))
