"""The post room's questions: raw updates kept and closed, letters kept and found when due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CursorResult,
    Delete,
    Insert,
    Select,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, insert_of
from storage.prepared import prepared
from storage.tables import Chat, Letter, Posted, RequestMessage, Update

#: The post room works on plain rows: it has many, and reads each once.
UPDATES, LETTERS, POSTED, MESSAGES = (
    Base.metadata.tables[each.__tablename__] for each in (Update, Letter, Posted, RequestMessage)
)
#: So many letters are taken up together.
AT_ONCE = 400


def insert_new(store: AsyncSession, table: type[Base]) -> Any:
    """An INSERT that passes over rows whose unique key is there already, on either database."""
    return _insert_new(_dialect(store), table)


@cache
def _insert_new(dialect: str, table: type[Base]) -> Any:
    return insert_of(dialect)(table.__table__).on_conflict_do_nothing()


def _dialect(store: AsyncSession) -> str:
    return store.get_bind().dialect.name


async def keep_updates(
    store: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> Sequence[tuple[int, str]]:
    """Keep raw updates; gives (id, key) of those that were not known yet."""
    found = await store.execute(_keep_updates(_dialect(store)), list(rows))
    return [(row.id, row.key) for row in found.all()]


@cache
def _keep_updates(dialect: str) -> Insert:
    made = insert_of(dialect)(UPDATES).on_conflict_do_nothing()
    return made.returning(UPDATES.c.id, UPDATES.c.key)


async def waiting_updates(store: AsyncSession, platforms: Iterable[str]) -> Sequence[Update]:
    """The updates of these platforms that were kept and not handled yet, as they came."""
    rows = await store.scalars(
        select(Update)
        .where(Update.state == "new", Update.platform.in_(list(platforms)))
        .order_by(Update.id)
    )
    return rows.all()


async def last_kept(store: AsyncSession, platform: str) -> datetime | None:
    """When an update of this platform was kept the last time; None: never."""
    return await store.scalar(
        select(Update.received_at)
        .where(Update.platform == platform)
        .order_by(Update.id.desc())
        .limit(1)
    )


async def claim_update(store: AsyncSession, update_id: int) -> bool:
    """Close an update in the transaction that handles it; False: another process did already."""
    return (await store.execute(CLAIM, {"row": update_id})).first() is not None


CLAIM = (
    update(UPDATES)
    .where(UPDATES.c.id == bindparam("row"), UPDATES.c.state == "new")
    .values(state="done", body=None)
    .returning(UPDATES.c.id)
)


async def write_nothing(store: AsyncSession) -> None:
    """Write something that is there already: shows whether the database takes anything."""
    await store.execute(WRITE_NOTHING)


_newest = select(func.max(UPDATES.c.id)).scalar_subquery()
WRITE_NOTHING = update(UPDATES).where(UPDATES.c.id == _newest).values(tries=UPDATES.c.tries)


async def close_updates(store: AsyncSession, ids: Sequence[int]) -> None:
    """Handled: their bodies are forgotten, their keys kept against repeats."""
    for start in range(0, len(ids), 500):
        await store.execute(CLOSE, {"rows": ids[start : start + 500]})


CLOSE = update(UPDATES).where(UPDATES.c.id.in_(bindparam("rows"))).values(state="done", body=None)


async def park_update(
    store: AsyncSession, update_id: int, error: str, *, tries: int, dead: bool
) -> None:
    """An update that failed: tried again later, or parked for a person to look at."""
    await store.execute(
        update(Update)
        .where(Update.id == update_id, Update.state == "new")
        .values(state="dead" if dead else "new", tries=tries, error=error[:500])
        .execution_options(synchronize_session=False)
    )


async def forget_updates(store: AsyncSession, before: datetime, limit: int = 500) -> int:
    """Drop handled updates older than any repeat could be; gives how many.

    They are as old as their ids: only the first ones are looked at.
    """
    first = (
        select(Update.id, Update.received_at)
        .where(Update.state == "done")
        .order_by(Update.id)
        .limit(limit)
        .subquery()
    )
    old = select(first.c.id).where(first.c.received_at < before)
    return await _dropped(store, delete(Update).where(Update.id.in_(old)))


async def forget_letters(store: AsyncSession, before: datetime) -> int:
    """Drop letters that ended long ago; gives how many."""
    old = Letter.state.in_(("sent", "failed", "folded")), Letter.not_before < before
    return await _dropped(store, delete(Letter).where(*old))


async def _dropped(store: AsyncSession, what: Delete) -> int:
    done: CursorResult[Any] = await store.execute(  # pyright: ignore[reportAssignmentType]
        what.execution_options(synchronize_session=False)
    )
    return done.rowcount


async def keep_letters(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is to be said; an occasion that was spoken of already is passed over (R57)."""
    if rows:
        await store.execute(insert_new(store, Letter), list(rows))


@dataclass(slots=True)
class Standing:
    """Which message stands in a letter's slot, and what it shows."""

    message_id: str
    digest: str


async def due_letters(
    store: AsyncSession,
    now: datetime,
    platforms: Iterable[str],
    busy: Iterable[tuple[str, str, bool]],
) -> Sequence[tuple[Letter, Standing | None]]:
    """Letters that may go now, urgent ones first, then in the order they were written.

    Those of a platform that is turned off wait for it.
    """
    rows = await _due_letters.rows(store, now, list(platforms), list(busy))
    return [(letter, Standing(at, digest) if at else None) for letter, at, digest in rows]


@prepared
def _due_letters(
    now: datetime, platforms: Sequence[str], busy: Sequence[tuple[str, str, bool]]
) -> Select[Letter, str, str]:
    lane = tuple_(Letter.platform, Letter.chat, Letter.at_once)
    return due(now).where(Letter.platform.in_(platforms), lane.not_in(busy))


def due(now: datetime) -> Select[Letter, str, str]:
    """Letters that may go now, with what stands in their slots; the most pressing first."""
    stands = and_(
        Posted.platform == Letter.platform,
        Posted.chat == Letter.chat,
        Posted.slot == Letter.slot,
    )
    return (
        select(Letter, Posted.message_id, Posted.digest)
        .outerjoin(Posted, stands)
        .where(Letter.state == "new", Letter.not_before <= now)
        .order_by(Letter.urgent.desc(), Letter.id)
        .limit(AT_ONCE)
    )


async def next_letter_at(
    store: AsyncSession, after: datetime, platforms: Iterable[str]
) -> datetime | None:
    """When the next letter that must still wait may go."""
    return await _next_letter_at.scalar(store, after, list(platforms))


@prepared
def _next_letter_at(after: datetime, platforms: Sequence[str]) -> Select[datetime]:
    return (
        select(func.min(Letter.not_before))
        .where(Letter.state == "new", Letter.not_before > after)
        .where(Letter.platform.in_(platforms))
    )


async def stay_due(store: AsyncSession, now: datetime, last: datetime) -> None:
    """The clock went back from `last` to `now`: letters that were due by it do not wait again."""
    waits = (LETTERS.c.state == "new", LETTERS.c.not_before > now, LETTERS.c.not_before <= last)
    await store.execute(update(LETTERS).where(*waits).values(not_before=now))


async def settle_letter(store: AsyncSession, letter_id: int, **values: Any) -> None:
    """Write down what became of a letter."""
    await store.execute(SETTLE, {"row": letter_id, **values})


SETTLE = update(LETTERS).where(LETTERS.c.id == bindparam("row"))


async def posted_in(store: AsyncSession, platform: str, chat: str) -> dict[str, Posted]:
    """The standing messages of a chat by slot."""
    rows = await store.scalars(
        select(Posted).where(Posted.platform == platform, Posted.chat == chat)
    )
    return {row.slot: row for row in rows.all()}


async def standing(store: AsyncSession, platform: str, chat: str, slot: str) -> Standing | None:
    """The standing message of one slot."""
    row = await _standing.first(store, platform, chat, slot)
    return Standing(row[0], row[1]) if row else None


@prepared
def _standing(platform: str, chat: str, slot: str) -> Select[str, str]:
    return select(Posted.message_id, Posted.digest).where(
        Posted.platform == platform, Posted.chat == chat, Posted.slot == slot
    )


async def said_in(
    store: AsyncSession, platform: str, chat: str, slot: str
) -> tuple[str, datetime | None]:
    """Which lines of a slot that cannot be edited were said, and when something of it was."""
    row = (
        await store.execute(
            select(Posted.lines, Posted.said_at).where(
                Posted.platform == platform, Posted.chat == chat, Posted.slot == slot
            )
        )
    ).first()
    return (row.lines or "", row.said_at) if row else ("", None)


async def fold_older(store: AsyncSession, letter: Letter) -> None:
    """What was held back of a slot is not said after what is newer."""
    await store.execute(
        update(LETTERS)
        .where(LETTERS.c.platform == letter.platform, LETTERS.c.chat == letter.chat)
        .where(LETTERS.c.slot == letter.slot, LETTERS.c.state == "new", LETTERS.c.id < letter.id)
        .values(state="folded", body="")
    )


async def move_post(store: AsyncSession, platform: str, old: str, new: str) -> None:
    """A group has a new id: what waits goes there, and what stood must be shown anew (R15)."""
    await store.execute(
        update(Letter)
        .where(Letter.platform == platform, Letter.chat == old)
        .where(Letter.state.in_(("new", "held", "waits")))
        .values(chat=new)
    )
    await store.execute(delete(Posted).where(Posted.platform == platform, Posted.chat == old))


async def remember_posted(
    store: AsyncSession,
    where: tuple[str, str, str],
    message_id: str | None,
    digest: str,
    said: tuple[str | None, datetime | None] = (None, None),
) -> None:
    """Which message stands in the slot (platform, chat, slot) now; None: none does.

    `said`: where it cannot be edited, which lines were said, and when.
    """
    platform, chat, slot = where
    same = (Posted.platform == platform, Posted.chat == chat, Posted.slot == slot)
    if message_id is None:
        await store.execute(delete(Posted).where(*same))
        return
    row = {
        "platform": platform,
        "chat": chat,
        "slot": slot,
        "message_id": message_id,
        "digest": digest,
        "lines": said[0],
        "said_at": said[1],
    }
    await store.execute(_remember_posted(_dialect(store)), row)


@cache
def _remember_posted(dialect: str) -> Insert:
    made = insert_of(dialect)(POSTED)
    return made.on_conflict_do_update(
        index_elements=["platform", "chat", "slot"],
        set_={name: made.excluded[name] for name in ("message_id", "digest", "lines", "said_at")},
    )


async def belongs_to(store: AsyncSession, letter: Letter, row: Mapping[str, Any]) -> None:
    """A message that was sent is one of its request's from now on, if its chat is known."""
    values = {**row, "platform": letter.platform, "chat": letter.chat}
    await store.execute(_belongs_to(_dialect(store)), values)


@cache
def _belongs_to(dialect: str) -> Insert:
    table = MESSAGES.c
    named = [table.request_id, table.message_id, table.role, table.at]
    given = (bindparam(each.name, type_=each.type) for each in named)
    chat = select(Chat.id, *given).where(
        Chat.platform == bindparam("platform"), Chat.external_id == bindparam("chat")
    )
    made = insert_of(dialect)(MESSAGES).from_select([table.chat_id, *named], chat)
    return made.on_conflict_do_nothing()
