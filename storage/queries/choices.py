"""Numbers by which buttons are chosen where a chat has none; and what waits until it is spoken to.

Numbers run on through a chat, so that an older message's numbers still mean what they say there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Choice, Letter

#: The first number: smaller ones are said of other things all the time.
FIRST = 11
#: After this one they begin anew (999 is called in danger in some places).
LAST = 998
#: Whoever writes these means whom they call (China, Europe, America): no button has them.
CALLED = frozenset((110, 112, 119, 120, 122, 911))
#: All that there are, in their order.
NUMBERS = tuple(each for each in range(FIRST, LAST + 1) if each not in CALLED)
#: So long a number is good for; older ones may have been given anew.
LASTS = timedelta(days=7)


class Offered(NamedTuple):
    """A button that is chosen by number."""

    data: str
    label: str | None  #: the mark of what it says; None: laid out before there were any


async def lay_out(
    store: AsyncSession,
    where: tuple[str, str, str | None],
    offered: Sequence[Offered],
    now: datetime,
) -> list[int]:
    """Numbers for these buttons at (platform, chat, slot of a standing message).

    What stood in the slot before keeps its number. Whoever lays out choices in one chat at the same
    time waits for the other.
    """
    platform, chat, slot = where
    if store.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtext(:chat))")
        await store.execute(lock, {"chat": f"choice {platform} {chat}"})
    known = await _known(store, platform, chat, slot)
    kept = {known[each.data] for each in offered if each.data in known}
    given = iter(await _free(store, (platform, chat), len(offered) - len(kept), kept))
    numbers: list[int] = []
    for data, label in offered:
        number = known[data] if data in known else next(given)
        place = {"platform": platform, "chat": chat, "number": number, "slot": slot}
        await store.merge(Choice(**place, data=data, label=label, at=now))
        numbers.append(number)
    await store.flush()
    return numbers


async def _known(store: AsyncSession, platform: str, chat: str, slot: str | None) -> dict[str, int]:
    if slot is None:
        return {}
    rows = await store.execute(
        select(Choice.data, Choice.number).where(
            Choice.platform == platform, Choice.chat == chat, Choice.slot == slot
        )
    )
    return {row.data: row.number for row in rows.all()}


async def _free(
    store: AsyncSession, where: tuple[str, str], count: int, kept: Collection[int]
) -> list[int]:
    """Numbers that nobody was shown yet; when there are none left, those shown longest ago."""
    here = (Choice.platform == where[0], Choice.chat == where[1])
    greatest = await store.scalar(select(func.max(Choice.number)).where(*here)) or 0
    found = [each for each in NUMBERS if each > greatest][:count]
    if len(found) == count:
        return found
    oldest = (
        select(Choice.number)
        .where(*here, Choice.number.not_in(kept))
        .order_by(Choice.at, Choice.number)
        .limit(count - len(found))
    )
    return [*found, *(await store.scalars(oldest)).all()]


async def chosen(
    store: AsyncSession, platform: str, chat: str, number: int, now: datetime
) -> Offered | None:
    """The button that has this number in a chat, if it was laid out lately."""
    row = (
        await store.execute(
            select(Choice.data, Choice.label).where(
                Choice.platform == platform,
                Choice.chat == chat,
                Choice.number == number,
                Choice.at >= now - LASTS,
            )
        )
    ).one_or_none()
    return Offered(row.data, row.label) if row is not None else None


async def release(
    store: AsyncSession, platform: str, chat: str, now: datetime, since: datetime
) -> None:
    """Somebody spoke there: what waited for that is said now; what is older than `since` is not."""
    waits = (Letter.platform == platform, Letter.chat == chat, Letter.state == "waits")
    quietly = {"synchronize_session": False}
    await store.execute(
        update(Letter)
        .where(*waits, Letter.created_at < since)
        .values(state="failed", body="", error="nobody spoke there in time")
        .execution_options(**quietly)
    )
    await store.execute(
        update(Letter)
        .where(*waits)
        .values(state="new", not_before=now)
        .execution_options(**quietly)
    )
