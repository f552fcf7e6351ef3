"""Posting the digests that are due: each once, whatever number of processes looks."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from handlers.digest import rules, telling
from handlers.digest.rules import STILL_NEWS, WEEK
from handlers.directory.groups import language_of
from handlers.manner import Manner
from handlers.noise import folding
from handlers.noise.groups import rules_of
from handlers.work import Work
from storage.queries import digests as query
from storage.tables import Chat
from storage.tables.directory import FRESH

log = structlog.get_logger("linli.digest")

AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=10)
A_DAY = timedelta(days=1)


async def due(work: Work) -> int:
    """Post what is due; gives how many groups were looked at."""
    found = await query.due(work.store, work.now, AT_ONCE)
    for chat in found:
        await _one(work, chat)
    return len(found)


async def _one(work: Work, chat: Chat) -> None:
    """One group in a savepoint; one with which it fails is tried again and stops no other."""
    said, chat_id, seen = len(work.tray), chat.id, chat.digest_at
    try:
        async with work.store.begin_nested():
            await _fire(work, chat, seen)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", chat=chat_id)
        await query.claim(work.store, chat_id, seen, work.now + AGAIN_AFTER, None)


async def _fire(work: Work, chat: Chat, seen: datetime | None) -> None:
    here = await rules_of(work, chat)
    if here is None:  # it may be bound to a place one day
        await query.claim(work.store, chat.id, seen, work.now + A_DAY, None)
        return
    rule = rules.weekly(here.policy.digest, here.settings)
    following = rules.next_after(rule, work.now, here.quiet, here.zone)
    if seen is None or seen == FRESH or not rules.is_planned(rule, seen, here.quiet, here.zone):
        await query.claim(work.store, chat.id, seen, following, None)
        return
    since = chat.digested_at or seen - WEEK
    if work.now - seen > STILL_NEWS:
        await query.claim(work.store, chat.id, seen, following, since)
        return
    if await query.claim(work.store, chat.id, seen, following, work.now) and rule.on:
        # One that was missed and comes up while people sleep waits for the morning.
        await _post(work, chat, since, here.rest(work))


async def _post(work: Work, chat: Chat, since: datetime, delay: timedelta) -> None:
    if not chat.present:
        return
    language = await language_of(work, chat)
    folded = await folding.lines_of(work, chat, work.now + WEEK, language)
    content = await telling.content(work, chat, since, language, folded)
    if content is not None:
        work.show(chat, slot(work.now), content, Manner(delay=delay or None))


def slot(moment: datetime) -> str:
    """The standing message of one day's digest: told once more, it is edited."""
    return f"digest:{moment:%Y%m%d}"
