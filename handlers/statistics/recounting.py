"""Makes the numbers again from a file of events, by the same rules, without any database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from handlers.directory import places
from handlers.statistics import asking, events, periods
from handlers.statistics.chain import BrokenError, checked
from handlers.statistics.periods import Period
from handlers.statistics.report import Ask, Report, Sums, report
from handlers.statistics.rules import Marks
from handlers.statistics.stories import COUNTS, Count, Story, after, count_of
from storage.queries.areas import ids_of
from storage.tables import Area

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compared:
    """What is ranked, and with which month one is compared."""

    small: int
    baseline: Period | None


@dataclass(slots=True)
class Recount:
    """What a file tells, once its chain was found whole."""

    as_of: datetime
    zone: str
    compared: Compared
    places: dict[int, Area] = field(default_factory=dict[int, Area])
    own: dict[int, Compared] = field(default_factory=dict[int, Compared])  #: by place
    counts: list[Count] = field(default_factory=list[Count])
    lines: int = 0
    seal: str = ""

    @property
    def roots(self) -> list[Area]:
        """The tops of its trees."""
        return [each for each in self.places.values() if len(ids_of(each.path)) == 1]

    def line(self, area: Area) -> list[Area]:
        """The places on the path of one, root first."""
        return [self.places[each] for each in ids_of(area.path) if each in self.places]

    def name(self, area: Area, top: Area | None = None) -> str:
        """The whole name of a place."""
        return places.name_of(self.line(area), top)

    def named(self, text: str) -> list[Area]:
        """The places that a name fits: their own, with those above it as far as they are said
        ("和平里小区3栋"); else a shortened one ("和平里3栋")."""
        wanted = _plain(text)
        known = [(each, [_plain(a.name) for a in self.line(each)]) for each in self.places.values()]
        exact = [
            each
            for each, names in known
            if any(wanted == "".join(names[at:]) for at in range(len(names)))
        ]
        return exact or [
            each
            for each, names in known
            if wanted.endswith(names[-1]) and _in_order(wanted, "".join(names))
        ]

    def compared_at(self, area: Area) -> Compared:
        """What holds at a place: its own, or that of the nearest place above it."""
        line = reversed(self.line(area))
        return next((self.own[each.id] for each in line if each.id in self.own), self.compared)

    def today(self, area: Area) -> date:
        """The day of the file at a place."""
        own = next((each.timezone for each in reversed(self.line(area)) if each.timezone), None)
        return self.as_of.astimezone(ZoneInfo(own or self.zone)).date()


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _in_order(some: str, whole: str) -> bool:
    """Whether all signs of one text stand in another, in their order."""
    signs = iter(whole)
    return all(sign in signs for sign in some)


def read(lines: Iterable[str]) -> Recount:
    """Check the chain and fold the events. Raises BrokenError at the first line that is wrong."""
    found: Recount | None = None
    stories: dict[str, Story] = {}
    for number, seal, fields in checked(lines):
        try:
            if found is None:
                found = _head(fields)
            elif "place" in fields and "event" not in fields:
                area = events.read_place(fields)
                found.places[area.id] = area
                if "small" in fields:
                    found.own[area.id] = _compared(fields)
            elif line := events.read_line(fields) if "event" in fields else None:
                name = str(fields["request"])
                stories[name] = after(stories.get(name), line)
        except (KeyError, ValueError, TypeError, OverflowError):
            raise BrokenError(number, "shape") from None
        found.lines, found.seal = number, seal
    assert found is not None  # an empty file has no end, and was refused
    found.counts = [count_of(each) for each in stories.values()]
    return found


def _head(fields: Mapping[str, Any]) -> Recount:
    return Recount(
        as_of=events.read_moment(fields["as_of"]),
        zone=events.read_zone(fields["zone"]),
        compared=_compared(fields),
    )


def _compared(fields: Mapping[str, Any]) -> Compared:
    month = fields["baseline"]
    baseline = periods.month_of(date.fromisoformat(f"{month}-01")) if month is not None else None
    return Compared(int(fields["small"]), baseline)


def numbers(
    found: Recount, tops: Sequence[Area], period: Period | None, baseline: Period | None
) -> Report:
    """The numbers of some places, as `asking.numbers` makes them of the sums."""
    ask = _ask(found, tops[0], period, baseline)
    here = [each.at(ask.now) for each in found.counts if _within(found, each, tops)]
    made = report(ask, _sums(ask, here), found.compared_at(tops[0]).small)
    top = asking.top_of(tops)
    made_of = {each.what for each in made.areas}
    return Report(
        made.ask,
        made.whole,
        made.areas,
        made.categories,
        made.rungs,
        made.change,
        made.small,
        title="、".join(found.name(each) for each in tops),
        names={each: found.name(found.places[each], top) for each in made_of},
    )


def _ask(found: Recount, top: Area, period: Period | None, baseline: Period | None) -> Ask:
    today = found.today(top)
    period = period or periods.month_of(today)
    if baseline is None and period.kind == "month":
        baseline = found.compared_at(top).baseline
    return Ask(period, baseline or periods.before(period), today, found.as_of)


def _within(found: Recount, count: Count, tops: Sequence[Area]) -> bool:
    area = found.places.get(count.key.area)
    return area is not None and any(area.path.startswith(top.path) for top in tops)


def _sums(ask: Ask, here: Sequence[Count]) -> Sums:
    inside = [each for each in here if _in(ask.period, each)]

    def by(facet: Callable[[Count], T]) -> dict[T, Marks]:
        sums: dict[T, Counter[str]] = {}
        for each in inside:
            sums.setdefault(facet(each), Counter()).update(each.marks)
        return dict(sums)

    before = ask.baseline
    return Sums(
        whole=Counter(mark for each in inside for mark in each.marks),
        areas=by(lambda each: each.key.area),
        categories=by(lambda each: each.key.category),
        rungs=by(lambda each: each.key.rung),
        before=sum(COUNTS in each.marks for each in here if _in(before, each)),
    )


def _in(period: Period, count: Count) -> bool:
    return period.begin <= count.key.day < period.end
