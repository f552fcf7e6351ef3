"""What came in: raw updates, kept once, then closed by whoever handled them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Insert, bindparam, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from storage.base import Base, insert_of
from storage.direct import Direct
from storage.prepared import prepared
from storage.queries.post import dropped
from storage.tables import Update

UPDATES = Base.metadata.tables[Update.__tablename__]
#: What is given of an update that is kept.
GIVEN = ("platform", "key", "lane", "body", "received_at")
#: So many are kept by one statement, which costs as much as several rows.
TOGETHER = (100, 10, 1)


async def keep_updates(
    store: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> Sequence[tuple[int, str]]:
    """Keep raw updates; gives (id, key) of those that were not known yet."""
    if store.get_bind().dialect.name != "sqlite":
        found = (await store.execute(_keep_updates(), list(rows))).all()
        return [(row.id, row.key) for row in found]
    kept: list[Sequence[Any]] = []
    for some in _in_parts(rows):
        given = {f"{name}{n}": row[name] for n, row in enumerate(some) for name in GIVEN}
        kept += await _keep_together(len(some)).run(store, given)
    return [(row_id, key) for row_id, key in kept]


def _in_parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    at = 0
    while at < len(rows):
        size = next(each for each in TOGETHER if each <= len(rows) - at)
        yield rows[at : at + size]
        at += size


@cache
def _keep_together(size: int) -> Direct:
    fixed: dict[str, Any] = {"state": literal("new"), "tries": literal(0)}
    made = insert_of("sqlite")(UPDATES).values(
        [{name: bindparam(f"{name}{n}") for name in GIVEN} | fixed for n in range(size)]
    )
    return Direct(lambda _: made.on_conflict_do_nothing().returning(UPDATES.c.id, UPDATES.c.key))


@cache
def _keep_updates() -> Insert:
    made = insert_of("postgresql")(UPDATES).on_conflict_do_nothing()
    return made.returning(UPDATES.c.id, UPDATES.c.key)


async def waiting_updates(store: AsyncSession, platforms: Iterable[str]) -> Sequence[Update]:
    """The updates of these platforms that were kept and not handled yet, as they came."""
    rows = await store.scalars(
        select(Update)
        .where(Update.state == "new", Update.platform.in_(list(platforms)))
        .order_by(Update.id)
    )
    return rows.all()


async def last_kept(store: AsyncSession, platform: str) -> datetime | None:
    """When an update of this platform was kept the last time; None: never."""
    return await store.scalar(
        select(Update.received_at)
        .where(Update.platform == platform)
        .order_by(Update.id.desc())
        .limit(1)
    )


async def claim_update(store: AsyncSession, update_id: int) -> bool:
    """Close an update in the transaction that handles it; False: another process did already."""
    return bool(await _claim.run(store, {"row": update_id}))


@Direct
def _claim(_dialect: str) -> Executable:
    new = update(UPDATES).where(UPDATES.c.id == bindparam("row"), UPDATES.c.state == "new")
    return new.values(state="done", body=None).returning(UPDATES.c.id)


async def claim_updates(store: AsyncSession, ids: Sequence[int]) -> frozenset[int]:
    """Close several in the transaction that handles them; gives those that nobody else did."""
    return frozenset(await _claim_all.scalars(store, ids))


@prepared
def _claim_all(ids: Sequence[int]) -> ReturningUpdate[int]:
    new = update(Update).where(Update.id.in_(ids), Update.state == "new")
    return new.values(state="done", body=None).returning(Update.id)


async def write_nothing(store: AsyncSession) -> None:
    """Write something that is there already: shows whether the database takes anything."""
    await store.execute(WRITE_NOTHING)


_newest = select(func.max(UPDATES.c.id)).scalar_subquery()
WRITE_NOTHING = update(UPDATES).where(UPDATES.c.id == _newest).values(tries=UPDATES.c.tries)


async def close_updates(store: AsyncSession, ids: Sequence[int]) -> None:
    """Handled: their bodies are forgotten, their keys kept against repeats."""
    if ids:
        await _close.run_all(store, [{"row": each} for each in ids])


@Direct
def _close(_dialect: str) -> Executable:
    return update(UPDATES).where(UPDATES.c.id == bindparam("row")).values(state="done", body=None)


async def park_update(
    store: AsyncSession, update_id: int, error: str, *, tries: int, dead: bool
) -> None:
    """An update that failed: tried again later, or parked for a person to look at."""
    await store.execute(
        update(Update)
        .where(Update.id == update_id, Update.state == "new")
        .values(state="dead" if dead else "new", tries=tries, error=error[:500])
        .execution_options(synchronize_session=False)
    )


async def forget_updates(store: AsyncSession, before: datetime, limit: int = 500) -> int:
    """Drop handled updates older than any repeat could be; gives how many.

    They are as old as their ids: only the first ones are looked at.
    """
    first = (
        select(Update.id, Update.received_at)
        .where(Update.state == "done")
        .order_by(Update.id)
        .limit(limit)
        .subquery()
    )
    old = select(first.c.id).where(first.c.received_at < before)
    return await dropped(store, delete(Update).where(Update.id.in_(old)))
