"""What people do in a building's group, step by step, each when they see the one before it done.

A round is one request from the report to the thanks. Steps are let go a few at a time, so that
every life of the program has something to do.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.crashing.town import HOMES, House
from tests.fakes.bot_api import FakeTelegram, Group, Message, Person, Press

#: Not urgent: nothing climbs meanwhile. One of each kind in a group, so that none joins another.
REPORTS = (
    "咱们楼电梯又坏了",
    "楼道灯不亮了",
    "垃圾桶满了没人收",
    "楼下单元门关不上了",
    "小区大门口的监控坏了",
)
TALK = ("今天天气不错", "谁家快递放错了我这儿", "晚上吃啥", "明天去赶集不", "哈哈哈")
STEPS = 7  #: of a round
#: Seconds until a step must be seen to be done, whatever is killed meanwhile.
PATIENCE = 600.0
#: So long Telegram keeps a press for a bot that is down; then one presses again.
FORGOTTEN, MOST_PRESSES = 160.0, 4


@dataclass(slots=True)
class Pass:
    """Lets steps go, so many at a time."""

    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    taken: int = 0

    def let(self, steps: int) -> None:
        """So many more may go."""
        for _ in range(steps):
            self._free.release()

    async def take(self) -> None:
        """Wait for one's turn."""
        await self._free.acquire()
        self.taken += 1


@dataclass(slots=True)
class Building:
    """A group, who lives there, and what they see."""

    tg: FakeTelegram
    house: House
    number: int
    group: Group = field(init=False)
    people: list[Person] = field(init=False)
    captain: Person = field(init=False)
    presses: list[Press] = field(default_factory=list[Press])
    said: int = 0  #: how many messages people wrote

    def __post_init__(self) -> None:
        name = self.number + 1
        self.people = [
            self.tg.person(f"居民{name}-{101 + k}", user_id=self.house.residents[k])
            for k in range(HOMES)
        ]
        self.captain = self.tg.person(f"楼长{name}", user_id=self.house.captain)
        everybody = [*self.people, self.captain]
        for each in everybody:
            each.private.started = True
        self.group = self.tg.group(f"{name}栋", everybody, group_id=self.house.group)

    async def live(self, rounds: int, passes: Pass, lot: random.Random) -> None:
        """Go through all rounds."""
        for number in range(rounds):
            await self._round(number, passes, lot)

    async def _round(self, number: int, passes: Pass, lot: random.Random) -> None:
        reporter, neighbour, other = self.people[number % HOMES :] + self.people[: number % HOMES]
        known = {name for each in self.group.said for name in _numbers(each)}
        await passes.take()
        self._spoke(await reporter.says(self.group, REPORTS[number % len(REPORTS)]))
        await self._sees(lambda: {n for m in self.group.said for n in _numbers(m)} - known, "card")
        (name,) = {n for m in self.group.said for n in _numbers(m)} - known
        await passes.take()
        self._spoke(await other.says(self.group, TALK[number % len(TALK)]))
        await self._press(passes, neighbour, name, "我家也是", lot)
        await self._sees(lambda: self._shows(name, "2 户"), f"{name} with two homes")
        await passes.take()
        self._spoke(await other.says(self.group, "我家也是", reply_to=self._card(name)))
        await self._sees(lambda: self._shows(name, "3 户"), f"{name} with three homes")
        await self._press(passes, self.captain, name, "我来", lot)
        await self._sees(lambda: self._shows(name, "在办"), f"{name} taken")
        await passes.take()
        self._spoke(await self.captain.says(self.captain.private, f"/done {name[1:]} 修好了"))
        await self._sees(lambda: self._buttons(reporter, name, "解决了"), f"{name} done")
        await self._press(passes, reporter, name, "解决了", lot)

    async def _press(
        self, passes: Pass, who: Person, name: str, label: str, lot: random.Random
    ) -> None:
        """Press a button, on any of the messages that carry it (a double is as good)."""
        await passes.take()
        await self._sees(lambda: self._buttons(who, name, label), f"{name} with {label}")
        message, data = lot.choice(self._buttons(who, name, label))
        for _ in range(MOST_PRESSES):
            press = await who.presses(message, data)
            self.presses.append(press)
            if await self.tg.world.changes.wait(lambda press=press: press.answered, FORGOTTEN):
                return
            if not _carries(message, data):  # the answer came too late; that it counts is seen
                return
        raise AssertionError(f"{name} in {self.group.title}: no answer to {label}")

    def _spoke(self, _message: Message) -> None:
        self.said += 1

    async def _sees(self, condition: Callable[[], object], told: str) -> None:
        where = f"in {self.group.title} for {told}: {[each.text for each in self.group.said[-3:]]}"
        await self.tg.until(condition, PATIENCE, told=where)

    def _of(self, who: Person, name: str) -> list[Message]:
        """What somebody sees of a request: in the group, and in their own private chat."""
        places = [*self.group.said, *who.private.said]
        return [each for each in places if name in each.text.split()]

    def _shows(self, name: str, words: str) -> bool:
        return any(words in each.text for each in self.group.said if name in _numbers(each))

    def _card(self, name: str) -> Message:
        return next(each for each in self.group.said if name in _numbers(each))

    def _buttons(self, who: Person, name: str, label: str) -> list[tuple[Message, str]]:
        return [
            (each, button.data)
            for each in self._of(who, name)
            for row in each.rows
            for button in row
            if label in button.text and button.data
        ]


def _carries(message: Message, data: str) -> bool:
    """Whether a button still stands under it."""
    return any(button.data == data for row in message.rows for button in row)


def _numbers(message: Message) -> set[str]:
    """The numbers ("#7") in what stands bold: those of cards."""
    return {word for bold in message.bold for word in bold.split() if word.startswith("#")}
