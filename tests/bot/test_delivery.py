"""Delivery: in order within a chat, side by side over chats, kept to the limits, never lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.clock import SystemClock, VirtualClock
from bot.crew import Crew
from bot.delivery import GIVE_UP_AFTER, LONGEST_PAUSE, MAX_TRIES, Delivery
from bot.outbox import keep_said
from handlers.chat.outgoing import Acknowledge, Button, Content, Say, Sendable, Show
from handlers.chat.platform import (
    Capabilities,
    Delivered,
    Limits,
    MovedError,
    PassingError,
    PermanentError,
)
from handlers.work import Desk, Work
from storage.engine import Store
from storage.queries import post
from storage.tables import Letter
from storage.wire import Left
from tests.fakes.rooms import Rooms
from tests.harness import MONDAY

both = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


async def _nothing(_out: Sendable) -> None:
    """A step that does nothing more."""


class Van(Rooms):
    """Rooms in which each delivery can be made to wait or to fail, by what it says."""

    before: Callable[[Sendable], Awaitable[None]] = staticmethod(_nothing)
    after: Callable[[Sendable], Awaitable[None]] = staticmethod(_nothing)

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        await self.before(out)
        done = await super().deliver(out, message_id)
        await self.after(out)
        return done


@dataclass
class Office:
    """A post office: letters laid in, sent by a delivery as one process has it."""

    store: Store
    limits: Limits = field(default_factory=Limits)
    clock: Any = field(default_factory=lambda: VirtualClock(MONDAY))
    returned: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    one_line: bool = False

    def __post_init__(self) -> None:
        self.van = Van(self.clock, Capabilities(limits=self.limits, one_line=self.one_line))
        self.delivery = self._started()

    async def restart(self) -> None:
        """Die and start anew: what was only remembered is gone."""
        await self.delivery.crew.close()
        self.delivery = self._started()

    def _started(self) -> Delivery:
        return Delivery(
            self.store,
            self.clock,
            {"rooms": self.van},
            self._undelivered,
            self._moved,
            Crew(self.store, self.clock, lambda _news: None, lambda _left: self.delivery.wake()),
        )

    async def _undelivered(self, letter: Letter, _out: Sendable, error: PermanentError) -> None:
        self.returned.append((letter.chat, str(error)))

    async def _moved(self, platform: str, old: str, new: str) -> None:
        async with self.store.write() as store:
            await post.move_post(store, platform, old, new)

    async def lays(
        self, *outs: Sendable, occasion: str | None = None, later: float = 0, first: bool = False
    ) -> None:
        """One transaction that has this to say (`later` seconds from now)."""
        async with self.store.write() as store:
            work = Work(cast("Desk", SimpleNamespace(capabilities={})), store, self.clock.now())
            for out in outs:
                delay = timedelta(seconds=later)
                work.put(out, delay=delay, occasion=occasion, first=first)
            await keep_said(store, [work])

    async def sends(self) -> list[str]:
        """Send what may go now; gives all that stands in the rooms."""
        await self.delivery.drain()
        return self.stands

    async def waits(self, **span: float) -> list[str]:
        """Time passes, then what may go is sent."""
        self.clock.turn(timedelta(**span))
        return await self.sends()

    @property
    def stands(self) -> list[str]:
        """All that stands in the rooms, "room:text"."""
        return [f"{each.room}:{each.text}" for each in self.van.messages]

    async def letters(self) -> list[Letter]:
        """All letters, in order."""
        async with self.store.read() as store:
            return list((await store.scalars(select(Letter).order_by(Letter.id))).all())

    async def states(self) -> list[str]:
        """Their states."""
        return [each.state for each in await self.letters()]


def say(text: str, chat: str = "g1", **more: Any) -> Say:
    return Say(platform="rooms", chat=chat, content=Content(text=text), **more)


def show(text: str, chat: str = "g1", slot: str = "r1", **more: Any) -> Show:
    content = Content(text=text, buttons=((Button(text="ok", data="ok"),),))
    return Show(platform="rooms", chat=chat, slot=slot, content=content, **more)


@pytest.fixture
async def office(store: Store) -> AsyncGenerator[Office]:
    made = Office(store)
    yield made
    await made.delivery.crew.close()


@contextlib.asynccontextmanager
async def working(office: Office) -> AsyncGenerator[None]:
    """The delivery runs; at the end it is cancelled, as at a stop of the program."""
    task: asyncio.Task[None] = asyncio.ensure_future(office.delivery.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _until(there: Callable[[], bool]) -> None:
    """Let the program run until something holds; a slow machine is given its time."""
    for _ in range(60_000):
        if there():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came")


@both
async def test_a_chat_is_in_order_and_its_letters_end_without_their_words(office: Office) -> None:
    await office.lays(say("1"), say("2"))
    await office.lays(say("3"))
    assert await office.sends() == ["g1:1", "g1:2", "g1:3"]
    assert {(each.state, each.body) for each in await office.letters()} == {("sent", "")}
    assert [each.message_id for each in await office.letters()] == ["b1", "b2", "b3"]


async def test_urgent_letters_go_first(office: Office) -> None:
    await office.lays(say("1"), say("2", urgent=True))
    assert await office.sends() == ["g1:2", "g1:1"]


async def test_a_slow_chat_holds_up_no_other(office: Office) -> None:
    gate = asyncio.Event()

    async def before(out: Sendable) -> None:
        if out.chat == "g1":
            await gate.wait()

    office.van.before = before
    await office.lays(say("1"), say("2"), say("3", "g2"))
    async with working(office):
        await _until(lambda: office.stands == ["g2:3"])
        gate.set()
        await _until(lambda: len(office.stands) == 3)
    assert office.stands == ["g2:3", "g1:1", "g1:2"]


async def test_of_several_pictures_of_one_message_only_the_newest_is_shown(
    office: Office,
) -> None:
    """R16"""
    await office.lays(show("open", reply_to="m1"), say("beside"))
    await office.lays(show("2 homes"))
    await office.lays(show("3 homes"), show("4 homes"))
    assert sorted(await office.sends()) == ["g1:4 homes", "g1:beside"]
    assert sorted(await office.states()) == ["folded", "folded", "sent", "sent"]
    card = next(each for each in office.van.messages if each.text == "4 homes")
    assert card.reply_to == "m1", "it stays the reply that the first picture was"


async def test_a_standing_message_is_edited_and_the_same_again_costs_nothing(
    store: Store,
) -> None:
    office = Office(store, Limits(group_per_minute=2))
    for text in ("open", "open", "open", "taken"):
        await office.lays(show(text))
        await office.sends()
    assert office.stands == ["g1:taken"]
    assert office.van.messages[0].edits == 1
    assert await office.states() == ["sent"] * 4


async def test_what_the_limits_hold_back_goes_when_they_allow_it(store: Store) -> None:
    """R16"""
    office = Office(store, Limits(chat_per_second=1, group_per_minute=3))
    await office.lays(*(say(str(n)) for n in range(5)))
    assert await office.sends() == ["g1:0"]
    assert await office.waits(milliseconds=999) == ["g1:0"]
    assert await office.waits(milliseconds=1) == ["g1:0", "g1:1"]
    await office.waits(seconds=1)
    assert len(await office.waits(seconds=57)) == 3
    assert len(await office.waits(seconds=1)) == 4
    assert await office.waits(seconds=1) == [f"g1:{n}" for n in range(5)]


@both
async def test_limits_look_back_to_when_the_platform_answered(store: Store) -> None:
    office = Office(store, Limits(chat_per_second=1, overall_per_second=2))

    async def slow(_out: Sendable) -> None:
        office.clock.turn(timedelta(seconds=0.8))

    office.van.before = slow
    await office.lays(say("1"), say("2"))
    assert await office.sends() == ["g1:1"]
    del office.van.before
    assert await office.waits(seconds=0.9) == ["g1:1"]
    assert await office.waits(seconds=0.1) == ["g1:1", "g1:2"]


async def test_the_limit_over_all_chats_is_kept_too(store: Store) -> None:
    office = Office(store, Limits(overall_per_second=2))
    await office.lays(*(say("hello", f"g{n}") for n in range(5)))
    assert len(await office.sends()) == 2
    assert len(await office.waits(seconds=1)) == 4
    assert len(await office.waits(seconds=1)) == 5


async def test_the_answer_to_a_press_does_not_wait_behind_the_chat_s_limits(store: Store) -> None:
    office = Office(store, Limits(group_per_minute=1))
    await office.lays(say("1"), say("2"))
    await office.sends()
    press = Acknowledge(platform="rooms", chat="g1", press_id="p", text="taken", urgent=True)
    await office.lays(press)
    await office.sends()
    assert [toast.text for toast in office.van.toasts] == ["taken"]
    assert office.stands == ["g1:1"]


async def test_retry_after_is_obeyed_in_order_and_holds_up_no_other_chat(office: Office) -> None:
    """R16"""
    office.van.faults = [PassingError("too many", timedelta(hours=2, seconds=50))]
    await office.lays(say("1"), say("2"))
    assert await office.sends() == []
    await office.lays(say("elsewhere", "g2"))
    assert await office.waits(hours=2, seconds=49) == ["g2:elsewhere"]
    assert await office.waits(seconds=1) == ["g2:elsewhere", "g1:1", "g1:2"]
    first = (await office.letters())[0]
    assert (first.tries, first.uncertain, first.error) == (1, False, "too many")


async def test_without_a_named_time_it_is_tried_ever_more_seldom(office: Office) -> None:
    office.van.faults = [PassingError("bad gateway") for _ in range(20)]
    await office.lays(say("1"))
    pauses: list[timedelta] = []
    while office.van.faults:
        await office.sends()
        until = office.delivery.resumes_at
        assert until is not None
        pauses.append(until - office.clock.now())
        office.clock.set(until)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=0.5), LONGEST_PAUSE)
    assert await office.sends() == ["g1:1"]


async def test_after_a_day_it_is_given_up_with_the_reason(office: Office) -> None:
    office.van.faults = [PassingError("bad gateway") for _ in range(1000)]
    await office.lays(say("1"), say("2", "g2"))
    await office.sends()
    await office.waits(seconds=GIVE_UP_AFTER.total_seconds() - 1)
    assert await office.states() == ["new", "new"]
    await office.waits(minutes=6)
    assert {(each.state, each.body, each.error) for each in await office.letters()} == {
        ("failed", "", "bad gateway")
    }
    assert sorted(office.returned) == [("g1", "bad gateway"), ("g2", "bad gateway")]


async def test_what_never_arrives_is_taken_back_and_the_next_goes_on(office: Office) -> None:
    """R24"""
    office.van.faults = [PermanentError("blocked", unreachable=True)]
    await office.lays(say("1"), say("2"))
    assert await office.sends() == ["g1:2"]
    assert await office.states() == ["failed", "sent"]
    assert office.returned == [("g1", "blocked")]


async def test_when_taking_back_fails_the_letter_still_ends(office: Office) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("our own mistake")

    office.delivery.undelivered = breaks
    office.van.faults = [PermanentError("blocked")]
    await office.lays(say("1"), say("2"))
    with capture_logs() as logs:
        await office.sends()
    assert await office.states() == ["failed", "sent"]
    assert "letter.not_taken_back" in {each["event"] for each in logs}


async def test_a_group_that_moved_gets_everything_under_its_new_id(office: Office) -> None:
    """R15"""
    await office.lays(show("open"))
    await office.sends()
    office.van.faults = [MovedError("g9")]
    await office.lays(show("taken"), say("1"))
    assert await office.sends() == ["g1:open", "g9:taken", "g9:1"]
    assert await office.states() == ["sent"] * 3


async def test_a_deleted_standing_message_is_shown_anew(office: Office) -> None:
    await office.lays(show("open"))
    await office.sends()
    office.van.messages.clear()
    await office.lays(show("taken"))
    assert await office.sends() == ["g1:taken"]
    await office.lays(show("done"))
    assert await office.sends() == ["g1:done"]


async def test_a_deleted_form_is_answered_by_a_message_of_its_own_once(office: Office) -> None:
    await office.lays(show("next page", slot="m:77"))
    assert await office.sends() == ["g1:next page"]
    assert office.van.messages[0].buttons, "with its buttons"
    assert await office.states() == ["sent"]


async def test_a_form_that_stands_is_edited_and_not_remembered(office: Office) -> None:
    await office.lays(say("form"))
    await office.sends()
    for text in ("page 2", "page 3"):
        await office.lays(show(text, slot="m:b1"))
        assert await office.sends() == [f"g1:{text}"]
    async with office.store.read() as store:
        assert not await post.posted_in(store, "rooms", "g1")


async def test_what_may_have_been_sent_stays_marked_uncertain(office: Office) -> None:
    """R23"""
    office.van.faults = [
        PassingError("timed out", uncertain=True),
        PassingError("too many", timedelta(seconds=1)),
    ]
    await office.lays(say("1"))
    await office.sends()
    assert (await office.letters())[0].uncertain
    await office.waits(seconds=1)
    assert await office.waits(seconds=1) == ["g1:1"]
    assert (await office.letters())[0].uncertain


@both
async def test_killed_between_sending_and_noting_at_most_that_one_comes_twice(
    office: Office,
) -> None:
    """R70"""
    sent = asyncio.Event()

    async def after(out: Sendable) -> None:
        if isinstance(out, Say) and out.content.text == "2":
            sent.set()
            await asyncio.Event().wait()

    office.van.after = after
    office.delivery.last_word = 0  # a kill waits for nobody
    await office.lays(say("1"), say("2"), say("3"))
    async with working(office):
        await sent.wait()
    office.van.after = _nothing
    await office.restart()
    assert await office.sends() == ["g1:1", "g1:2", "g1:2", "g1:3"]


async def test_what_is_on_its_way_at_a_stop_is_noted_and_not_said_again(office: Office) -> None:
    sent, answered = asyncio.Event(), asyncio.Event()

    async def after(out: Sendable) -> None:
        sent.set()
        await answered.wait()

    office.van.after = after
    await office.lays(say("1"))
    async with working(office):
        await sent.wait()
        asyncio.get_running_loop().call_soon(answered.set)
    await office.restart()
    assert await office.sends() == ["g1:1"]


@both
async def test_an_occasion_is_spoken_of_once(office: Office) -> None:
    """R57"""
    for _ in range(2):
        await office.lays(say("water is off"), occasion="reminder:1:1:1")
        await office.sends()
    assert office.stands == ["g1:water is off"]


async def test_a_letter_that_cannot_be_read_stops_nobody(office: Office) -> None:
    await office.lays(say("1"), say("2"))
    async with office.store.write() as store:
        first = (await office.letters())[0]
        await post.settle_letter(store, first.id, body='{"kind": "hologram"}')
    with capture_logs() as logs:
        assert await office.sends() == ["g1:2"]
    assert await office.states() == ["failed", "sent"]
    assert "letter.spoilt" in {each["event"] for each in logs}


async def test_a_letter_that_breaks_our_own_code_is_given_up_and_stops_nobody(
    office: Office,
) -> None:
    async def before(out: Sendable) -> None:
        if isinstance(out, Say) and out.content.text == "1":
            raise KeyError("our own mistake")

    office.van.before = before
    await office.lays(say("1"), say("2"))
    with capture_logs() as logs:
        for _ in range(MAX_TRIES):
            await office.waits(minutes=5)
    assert office.stands == ["g1:2"]
    assert await office.states() == ["failed", "sent"]
    assert [each["event"] for each in logs].count("letter.broke") == MAX_TRIES


async def test_letters_of_a_platform_that_is_turned_off_wait_for_it(office: Office) -> None:
    other = Say(platform="elsewhere", chat="x", content=Content(text="hello"))
    await office.lays(other, say("1"))
    assert await office.sends() == ["g1:1"]
    assert await office.states() == ["new", "sent"]


async def test_a_letter_for_later_goes_on_time_while_another_chat_waits_long(
    office: Office,
) -> None:
    office.van.faults = [PassingError("too many", timedelta(minutes=5))]
    async with working(office):
        await office.lays(say("1"))
        office.delivery.wake()
        await _until(lambda: office.delivery.resumes_at is not None)
        await office.lays(say("later", "g2"), later=30)
        office.delivery.wake()
        half_a_minute = office.clock.now() + timedelta(seconds=30)
        await _until(lambda: office.delivery._next == half_a_minute)  # pyright: ignore[reportPrivateUsage]
        office.clock.turn(timedelta(seconds=30))
        await _until(lambda: office.stands == ["g2:later"])
        office.clock.turn(timedelta(minutes=5))
        await _until(lambda: office.stands == ["g2:later", "g1:1"])


async def test_in_real_time_a_waiting_chat_wakes_by_itself(store: Store) -> None:
    office = Office(store, clock=SystemClock())
    office.van.faults = [PassingError("too many", timedelta(milliseconds=80))]
    await office.lays(say("1"), say("2"))
    begin = office.clock.now()
    async with working(office):
        await _until(lambda: len(office.stands) == 2)
    assert office.clock.now() - begin >= timedelta(milliseconds=80)


async def test_a_demonstration_s_clock_turned_forward_wakes_a_waiting_chat(store: Store) -> None:
    office = Office(store, clock=SystemClock())
    office.van.faults = [PassingError("too many", timedelta(hours=1))]
    await office.lays(say("1"))
    async with working(office):
        await _until(lambda: office.delivery.resumes_at is not None)
        office.clock.turn(timedelta(hours=1))
        await _until(lambda: office.stands == ["g1:1"])


async def test_a_pause_that_ends_while_the_database_is_asked_is_not_slept_through(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.van.faults = [PassingError("too many", timedelta(hours=1))]
    await office.lays(say("1"))
    await office.sends()
    asked = post.next_letter_at

    async def slowly(*args: Any) -> Any:
        office.clock.turn(timedelta(hours=1))
        return await asked(*args)

    monkeypatch.setattr(post, "next_letter_at", slowly)
    async with working(office):
        await _until(lambda: office.stands == ["g1:1"])


async def test_chats_that_wait_no_more_are_forgotten(office: Office) -> None:
    office.van.faults = [PassingError("too many", timedelta(seconds=1)) for _ in range(50)]
    await office.lays(*(say("1", f"g{n}") for n in range(50)))
    await office.sends()
    assert office.delivery.resumes_at is not None
    assert len(await office.waits(seconds=1)) == 50
    await office.sends()
    assert not office.delivery._paused  # pyright: ignore[reportPrivateUsage]


async def test_letters_that_ended_long_ago_are_dropped_and_waiting_ones_kept(
    office: Office,
) -> None:
    await office.lays(say("1"))
    await office.sends()
    await office.lays(Say(platform="elsewhere", chat="x", content=Content(text="hello")))
    async with office.store.write() as store:
        assert await post.forget_letters(store, MONDAY) == 0
        assert await post.forget_letters(store, MONDAY + timedelta(seconds=1)) == 1
    async with office.store.read() as store:
        assert await store.scalar(select(func.count()).select_from(Letter)) == 1


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_of_two_processes_one_sends_and_the_other_takes_over_when_it_dies(
    store: Store,
) -> None:
    first, second = Office(store), Office(Store(store.url))
    second.van = first.van
    await second.restart()
    await first.lays(say("1"))
    await asyncio.gather(first.delivery.drain(), second.delivery.drain())
    await first.lays(say("2"))
    await second.delivery.drain()
    await first.delivery.drain()
    assert first.stands == ["g1:1", "g1:2"]
    await first.delivery.crew.close()
    await second.lays(say("3"))
    await second.delivery.drain()
    assert first.stands == ["g1:1", "g1:2", "g1:3"]
    await second.delivery.crew.close()
    await second.store.close()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_what_one_process_lays_down_another_sends_at_once(store: Store) -> None:
    sender, writer = Office(store), Office(Store(store.url))
    crews = [each.delivery.crew for each in (sender, writer)]
    async with working(sender), asyncio.TaskGroup() as group:
        tasks = [group.create_task(each.wire.run()) for each in crews]
        await _until(lambda: all(each.wire.listening for each in crews))
        await writer.lays(say("1"))
        crews[1].wire.poke(Left.LAID)
        await _until(lambda: sender.stands == ["g1:1"])
        for each in tasks:
            each.cancel()
    await writer.delivery.crew.close()
    await sender.delivery.crew.close()
    await writer.store.close()


async def test_one_chat_s_flood_holds_up_no_other(store: Store) -> None:
    """More letters than one look takes up, of a chat whose platform is slow."""
    office, gate = Office(store), asyncio.Event()

    async def slow(out: Sendable) -> None:
        if out.chat == "g1":
            await gate.wait()

    office.van.before = slow
    await office.lays(*(say(str(n)) for n in range(post.AT_ONCE + 50)), say("me", "g2"))
    async with working(office):
        await _until(lambda: office.stands == ["g2:me"])
        gate.set()
        await _until(lambda: len(office.stands) == post.AT_ONCE + 51)
    assert [each for each in office.stands if each.startswith("g1:")] == [
        f"g1:{n}" for n in range(post.AT_ONCE + 50)
    ]


async def test_a_flood_that_must_wait_holds_up_no_other(store: Store) -> None:
    """R16: a group's own limit is spent, others' is not."""
    office = Office(store, Limits(chat_per_second=1, group_per_minute=20, overall_per_second=30))
    await office.lays(*(say(str(n)) for n in range(2 * post.AT_ONCE)))
    assert await office.sends() == ["g1:0"]
    for n in range(5):
        await office.lays(say(str(n), f"h{n}"))
    assert sorted(await office.sends()) == ["g1:0", *(f"h{n}:{n}" for n in range(5))]
    assert len(await office.waits(minutes=1)) == 7
