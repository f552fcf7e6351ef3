"""Telling what had to wait, when people can be told: one message a person, not many (R37)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory.addresses import address_of
from handlers.directory.groups import SAID
from handlers.requests import bundles, callback_asking, moving, pages, telling
from handlers.requests.bundles import Item
from handlers.requests.case import Case, load
from handlers.requests.given import Given
from handlers.requests.rules import Move, State
from handlers.work import RefusalError, Retold, Work
from storage.queries import clocks as query
from storage.queries import people as people_query
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
    await _stand_ins(work, person_id, notices)
    found = [await bundles.item_of(work, each) for each in notices]
    items = [each for each in found if each is not None and each.holds]
    more = await _of_others(work, person_id, notices)
    if len(items) == 1 and not more:
        await _alone(items[0])
    elif len(more) == 1 and not items:
        await _say(work, person_id, more[0].content)
    elif items or more:
        await _together(work, person_id, items, more, notices)


async def _stand_ins(work: Work, person_id: int, notices: Sequence[Notice]) -> None:
    """What was asked of somebody who is on leave by now is asked of whoever stands in."""
    asked = [each for each in notices if each.kind == telling.PAGE]
    if not asked or person_id not in await people_query.away(work.store, [person_id], work.now):
        return
    for notice in asked:
        item = await bundles.item_of(work, notice)
        if item is not None and item.holds and item.case.state is State.OPEN:
            given = Given(away=person_id)
            await moving.move(work, item.case.request, Move.CLIMB, None, given)


async def _of_others(work: Work, person_id: int, notices: Sequence[Notice]) -> Sequence[Retold]:
    """What other subjects tell, in the person's language."""
    theirs = [each for each in notices if each.request_id is None]
    address = await address_of(work, person_id) if theirs else None
    if address is None or address.chat is None:
        return ()
    said = [bundles.said(each, address.language) for each in theirs if each.kind == SAID]
    rest = [each for each in theirs if each.kind != SAID]
    return [*said, *(await work.desk.retell(work, address.language, rest) if rest else ())]


async def _say(work: Work, person_id: int, content: Content) -> None:
    address = await address_of(work, person_id)
    if address is not None and address.chat is not None:
        work.say(address.chat, content)


async def _alone(item: Item) -> None:
    case, notice = item.case, item.notice
    if item.page is not None:
        await pages.open_page(case, _own(case, item))
    elif notice.kind == telling.QUESTION:
        voice = await case.voices.of(notice.person_id)
        if voice is not None:
            await callback_asking.ask_one(case, voice)
    else:
        await telling.one(case, notice.person_id, telling.Told.of(notice))


def _own(case: Case, item: Item) -> pages.Page:
    assert item.page is not None
    return case.page_of(item.page.person_id) or item.page


async def _together(
    work: Work,
    person_id: int,
    items: Sequence[Item],
    more: Sequence[Retold],
    notices: Sequence[Notice],
) -> None:
    slot = f"n{person_id}.{work.now.timestamp():.0f}"
    theirs = [each for each in notices if each.request_id is None]
    if theirs:
        bundles.keep(theirs[0], more, slot)
    for item in items:
        item.notice.bundle = slot
        if item.page is not None:
            item.page.bundle = slot
        if item.notice.kind == telling.QUESTION:
            voice = await item.case.voices.of(person_id)
            if voice is not None:
                voice.bundle = slot
    await work.store.flush()
    await bundles.show(work, slot, person_id, items, more)


async def see(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "see:<request>": a line of such a message gets a message of its own."""
    number = arguments[0] if arguments else ""
    request = await ctx.store.get(Request, int(number)) if number.isdecimal() else None
    if request is None:
        raise RefusalError("access.old_button")
    case = await load(ctx, request)
    page = case.page_of(ctx.person.id)
    voice = await case.voices.of(ctx.person.id)
    if page is not None:
        await pages.open_page(case, page)
    elif voice is not None and voice.verdict == "asked" and case.state is State.DONE:
        await callback_asking.ask_one(case, voice)
    else:
        raise RefusalError("bundle.over", number=request.number)
    await ctx.store.flush()
