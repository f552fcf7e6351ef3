"""`linli replay`: a recorded conversation through the real path, on a database of its own."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from bot.app import App
from bot.clock import VirtualClock
from bot.recorded import Conversation, Line, RecordingError, read_recording
from config.settings import Settings
from handlers.chat import (
    Capabilities,
    ChatFacts,
    ChatRef,
    Delivered,
    Incoming,
    Intake,
    Media,
    MediaKind,
    Message,
    RawUpdate,
    Sender,
)
from handlers.context import Sendable, Understands
from handlers.hearing import Glance
from handlers.understanding.meaning import Outcome, Place
from handlers.understanding.place import parse_area
from handlers.understanding.reader import Reader
from storage.base import Base
from storage.engine import Store
from storage.tables import Account, Area, Chat, Person, Residence, RoleHeld

NAME = "replay"


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one message."""

    conv: str
    n: int
    outcome: str
    of: int | None = None
    category: str | None = None
    urgency: str | None = None
    kind: str | None = None
    place: dict[str, str | None] | None = None

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False
        )


class ReplayPlatform:
    """A platform that hears recorded lines and says nothing."""

    name = NAME
    capabilities = Capabilities(reactions=False)

    def __init__(self) -> None:
        self._count = 0

    async def run(self, intake: Intake) -> None:
        """Nothing comes by itself."""
        await asyncio.Event().wait()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """A recorded line as a group's message."""
        line, conv = body["line"], body["conv"]
        media = (Media(kind=MediaKind(line["media"])),) if line["media"] else ()
        return [
            Message(
                chat=ChatRef(NAME, conv),
                sender=Sender(id=f"{conv}:{line['sender']}", name=line["sender"]),
                at=datetime.fromisoformat(line["at"]),
                message_id=str(line["n"]),
                text=line["text"],
                reply_to=str(line["reply_to"]) if line["reply_to"] else None,
                media=media,
                forwarded=line["forwarded"],
            )
        ]

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        """Accept and send nothing."""
        self._count += 1
        return Delivered(message_id or f"bot-{self._count}")

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """All is well in a recording."""
        return ChatFacts(reachable=True)

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A recording has no links."""
        return None


async def replay_file(file: Path, *, area: str | None, as_json: bool) -> int:
    """Print what would have become of each message of a file."""
    try:
        conversations = list(read_recording(file, area))
    except RecordingError as error:
        typer.echo(str(error), err=True)
        return 2
    async for conversation, became in replayed(conversations):
        _print(conversation, became, as_json=as_json)
    return 0


async def replayed(
    conversations: Sequence[Conversation],
    reader_for: Callable[[Conversation], Understands] | None = None,
) -> AsyncGenerator[tuple[Conversation, list[Became]]]:
    """Each conversation with what became of its messages, through the real program."""
    reader = Reader.load()
    with tempfile.TemporaryDirectory(prefix="linli-replay-") as folder:
        store = Store(f"sqlite+aiosqlite:///{folder}/replay.db")
        try:
            async with store.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            for conversation in conversations:
                mine = reader_for(conversation) if reader_for else reader
                yield conversation, await _replay(store, conversation, mine)
        finally:
            await store.close()


@dataclass(slots=True)
class _Witness:
    """Writes down what became of each message."""

    conversation: Conversation
    became: dict[int, Became] = field(default_factory=dict[int, Became])
    opened_by: dict[str, int] = field(default_factory=dict[str, int])

    def __call__(self, glance: Glance, outcome: Outcome, of: str | None) -> None:
        n, meaning = int(glance.heard.key), glance.meaning
        opens = outcome is Outcome.OPEN
        if opens and of is not None:
            self.opened_by[of] = n
        place = meaning.place
        self.became[n] = Became(
            conv=self.conversation.name,
            n=n,
            outcome=outcome.value,
            of=None if opens or of is None else self.opened_by.get(of),
            category=meaning.category if opens else None,
            urgency=meaning.urgency.value if opens and meaning.urgency else None,
            kind=meaning.kind.value if opens and meaning.kind else None,
            place={part: getattr(place, part) for part in Place.__slots__} if opens else None,
        )

    def all(self) -> list[Became]:
        """One for each message; what no one looked at (a command) is talk."""
        name = self.conversation.name
        return [
            self.became.get(line.n, Became(name, line.n, "talk"))
            for line in self.conversation.lines
        ]


async def _replay(store: Store, conversation: Conversation, reader: Understands) -> list[Became]:
    lines = sorted(conversation.lines, key=lambda line: line.at)
    if not lines:
        return []
    clock = VirtualClock(lines[0].at)
    settings = Settings(web_chat=False, telegram_token=None, demo=False)
    app = App(settings, store, [ReplayPlatform()], clock=clock, reader=reader)
    await _settle_in(app, conversation)
    witness = _Witness(conversation)
    app.dispatcher.hearing.witness = witness
    for line in conversation.lines:
        if line.at > clock.now():
            clock.set(line.at)
            await app.ticks.tick()
        await app.inbox.receive(NAME, [_raw(conversation, line)])
        await app.settle()
    return witness.all()


def _raw(conversation: Conversation, line: Line) -> RawUpdate:
    body = {
        "conv": conversation.name,
        "line": {
            "n": line.n,
            "at": line.at.isoformat(),
            "sender": line.sender,
            "text": line.text,
            "reply_to": line.reply_to,
            "media": line.media,
            "forwarded": line.forwarded,
        },
    }
    return RawUpdate(f"{conversation.name}:{line.n}", conversation.name, body)


async def _settle_in(app: App, conversation: Conversation) -> None:
    """Build the places and people that the recording knows, and the group."""
    now = app.clock.now()
    async with app.store.write() as store:
        tree = _Tree(store)
        here = parse_area(conversation.area or "")
        top = await tree.child(None, "neighbourhood", conversation.name, conversation.title)
        own = await tree.at(top, here)
        store.add(
            Chat(
                platform=NAME,
                external_id=conversation.name,
                kind="group",
                title=conversation.title,
                area_id=own.id,
                present=True,
                administrator=True,
                hears_all=True,
                can_speak=True,
                greeted_at=now,
                settings={"mode": "act"},
            )
        )
        for line in {line.sender: line for line in reversed(conversation.lines)}.values():
            person = Person(name=line.sender[:80], skills=[], created_at=now)
            store.add(person)
            await store.flush()
            external = f"{conversation.name}:{line.sender}"
            store.add(Account(platform=NAME, external_id=external, person_id=person.id))
            if line.home is not None:
                home = await tree.at(top, line.home)
                store.add(Residence(person_id=person.id, area_id=home.id, since=now))
            if line.role != "resident":
                store.add(RoleHeld(person_id=person.id, role=line.role, area_id=own.id, since=now))


class _Tree:
    """Makes places as they are named."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._made: dict[tuple[int | None, str, str], Area] = {}

    async def at(self, top: Area, place: Place) -> Area:
        """The place's own row, its parents made on the way."""
        area = top
        steps = (("building", place.building), ("unit", place.unit), ("household", place.room))
        for kind, code in steps:
            if code:
                area = await self.child(area, kind, code, code)
        return area

    async def child(self, parent: Area | None, kind: str, code: str, name: str) -> Area:
        """A place below another, made once."""
        key = (parent.id if parent else None, kind, code)
        if key not in self._made:
            area = Area(
                parent_id=parent.id if parent else None,
                kind=kind,
                name=name[:80] or code,
                code=code[:40],
                path="",
                settings={},
            )
            self._store.add(area)
            await self._store.flush()
            area.path = f"{parent.path if parent else '/'}{area.id}/"
            await self._store.flush()
            self._made[key] = area
        return self._made[key]


SIGNS = {
    "open": "●",
    "join": "+",
    "detail": "…",
    "update": "→",
    "ask": "?",
    "answer": "!",
    "talk": " ",
}


def _print(conversation: Conversation, became: Sequence[Became], *, as_json: bool) -> None:
    if as_json:
        for each in became:
            typer.echo(each.as_json())
        return
    typer.echo(f"\n{conversation.title or conversation.name}")
    for line, each in zip(conversation.lines, became, strict=True):
        typer.echo(f"{SIGNS[each.outcome]} {line.n:>4} {line.sender}: {line.text}{_note(each)}")


def _note(each: Became) -> str:
    if each.outcome == "talk":
        return ""
    where = "".join(f" {v}" for v in (each.place or {}).values() if v)
    link = f" #{each.of}" if each.of else ""
    what = " ".join(part for part in (each.category, each.urgency) if part)
    return f"    [{each.outcome}{link}{' ' + what if what else ''}{where}]"
