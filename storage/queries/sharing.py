"""Work shared by several processes: leases by name, and chats claimed for handling.

Whoever must wait for rows takes them in the order of their names, whoever need not passes over
rows that are locked: so no two transactions wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Insert,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.base import Base, begins_with, insert_of
from storage.tables import Lane, Lease, Update

LANES = Base.metadata.tables[Lane.__tablename__]
#: More waits in a chat than was read: no count of what is kept is equal to it.
MORE = -1
#: A moment so far ahead was noted before the clocks were put back: no hold is so long, and the
#: clocks of machines differ by less.
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds something, as of now, and until when unless it is prolonged."""

    holder: str
    now: datetime
    until: datetime

    @property
    def never(self) -> datetime:
        """No moment that was noted by clocks as they go now is later."""
        return self.until + AHEAD


def past(moment: ColumnElement[datetime], hold: Hold) -> ColumnElement[bool]:
    """Whether a moment is over; who waits for it does not wait for an hour that comes again."""
    return or_(moment <= hold.now, moment > hold.never)


async def database_time(store: AsyncSession) -> datetime:
    """What time it is for the database."""
    return (await store.scalars(select(func.clock_timestamp()))).one()


async def take_lease(store: AsyncSession, name: str, hold: Hold) -> bool:
    """Take or prolong what one process at a time does; False: another one has it."""
    row = {"name": name, "holder": hold.holder, "until": hold.until}
    row |= {"at": hold.now, "never": hold.never}
    return (await store.execute(_take_lease(), row)).first() is not None


@cache
def _take_lease() -> Insert:
    made = insert_of("postgresql")(Lease.__table__)
    return made.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": made.excluded.holder, "until": made.excluded.until},
        where=or_(
            Lease.holder == made.excluded.holder,
            Lease.until <= bindparam("at"),
            Lease.until > bindparam("never"),
        ),
    ).returning(Lease.name)


async def free_leases(store: AsyncSession, holder: str) -> None:
    """This process does nothing of that kind any more."""
    await store.execute(delete(Lease).where(Lease.holder == holder))


async def note_kept(store: AsyncSession, lanes: Iterable[str], now: datetime) -> None:
    """Something is kept for these chats in the open transaction; called before it is.

    So the numbers of what is kept for a chat grow in the order of the commits.
    """
    rows = [{"name": name, "due_at": now, "until": now} for name in sorted(set(lanes))]
    await store.execute(_note_kept(), rows)


@cache
def _note_kept() -> Insert:
    made = insert_of("postgresql")(LANES).values(kept=1)
    since = func.coalesce(LANES.c.due_at, made.excluded.due_at)
    return made.on_conflict_do_update(
        index_elements=["name"], set_={"due_at": since, "kept": LANES.c.kept + 1}
    )


async def take_lanes(
    store: AsyncSession, hold: Hold, known_since: datetime, platforms: Iterable[str], most: int
) -> dict[str, int]:
    """Take chats of these platforms in which something waits, longest first.

    Gives how much was kept for each.

    One that another process handled last is left to it, unless it waits since `known_since`:
    that process remembers what was said there, but may be gone.
    """
    free = and_(past(LANES.c.due_at, hold), past(LANES.c.until, hold))
    ours = or_(
        Lane.holder.is_(None),
        Lane.holder == hold.holder,
        Lane.due_at <= known_since,
        Lane.due_at > hold.never,
    )
    first = (
        select(Lane.name)
        .where(free, ours, or_(*(begins_with(Lane.name, f"{each}:") for each in platforms)))
        .order_by(Lane.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte()
    )
    rows = await store.execute(
        update(Lane)
        .where(Lane.name == first.c.name)
        .values(holder=hold.holder, until=hold.until)
        .returning(Lane.name, Lane.kept)
        .execution_options(synchronize_session=False)
    )
    return {row.name: row.kept for row in rows.all()}


async def waiting_in(
    store: AsyncSession, lanes: Iterable[str], platforms: Iterable[str], most: int
) -> Sequence[Update]:
    """The first `most` updates that wait in each of these chats, as they came."""
    theirs = select(Lane.name).where(Lane.name.in_(list(lanes))).subquery()
    # Written into the statement, so that the index of what is new serves it.
    new = Update.state == literal("new", literal_execute=True)
    first = (
        select(Update)
        .where(Update.lane == theirs.c.name, new, Update.platform.in_(list(platforms)))
        .order_by(Update.id)
        .limit(most)
        .lateral()
    )
    found = aliased(Update, first)
    rows = await store.scalars(select(found).select_from(theirs.join(first, true())))
    return sorted(rows.all(), key=lambda each: each.id)


async def leave_lanes(store: AsyncSession, hold: Hold, lanes: Mapping[str, int]) -> None:
    """What was read of these chats is handled; `lanes`: how much was kept when it was read.

    Where more was kept meanwhile, or MORE waits than was read, the chat stays due, behind others.
    """
    rows = [
        {"lane": name, "mine": hold.holder, "seen": kept, "at": hold.now}
        for name, kept in sorted(lanes.items())
    ]
    if rows:
        connection = await store.connection()
        await connection.execute(LEAVE, rows)


LEAVE = (
    update(LANES)
    .where(LANES.c.name == bindparam("lane"), LANES.c.holder == bindparam("mine"))
    .values(
        until=bindparam("at"),
        due_at=case(
            (LANES.c.kept == bindparam("seen"), None),
            else_=bindparam("at", type_=LANES.c.until.type),
        ),
    )
)


async def prolong_lanes(store: AsyncSession, hold: Hold, lanes: Iterable[str]) -> None:
    """Still in hand. A row that somebody just writes to is prolonged the next time."""
    ours = (
        select(Lane.name)
        .where(Lane.name.in_(list(lanes)), Lane.holder == hold.holder)
        .with_for_update(skip_locked=True)
        .cte()
    )
    await store.execute(
        update(Lane)
        .where(Lane.name == ours.c.name)
        .values(until=hold.until)
        .execution_options(synchronize_session=False)
    )


async def free_lanes(store: AsyncSession, hold: Hold) -> None:
    """This process handles nothing any more: its chats are anybody's at once."""
    ours = (
        select(Lane.name)
        .where(Lane.holder == hold.holder)
        .order_by(Lane.name)
        .with_for_update()
        .cte()
    )
    await store.execute(
        update(Lane)
        .where(Lane.name == ours.c.name)
        .values(holder=None, until=hold.now)
        .execution_options(synchronize_session=False)
    )


async def forget_lanes(store: AsyncSession, before: datetime) -> None:
    """Chats that were silent for so long are remembered by nobody."""
    await store.execute(
        delete(Lane)
        .where(Lane.due_at.is_(None), Lane.until < before)
        .execution_options(synchronize_session=False)
    )
