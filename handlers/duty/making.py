"""Rotas as rows: what is kept of a rule, and the rule again in words that read back the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.words import Catalogue, catalogue
from handlers.duty.boards import Board
from handlers.duty.phrases import COLON, LineError, read
from handlers.duty.turns import Rule, from_data, minutes, next_start, on_at, to_data

__all__ = ["LineError", "columns", "describe", "first_at", "line_of", "next_check", "read"]

#: When changes and gaps are looked for, besides when somebody changes a rota: at humane hours.
CHECKS = (time(9), time(13), time(17), time(20))
WORKING = (0, 1, 2, 3, 4)
#: From so many days in a row on only the first and the last are said.
MANY = 3


def columns(rule: Rule, now: datetime, *, on: bool = True) -> dict[str, Any]:
    """The columns of a rota that its rule gives; the clock looks at none that is not on."""
    return {
        "rule": to_data(rule),
        "next_at": first_at(rule, now) if on else None,
        "check_at": next_check(now, ZoneInfo(rule.zone)) if on else None,
    }


def first_at(rule: Rule, now: datetime) -> datetime | None:
    """When the clock must look first: at once, if a turn is on already."""
    running = on_at(rule, (), now)
    return running.start if running else next_start(rule, now)


def next_check(after: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which changes and gaps are looked for."""
    day = after.astimezone(zone).date()
    for number in range(3):
        for clock in CHECKS:
            moment = datetime.combine(day + timedelta(days=number), clock, zone)
            if moment > after:
                return moment
    raise AssertionError("every day has its checks")


def line_of(data: dict[str, Any]) -> str:
    """A kept rule as a line that `read` reads."""
    return describe(catalogue(), "zh", from_data(data))


def describe(words: Catalogue, language: str, rule: Rule) -> str:
    """When there are turns and how they pass on, in a language."""
    parts = [
        _by(words, language, rule),
        _days(words, language, rule),
        words.say(language, "duty.and").join(_slot(each) for each in rule.slots),
        words.say(language, "duty.holidays_skip") if rule.holidays == "skip" else "",
    ]
    return " ".join(part for part in parts if part)


def _by(words: Catalogue, language: str, rule: Rule) -> str:
    if rule.by == "weekday":
        return ""
    key = f"duty.by_{rule.by}_n" if rule.n > 1 else f"duty.by_{rule.by}"
    return words.say(language, key, n=rule.n)


def _days(words: Catalogue, language: str, rule: Rule) -> str:
    if rule.holidays == "work" and rule.days == WORKING:
        return words.say(language, "duty.days_work")
    if len(rule.days) == 7:
        return words.say(language, "duty.days_all")
    names = [words.say(language, f"duty.weekday_{day}") for day in rule.days]
    if len(names) >= MANY and rule.days[-1] - rule.days[0] == len(names) - 1:
        return words.say(language, "duty.days_span", first=names[0], last=names[-1])
    return words.say(language, "duty.days_list", days=words.say(language, "duty.and").join(names))


def _slot(slot: Sequence[str]) -> str:
    return "-".join(shown_clock(each) for each in slot)


def shown_clock(clock: str) -> str:
    """A time of the duty day as people read it: "25:00" is "01:00"."""
    at = minutes(clock) % (24 * 60)
    return f"{at // 60:02d}:{at % 60:02d}"


def names_people(text: str) -> bool:
    """Whether a line names people, and so is whole."""
    return COLON.search(text) is not None


def people_of(data: dict[str, Any], crews: Sequence[str]) -> list[str]:
    """The people of a kept rule as they are written, with their weekdays where they have some."""
    rule = from_data(data)
    return _with_days(catalogue(), "zh", rule, crews)


def _with_days(words: Catalogue, language: str, rule: Rule, crews: Sequence[str]) -> list[str]:
    if rule.by != "weekday":
        return list(crews)
    days = [words.say(language, f"duty.weekday_{day}") for day in rule.days]
    named = [words.say(language, "duty.days_list", days=each) for each in days]
    return [f"{day} {crew}" for day, crew in zip(named, crews, strict=False)]


def whole_line(words: Catalogue, language: str, board: Board) -> str:
    """A rota as a line that reads back the same, to be changed."""
    crews = [board.names(crew, "+") for crew in board.crews]
    crews = _with_days(words, language, board.rule, crews)
    joiner = words.say(language, "duty.and")
    rule = describe(words, language, board.rule)
    line = f"{board.rota.name} {rule}{words.say(language, 'duty.colon')}{joiner.join(crews)}"
    for key, values in (("points", board.rota.points), ("off", board.rule.off)):
        if values:
            said = words.say(language, f"duty.section_{key}", values=joiner.join(map(str, values)))
            line += said
    return line
