"""How much each has served: hours and nights. For those who coordinate; never a ranking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A turn that touches these local hours takes a night.
NIGHT_FROM, NIGHT_TO = time(0), time(5)


@dataclass(slots=True)
class Load:
    """What one person served."""

    spent: timedelta = timedelta(0)
    nights: set[date] = field(default_factory=set[date])

    @property
    def hours(self) -> float:
        """Hours, to a tenth."""
        return round(self.spent / timedelta(hours=1), 1)


def loads(
    served: Iterable[tuple[int, datetime, datetime]], until: datetime, zone: ZoneInfo
) -> dict[int, Load]:
    """By person, from (person, start, end); what lies behind `until` does not count."""
    found: dict[int, Load] = {}
    for person, start, end in served:
        end = min(end, until)
        if start < end:
            load = found.setdefault(person, Load())
            load.spent += end - start
            load.nights |= nights(start, end, zone)
    return found


def nights(start: datetime, end: datetime, zone: ZoneInfo) -> set[date]:
    """The nights that a turn touches, by the day on which they end."""
    day = start.astimezone(zone).date()
    last = end.astimezone(zone).date()
    found: set[date] = set()
    while day <= last:
        begins = datetime.combine(day, NIGHT_FROM, zone)
        ends = datetime.combine(day, NIGHT_TO, zone)
        if start < ends and end > begins:
            found.add(day)
        day += timedelta(days=1)
    return found
