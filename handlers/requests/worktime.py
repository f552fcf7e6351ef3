"""Working time: days on which people work, hours from opening to closing, and sums with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.deadlines import CalendarPolicy
from config.spans import Span
from handlers.directory.workdays import is_working

#: A community that is closed for longer than this has no working time at all.
MOST_DAYS = 1500


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When people of one place work: public holidays, make-up days, and the place's own days."""

    zone: ZoneInfo
    policy: CalendarPolicy

    def is_working(self, day: date) -> bool:
        """Whether people work on a day: the community's own word, else the country's calendar."""
        names = {day.isoformat(), day.isoformat()[5:]}
        if names & set(self.policy.days_off):
            return False
        return bool(names & set(self.policy.days_on)) or is_working(day, self.zone.key)

    @property
    def day(self) -> timedelta:
        """How long a working day is."""
        opens, closes = self.policy.opens, self.policy.closes
        return datetime.combine(date.min, closes) - datetime.combine(date.min, opens)

    def add(self, start: datetime, span: Span) -> datetime:
        """The moment at which so much has passed: by the calendar, or of working time."""
        if not span.working:
            return start + span.calendar
        left = span.of(self.day)
        for begin, end in self._from(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return start + timedelta(days=MOST_DAYS)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments."""
        total = timedelta(0)
        for begin, close in self._from(start):
            if begin >= end:
                break
            total += min(close, end) - begin
        return total

    def moved(self, due: datetime, since: datetime, now: datetime, span: Span) -> datetime:
        """A moment put off by the time in which its clock stood still."""
        if due <= since:
            return due  # it had passed already
        if not span.working:
            return due + (now - since)
        left = self.between(since, due)
        return self.add(now, Span(amount=left / timedelta(hours=1), working=True)) if left else now

    def _from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working hours of each day from a moment on."""
        day = start.astimezone(self.zone).date()
        for _ in range(MOST_DAYS):
            if self.is_working(day):
                begin = max(start, self._at(day, self.policy.opens))
                end = self._at(day, self.policy.closes)
                if begin < end:
                    yield begin, end
            day += timedelta(days=1)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
