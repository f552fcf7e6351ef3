"""When the next thing is due, over all subjects, and whether anything is due now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.queries.counting import COUNTED_AFTER, NEW, OLD
from storage.tables import (
    Audit,
    Chat,
    Chore,
    Counted,
    Draft,
    Erasure,
    Event,
    Letter,
    News,
    Noise,
    Notice,
    Promise,
    Pulse,
    Reminder,
    Request,
    Rota,
    Round,
    Swap,
    Update,
)

#: A repeat of an update comes within a day (Telegram keeps them 24 hours).
REPEATS_WITHIN = timedelta(days=2)
#: Other processes have read news by then; who has not reads everything anew.
NEWS_FOR = timedelta(minutes=10)
#: How far an announcement has come is shown for so long.
ANNOUNCEMENTS_FOLLOWED = timedelta(hours=24)
#: The subjects that are asked about together; each is an EXISTS on an index.
SUBJECTS = (
    "requests",
    "notices",
    "reminders",
    "promises",
    "digests",
    "noise",
    "duty",
    "announcements",
    "forgetting",
    "retention",
    "forms",
    "updates",
    "news",
    "leftovers",
    "nightly",
    "counting",
    "numbers",
    "watching",
)


async def next_at(store: AsyncSession, after: datetime) -> datetime | None:
    """The first moment after this one at which a request, a reminder, a duty or a letter is due."""
    (found,) = await _next_at.rows(store, after)
    return min((moment for moment in found if moment is not None), default=None)


@prepared
def _next_at(after: datetime) -> Select[*tuple[datetime | None, ...]]:
    columns = (
        (Request.due_at, Request.due_at > after),
        (Notice.due_at, Notice.due_at > after),
        (Reminder.next_at, (Reminder.next_at > after) & (Reminder.state == "on")),
        (Promise.next_at, Promise.next_at > after),
        (Chat.digest_at, Chat.digest_at > after),
        (Noise.fold_at, Noise.fold_at > after),
        (Rota.next_at, (Rota.next_at > after) & (Rota.state == "on")),
        (Rota.check_at, (Rota.check_at > after) & (Rota.state == "on")),
        (Round.due_at, Round.due_at > after),
        (Swap.due_at, Swap.due_at > after),
        (Erasure.due_at, Erasure.due_at > after),
        (Letter.not_before, (Letter.not_before > after) & (Letter.state == "new")),
    )
    return select(*(select(func.min(each)).where(only).scalar_subquery() for each, only in columns))


async def letters_wait(store: AsyncSession, now: datetime) -> bool:
    """Whether a letter that may go now has not gone."""
    waiting = select(Letter.id).where(Letter.state == "new", Letter.not_before <= now).limit(1)
    return await store.scalar(waiting) is not None


async def subjects(store: AsyncSession, now: datetime) -> frozenset[str]:
    """Which of the subjects have anything due: one question, whatever is stored."""
    moments = (now - REPEATS_WITHIN, now - NEWS_FOR, now - ANNOUNCEMENTS_FOLLOWED)
    (answers,) = await _subjects.rows(store, now, *moments, now - COUNTED_AFTER)
    return frozenset(name for name, due in zip(SUBJECTS, answers, strict=True) if due)


@prepared
def _subjects(
    now: datetime, repeats: datetime, news: datetime, followed: datetime, counted: datetime
) -> Select[*tuple[bool, ...]]:
    reminders = and_(Reminder.state == "on", Reminder.next_at <= now)
    announced = and_(Audit.command == "announce", Audit.at > followed)
    questions: tuple[ColumnElement[bool], ...] = (
        exists().where(Request.due_at <= now),
        exists().where(Notice.due_at <= now),
        exists().where(reminders),
        exists().where(Promise.next_at <= now),
        exists().where(Chat.digest_at <= now),
        exists().where(Noise.fold_at <= now),
        _duty(now),
        exists().where(announced),
        exists().where(Erasure.due_at <= now),
        _chore(now, "retention"),
        exists().where(Draft.expires_at <= now),
        _oldest_update(repeats),
        _oldest_news(news),
        _chore(now, "leftovers"),
        _chore(now, "ladders"),
        _uncounted(counted),
        _chore(now, "statistics"),
        exists().where(Pulse.look_at <= now),
    )
    return select(*questions)


def _duty(now: datetime) -> ColumnElement[bool]:
    """Turns begin, rotas are looked through, rounds end, swaps are too late."""
    on = Rota.state == "on"
    return or_(
        exists().where(Rota.next_at <= now, on),
        exists().where(Rota.check_at <= now, on),
        exists().where(Round.due_at <= now),
        exists().where(Swap.due_at <= now),
    )


def _chore(now: datetime, name: str) -> ColumnElement[bool]:
    """Whether any chore is due, or this one was never begun."""
    begun = exists(select(Chore.name).where(Chore.name == name))
    return or_(exists().where(Chore.next_at <= now), not_(begun))


def _uncounted(before: datetime) -> ColumnElement[bool]:
    """Lines of history, the first of which is as old as that; times that ended before it."""
    first = select(Event.at).where(Event.uncounted == NEW).order_by(Event.id).limit(1).subquery()
    return or_(
        exists(select(first.c.at).where(first.c.at < before)),
        exists().where(Event.uncounted == OLD),
        exists().where(Counted.answer_by <= before),
        exists().where(Counted.solve_by <= before),
    )


def _oldest_news(before: datetime) -> ColumnElement[bool]:
    """As with updates."""
    first = select(func.min(News.id)).scalar_subquery()
    return exists().where(News.id == first, News.at < before)


def _oldest_update(before: datetime) -> ColumnElement[bool]:
    """They are as old as their ids: the first one tells."""
    first = (
        select(Update.received_at)
        .where(Update.state == "done")
        .order_by(Update.id)
        .limit(1)
        .subquery()
    )
    return exists(select(first.c.received_at).where(first.c.received_at < before))
