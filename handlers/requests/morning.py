"""Telling what had to wait, when people can be told: one message a person, not many (R37)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from handlers.context import Context, RefusalError, Work
from handlers.requests import bundles, callback_asking, pages, telling
from handlers.requests.bundles import Item
from handlers.requests.case import Case, load
from handlers.requests.rules import State
from storage.queries import clocks as query
from storage.tables import Notice, Request

log = structlog.get_logger("linli.requests")

#: Somebody with whose notices something went wrong is looked at again after this.
AGAIN_AFTER = timedelta(minutes=10)


async def due(work: Work, limit: int = 100) -> int:
    """Tell those who can be told now; gives how many people. Several processes may."""
    found = await query.people_due(work.store, work.now, limit)
    for person_id in found:
        await _one(work, person_id)
    return len(found)


async def _one(work: Work, person_id: int) -> None:
    """One person in a savepoint; one with whom it fails stops no other."""
    said = len(work.tray)
    try:
        async with work.store.begin_nested():
            notices = await query.claim_notices(work.store, person_id, work.now)
            await tell(work, person_id, notices)
    except Exception:
        del work.tray[said:]
        log.exception("notice.failed", person=person_id)
        await query.put_off(work.store, person_id, work.now, work.now + AGAIN_AFTER)


async def tell(work: Work, person_id: int, notices: Sequence[Notice]) -> None:
    """Tell what still holds: one thing as itself, several as lines of one message."""
    found = [await bundles.item_of(work, each) for each in notices]
    items = [each for each in found if each is not None and each.holds]
    if len(items) == 1:
        await _alone(items[0])
    elif items:
        await _together(work, person_id, items)


async def _alone(item: Item) -> None:
    case, notice = item.case, item.notice
    if item.page is not None:
        await pages.open_page(case, _own(case, item))
    elif notice.kind == telling.QUESTION:
        voice = next(each for each in case.supporters if each.person_id == notice.person_id)
        await callback_asking.ask_one(case, voice)
    else:
        await telling.one(case, notice.person_id, telling.Told.of(notice))


def _own(case: Case, item: Item) -> pages.Page:
    assert item.page is not None
    return case.page_of(item.page.person_id) or item.page


async def _together(work: Work, person_id: int, items: Sequence[Item]) -> None:
    slot = f"n{person_id}.{work.now.timestamp():.0f}"
    for item in items:
        item.notice.bundle = slot
        if item.page is not None:
            item.page.bundle = slot
        if item.notice.kind == telling.QUESTION:
            for voice in item.case.supporters:
                if voice.person_id == person_id:
                    voice.bundle = slot
    await work.store.flush()
    await bundles.show(work, slot, person_id, items)


async def see(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "see:<request>": a line of such a message gets a message of its own."""
    number = arguments[0] if arguments else ""
    request = await ctx.store.get(Request, int(number)) if number.isdecimal() else None
    if request is None:
        raise RefusalError("access.old_button")
    case = await load(ctx, request)
    page = case.page_of(ctx.person.id)
    voice = next((each for each in case.supporters if each.person_id == ctx.person.id), None)
    if page is not None:
        await pages.open_page(case, page)
    elif voice is not None and voice.verdict == "asked" and case.state is State.DONE:
        await callback_asking.ask_one(case, voice)
    else:
        raise RefusalError("bundle.over", number=request.number)
    await ctx.store.flush()
