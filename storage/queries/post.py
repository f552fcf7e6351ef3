"""The post room's questions: letters kept, found when due, and what stands where."""

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
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, insert_of
from storage.direct import Direct
from storage.prepared import prepared
from storage.tables import Chat, Letter, Posted, RequestMessage

#: The post room works on plain rows: it has many, and reads each once.
LETTERS, POSTED, MESSAGES = (
    Base.metadata.tables[each.__tablename__] for each in (Letter, Posted, RequestMessage)
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


async def forget_letters(store: AsyncSession, before: datetime) -> int:
    """Drop letters that ended long ago; gives how many."""
    old = Letter.state.in_(("sent", "failed", "folded")), Letter.not_before < before
    return await dropped(store, delete(Letter).where(*old))


async def dropped(store: AsyncSession, what: Delete) -> int:
    """Drop what is no longer needed; how much there was."""
    done: CursorResult[Any] = await store.execute(  # pyright: ignore[reportAssignmentType]
        what.execution_options(synchronize_session=False)
    )
    return done.rowcount


async def keep_letters(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is to be said; an occasion that was spoken of already is passed over (R57)."""
    if rows:
        await _keep_letters.run_all(store, rows)


@Direct
def _keep_letters(dialect: str) -> Insert:
    given = ("platform", "chat", "body", "slot", "urgent", "at_once", "state", "not_before")
    named = (*given, "created_at", "request_id", "occasion")
    made = insert_of(dialect)(LETTERS).values({name: bindparam(name) for name in named})
    return made.values(tries=0, uncertain=False).on_conflict_do_nothing()


@dataclass(slots=True)
class Standing:
    """Which message stands in a letter's slot, and what it shows."""

    message_id: str
    digest: str


#: Written out, so that the index of these rows alone (`storage/tables/post.py`) is used.
WAITS = text("letter.state = 'new' AND letter.slot IS NOT NULL")


async def waiting_in(store: AsyncSession, slots: Sequence[tuple[str, str, str]]) -> list[Letter]:
    """What waits in these slots (platform, chat, slot), the oldest first. What somebody settles
    just now is passed over."""
    if not slots:
        return []
    chats, names = {chat for _, chat, _ in slots}, {slot for _, _, slot in slots}
    found = await _waiting_in.scalars(store, list(chats), list(names))
    there = frozenset(slots)
    return [each for each in found if (each.platform, each.chat, each.slot) in there]


@prepared
def _waiting_in(chats: Sequence[str], names: Sequence[str]) -> Select[Letter]:
    return (
        select(Letter)
        .with_hint(Letter, "INDEXED BY ix_letter_waits", "sqlite")
        .where(WAITS, Letter.chat.in_(chats), Letter.slot.in_(names))
        .order_by(Letter.id)
        .with_for_update(skip_locked=True)
    )


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
    await _settle(tuple(values)).run(store, {"row": letter_id, **values})


@cache
def _settle(names: tuple[str, ...]) -> Direct:
    settled = update(LETTERS).where(LETTERS.c.id == bindparam("row"))
    return Direct(lambda _dialect: settled.values({name: bindparam(name) for name in names}))


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
    await _remember_posted.run(store, row)


@Direct
def _remember_posted(dialect: str) -> Insert:
    where, said = ("platform", "chat", "slot"), ("message_id", "digest", "lines", "said_at")
    made = insert_of(dialect)(POSTED).values({name: bindparam(name) for name in (*where, *said)})
    return made.on_conflict_do_update(
        index_elements=where, set_={name: made.excluded[name] for name in said}
    )


async def belongs_to(store: AsyncSession, letter: Letter, row: Mapping[str, Any]) -> None:
    """A message that was sent is one of its request's from now on, if its chat is known."""
    nothing: dict[str, Any] = {"text": "", "media": []}
    await _belongs_to.run(
        store, {**row, **nothing, "platform": letter.platform, "chat": letter.chat}
    )


@Direct
def _belongs_to(dialect: str) -> Insert:
    table = MESSAGES.c
    named = [table.request_id, table.message_id, table.role, table.at, table.text, table.media]
    given = (bindparam(each.name, type_=each.type) for each in named)
    chat = select(Chat.id, *given).where(
        Chat.platform == bindparam("platform"), Chat.external_id == bindparam("chat")
    )
    made = insert_of(dialect)(MESSAGES).from_select([table.chat_id, *named], chat)
    return made.on_conflict_do_nothing()
