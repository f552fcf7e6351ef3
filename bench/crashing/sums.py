"""What became of it all: requests, joins and messages, so told that two runs can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.crashing.story import Building
from storage.engine import Store
from storage.tables import Chat, Event, Letter, Page, Person, Request, Supporter, Update
from tests.fakes.bot_api import Message

#: Numbers of requests, times and dates are of one run alone.
OWN = re.compile(r"\d+")

NUMBER = re.compile(r"#\d+")

#: Chat and message.
Place = tuple[str, str]


@dataclass(slots=True)
class Sums:
    """One run, as it ended."""

    happened: list[str] = field(default_factory=list[str])  #: requests, events, joins, pages
    said: Counter[str] = field(default_factory=Counter[str])  #: chat and text, of what was noted
    doubles: list[str] = field(default_factory=list[str])  #: what stands there once too often
    strange: list[str] = field(default_factory=list[str])  #: what stands there and should not
    dead: int = 0  #: updates that were given up
    owed: list[str] = field(default_factory=list[str])  #: letters that were not sent

    def differences(self, other: Sums) -> list[str]:
        """What is in one and not in the other; what should not be there at all."""
        mine, theirs = Counter(self.happened), Counter(other.happened)
        told = [f"only with kills: {each}" for each in (mine - theirs).elements()]
        told += [f"only without: {each}" for each in (theirs - mine).elements()]
        told += [f"said too often: {each}" for each in (self.said - other.said).elements()]
        told += [f"not said: {each}" for each in (other.said - self.said).elements()]
        told += [f"not a double of anything: {each}" for each in self.strange]
        told += [f"given up: {self.dead} updates"] * bool(self.dead)
        told += [f"not sent: {each}" for each in self.owed]
        return told


async def waits(store: Store) -> int:
    """How many updates and letters are not done with."""
    async with store.read() as session:
        return await _count(session, Update.state == "new") + len(await _owed(session))


async def sums(store: Store, town: Sequence[Building]) -> Sums:
    """Add it all up."""
    made = Sums()
    async with store.read() as session:
        made.happened = [each async for each in _happened(session)]
        made.dead = await _count(session, Update.state == "dead")
        made.owed = await _owed(session)
        rows = await session.execute(
            select(Letter.chat, Letter.message_id).where(Letter.message_id.is_not(None))
        )
        noted: set[Place] = {(chat, message) for chat, message in rows if message}
    for building in town:
        _add_messages(made, building, noted)
    return made


def _add_messages(made: Sums, building: Building, noted: set[Place]) -> None:
    for person in (None, *building.people, building.captain):
        chat = building.group.chat if person is None else person.private
        known = [each for each in chat.said if (str(chat.id), str(each.id)) in noted]
        cut = [each for each in chat.said if (str(chat.id), str(each.id)) not in noted]
        made.said.update(f"{chat.title}: {_own_out(each.text)}" for each in known)
        shown = {about for each in known for about in _about(each)}
        for each in cut:
            told = f"{chat.title}: {each.text!r}"
            (made.doubles if _about(each) & shown else made.strange).append(told)


def _about(message: Message) -> set[str]:
    """Of which request it is. A newer picture of it may have been the first that was noted."""
    return set(NUMBER.findall(message.text))


def _own_out(text: str) -> str:
    return OWN.sub("0", text)


async def _count(session: AsyncSession, where: Any) -> int:
    return await session.scalar(select(func.count()).select_from(Update).where(where)) or 0


async def _owed(session: AsyncSession) -> list[str]:
    rows = await session.execute(
        select(Letter.chat, Letter.not_before, Letter.error, Letter.body)
        .where(Letter.state == "new")
        .order_by(Letter.id)
    )
    return [
        f"{chat}, {moment:%H:%M:%S}: {error or ''} {body}" for chat, moment, error, body in rows
    ]


async def _happened(session: AsyncSession) -> AsyncIterator[str]:
    """Each request of each group in its order, with all that belongs to it, in one line."""
    rows = await session.execute(
        select(Request, Chat.title).join(Chat, Chat.id == Request.chat_id).order_by(Request.id)
    )
    counted: Counter[str] = Counter()
    for request, title in rows.all():
        counted[title] += 1
        events = await _lines(
            session, Event.move, Event.actor_id, Event.request_id == request.id, Event.id
        )
        joins = await _lines(
            session, Supporter.verdict, Supporter.person_id, Supporter.request_id == request.id
        )
        pages = await _lines(session, Page.how, Page.person_id, Page.request_id == request.id)
        yield (
            f"{title} no. {counted[title]}: {request.words} [{request.category}, {request.state},"
            f" rung {request.rung}] events {events}; joins {sorted(joins)}; pages {sorted(pages)}"
        )


async def _lines(
    session: AsyncSession, what: Any, who: Any, where: Any, order: Any = None
) -> list[str]:
    asked = select(what, Person.name).outerjoin(Person, Person.id == who).where(where)
    rows = await session.execute(asked if order is None else asked.order_by(order))
    return [f"{one} {name}" for one, name in rows.all()]
