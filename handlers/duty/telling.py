"""Telling people of duty: at once, or when they wake; those who coordinate; groups of a place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.words import LANGUAGES
from handlers.chat.outgoing import Content
from handlers.directory.addresses import Address, addresses
from handlers.directory.groups import waiting
from handlers.duty.boards import Board
from handlers.manner import PLAINLY, Manner
from handlers.requests import batches
from handlers.requests.case import calendar_at, quiet_at
from handlers.requests.deadlines import Hours, is_quiet, told
from handlers.requests.routing import policy_at
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import people as people_query
from storage.tables import Area, Chat, Notice, Person

#: What is said, in the language of who reads it.
Words = Callable[[str], Content]
#: A notice that is read anew (retelling.py) when handlers/requests/morning.py tells it.
DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody hears of a rota when they may be disturbed."""

    words: Words  #: as it is told now
    key: str = ""  #: how it is read anew when it had to wait (retelling.RETOLD); or it stays
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    matters_at: datetime | None = None  #: later is too late: then it is told at any hour
    manner: Manner = PLAINLY


def said(words: Words, manner: Manner = PLAINLY, *, matters_at: datetime | None = None) -> Note:
    """A note that stays as it is, however long it has to wait."""
    return Note(words, matters_at=matters_at, manner=manner)


async def know(work: Work, person_ids: Iterable[int]) -> None:
    """Read at once how to reach these people and when, for a batch."""
    ids = sorted(set(person_ids))
    await batches.accounts(work, ids)
    await batches.hours(work, ids)


async def hushed(work: Work, board: Board) -> bool:
    """Whether others sleep now at the place of a rota."""
    facts = await areas_query.facts_at(work.store, board.area.id)
    return is_quiet(work.now, quiet_at(work.policy, facts), board.zone)


async def privately(
    work: Work, person_id: int, words: Words, manner: Manner = PLAINLY, *, slot: str = ""
) -> bool:
    """A private word (or the standing message `slot`) to somebody; whether they can be reached."""
    address = await _address(work, person_id)
    if address is None or address.chat is None:
        return False
    content = words(address.language)
    if slot:
        work.show(address.chat, slot, content, manner)
    else:
        work.say(address.chat, content, manner)
    return True


async def when_awake(work: Work, board: Board, person_id: int, note: Note) -> None:
    """A private word at once, or with all else that waits when neither they nor others sleep."""
    due = await _told_at(work, board, person_id)
    if due <= work.now or (note.matters_at is not None and note.matters_at < due):
        await privately(work, person_id, note.words, note.manner)
        return
    work.store.add(_notice(work, board, person_id, note, due))


def _notice(work: Work, board: Board, person_id: int, note: Note, due: datetime) -> Notice:
    if not note.key:
        texts = {language: note.words(language).text for language in LANGUAGES}
        return waiting(work, person_id, texts, due)
    values = {"rota": board.rota.id, **note.data}
    return Notice(
        person_id=person_id, kind=DUTY, key=note.key, values=values, at=work.now, due_at=due
    )


async def _told_at(work: Work, board: Board, person_id: int) -> datetime:
    """When somebody may be told what can wait (R37)."""
    facts = await areas_query.facts_at(work.store, board.area.id)
    rows = await batches.hours(work, [person_id])
    own = Hours.of(rows[0].quiet, rows[0].duty) if rows else Hours()
    calendar = calendar_at(policy_at(work.policy, facts), facts, board.zone)
    return told(work.now, quiet_at(work.policy, facts), own, calendar)


async def _address(work: Work, person_id: int) -> Address | None:
    async def read() -> Address | None:
        person = await work.store.get(Person, person_id)
        if person is None:
            return None
        reached = await batches.accounts(work, [person_id])
        language = work.desk.defaults.language
        return (await addresses(work, [person], None, language, reached)).get(person_id)

    return await _once(work, ("address", person_id), read)


async def coordinators(work: Work, path: str) -> Sequence[Person]:
    """Those who manage a place; read once in a batch."""
    roles = [role for role, each in work.policy.roles.items() if "manage" in each.rights]

    async def read() -> Sequence[Person]:
        held = await people_query.holders_over(work.store, path, roles)
        return list({each.person.id: each.person for each in held}.values())

    return await _once(work, ("managers", path), read)


async def to_coordinators(work: Work, board: Board, note: Note, but: Iterable[int] = ()) -> None:
    """A private word to those who manage the place of a rota, when they may be disturbed."""
    without = set(but)
    for each in await coordinators(work, board.area.path):
        if each.id not in without:
            await when_awake(work, board, each.id, note)


async def own_groups(work: Work, area: Area) -> Sequence[Chat]:
    """The groups of a place itself; where it has none, those of the nearest place above."""

    async def read() -> Sequence[Chat]:
        over = await chats_query.group_chats_over(work.store, area.path)
        nearest = over[0].area_id if over else None
        return [chat for chat in over if chat.area_id == nearest]

    return await _once(work, ("groups", area.path), read)


async def _once(work: Work, key: object, read: Callable[[], Awaitable[Any]]) -> Any:
    if work.memo is None:
        return await read()
    if key not in work.memo:
        work.memo[key] = await read()
    return work.memo[key]
