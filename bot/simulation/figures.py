"""What came of a simulated neighbourhood: counts that add up over neighbourhoods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from bot.simulation.crowd import Crowd
from bot.simulation.town import Town
from storage.engine import Store
from storage.queries import simulated
from storage.queries.simulated import Step

ANSWERS = frozenset({"take", "wait", "done", "cannot", "refer"})


class SimulationError(RuntimeError):
    """The program failed at something that was said: our mistake, and no figures."""


@dataclass(slots=True)
class Figures:
    """Of one neighbourhood, or of several together."""

    households: int = 0
    weeks: float = 0
    heard: int = 0  #: messages and presses of people
    requests: int = 0
    answered: int = 0
    minutes: list[float] = field(default_factory=list[float])  #: until each was answered
    climbs: int = 0
    solved: int = 0
    ended: int = 0
    not_solved: int = 0  #: so often somebody said so
    reads: int = 0  #: posts in groups times the households that read there
    private: int = 0  #: messages to residents alone
    edits: int = 0
    unasked: int = 0
    held: int = 0
    asked: Counter[str] = field(default_factory=Counter[str])  #: pages, by role
    helpers: Counter[str] = field(default_factory=Counter[str])  #: by role

    def add(self, other: Figures) -> None:
        """Take in another neighbourhood."""
        weeks = max(self.weeks, other.weeks)
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.weeks = weeks

    def rows(self) -> list[tuple[str, float | None]]:
        """Name and value, in the order in which they are told."""
        weekly = self.households * self.weeks
        found: list[tuple[str, float | None]] = [
            ("requests", _share(1000 * self.requests, weekly)),
            ("reads", _share(self.reads + self.private, weekly)),
            ("private", _share(self.private, weekly)),
            ("held", _share(100 * self.held, self.unasked)),
            ("answered", _share(100 * self.answered, self.requests)),
            ("median", median(self.minutes) / 60 if self.minutes else None),
            ("p90", _late(self.minutes) / 60 if self.minutes else None),
            ("climbs", _share(self.climbs, self.requests)),
            ("solved", _share(100 * self.solved, self.ended)),
            ("not_solved", _share(100 * self.not_solved, self.requests)),
        ]
        return found

    def load(self) -> list[tuple[str, float]]:
        """How often a helper of each role is asked in a week."""
        return [
            (role, self.asked[role] / (count * self.weeks))
            for role, count in sorted(self.helpers.items())
        ]


def _share(part: float, of: float) -> float | None:
    return part / of if of else None


def _late(minutes: Sequence[float]) -> float:
    return sorted(minutes)[-(len(minutes) // 10) - 1]


async def measured(store: Store, crowd: Crowd, town: Town, weeks: float) -> Figures:
    """What came of one neighbourhood."""
    async with store.read() as session:
        if (failed := await simulated.failed(session)) is not None:
            raise SimulationError(failed)
        steps = await simulated.steps(session)
        endings = await simulated.endings(session)
        unasked, held = await simulated.held_back(session)
        asked = await simulated.asked(session)
    found = Figures(households=len(town.households), weeks=weeks, heard=crowd.heard)
    found.helpers = Counter(town.helpers.values())
    for name, count in asked.items():
        found.asked[town.helpers[name]] += count
    _count(found, steps)
    found.ended, found.solved = len(endings), endings.count("solved")
    found.unasked, found.held, found.edits = unasked, held, crowd.edits
    for chat, count in crowd.posts.items():
        if chat.startswith("@"):
            found.private += 0 if chat.removeprefix("@") in town.helpers else count
        else:
            found.reads += count * len(town.neighbours(chat))
    return found


def _count(found: Figures, steps: Sequence[Step]) -> None:
    opened = {each.request_id: each.at for each in steps if each.move == "open"}
    answers: dict[int, timedelta] = {}
    for each in steps:
        if each.move in ANSWERS and each.request_id in opened:
            answers.setdefault(each.request_id, each.at - opened[each.request_id])
    moves = Counter(each.move for each in steps)
    found.requests, found.answered = len(opened), len(answers)
    found.minutes = [each.total_seconds() / 60 for each in answers.values()]
    found.climbs, found.not_solved = moves["climb"], moves["not_solved"]
