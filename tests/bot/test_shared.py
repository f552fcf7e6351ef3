"""Several processes on one PostgreSQL: chats taken, limits kept together, taken over when one dies.

The processes are played in one, with a clock that is turned; tests/processes has real ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.clock import SystemClock, VirtualClock
from bot.crew import HELD_FOR, LEFT_TO_OTHERS, Crew
from bot.lanes import MOST_OF_A_CHAT
from bot.outlets import WRITTEN_DOWN
from handlers.chat.platform import Limits, PassingError
from storage.engine import Store
from storage.queries import outlets, sharing
from storage.tables import Lane, Outlet
from storage.trouble import AwayError
from storage.wire import News, forget_news, tell
from tests.bot.test_delivery import Office, say
from tests.bot.test_inbox import Desktop
from tests.harness import MONDAY

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture
async def other(store: Store) -> AsyncGenerator[Store]:
    """The same database, as another process sees it."""
    made = Store(store.url)
    yield made
    await made.close()


# Leases --------------------------------------------------------------------------------------


async def test_one_process_has_the_turn_until_it_is_silent_for_too_long(
    store: Store, other: Store
) -> None:
    clock = VirtualClock(MONDAY)
    first, second = (Crew(each, clock, lambda _news: None) for each in (store, other))
    assert await first.our_turn("fetch:telegram")
    assert not await second.our_turn("fetch:telegram")
    assert await second.our_turn("fetch:telegram-east"), "another account is another turn"
    clock.turn(HELD_FOR - timedelta(seconds=1))
    await first.prolong()
    clock.turn(timedelta(seconds=2))
    assert not await second.our_turn("fetch:telegram")
    clock.turn(HELD_FOR)
    assert await second.our_turn("fetch:telegram")
    assert not await first.our_turn("fetch:telegram"), "who was thought dead has lost it"


async def test_who_stops_leaves_the_turn_at_once(store: Store, other: Store) -> None:
    clock = VirtualClock(MONDAY)
    first, second = (Crew(each, clock, lambda _news: None) for each in (store, other))
    assert await first.our_turn("fetch:telegram")
    await first.close()
    assert await second.our_turn("fetch:telegram")


async def test_a_clock_that_is_not_the_database_s_is_told(store: Store) -> None:
    clock = SystemClock()
    with capture_logs() as logs:
        await Crew(store, clock, lambda _news: None).compare_clocks()
        assert not logs
        clock.turn(timedelta(seconds=5))
        await Crew(store, clock, lambda _news: None).compare_clocks()
    assert [(each["event"], round(each["seconds"])) for each in logs] == [("crew.clocks_differ", 5)]


# News ----------------------------------------------------------------------------------------


async def test_what_a_slow_transaction_changed_is_heard_though_later_ones_were_read_before(
    store: Store, other: Store
) -> None:
    clock, heard = VirtualClock(MONDAY), list[News]()
    crew = Crew(other, clock, heard.append)
    await crew.catch_up()
    assert heard == [News(everything=True, people=None)]
    async with store.write() as slow:
        await tell(slow, [1], MONDAY, everything=False)
        await slow.flush()
        async with store.write() as quick:
            await tell(quick, [2], MONDAY, everything=False)
        await crew.catch_up()
        assert heard[1:] == [News(frozenset({2}))]
    await crew.catch_up()
    await crew.catch_up()
    assert heard[2:] == [News(frozenset({1}))], "each is heard once"


async def test_one_s_own_news_are_none_and_old_ones_are_dropped(store: Store, other: Store) -> None:
    clock, heard = VirtualClock(MONDAY), list[News]()
    crew = Crew(store, clock, heard.append)
    await crew.catch_up()
    async with store.write() as session:
        await tell(session, [1], MONDAY, everything=True)
    await crew.catch_up()
    assert len(heard) == 1
    async with other.write() as session:
        assert await forget_news(session, MONDAY + timedelta(minutes=9)) == 0
        assert await forget_news(session, MONDAY + timedelta(minutes=11)) == 1


async def test_who_did_not_look_for_long_reads_everything_anew(store: Store) -> None:
    clock, heard = VirtualClock(MONDAY), list[News]()
    crew = Crew(store, clock, heard.append)
    await crew.catch_up()
    clock.turn(timedelta(minutes=6))
    await crew.catch_up()
    assert heard == [News(everything=True, people=None)] * 2


async def test_who_was_forgotten_is_told_by_a_pseudonym(store: Store, other: Store) -> None:
    clock, heard = VirtualClock(MONDAY), list[News]()
    crew = Crew(other, clock, heard.append)
    await crew.catch_up()
    async with store.write() as session:
        await tell(session, [7], MONDAY, everything=False, people=["b5c1"])
    await crew.catch_up()
    assert heard[1:] == [News(frozenset({7}), people=frozenset({"b5c1"}))]


# Chats that are handled ----------------------------------------------------------------------


async def test_what_one_keeps_any_other_handles_once_and_in_order(
    store: Store, other: Store
) -> None:
    first, second = Desktop(store), Desktop(other)
    said = [f"g{n % 3}:{n}" for n in range(3 * MOST_OF_A_CHAT + 9)]
    await first.receives(*said)
    await asyncio.gather(first.inbox.drain(), second.inbox.drain())
    handled = await first.changes()
    assert sorted(handled) == sorted(each.split(":")[1] for each in said)
    for chat in range(3):
        here = [int(each) for each in handled if int(each) % 3 == chat]
        assert here == sorted(here)
    async with store.read() as session:
        due = select(func.count()).select_from(Lane).where(Lane.due_at.is_not(None))
        assert await session.scalar(due) == 0


async def test_what_was_taken_and_could_not_be_read_is_taken_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desktop(store)
    await desk.receives("g1:a", "g1:b")
    with monkeypatch.context() as away:
        away.setattr(sharing, "waiting_in", _away)
        with pytest.raises(AwayError):
            await desk.inbox.drain()
    await desk.inbox.drain()
    assert await desk.changes() == ["a", "b"], "at once, without waiting until it runs out"


async def test_a_chat_is_left_to_whoever_knows_it_but_not_for_long(
    store: Store, other: Store
) -> None:
    first, second = Desktop(store), Desktop(other)
    await first.receives("g1:a")
    await first.inbox.drain()
    await first.receives("g1:b", "g2:c")
    await second.inbox.drain()
    assert second.script.handled == ["c"], "nobody knows g2"
    second.clock.turn(LEFT_TO_OTHERS)
    await second.inbox.drain()
    assert second.script.handled == ["c", "b"]
    await first.receives("g1:d")
    await first.inbox.drain()
    assert first.script.handled == ["a"], "it is the other's now"


async def test_what_a_dead_process_had_in_hand_is_handled_by_another(
    store: Store, other: Store
) -> None:
    dead, alive = Desktop(store), Desktop(other)
    await dead.receives("g1:a", "g1:b")
    lanes = dead.inbox._shared  # pyright: ignore[reportPrivateUsage]
    assert lanes is not None
    assert len(await lanes.take()) == 2
    await alive.inbox.drain()
    assert alive.script.handled == []
    alive.clock.turn(HELD_FOR)
    await alive.inbox.drain()
    assert alive.script.handled == ["a", "b"]


async def test_who_is_prolonged_keeps_its_chats_and_who_stops_leaves_them(
    store: Store, other: Store
) -> None:
    first, second = Desktop(store), Desktop(other)
    await first.receives("g1:a")
    lanes = first.inbox._shared  # pyright: ignore[reportPrivateUsage]
    crew = first.inbox._crew  # pyright: ignore[reportPrivateUsage]
    assert lanes is not None
    await lanes.take()
    for clock in (first.clock, second.clock):
        clock.turn(HELD_FOR - timedelta(seconds=1))
    await crew.prolong()
    second.clock.turn(timedelta(seconds=2))
    await second.inbox.drain()
    assert second.script.handled == []
    await crew.close()
    await second.inbox.drain()
    assert second.script.handled == ["a"]


async def test_of_a_flood_in_one_chat_a_part_is_read_and_others_come_between(store: Store) -> None:
    desk = Desktop(store)
    flood = [f"g1:{n}" for n in range(3 * MOST_OF_A_CHAT)]
    await desk.receives(*flood)
    await desk.receives("g2:quiet")
    await desk.inbox.drain()
    assert desk.script.handled.index("quiet") <= MOST_OF_A_CHAT
    assert len(desk.script.handled) == len(flood) + 1


async def test_chats_in_which_nothing_happened_for_long_are_forgotten(store: Store) -> None:
    desk = Desktop(store)
    await desk.receives("g1:a")
    await desk.inbox.drain()
    await desk.receives("g2:waits")
    async with store.write() as session:
        await sharing.forget_lanes(session, MONDAY + timedelta(days=2))
        assert (await session.scalars(select(Lane.name))).all() == ["rooms:g2"]


# Chats that are spoken to --------------------------------------------------------------------


def _pair(store: Store, other: Store, limits: Limits) -> tuple[Office, Office]:
    first = Office(store, limits)
    second = Office(other, limits, first.clock)
    second.van = first.van
    second.delivery = second._started()  # pyright: ignore[reportPrivateUsage]
    return first, second


async def _both_send(*offices: Office) -> list[str]:
    await asyncio.gather(*(each.delivery.drain() for each in offices))
    return offices[0].stands


async def test_limits_of_a_chat_and_of_an_account_are_kept_together(
    store: Store, other: Store
) -> None:
    """R16"""
    first, second = _pair(store, other, Limits(chat_per_second=1, overall_per_second=3))
    for n in range(2):
        await first.lays(*(say(f"{chat}{n}", f"g{chat}") for chat in range(5)))
    counts = [len(await _both_send(first, second))]
    for _ in range(5):
        first.clock.turn(timedelta(seconds=1))
        counts.append(len(await _both_send(first, second)))
    steps = [after - before for before, after in zip([0, *counts], counts, strict=False)]
    assert max(steps) <= 3
    assert counts[-1] == 10
    for chat in range(5):
        assert [each for each in first.stands if each.startswith(f"g{chat}:")] == [
            f"g{chat}:{chat}0",
            f"g{chat}:{chat}1",
        ]


async def test_what_was_said_by_one_counts_for_the_next_who_speaks_there(
    store: Store, other: Store
) -> None:
    first, second = _pair(store, other, Limits(group_per_minute=2))
    await first.lays(say("1"), say("2"))
    assert await first.sends() == ["g1:1", "g1:2"]
    await first.delivery.crew.close()
    await second.lays(say("3"))
    await second.delivery.drain()
    assert first.stands == ["g1:1", "g1:2"]
    first.clock.turn(timedelta(minutes=1))
    await second.delivery.drain()
    assert first.stands == ["g1:1", "g1:2", "g1:3"]


async def test_of_what_was_long_on_its_way_the_next_one_knows_when_it_arrived(
    store: Store, other: Store
) -> None:
    first, second = _pair(store, other, Limits(chat_per_second=1))

    async def slow(_out: object) -> None:
        first.clock.turn(timedelta(seconds=0.8))

    await first.lays(say("1"))
    first.van.before = slow
    await first.delivery.drain()
    del first.van.before
    await first.lays(say("2"))
    first.clock.turn(timedelta(seconds=0.9))
    await second.delivery.drain()
    assert first.stands == ["g1:1"]
    first.clock.turn(timedelta(seconds=0.1))
    await second.delivery.drain()
    assert first.stands == ["g1:1", "g1:2"]


async def test_where_the_platform_asks_for_silence_all_are_silent(
    store: Store, other: Store
) -> None:
    first, second = _pair(store, other, Limits(chat_per_second=100))

    async def refuse(_out: object) -> None:
        raise PassingError("flood", timedelta(seconds=30))

    first.van.before = refuse
    await first.lays(say("1"))
    await first.delivery.drain()
    del first.van.before
    await second.delivery.drain()
    assert first.stands == []
    first.clock.turn(timedelta(seconds=31))
    await second.delivery.drain()
    assert first.stands == ["g1:1"]


async def test_a_chat_to_which_a_dead_process_spoke_is_spoken_to_by_another(
    store: Store, other: Store
) -> None:
    first, second = _pair(store, other, Limits())
    await first.lays(say("1"))
    due = await first.delivery._outlets.due(first.clock.now(), ())  # pyright: ignore[reportPrivateUsage]
    assert len(due) == 1
    await second.delivery.drain()
    assert first.stands == []
    first.clock.turn(HELD_FOR)
    await second.delivery.drain()
    assert first.stands == ["g1:1"]
    await first.delivery._send_all(("rooms", "g1", False), due)  # pyright: ignore[reportPrivateUsage]
    assert first.stands == ["g1:1"], "who was thought dead says nothing again"


async def test_after_the_database_was_away_whoever_was_speaking_may_write_it_down_first(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _pair(store, other, Limits())
    await second.delivery.drain()
    await first.lays(say("1"), say("2", "g2"))
    await first.delivery._outlets.due(first.clock.now(), [("rooms", "g2", False)])  # pyright: ignore[reportPrivateUsage]
    with monkeypatch.context() as away:
        away.setattr(outlets, "due_addresses", _away)
        first.clock.turn(HELD_FOR)
        with pytest.raises(AwayError):
            await second.delivery._outlets.due(first.clock.now(), ())  # pyright: ignore[reportPrivateUsage]
    first.clock.turn(WRITTEN_DOWN - timedelta(seconds=1))
    await second.delivery.drain()
    assert first.stands == ["g2:2"], "where nobody was speaking there is nothing to wait for"
    first.clock.turn(timedelta(seconds=1))
    await second.delivery.drain()
    assert first.stands == ["g2:2", "g1:1"], "nor for ever where somebody was"


async def _away(*_: object) -> None:
    raise AwayError("refused")


async def test_who_is_prolonged_goes_on_speaking(store: Store, other: Store) -> None:
    first, second = _pair(store, other, Limits())
    await first.lays(say("1"))
    await first.delivery._outlets.due(first.clock.now(), ())  # pyright: ignore[reportPrivateUsage]
    first.clock.turn(HELD_FOR - timedelta(seconds=1))
    await first.delivery.crew.prolong()
    first.clock.turn(timedelta(seconds=2))
    await second.delivery.drain()
    assert first.stands == []


async def test_where_nothing_was_said_for_long_is_forgotten(store: Store) -> None:
    office = Office(store, Limits(chat_per_second=1, overall_per_second=30))
    await office.lays(say("1"))
    await office.sends()
    async with store.write() as session:
        await outlets.forget_outlets(session, MONDAY + timedelta(days=2))
        assert (await session.scalars(select(Outlet.chat))).all() == [""]


async def test_on_a_single_line_only_who_has_it_speaks(store: Store, other: Store) -> None:
    first, second = Office(store, one_line=True), Office(other, one_line=True)
    assert await first.delivery.crew.our_turn("fetch:rooms")
    assert not await second.delivery.crew.our_turn("fetch:rooms")
    await first.lays(say("1"))
    assert await second.sends() == []
    assert await first.sends() == ["g1:1"]
    await first.delivery.crew.close()
    assert await second.delivery.crew.our_turn("fetch:rooms")
    await second.lays(say("2"))
    assert await second.sends() == ["g1:2"]
    await second.delivery.crew.close()
