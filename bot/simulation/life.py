"""Who says and does what when: the real program, a virtual clock, and people who react to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from heapq import heappop, heappush
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tomli

import config
from bot.app import App
from bot.clock import VirtualClock
from bot.simulation import people, year
from bot.simulation.crowd import NAME, Crowd, Shown
from bot.simulation.people import stream
from bot.simulation.town import Household, Town
from bot.simulation.year import Day
from storage.queries import due

LINES = Path(config.__path__[0]) / "sample" / "neighbours.toml"
ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = re.compile(r"#(\d+)")

Act = Callable[[], Awaitable[None]]


@cache
def lines() -> Mapping[str, Any]:
    """What residents say."""
    return tomli.loads(LINES.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is simulated."""

    seed: int
    days: Sequence[Day]
    captains: float  #: how likely somebody who is asked reacts, on average


class Life:
    """One neighbourhood's life."""

    def __init__(self, app: App, clock: VirtualClock, crowd: Crowd, town: Town, wish: Wish) -> None:
        self._app, self._clock, self._crowd = app, clock, crowd
        self._town, self._wish = town, wish
        self._queue: list[tuple[datetime, int, Act]] = []
        self._count = 0
        self._asked: Counter[tuple[str, str]] = Counter()  #: how often a helper was, about what
        self._known = {each.name: each for each in town.households}
        self._holidays = {each.date for each in wish.days if each.holiday}

    async def run(self) -> None:
        """All days, and what becomes due in them, each at its own moment."""
        for day in self._wish.days:
            self._day(day)
        end = datetime.combine(self._wish.days[-1].date, time.max, ZONE)
        until = await self._due()
        while (moment := min(self._next(end), until or end)) < end:
            self._clock.set(max(moment, self._clock.now()))
            before = self._crowd.doings
            if until is not None and until <= moment:
                await self._app.ticks.tick()
            else:
                await heappop(self._queue)[2]()
            await self._app.settle()
            self._look()
            if self._crowd.doings != before or until == moment:  # else it was talk
                until = await self._due()

    def _next(self, end: datetime) -> datetime:
        """When somebody says or does something next."""
        return self._queue[0][0] if self._queue else end

    async def _due(self) -> datetime | None:
        """When the program has something to do next."""
        async with self._app.store.read() as store:
            found = await due.next_at(store, self._clock.now())
        waits = self._app.delivery.resumes_at
        return min((each for each in (found, waits) if each is not None), default=None)

    def _at(self, moment: datetime, act: Act) -> None:
        self._count += 1
        heappush(self._queue, (moment, self._count, act))

    def _day(self, day: Day) -> None:
        midnight = datetime.combine(day.date, time.min, ZONE)
        for home in self._town.households:
            temper = people.temper(self._wish.seed, home.name)
            chance = stream(self._wish.seed, "day", home.name, day.date)
            for category in year.YEARLY:
                for _ in range(people.times(chance, year.rate(category, day) * temper.reports)):
                    at = midnight + people.of_day(chance)
                    text = people.one_of(chance, lines()["reports"][category])
                    self._at(at, self._says(home, text.format(unit=home.unit)))
                    if chance.random() < temper.asks:
                        asked = people.one_of(chance, lines()["asks"])
                        later = people.awake(at + timedelta(hours=24), chance)
                        self._at(later, self._says(home, asked))
            for _ in range(people.times(chance, temper.talks)):
                at = midnight + people.of_day(chance)
                self._at(at, self._says(home, people.one_of(chance, lines()["talk"])))

    def _says(self, home: Household, text: str) -> Act:
        async def act() -> None:
            await self._hear(self._crowd.update(home.group, home.name, text=text))

        return act

    async def _hear(self, update: Any) -> None:
        await self._app.inbox.receive(NAME, [update])

    def _look(self) -> None:
        """Whoever sees what the bot has said may do something about it."""
        fresh, self._crowd.fresh = self._crowd.fresh, []
        for shown in fresh:
            if not shown.chat.startswith("@"):
                self._joins(shown)
            elif (data := shown.button("take")) is not None:
                self._takes(shown, data)
            elif (data := shown.button("ok")) is not None:
                self._answers(shown, data)

    def _later(self, span: timedelta, *about: object) -> datetime:
        now = self._clock.now().astimezone(ZONE)
        slow = people.HOLIDAY if now.date() in self._holidays else 1.0
        return people.awake(now + span * slow, stream(self._wish.seed, "wakes", *about))

    def _joins(self, shown: Shown) -> None:
        if (data := shown.button("metoo")) is None:
            return
        for home in self._town.neighbours(shown.chat):
            chance = stream(self._wish.seed, "joins", home.name, shown.title, shown.text[:20])
            if chance.random() < people.temper(self._wish.seed, home.name).joins:
                at = self._later(timedelta(minutes=chance.expovariate(1 / 40)), home.name, data)
                self._at(at, self._presses(home.name, shown, data))

    def _takes(self, shown: Shown, data: str) -> None:
        helper, about = shown.chat.removeprefix("@"), data.split(":")[1]
        if helper not in self._town.helpers:
            return
        number = _number(shown)
        self._asked[helper, number] += 1
        which = f"{number}/{self._asked[helper, number]}"
        span = people.reacts(self._wish.seed, helper, which, self._wish.captains)
        if span is not None:
            act = self._takes_it(helper, shown, data, (about, number))
            self._at(self._later(span, helper, number), act)

    def _takes_it(self, helper: str, shown: Shown, data: str, of: tuple[str, str]) -> Act:
        async def act() -> None:
            await self._presses(helper, shown, data)()
            await self._app.settle()
            if shown.button("done", of[0]) is None:  # somebody else was first
                return
            span = people.works(self._wish.seed, helper, of[1])
            self._at(self._later(span, helper, of[1], "works"), self._does(helper, of[1]))

        return act

    def _does(self, helper: str, number: str) -> Act:
        chance = stream(self._wish.seed, "does", helper, number)
        text = f"/done {number} {people.one_of(chance, lines()['done'])}"

        async def act() -> None:
            await self._hear(self._crowd.update(f"@{helper}", helper, text=text))

        return act

    def _answers(self, shown: Shown, yes: str) -> None:
        name, number = shown.chat.removeprefix("@"), _number(shown)
        if name not in self._known:
            return
        temper = people.temper(self._wish.seed, name)
        chance = stream(self._wish.seed, "answers", name, number, *yes.split(":")[2:])  # the round
        no = shown.button("no")
        if chance.random() < temper.answers:
            data = no if no is not None and chance.random() < temper.critical else yes
            at = self._later(timedelta(hours=chance.expovariate(1 / 5)), name, number, "answers")
            self._at(at, self._presses(name, shown, data))

    def _presses(self, who: str, shown: Shown, data: str) -> Act:
        async def act() -> None:
            await self._hear(self._crowd.update(shown.chat, who, on=shown.id, data=data))

        return act


def _number(shown: Shown) -> str:
    found = NUMBER.search(f"{shown.title}\n{shown.text}")
    return found[1] if found else "0"
