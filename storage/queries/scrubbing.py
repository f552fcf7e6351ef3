"""Texts that may hold a name, looked through step by step; and what is left on platforms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, Text, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, Json, Name
from storage.tables import (
    Area,
    Chat,
    Choice,
    Erasure,
    Lane,
    Letter,
    LocalFile,
    LocalMember,
    LocalMessage,
    LocalPerson,
    LocalRoom,
    LocalUpdate,
    Outlet,
    Posted,
    Update,
)

#: No texts of people, or rows that are handled one by one.
PASSED_OVER = frozenset(
    {
        "account",
        "area",
        "chat",
        "erasure",
        "local_person",
        "local_room",
        "local_update",
        "person",
        "update_in",
    }
)
#: How many rows are looked at in one question.
STEP = 2_000
#: What stands where an address stood.
NOBODY = "forgotten"


def _texts() -> list[tuple[Table, list[Column[Any]]]]:
    """Each table with its columns of text, read from the tables: a new one is among them."""
    found: list[tuple[Table, list[Column[Any]]]] = []
    for table in Base.metadata.sorted_tables:
        columns = [
            each for each in table.columns if isinstance(each.type, Text | Name) or _json(each)
        ]
        if columns and "id" in table.c and table.name not in PASSED_OVER:
            found.append((table, columns))
    return found


def _json(column: Column[Any]) -> bool:
    return isinstance(column.type, type(Json))


TEXTS = _texts()
BODY = Base.metadata.tables["update_in"].c.body


@dataclass(frozen=True, slots=True)
class Found:
    """A row in which one of the needles stands."""

    table: Table
    values: Mapping[str, Any]  #: id, and its columns of text


async def look(
    store: AsyncSession, place: int, after: int, needles: Sequence[str]
) -> tuple[list[Found], int | None]:
    """The next rows of a table that hold a needle, and the last row looked at; None: all were."""
    table, columns = TEXTS[place]
    last = await store.scalar(select(func.max(table.c.id)))
    if last is None or after >= last:
        return [], None
    upto = after + STEP
    holds = or_(*(_holds(each, needle) for each in columns for needle in _forms(needles)))
    rows = await store.execute(
        select(table.c.id, *columns).where(table.c.id > after, table.c.id <= upto, holds)
    )
    return [Found(table, dict(row)) for row in rows.mappings()], upto


def _holds(column: Column[Any], needle: str) -> Any:
    return cast(column, Text).icontains(needle, autoescape=True)


def _forms(needles: Sequence[str]) -> Iterable[str]:
    """As they stand in a text, and as JSON writes them."""
    return dict.fromkeys(form for each in needles for form in (each, escaped(each)))


def escaped(text: str) -> str:
    """A text as JSON writes it in ASCII."""
    return json.dumps(text)[1:-1]


async def keep(store: AsyncSession, found: Found, values: Mapping[str, Any]) -> None:
    """Write the row without them."""
    row = found.values["id"]
    await store.execute(update(found.table).where(found.table.c.id == row).values(values))


async def due(store: AsyncSession, now: datetime) -> Erasure | None:
    """Somebody who is being forgotten and of whom more is to be looked for now."""
    waiting = select(Erasure).where(Erasure.due_at <= now).order_by(Erasure.due_at, Erasure.id)
    return await store.scalar(waiting.limit(1).with_for_update(skip_locked=True))


async def all_of(store: AsyncSession) -> Sequence[Erasure]:
    """All who are being forgotten."""
    return (await store.scalars(select(Erasure).order_by(Erasure.id))).all()


async def locked(store: AsyncSession, ids: Sequence[int]) -> Sequence[Erasure]:
    """These, for nobody else to change until the transaction ends."""
    found = select(Erasure).where(Erasure.id.in_(ids)).order_by(Erasure.id)
    return (await store.scalars(found.with_for_update())).all()


async def drop_failed(store: AsyncSession, needles: Sequence[str]) -> None:
    """Updates that failed and hold a needle lose their bodies; what waits is left alone."""
    holds = or_(*(_holds(BODY, form) for form in _forms(needles)))
    failed = update(Update).where(Update.state == "dead", Update.body.is_not(None), holds)
    await store.execute(failed.values(body=None).execution_options(synchronize_session=False))


async def leave_nothing(
    store: AsyncSession, platform: str, account: str, private: str, before: datetime
) -> None:
    """Nothing on a platform leads to them any more: letters, standing messages, the chat's name."""
    for chat in {account, private} - {""}:
        here = (Letter.platform == platform, Letter.chat == chat, Letter.created_at <= before)
        await store.execute(delete(Letter).where(*here))
        await store.execute(delete(Posted).where(Posted.platform == platform, Posted.chat == chat))
        await store.execute(delete(Choice).where(Choice.platform == platform, Choice.chat == chat))
        await store.execute(
            update(Update)
            .where(Update.platform == platform, Update.lane == f"{platform}:{chat}")
            .where(Update.received_at <= before, Update.state != "new")
            .values(lane=NOBODY, body=None)
        )
        idle = (Lane.name == f"{platform}:{chat}", Lane.due_at.is_(None))
        await store.execute(delete(Lane).where(*idle))
        await store.execute(delete(Outlet).where(Outlet.platform == platform, Outlet.chat == chat))
        await _rename_chat(store, platform, chat)
    if platform == "local":
        await _leave_web_chat(store, account)


async def _rename_chat(store: AsyncSession, platform: str, external: str) -> None:
    """Requests may have been said there: the row stays, its name does not."""
    mine = select(Chat).where(
        Chat.platform == platform, Chat.external_id == external, Chat.kind == "private"
    )
    chat = await store.scalar(mine)
    if chat is None:
        return
    chat.external_id, chat.title, chat.present = f"{NOBODY}:{chat.id}", "", False
    chat.area_id, chat.language, chat.settings = await _above(store, chat.area_id), None, {}
    await store.flush()


async def _above(store: AsyncSession, area_id: int | None) -> int | None:
    """The building, where a stairwell stood."""
    area = await store.get(Area, area_id) if area_id is not None else None
    return area.parent_id if area is not None and area.kind in ("unit", "household") else area_id


async def _leave_web_chat(store: AsyncSession, key: str) -> None:
    """The built-in chat keeps its people and messages here as well."""
    theirs = (LocalMessage.sender == key) | (LocalMessage.room == key)
    media = (await store.scalars(select(LocalMessage.media).where(theirs))).all()
    files = [str(each.get("ref")) for sent in media for each in sent]
    await store.execute(delete(LocalFile).where(LocalFile.key.in_(files)))
    await store.execute(delete(LocalMessage).where(LocalMessage.room == key))
    await store.execute(
        update(LocalMessage)
        .where(LocalMessage.sender == key)
        .values(sender=NOBODY, name="", title="", text="", media=[], buttons=[], recalled=True)
    )
    await store.execute(
        delete(LocalMember).where(or_(LocalMember.person == key, LocalMember.room == key))
    )
    await store.execute(delete(LocalUpdate).where(LocalUpdate.room == key))
    await store.execute(delete(LocalRoom).where(LocalRoom.key == key))
    await store.execute(delete(LocalPerson).where(LocalPerson.key == key))
