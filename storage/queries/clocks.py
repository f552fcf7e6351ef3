"""What waits to be told, people's hours, gaps in ladders, chores, and whether anything is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.queries.post import insert_new
from storage.tables import Chore, Gap, Notice, PersonHours


async def hours_of(store: AsyncSession, person_ids: Sequence[int]) -> Sequence[PersonHours]:
    """When these people can be told, as far as they said so."""
    return await _hours_of.scalars(store, person_ids)


@prepared
def _hours_of(person_ids: Sequence[int]) -> Select[PersonHours]:
    return select(PersonHours).where(PersonHours.person_id.in_(person_ids))


async def people_due(store: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """Who can be told something now that had to wait."""
    longest = select(Notice.person_id).where(Notice.due_at <= now).order_by(Notice.due_at)
    rows = await store.scalars(longest.limit(limit))
    return list(dict.fromkeys(rows.all()))


async def claim_notices(store: AsyncSession, person_id: int, now: datetime) -> list[Notice]:
    """Take what one person is told now; of two processes one gets it, the other nothing."""
    taken = await store.scalars(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.due_at <= now)
        .values(due_at=None)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(taken.all())
    rows = await store.scalars(
        select(Notice)
        .where(Notice.id.in_(ids))
        .order_by(Notice.id)
        .execution_options(populate_existing=True)
    )
    return list(rows.all())


async def put_off(store: AsyncSession, person_id: int, now: datetime, until: datetime) -> None:
    """What could not be told now is tried again later."""
    await store.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.due_at <= now)
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


async def bundled(store: AsyncSession, bundle: str) -> Sequence[Notice]:
    """What was told as lines of one message."""
    rows = await store.scalars(select(Notice).where(Notice.bundle == bundle).order_by(Notice.id))
    return rows.all()


async def unbundle(store: AsyncSession, person_id: int, request_id: int) -> None:
    """What was a line of a message has a message of its own now."""
    await store.execute(
        update(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.request_id == request_id,
            Notice.bundle.is_not(None),
        )
        .values(kind="opened")
        .execution_options(synchronize_session=False)
    )


async def hours_row(store: AsyncSession, person_id: int) -> PersonHours | None:
    """When one person can be told, if they said so."""
    return await store.get(PersonHours, person_id)


async def gaps(store: AsyncSession) -> Sequence[Gap]:
    """The rungs that reached nobody when the ladders were walked last."""
    return (await store.scalars(select(Gap).order_by(Gap.id))).all()


async def new_gap(store: AsyncSession, area_id: int, ladder: str, rung: str, now: datetime) -> None:
    """A rung reaches nobody from now on."""
    row = {"area_id": area_id, "ladder": ladder, "rung": rung[:200], "found_at": now}
    await store.execute(insert_new(store, Gap), row)


async def closed_gaps(store: AsyncSession, ids: Iterable[int]) -> None:
    """These rungs reach somebody again."""
    await store.execute(delete(Gap).where(Gap.id.in_(list(ids))))


async def begin_chore(store: AsyncSession, name: str, first: datetime) -> None:
    """A chore is done every night, from its first moment on."""
    await store.execute(insert_new(store, Chore), {"name": name, "next_at": first})


async def chore_due(store: AsyncSession, name: str) -> datetime | None:
    """When a chore is done next; None: it never was."""
    return await store.scalar(select(Chore.next_at).where(Chore.name == name))


async def claim_chore(store: AsyncSession, name: str, seen: datetime, following: datetime) -> bool:
    """Take a chore for oneself; False: another process was first."""
    done = await store.execute(
        update(Chore)
        .where(Chore.name == name, Chore.next_at == seen)
        .values(next_at=following)
        .returning(Chore.name)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None
