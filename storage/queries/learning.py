"""What was taken for a request in a chat and what became of it; corrections as examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import Chat, Correction, Reading, Request


async def reading_of(store: AsyncSession, request_id: int) -> Reading | None:
    """How a request was read when it was opened from talk; None where it was filed otherwise."""
    return await _reading_of.scalar(store, request_id)


@prepared
def _reading_of(request_id: int) -> Select[Reading]:
    return select(Reading).where(Reading.request_id == request_id)


async def verdicts(
    store: AsyncSession, chat_id: int, settled: datetime, most: int
) -> Sequence[bool]:
    """Of the newest that were sure enough to open in a chat: whether they were right.

    What nobody said anything of counts as right if it is from before `settled`, else not at all.
    """
    said = await _verdicts.scalars(store, chat_id, settled, most)
    return [right is not False for right in said]


@prepared
def _verdicts(chat_id: int, settled: datetime, most: int) -> Select[bool | None]:
    return (
        select(Reading.right)
        .where(Reading.chat_id == chat_id, Reading.opens)
        .where(or_(Reading.right.is_not(None), Reading.at <= settled))
        .order_by(Reading.at.desc(), Reading.id.desc())
        .limit(most)
    )


async def turn(store: AsyncSession, chat_id: int, acts_since: datetime | None) -> bool:
    """A group goes over to acting (None: back to asking); of two at once one does it."""
    was = Chat.acts_since.is_not(None) if acts_since is None else Chat.acts_since.is_(None)
    done = await store.scalar(
        update(Chat)
        .where(Chat.id == chat_id, was)
        .values(acts_since=acts_since)
        .returning(Chat.id)
        .execution_options(synchronize_session=False)
    )
    return done is not None


async def taken_back(store: AsyncSession, event_id: int) -> None:
    """A correction was taken back: it is no example."""
    await store.execute(delete(Correction).where(Correction.event_id == event_id))


async def corrected_before(store: AsyncSession, request_id: int, kind: str) -> None:
    """What was put right before and is again now is an example no more."""
    await store.execute(
        delete(Correction).where(Correction.request_id == request_id, Correction.kind == kind)
    )


async def give_words(store: AsyncSession, person_id: int) -> None:
    """The words of somebody who agreed, as far as they are kept with their requests."""
    rows = await store.execute(
        select(Correction, Request.words)
        .join(Request, Request.id == Correction.request_id)
        .where(Correction.sender_id == person_id, Correction.text.is_(None))
    )
    for correction, words in rows.all():
        correction.text = words


async def take_words(store: AsyncSession, person_id: int) -> None:
    """The words of somebody who does not agree any more are forgotten."""
    await store.execute(
        update(Correction).where(Correction.sender_id == person_id).values(text=None)
    )


@dataclass(frozen=True, slots=True)
class Example:
    """A correction and the group it is from."""

    correction: Correction
    group: str  #: its title


async def examples(store: AsyncSession) -> list[Example]:
    """All corrections, the oldest first."""
    rows = await store.execute(
        select(Correction, Chat.title)
        .join(Chat, Chat.id == Correction.chat_id)
        .order_by(Correction.id)
    )
    return [Example(correction, title) for correction, title in rows.all()]
