"""Reminders as rows: what is kept of a line, and the line again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.words import catalogue
from handlers.reminders.describing import describe
from handlers.reminders.phrases import parse_when
from handlers.reminders.rules import from_data, next_after, to_data
from handlers.reminders.times import WhenError

__all__ = ["WhenError", "reminder_values", "when_of"]


def reminder_values(when: str, now: datetime, zone: str) -> dict[str, Any]:
    """The columns `rule` and `next_at` of a reminder said in one line. Raises WhenError."""
    rule, rest = parse_when(when, now, zone)
    if rest:
        raise WhenError("reminders.when_unknown", text=rest[:30])
    return {"rule": to_data(rule), "next_at": next_after(rule, now)}


def when_of(rule: Mapping[str, Any]) -> str:
    """A kept rule as a line that `reminder_values` reads."""
    return describe(catalogue(), "zh", from_data(rule))
