"""Processes with roles share the work: nothing lost, nothing twice, in order, and over when killed.

They are real processes, killed for real; what is measured here is written in docs/operations.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bot.crew import HELD_FOR
from tests.processes.crews import Process, Town, town, until

#: A death may cost so many seconds more than the same takes without one: what the dead process held
#: runs out in half of them, the others are for whoever looks for it, takes it and begins.
A_DEATH = 2 * HELD_FOR.total_seconds()


@pytest.fixture
async def three(tmp_path: Path) -> AsyncGenerator[Town]:
    """Three groups."""
    async with town(tmp_path, groups=3) as made:
        yield made


async def _report(town: Town, n: int) -> None:
    """The n-th report, in the groups by turns."""
    at = n % len(town.groups)
    await town.people[at].says(town.groups[at], f"/report 第{n}盏灯坏了")


def _in_order(town: Town, words: dict[int, str]) -> bool:
    """Whether each group was answered in the order in which was spoken there."""
    for group in town.groups:
        said = [int(words[number][1:].split("盏")[0]) for number in _once(town.cards(group))]
        if said != sorted(said):
            return False
    return True


def _once(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


async def test_any_number_of_each_role_does_all_once_and_in_order_while_some_are_killed(
    tmp_path: Path,
) -> None:
    """R12, R16"""
    async with town(tmp_path, groups=8) as here:
        crew = await here.crew(*("intake", "worker", "sender", "clock") * 2)
        for n in range(40):
            await _report(here, n)
            if n in (12, 20, 28):  # one of each that does something, in the midst of it
                await crew[{12: 1, 20: 2, 28: 0}[n]].kill()
            await asyncio.sleep(0.05)
        await here.settles()
        words = await here.requests()
        assert sorted(words.values()) == sorted(f"第{n}盏灯坏了" for n in range(40))
        assert len(set(words)) == 40
        assert _in_order(here, words)
        cards = [number for group in here.groups for number in here.cards(group)]
        assert sorted(set(cards)) == sorted(words), "every request has its card"
        assert len(cards) <= 40 + 2, "only what was being said when its sender died is said twice"
        # A platform counts what arrives: a chat is spoken to again a second after the last answer.
        assert not [call for call in here.tg.calls() if call.status == 429], "limits are kept"


async def test_each_role_is_taken_over_once_what_it_held_has_run_out(
    three: Town, record_property: Callable[[str, object], None]
) -> None:
    await three.crew("clock")
    pairs = {role: await three.crew(role, role) for role in ("intake", "worker", "sender")}
    await _report(three, 0)
    await three.settles()
    usual: dict[str, float] = {}
    taken: dict[str, float] = {}
    for n, (role, pair) in enumerate(pairs.items()):
        usual[role] = await _three_are_answered(three, 6 * n + 1)
        await _busier(role, pair).kill()
        taken[role] = await _three_are_answered(three, 6 * n + 4)
    record_property("seconds for three reports", {"usually": usual, "after a death": taken})
    longest = max(usual.values()) + A_DEATH
    assert all(took < longest for took in taken.values()), (taken, usual)


async def _three_are_answered(town: Town, n: int) -> float:
    """A report in each group, from the n-th on; how many seconds until all have their card."""
    begun = time.monotonic()
    for at in range(3):
        await _report(town, n + at)
    await until(lambda: _cards(town) == n + 3, f"for cards up to the {n + 3}rd")
    took = time.monotonic() - begun
    await town.settles()
    return took


def _busier(role: str, pair: list[Process]) -> Process:
    """Of two intakes the one that polls; of others the first."""
    return next((each for each in pair if "crew.our_turn" in each.told), pair[0])


def _cards(town: Town) -> int:
    return sum(len(_once(town.cards(group))) for group in town.groups)


async def test_one_that_stood_still_and_goes_on_does_nothing_twice(three: Town) -> None:
    """Its chats were taken by others meanwhile, whom it takes for dead as little as they it."""
    await three.crew("intake", "sender")
    workers = await three.crew("worker", "worker")
    for each in workers:
        each.freeze()
    for n in range(9):
        await _report(three, n)
    await until(lambda: not three.tg.world.updates.queue, "for the intake")
    workers[0].thaw()
    await until(lambda: _cards(three) == 9, "for the first worker")
    workers[1].thaw()
    for n in range(9, 12):
        await _report(three, n)
    await three.settles()
    words = await three.requests()
    assert sorted(words.values()) == sorted(f"第{n}盏灯坏了" for n in range(12))
    assert _in_order(three, words)


async def test_two_whole_programs_are_each_other_s_standby(three: Town) -> None:
    first, second = await three.starts(), await three.starts()
    for each in (first, second):
        await each.started()
    await until(lambda: "crew.our_turn" in first.told + second.told, "for one to poll")
    polling = first if "crew.our_turn" in first.told else second
    usual = await _three_are_answered(three, 0)
    await polling.kill()
    assert await _three_are_answered(three, 3) < usual + A_DEATH
    assert not [call for call in three.tg.calls("getUpdates") if call.status == 409]
