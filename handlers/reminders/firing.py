"""Posting what is due: each occurrence once, missed ones once if still useful, never a flood."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from handlers.chat.outgoing import Content
from handlers.directory import groups
from handlers.manner import Manner
from handlers.reminders.rules import Rule, from_data, next_after
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import reminders as query
from storage.tables import Reminder

log = structlog.get_logger("linli.reminders")

AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=10)
#: A reminder that was due for years of minutes is not counted to the end.
MOST_MISSED = 1000


async def due(work: Work) -> int:
    """Post or report every reminder whose moment has come; how many were looked at."""
    found = await query.due(work.store, work.now, AT_ONCE)
    for reminder in found:
        await _one(work, reminder.id, reminder)
    return len(found)


async def _one(work: Work, reminder_id: int, reminder: Reminder) -> None:
    """One reminder in a savepoint; one that fails is tried again later and stops no other."""
    said, seen = len(work.tray), reminder.next_at
    try:
        async with work.store.begin_nested():
            await _fire(work, reminder)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", reminder=reminder_id)
        if seen is not None:
            await query.claim(work.store, reminder_id, seen, work.now + AGAIN_AFTER)


async def _fire(work: Work, reminder: Reminder) -> None:
    rule, first = from_data(reminder.rule), reminder.next_at
    if first is None:
        return
    last, missed = _latest(rule, first, work.now)
    then = next_after(rule, work.now)
    if not await query.claim(work.store, reminder.id, first, then):
        return
    useful = timedelta(hours=work.policy.reminders.useful_hours)
    if work.now - last > useful:
        await query.happened(work.store, reminder.id, last, "missed", work.now)
        await _report(work, reminder, "reminders.missed", rule, last, missed + 1)
        return
    if await query.happened(work.store, reminder.id, last, "posted", work.now):
        await post(work, reminder, last)
    if missed:
        await _report(work, reminder, "reminders.some_missed", rule, last, missed)


def _latest(rule: Rule, first: datetime, now: datetime) -> tuple[datetime, int]:
    """The latest moment that has come, and how many before it were passed over."""
    last, passed = first, 0
    while passed < MOST_MISSED:
        following = next_after(rule, last)
        if following is None or following > now:
            break
        last, passed = following, passed + 1
    return last, passed


async def post(work: Work, reminder: Reminder, due_at: datetime) -> None:
    """Say it in every group below its place, once for each occurrence (R57)."""
    area = await areas_query.area_by_id(work.store, reminder.area_id)
    if area is None:
        return
    chats = await chats_query.group_chats_below(work.store, area.path)
    for chat in chats:
        language = await groups.language_of(work, chat)
        title = work.word(language, "reminders.title")
        occasion = f"reminder:{reminder.id}:{due_at.timestamp():.0f}:{chat.id}"
        content = Content(text=reminder.text, title=f"⏰ {title}")
        work.say(chat, content, Manner(occasion=occasion))
    if not chats and reminder.created_by is not None:
        await groups.tell(
            work,
            reminder.created_by,
            "reminders.nobody_heard",
            text=reminder.text[:60],
            area=area.name,
        )


async def _report(
    work: Work, reminder: Reminder, key: str, rule: Rule, last: datetime, count: int
) -> None:
    """Tell who made it, once, what was missed (R56)."""
    if reminder.created_by is None:
        return
    date = last.astimezone(ZoneInfo(rule.zone)).strftime("%m-%d %H:%M")
    await groups.tell(work, reminder.created_by, key, text=reminder.text[:60], n=count, date=date)
