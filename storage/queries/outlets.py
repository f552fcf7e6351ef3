"""Chats claimed for speaking, and how much was said where: shared by several processes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, insert_of
from storage.queries import post
from storage.queries.post import AT_ONCE, Standing
from storage.queries.sharing import Hold, past
from storage.tables import Letter, Outlet

#: Platform, chat, and whether it is the chat's fast lane (answers to presses).
Address = tuple[str, str, bool]
#: Seconds since 1970, the oldest first.
Said = list[float]

OUTLETS = Base.metadata.tables[Outlet.__tablename__]
KEY = ("platform", "chat", "at_once")
KEYS = [OUTLETS.c[name] for name in KEY]
LETTER_KEYS = [Letter.platform, Letter.chat, Letter.at_once]


@dataclass(frozen=True, slots=True)
class Taken:
    """A chat that is this process's to speak to."""

    said: Said
    resumes_at: datetime | None


async def due_addresses(
    store: AsyncSession, hold: Hold, platforms: Iterable[str], busy: Iterable[Address]
) -> Sequence[Address]:
    """Where something may be said now and nobody is speaking, the most pressing first."""
    speaking = exists().where(
        *(mine == theirs for mine, theirs in zip(KEYS, LETTER_KEYS, strict=True)),
        ~past(OUTLETS.c.until, hold),
        OUTLETS.c.holder != hold.holder,
    )
    rows = await store.execute(
        select(*LETTER_KEYS)
        .where(Letter.state == "new", Letter.not_before <= hold.now)
        .where(Letter.platform.in_(list(platforms)), tuple_(*LETTER_KEYS).not_in(list(busy)))
        .where(~speaking)
        .order_by(Letter.urgent.desc(), Letter.id)
        .limit(AT_ONCE)
    )
    return list(dict.fromkeys((row.platform, row.chat, row.at_once) for row in rows.all()))


async def take_outlets(
    store: AsyncSession, hold: Hold, addresses: Collection[Address], free_by: datetime
) -> dict[Address, Taken]:
    """Take those of these chats to which no other process speaks; others left theirs by then."""
    own: dict[str, Any] = {"holder": hold.holder, "until": hold.until, "said": []}
    rows: list[dict[str, Any]] = [
        {**dict(zip(KEY, each, strict=True)), **own} for each in sorted(addresses)
    ]
    if not rows:
        return {}
    made = insert_of("postgresql")(OUTLETS)
    free = made.on_conflict_do_update(
        index_elements=KEY,
        set_={"holder": made.excluded.holder, "until": made.excluded.until},
        where=and_(
            past(OUTLETS.c.until, hold),
            or_(
                OUTLETS.c.holder == hold.holder,
                OUTLETS.c.until <= free_by,
                OUTLETS.c.until > hold.never,
            ),
        ),
    )
    found = await store.execute(free.returning(*KEYS, OUTLETS.c.said, OUTLETS.c.resumes_at), rows)
    return {
        (row.platform, row.chat, row.at_once): Taken(row.said, row.resumes_at)
        for row in found.all()
    }


async def letters_to(
    store: AsyncSession, now: datetime, addresses: Collection[Address]
) -> Sequence[tuple[Letter, Standing | None]]:
    """What may go to these chats now, as `post.due_letters` gives it."""
    if not addresses:
        return []
    found = post.due(now).where(tuple_(*LETTER_KEYS).in_(sorted(addresses)))
    rows = await store.execute(found)
    return [(letter, Standing(at, digest) if at else None) for letter, at, digest in rows]


async def prolong_outlets(
    store: AsyncSession, hold: Hold, addresses: Collection[Address]
) -> Sequence[Address]:
    """Still speaking there; gives where. A row that somebody just writes to is left out."""
    ours = (
        select(*KEYS)
        .where(tuple_(*KEYS).in_(sorted(addresses)), OUTLETS.c.holder == hold.holder)
        .with_for_update(skip_locked=True)
        .cte()
    )
    same = [OUTLETS.c[name] == ours.c[name] for name in KEY]
    prolonged = update(OUTLETS).where(*same).values(until=hold.until).returning(*KEYS)
    rows = await store.execute(prolonged)
    return [(row.platform, row.chat, row.at_once) for row in rows.all()]


async def leave_outlet(store: AsyncSession, hold: Hold, address: Address, said: Said) -> None:
    """Others may speak there, and know when it was spoken to."""
    left = {"mine": hold.holder, "at": hold.now, "told": said}
    await store.execute(LEAVE, {**_where(address), **left})


async def silence(store: AsyncSession, address: Address, until: datetime) -> None:
    """The platform asked not to be spoken to there until then."""
    await store.execute(SILENCE, {**_where(address), "then": until})


async def silent_no_longer_than(store: AsyncSession, until: datetime) -> None:
    """Pauses that end later end then: they were noted before the clock was put back."""
    later = update(OUTLETS).where(OUTLETS.c.resumes_at > until)
    await store.execute(later.values(resumes_at=until))


async def overall_said(store: AsyncSession, platform: str, now: datetime) -> Said:
    """When an account last spoke anywhere; nobody else counts until the transaction ends."""
    whole = {"platform": platform, "chat": "", "at_once": False}
    await store.execute(_first(), {**whole, "until": now, "said": []})
    row = (await store.execute(COUNTED, _where((platform, "", False)))).one()
    return list(row.said)


async def note_said(store: AsyncSession, address: Address, said: Said) -> None:
    """When this chat (or, with no chat, this account) was spoken to, from now on."""
    await store.execute(NOTE, {**_where(address), "told": said})


async def forget_outlets(store: AsyncSession, before: datetime) -> None:
    """Where nothing was said for longer than any limit looks back."""
    await store.execute(delete(OUTLETS).where(OUTLETS.c.until < before, OUTLETS.c.chat != ""))


def _where(address: Address) -> dict[str, object]:
    return dict(zip((f"{name}_" for name in KEY), address, strict=True))


def _this() -> list[ColumnElement[bool]]:
    return [OUTLETS.c[name] == bindparam(f"{name}_") for name in KEY]


@cache
def _first() -> Insert:
    return insert_of("postgresql")(OUTLETS).on_conflict_do_nothing()


LEAVE = (
    update(OUTLETS)
    .where(*_this(), OUTLETS.c.holder == bindparam("mine"))
    .values(until=bindparam("at"), said=bindparam("told"))
)
SILENCE = update(OUTLETS).where(*_this()).values(resumes_at=bindparam("then"))
NOTE = update(OUTLETS).where(*_this()).values(said=bindparam("told"))
COUNTED = select(OUTLETS.c.said).where(*_this()).with_for_update()
