"""The times of day in a line, and what becomes of holidays: "9:00 和 18:00, 遇节假日顺延"; pure."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.days_said import NUMBER, minute_of_day, number
from handlers.reminders.rules import Holidays, Rule


class WhenError(ValueError):
    """The time is not understood; `key` is a text of the catalogue with `values`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


NOON = "12:00"
CLOCK = re.compile(
    rf"\s*(?:at\s+)?(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|早|晚)?\s*(?:"
    rf"(?P<h1>\d{{1,2}})[::](?P<m1>\d{{2}})\s*(?P<ap1>am|pm)?|"
    rf"(?P<h2>{NUMBER})\s*[点時时](?P<rest>半|一刻|三刻|整|{NUMBER}分?)?|"
    rf"(?P<h3>\d{{1,2}})\s*(?P<ap3>am|pm)\b|(?P<noon>noon|中午))",
    re.I,
)
AND = re.compile(
    r"\s*(?:[,，、和及]|and)\s*(?=(?:at\s+)?(?:凌晨|早|上午|中午|下午|傍晚|晚|\d))", re.I
)
HOLIDAYS: tuple[tuple[re.Pattern[str], Holidays], ...] = (
    (
        re.compile(
            r"[,，]?\s*(?:遇|逢|如遇)?(?:法定)?(?:节假日|假日|假期|节日)(?:跳过|不发|除外|停发)"
        ),
        "skip",
    ),
    (
        re.compile(r"[,，]?\s*(?:遇|逢|如遇)?(?:法定)?(?:节假日|假日|假期|节日)(?:顺延|推后|延后)"),
        "later",
    ),
    (re.compile(r"[,，]?\s*(?:遇|逢|如遇)?(?:法定)?(?:节假日|假日|假期|节日)提前"), "earlier"),
    (re.compile(r"[,，]?\s*(?:skip(?:ping)?|except|not on) (?:public )?holidays", re.I), "skip"),
    (
        re.compile(
            r"[,，]?\s*(?:holidays move later|"
            r"(?:after|next working day on) holidays|postponed on holidays)",
            re.I,
        ),
        "later",
    ),
    (re.compile(r"[,，]?\s*(?:holidays move earlier|before holidays)", re.I), "earlier"),
)


def times_of(rest: str, *, part: str = "") -> tuple[tuple[str, ...], str]:
    """The times at the beginning of what is left of a line, and what stands behind them.

    Raises WhenError where there is none, or no clock shows it.
    """
    times: list[str] = []
    while found := CLOCK.match(rest):
        times.append(_clock(found, part))
        rest = rest[found.end() :]
        more = AND.match(rest)
        if not more or not CLOCK.match(rest, more.end()):
            break
        rest = rest[more.end() :]
    if not times:
        raise WhenError("reminders.time_missing")
    return tuple(sorted(set(times))), rest


def _clock(found: re.Match[str], part: str) -> str:
    if found["noon"]:
        return NOON
    hour = number(found["h1"] or found["h2"] or found["h3"])
    minute = int(found["m1"]) if found["m1"] else _minutes(found["rest"])
    half = (found["ap1"] or found["ap3"] or "").lower()
    at = minute_of_day(hour, minute, found["part"] or part, half)
    if at is None:
        raise WhenError("reminders.time_impossible", text=found[0].strip())
    return f"{at // 60:02d}:{at % 60:02d}"


def _minutes(text: str | None) -> int:
    known = {None: 0, "": 0, "整": 0, "半": 30, "一刻": 15, "三刻": 45}
    return known[text] if text in known else number((text or "0").rstrip("分"))


def holidays_of(rule: Rule, rest: str) -> tuple[Rule, str]:
    """The rule with what the line says of holidays, and what stands behind that."""
    for pattern, way in HOLIDAYS:
        if found := pattern.match(rest):
            return replace(rule, holidays=way), rest[found.end() :]
    return rule, rest
