"""The inbox: kept before it is confirmed, handled once, in order within a chat."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.clock import VirtualClock
from bot.crew import HELD_FOR, Crew
from bot.inbox import MAX_TRIES, Inbox
from bot.lanes import MOST_OF_A_CHAT
from bot.talk import CLOSE_TOGETHER
from handlers.chat.incoming import Incoming, Message
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import RawUpdate
from handlers.dispatch import Dispatcher
from handlers.turn import Ahead
from handlers.work import Desk, Work
from storage.base import Base
from storage.engine import Store
from storage.queries import intake
from storage.tables import Audit, Letter, Update
from storage.trouble import AwayError
from tests.fakes.rooms import Rooms
from tests.harness import MONDAY

Step = Callable[[Message, AsyncSession], Awaitable[None]]


async def _nothing(_message: Message, _store: AsyncSession) -> None:
    """A step that does nothing more."""


@dataclass
class Script:
    """Stands in for the dispatcher: "talk ..." is talk; the rest writes one row and one letter."""

    step: Step = _nothing
    gate: asyncio.Event | None = None  #: "... waits" waits for it before its transaction
    handled: list[str] = field(default_factory=list[str])
    forgot_all: int = 0
    shared: bool = False  #: whether lines may share a transaction
    unheard: list[str] = field(default_factory=list[str])

    def shares(self, incoming: Incoming) -> bool:
        return self.shared and isinstance(incoming, Message) and "alone" not in incoming.text

    def looked_again(self, _incoming: Incoming, _now: object, ahead: Ahead) -> Ahead:
        return ahead

    def unhear(self, incoming: Iterable[Incoming]) -> None:
        self.unheard += [each.text for each in incoming if isinstance(each, Message)]

    def first_look(self, incoming: Incoming, _now: object, _opinion: object) -> Ahead:
        talk = isinstance(incoming, Message) and incoming.text.startswith("talk")
        return Ahead(done=talk)

    async def prepare(self, incoming: Incoming, ahead: Ahead) -> Ahead:
        assert isinstance(incoming, Message)
        if self.gate is not None and incoming.text.endswith("waits"):
            await self.gate.wait()
        return ahead

    async def handle(
        self, incoming: Incoming, store: AsyncSession, now: Any, _ahead: Ahead
    ) -> Work:
        assert isinstance(incoming, Message)
        work = Work(cast("Desk", SimpleNamespace(capabilities={})), store, now)
        store.add(Audit(at=now, command="said", detail={"text": incoming.text}))
        say = Say(platform="rooms", chat=incoming.chat.id, content=Content(text=incoming.text))
        work.put(say)
        await self.step(incoming, store)
        self.handled.append(incoming.text)
        return work

    def forget(self, _work: Work) -> None:
        """Nothing is remembered."""

    def forget_all(self) -> None:
        self.forgot_all += 1


@dataclass
class Desktop:
    """An inbox with what it needs, as one process has it."""

    store: Store
    script: Script = field(default_factory=Script)
    spoken: int = 0
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))

    def __post_init__(self) -> None:
        self.rooms = Rooms(self.clock)
        self.inbox = Inbox(
            self.store,
            self.clock,
            {"rooms": self.rooms},
            cast("Dispatcher", self.script),
            self._spoken,
            Crew(self.store, self.clock, lambda _news: None),
        )

    def _spoken(self) -> None:
        self.spoken += 1

    async def receives(self, *said: str) -> None:
        """Updates "room:text", all at once; the text is the key too."""
        await self.inbox.receive("rooms", [_raw(each) for each in said])

    async def updates(self) -> dict[str, str]:
        """The state of each update by its key."""
        async with self.store.read() as store:
            rows = await store.scalars(select(Update).order_by(Update.id))
            return {row.key: row.state for row in rows.all()}

    async def changes(self) -> list[str]:
        """What was changed, in order."""
        async with self.store.read() as store:
            rows = await store.scalars(select(Audit.detail).order_by(Audit.id))
            return [each["text"] for each in rows.all()]

    async def letters(self) -> int:
        """How many letters lie in the outbox."""
        async with self.store.read() as store:
            return len((await store.scalars(select(Letter.id))).all())


def _raw(said: str) -> RawUpdate:
    room, _, text = said.partition(":")
    body = {"kind": "message", "room": room, "person": "li", "message_id": text, "text": text}
    if text == "poison":
        body["kind"] = "poison"
    key = text.encode(errors="replace").decode().replace("\0", "")
    return RawUpdate(key, room, {**body, "at": MONDAY.isoformat()})


both = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def desk(store: Store) -> Desktop:
    return Desktop(store)


@contextlib.asynccontextmanager
async def working(desk: Desktop) -> AsyncGenerator[asyncio.Task[None]]:
    """The inbox runs; at the end it is cancelled, as at a stop of the program."""
    task: asyncio.Task[None] = asyncio.ensure_future(desk.inbox.run())
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@both
async def test_an_update_is_durable_when_the_platform_is_told_so(desk: Desktop) -> None:
    await desk.receives("g1:a")
    other = Store(desk.store.url)
    async with other.read() as store:
        kept = (await store.scalars(select(Update))).one()
    await other.close()
    assert (kept.state, json.loads(kept.body or "")["text"]) == ("new", "a")


async def test_what_could_not_be_kept_is_not_confirmed(desk: Desktop) -> None:
    async with desk.store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    with pytest.raises(Exception, match=r"update_in|lane"):
        await desk.receives("g1:a")
    assert desk.inbox.backlog == 0


@both
async def test_a_repeat_is_ignored_in_the_same_batch_later_and_after_a_restart(
    desk: Desktop,
) -> None:
    """R12"""
    await desk.receives("g1:a", "g1:a")
    await desk.receives("g1:a", "g1:b")
    await desk.inbox.drain()
    again = Desktop(desk.store)
    await again.receives("g1:a")
    await again.inbox.drain()
    assert desk.script.handled == ["a", "b"]
    assert again.script.handled == []


async def test_a_chat_is_in_order_and_another_does_not_wait_for_it(desk: Desktop) -> None:
    desk.script.gate = asyncio.Event()
    async with working(desk):
        await desk.receives("g1:a1 waits", "g1:a2", "g2:b1")
        await _until(lambda: desk.script.handled == ["b1"])
        desk.script.gate.set()
        await _until(lambda: len(desk.script.handled) == 3)
    assert desk.script.handled == ["b1", "a1 waits", "a2"]


async def test_a_busy_chat_takes_turns_with_the_others(desk: Desktop) -> None:
    await desk.receives("g1:a1", "g1:a2", "g1:a3", "g2:b1")
    await desk.inbox.drain()
    assert desk.script.handled == ["a1", "b1", "a2", "a3"]


async def test_a_flood_steps_back_for_what_comes_in_meanwhile(desk: Desktop) -> None:
    """One that comes in while a flood is handled is next, not one of many."""
    coming: list[asyncio.Future[None]] = []
    kept_at: list[int] = []  # how many were handled when it was kept

    async def comes() -> None:
        await desk.receives("g2:b1")
        kept_at.append(len(desk.script.handled))

    async def step(message: Message, _store: AsyncSession) -> None:
        if message.text == "a20":
            coming.append(asyncio.ensure_future(comes()))

    desk.script.step = step
    async with working(desk):
        await desk.receives(*(f"g1:a{n}" for n in range(100)))
        await _until(lambda: len(desk.script.handled) == 101)
    behind = desk.script.handled.index("b1") - kept_at[0]
    # One was in hand; of several processes a chat must be taken first, while others are handled.
    assert behind <= (1 if desk.store.sqlite else MOST_OF_A_CHAT)
    assert [each for each in desk.script.handled if each != "b1"] == [f"a{n}" for n in range(100)]


async def test_one_that_fails_is_tried_again_then_parked_and_stops_nobody(desk: Desktop) -> None:
    tried: list[str] = []

    async def step(message: Message, _store: AsyncSession) -> None:
        tried.append(message.text)
        if message.text == "bad":
            raise LookupError("our own mistake")

    desk.script.step = step
    with capture_logs() as logs:
        await desk.receives("g1:bad", "g1:good", "g2:other")
        await desk.inbox.drain()
    assert tried.count("bad") == MAX_TRIES
    assert await desk.updates() == {"bad": "dead", "good": "done", "other": "done"}
    assert [each["event"] for each in logs] == ["update.failed", "update.failed", "update.dead"]
    assert desk.script.forgot_all == MAX_TRIES, "nothing remembered is trusted after a failure"


@both
async def test_a_passing_failure_is_made_good_and_leaves_nothing_twice(desk: Desktop) -> None:
    failures = [ConnectionError("database away"), None]

    async def step(_message: Message, store: AsyncSession) -> None:
        await store.flush()
        if failure := failures.pop(0):
            raise failure

    desk.script.step = step
    with capture_logs():
        await desk.receives("g1:a")
        await desk.inbox.drain()
    assert await desk.updates() == {"a": "done"}
    assert (await desk.changes(), await desk.letters()) == (["a"], 1)


@both
async def test_an_operator_is_told_once_that_what_came_cannot_be_kept(
    desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the platform it is one failed poll of many; it says so to nobody."""

    async def away(*_: object) -> None:
        raise AwayError("refused")

    with capture_logs() as logs, monkeypatch.context() as broken:
        broken.setattr(intake, "keep_updates", away)
        for _ in range(3):
            with pytest.raises(AwayError):
                await desk.receives("g1:a")
    assert [(each["event"], each["doing"]) for each in logs] == [
        ("database.away", "keeping what came")
    ]
    await desk.receives("g1:a")
    assert await desk.updates() == {"a": "new"}


async def test_what_a_stranger_s_update_breaks_is_parked_at_once(desk: Desktop) -> None:
    await desk.receives("g1:poison", "g1:a")
    with capture_logs() as logs:
        await desk.inbox.drain()
    assert [each["event"] for each in logs] == ["update.dead"]
    assert await desk.updates() == {"poison": "dead", "a": "done"}


@both
async def test_characters_that_no_database_takes_hold_up_nobody(desk: Desktop) -> None:
    await desk.receives("g1:half \ud83d of a\x00smile", "g1:whole 😀")
    await desk.inbox.drain()
    assert await desk.changes() == ["half \ufffd of a\ufffdsmile", "whole 😀"]


@both
async def test_a_failing_handler_leaves_neither_change_nor_letter(desk: Desktop) -> None:
    async def step(_message: Message, store: AsyncSession) -> None:
        await store.flush()
        raise ValueError("half-way")

    desk.script.step = step
    await desk.receives("g1:a")
    with capture_logs():
        await desk.inbox.drain()
    assert (await desk.changes(), await desk.letters(), desk.spoken) == ([], 0, 0)


async def test_nothing_is_said_before_the_commit(desk: Desktop) -> None:
    seen: list[int] = []

    async def step(_message: Message, _store: AsyncSession) -> None:
        seen.append(desk.spoken)

    desk.script.step = step
    await desk.receives("g1:a")
    await desk.inbox.drain()
    assert (seen, desk.spoken, await desk.letters()) == ([0], 1, 1)


async def test_talk_is_closed_together_with_the_next_change(desk: Desktop) -> None:
    before: list[dict[str, str]] = []

    async def step(_message: Message, _store: AsyncSession) -> None:
        before.append(await desk.updates())

    desk.script.step = step
    await desk.receives("g1:talk 1", "g1:talk 2", "g1:a")
    await desk.inbox.drain()
    assert set(before[0].values()) == {"new"}, "talk alone costs no transaction"
    assert set((await desk.updates()).values()) == {"done"}
    async with desk.store.read() as store:
        assert (await store.scalars(select(Update.body))).all() == [None] * 3


async def test_a_long_talk_is_closed_before_it_is_too_long(desk: Desktop) -> None:
    before: list[str] = []

    async def step(_message: Message, _store: AsyncSession) -> None:
        before.extend((await desk.updates()).values())

    desk.script.step = step
    await desk.receives(*(f"g1:talk {n}" for n in range(CLOSE_TOGETHER + 5)), "g1:a")
    await desk.inbox.drain()
    assert (before.count("done"), before.count("new")) == (CLOSE_TOGETHER, 5 + 1)


async def test_when_a_change_fails_its_talk_is_closed_with_a_later_one(desk: Desktop) -> None:
    async def step(message: Message, _store: AsyncSession) -> None:
        if message.text == "bad":
            raise ValueError("no")

    desk.script.step = step
    await desk.receives("g1:talk 1", "g1:bad", "g1:a")
    with capture_logs():
        await desk.inbox.drain()
    assert await desk.updates() == {"talk 1": "done", "bad": "dead", "a": "done"}


async def test_talk_is_closed_when_nothing_more_comes(desk: Desktop) -> None:
    async with working(desk):
        await desk.receives("g1:talk 1")
        await _until(lambda: not desk.inbox.backlog)
        for _ in range(5000):
            if await desk.updates() == {"talk 1": "done"}:
                break
    assert await desk.updates() == {"talk 1": "done"}


async def test_a_restart_goes_on_with_what_was_kept_in_its_order(desk: Desktop) -> None:
    """R70"""
    await desk.receives("g1:a", "g2:b", "g1:c")
    again, third = Desktop(desk.store), Desktop(desk.store)
    await again.inbox.resume()
    await again.inbox.drain()
    assert again.script.handled == ["a", "b", "c"]
    await third.inbox.resume()
    await third.inbox.drain()
    assert not third.script.handled


async def test_how_often_it_failed_is_remembered_over_a_restart(desk: Desktop) -> None:
    async def fails(_message: Message, _store: AsyncSession) -> None:
        raise ValueError("no")

    await desk.receives("g1:a")
    async with desk.store.write() as store:
        row = (await store.scalars(select(Update))).one()
        row.tries = MAX_TRIES - 1
    again = Desktop(desk.store, Script(fails))
    await again.inbox.resume()
    with capture_logs() as logs:
        await again.inbox.drain()
    assert [each["event"] for each in logs] == ["update.dead"]


async def test_the_updates_of_a_platform_that_is_turned_off_wait_for_it(desk: Desktop) -> None:
    await desk.inbox.receive("elsewhere", [_raw("g1:later")])
    again = Desktop(desk.store)
    assert await again.inbox.resume() == 0
    assert await again.updates() == {"later": "new"}


@both
async def test_stopped_in_the_middle_it_is_handled_again_exactly_once(desk: Desktop) -> None:
    """R70"""
    reached = asyncio.Event()

    async def step(_message: Message, store: AsyncSession) -> None:
        await store.flush()
        reached.set()
        await asyncio.Event().wait()

    desk.script.step = step
    async with working(desk):
        await desk.receives("g1:talk 1", "g1:a")
        await reached.wait()
    assert set((await desk.updates()).values()) == {"new"}
    assert (await desk.changes(), await desk.letters()) == ([], 0)
    again = Desktop(desk.store)
    again.clock.turn(HELD_FOR)  # so long a dead process is waited for
    await again.inbox.resume()
    await again.inbox.drain()
    assert set((await desk.updates()).values()) == {"done"}
    assert (await desk.changes(), await desk.letters()) == (["a"], 1)


@both
async def test_two_processes_with_the_same_updates_handle_each_once(desk: Desktop) -> None:
    said = [f"g{n % 3}:m{n}" for n in range(12)]
    await desk.receives(*said)
    other = Desktop(Store(desk.store.url))
    await other.inbox.resume()
    await asyncio.gather(desk.inbox.drain(), other.inbox.drain())
    assert sorted(await desk.changes()) == sorted(each.partition(":")[2] for each in said)
    assert await desk.letters() == len(said)
    assert set((await desk.updates()).values()) == {"done"}
    await other.store.close()


@both
async def test_one_that_another_process_handled_is_not_parked_by_a_failure(desk: Desktop) -> None:
    await desk.receives("g1:a")
    other = Desktop(desk.store)

    async def step(_message: Message, _store: AsyncSession) -> None:
        raise ValueError("no")

    other.script.step = step
    await other.inbox.resume()
    await desk.inbox.drain()
    await other.inbox.drain()
    assert (await desk.updates(), other.script.handled) == ({"a": "done"}, [])


async def _until(there: Callable[[], bool]) -> None:
    """Let the program run until something holds; a slow machine is given its time."""
    for _ in range(60_000):
        if there():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came")
