"""Numbers by which buttons are chosen where a chat has none; and what waits until it is spoken to.

Numbers run on through a chat, so that an older message's numbers still mean what they say there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Choice, Letter

#: The first number: smaller ones are said of other things all the time.
FIRST = 11
#: After this one they begin anew (999 is called in danger in some places).
LAST = 998
#: Whoever writes these means whom they call (China, Europe, America): no button has them.
CALLED = frozenset((110, 112, 119, 120, 122, 911))


async def lay_out(
    store: AsyncSession, where: tuple[str, str, str | None], data: Sequence[str], now: datetime
) -> list[int]:
    """Numbers for the buttons with these data at (platform, chat, slot of a standing message).

    What stood in the slot before keeps its number. Whoever lays out choices in one chat at the same
    time waits for the other.
    """
    platform, chat, slot = where
    if store.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtext(:chat))")
        await store.execute(lock, {"chat": f"choice {platform} {chat}"})
    known = await _known(store, platform, chat, slot)
    last = await _last(store, platform, chat)
    numbers: list[int] = []
    for each in data:
        number = known.get(each)
        if number is None:
            number = last = after(last)
        row = Choice(platform=platform, chat=chat, number=number, slot=slot, data=each, at=now)
        await store.merge(row)
        numbers.append(number)
    await store.flush()
    return numbers


def after(last: int) -> int:
    """The number that follows; the first one after the last and where there was none."""
    following = last + 1 if FIRST <= last < LAST else FIRST
    return after(following) if following in CALLED else following


async def _known(store: AsyncSession, platform: str, chat: str, slot: str | None) -> dict[str, int]:
    if slot is None:
        return {}
    rows = await store.execute(
        select(Choice.data, Choice.number).where(
            Choice.platform == platform, Choice.chat == chat, Choice.slot == slot
        )
    )
    return {row.data: row.number for row in rows.all()}


async def _last(store: AsyncSession, platform: str, chat: str) -> int:
    """The number that was given last: of the newest ones the greatest."""
    here = (Choice.platform == platform, Choice.chat == chat)
    newest = select(func.max(Choice.at)).where(*here).scalar_subquery()
    at_newest = await store.scalar(
        select(func.max(Choice.number)).where(*here, Choice.at == newest)
    )
    greatest = await store.scalar(select(func.max(Choice.number)).where(*here))
    if greatest is None or at_newest is None:
        return 0
    return greatest if greatest < LAST else at_newest


async def chosen(
    store: AsyncSession, platform: str, chat: str, number: int, since: datetime
) -> str | None:
    """The data of the button that has this number in a chat, if it was laid out since then."""
    return await store.scalar(
        select(Choice.data).where(
            Choice.platform == platform,
            Choice.chat == chat,
            Choice.number == number,
            Choice.at >= since,
        )
    )


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
