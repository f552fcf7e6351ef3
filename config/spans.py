"""Spans of time as people write them in the policy: "30 minutes", "5 working days", "3个工作日"."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

UNITS: dict[str, tuple[float, Literal["hour", "day"]]] = {
    **dict.fromkeys(("minute", "minutes", "分钟"), (1 / 60, "hour")),
    **dict.fromkeys(("hour", "hours", "小时"), (1.0, "hour")),
    **dict.fromkeys(("day", "days", "天", "日"), (1.0, "day")),
    **dict.fromkeys(("week", "weeks", "周"), (7.0, "day")),
}
#: A policy has few spans, and they are asked for again and again.
MOST_REMEMBERED = 256
WRITTEN = re.compile(
    r"(\d+(?:\.\d+)?)\s*个?\s*(working\s+|工作)?"
    rf"({'|'.join(sorted(UNITS, key=len, reverse=True))})"
)


class Span(BaseModel):
    """So much time, by the calendar or while people work. A bare number means hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: float = Field(gt=0)
    unit: Literal["hour", "day"] = "hour"
    #: counted only while people work: nights, weekends and holidays do not count
    working: bool = False

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"amount": value}
        if not isinstance(value, str):
            return value
        found = WRITTEN.fullmatch(value.strip())
        if found is None:
            raise ValueError(
                f"{value!r} is no span: write hours as a number, or '30 minutes', '7 days',"
                " '5 working days'"
            )
        each, unit = UNITS[found[3]]
        return {"amount": float(found[1]) * each, "unit": unit, "working": bool(found[2])}

    def of(self, day: timedelta) -> timedelta:
        """The time itself, where a day is so long (24 hours; or the hours of a working day)."""
        return self.amount * (day if self.unit == "day" else timedelta(hours=1))

    @property
    def calendar(self) -> timedelta:
        """The time itself, days of 24 hours."""
        return self.of(timedelta(days=1))


@lru_cache(MOST_REMEMBERED)
def hours(amount: float) -> Span:
    """So many hours of the calendar."""
    return Span(amount=amount)


@lru_cache(MOST_REMEMBERED)
def days(amount: float) -> Span:
    """So many days of the calendar."""
    return Span(amount=amount, unit="day")
