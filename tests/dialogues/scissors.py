"""The program dies at the n-th step of its work: before or after a commit, a call to the platform.

What it did since the last commit is as if it had not been, so no step between two is told apart.
Everything it only remembered is gone then; the platform delivers again what it was not told to
have arrived, and a new program goes on with the same database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from bot.app import App
from bot.crew import HELD_FOR, LEFT_TO_OTHERS
from handlers.chat.outgoing import Sendable
from handlers.chat.platform import Delivered, RawUpdate
from storage.engine import Store
from storage.tables import Event, Letter, Notice, Page, Request, Supporter, Update
from tests.fakes.rooms import Rooms, Shown
from tests.harness import Stage, staged

COMMIT, COMMITTED = "before a commit", "after a commit"
SENDING, SENT = "before a send", "after a send"


class DiedError(BaseException):
    """The process is gone: nothing of ours catches this."""


@dataclass
class Scissors:
    """Counts the steps, and cuts at one."""

    at: int | None = None
    steps: list[str] = field(default_factory=list[str])
    dead: bool = False
    over: bool = False  #: the story is told: leaving in peace is no step of it

    def alive(self) -> None:
        """Whoever is dead does nothing more."""
        if self.dead:
            raise DiedError

    def step(self, kind: str) -> None:
        """One step."""
        self.alive()
        if self.over:
            return
        self.steps.append(kind)
        if len(self.steps) == self.at:
            self.dead = True
            raise DiedError


class CutStore(Store):
    """A database whose every commit is a step; the dead ask it nothing."""

    def __init__(self, url: str, scissors: Scissors) -> None:
        super().__init__(url)
        self._scissors = scissors
        engine = self.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *_: scissors.alive())
        event.listen(engine, "commit", lambda *_: scissors.step(COMMIT))

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Any]:
        async with super().write() as session:
            yield session
        self._scissors.step(COMMITTED)


@dataclass
class CutRooms:
    """A platform to which every call is a step, and that keeps what was not confirmed."""

    rooms: Rooms
    scissors: Scissors
    unconfirmed: Sequence[RawUpdate] = ()
    app: App | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rooms, name)

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        self.scissors.step(SENDING)
        done = await self.rooms.deliver(out, message_id)
        self.scissors.step(SENT)
        return done

    async def our_turn(self, platform: str) -> bool:
        return bool(platform)

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        self.unconfirmed = updates
        await self.again()

    async def again(self) -> None:
        """Deliver what was not confirmed."""
        assert self.app is not None
        if self.unconfirmed:
            await self.app.inbox.receive("rooms", self.unconfirmed)
            self.unconfirmed = ()


@dataclass
class Outcome:
    """All that is there at the end."""

    happened: list[str]
    said: Counter[str]
    unnoted: Counter[str]
    open_ends: int


@dataclass
class Fragile:
    """The program on stage, with its thread to be cut."""

    stage: Stage
    scissors: Scissors
    rooms: CutRooms
    app: App
    unnoted: Counter[str] = field(default_factory=Counter[str])  #: said and not noted, at its death

    async def plays(self, story: Story) -> None:
        """Scene after scene; where the program dies, it starts anew and looks what is due."""
        for scene in (_looks, *story):
            try:
                await scene(self)
                await self.settles()
            except* DiedError:
                await self._reborn()
                await self.rooms.again()
                await self.app.ticks.tick()
                await self.settles()

    async def does(self, room: str, person: str, kind: str, **more: Any) -> str:
        """Somebody does something, and the bot all that follows."""
        message_id = await self.stage.rooms.act(room, person, kind, **more)
        await self.settles()
        return message_id

    async def settles(self) -> None:
        """All is done; of several also what is left for a moment to whoever handled it last."""
        await self.app.settle()
        if self.app.crew.shared:
            self.stage.clock.turn(LEFT_TO_OTHERS)
            await self.app.settle()

    async def _reborn(self) -> None:
        store = self.app.store
        with suppress(DiedError):  # the killed leave nothing to others
            await self.app.close()
        await store.close()
        if self.app.crew.shared:  # what it had in hand runs out
            self.stage.clock.turn(HELD_FOR)
        await self._find_unnoted()
        self.scissors.dead = False
        self.app = _built(self.stage, self.scissors, self.rooms)
        await self.app.inbox.resume()

    async def _find_unnoted(self) -> None:
        async with self.stage.app.store.read() as store:
            noted = set((await store.scalars(select(Letter.message_id))).all())
        self.unnoted.update(_told(each) for each in self._said() if each.id not in noted)

    def _said(self) -> list[Shown]:
        return [each for each in self.stage.rooms.messages if each.sender == "bot"]

    async def outcome(self) -> Outcome:
        """What became of it."""
        async with self.stage.app.store.read() as store:
            rows = await store.execute(select(Request.words, Request.state, Request.rung))
            happened = [f"{words}: {state}, rung {rung}" for words, state, rung in rows.all()]
            for what in (
                select(Event.request_id, Event.move, Event.actor_id),
                select(Supporter.request_id, Supporter.person_id, Supporter.verdict),
                select(Page.request_id, Page.person_id, Page.rung, Page.how),
                select(Notice.person_id, Notice.request_id, Notice.kind),
            ):
                happened += sorted(str(tuple(row)) for row in (await store.execute(what)).all())
            waits = (await store.scalars(select(Letter.id).where(Letter.state == "new"))).all()
            kept = (await store.scalars(select(Update.id).where(Update.state != "done"))).all()
        said = Counter(map(_told, self._said()))
        return Outcome(happened, said, self.unnoted, len(waits) + len(kept))


Scene = Callable[[Fragile], Awaitable[Any]]
Story = Sequence[Scene]


async def _looks(it: Fragile) -> None:
    """What a program does soon after its start."""
    await it.app.ticks.tick()


def _told(shown: Shown) -> str:
    return f"{shown.room}: {shown.whole} {shown.labels}"


def _built(stage: Stage, scissors: Scissors, rooms: CutRooms) -> App:
    old = stage.app
    store = CutStore(old.store.url, scissors)
    platforms: list[Any] = [rooms]
    app = App(old.settings, store, platforms, clock=stage.clock, reader=old.desk.reader)
    rooms.app = app
    return app


@asynccontextmanager
async def fragile(folder: Path, at: int | None = None) -> AsyncGenerator[Fragile]:
    """The stage of all dialogues; the program dies at the step `at`."""
    scissors = Scissors(at)
    async with staged(folder) as stage:
        rooms = CutRooms(stage.rooms, scissors)
        stage.rooms.intake = rooms
        made = Fragile(stage, scissors, rooms, _built(stage, scissors, rooms))
        try:
            yield made
        finally:
            scissors.over = True
            await made.app.close()
            await made.app.store.close()
