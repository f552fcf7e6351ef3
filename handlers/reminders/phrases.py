"""When, as people write it in one line: "每周五 9:00", "every 1st Monday 19:00"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from handlers.days_said import (
    DAY_EN,
    FULL_WIDTH,
    NUMBER,
    SIGNS,
    WEEK,
    day_named,
    day_of,
    days_named,
    days_signed,
    number,
)
from handlers.reminders.rules import Rule, day_of_week, last_day, next_after
from handlers.reminders.times import WhenError, holidays_of, times_of

#: Groups hear a reminder at most once an hour; so many moments of a cron expression are looked at.
LEAST_APART = timedelta(hours=1)
MOST_OF_A_DAY = 26
#: A field of a cron expression: "*", "*/15", "1-5", "9,18"; the last two also by name.
CRON = r"(?:\*|\d{1,2})(?:[-/,*\d]*)"
CRON_NAMED = r"(?:\*|\d{1,2}|[a-z]{3})(?:[-/,*#\da-z]*)"
NTH_EN = {
    "1st": 1,
    "first": 1,
    "2nd": 2,
    "second": 2,
    "3rd": 3,
    "third": 3,
    "4th": 4,
    "fourth": 4,
    "5th": 5,
    "fifth": 5,
    "last": -1,
}


def parse_when(text: str, now: datetime, zone: str) -> tuple[Rule, str]:
    """The rule at the beginning of a line, and what stands behind it.

    `now` is aware. Raises WhenError for what is not understood or lies in the past.
    """
    line = text.strip()
    text = line.translate(FULL_WIDTH)
    today = now.astimezone(ZoneInfo(zone))
    for pattern, make in FORMS:
        if found := pattern.match(text):
            rule, rest = make(found, text[found.end() :], today, zone)
            rule, rest = holidays_of(rule, rest)
            said = line[len(line) - len(rest) :]  # as it was written
            return _in_future(rule, now), said.lstrip(" ,，:：").strip()
    raise WhenError("reminders.when_unknown", text=text[:30])


Form = Callable[[re.Match[str], str, datetime, str], tuple[Rule, str]]


def _in_future(rule: Rule, now: datetime) -> Rule:
    if next_after(rule, now) is None:
        raise WhenError("reminders.past" if rule.every == "once" else "reminders.never")
    return rule


def _date(year: int, month: int, day: int) -> date:
    made = day_of(year, month, day)
    if made is None:
        raise WhenError("reminders.day_impossible", text=f"{month}-{day}")
    return made


def _once(day: date, rest: str, zone: str, *, part: str = "") -> tuple[Rule, str]:
    times, rest = times_of(rest, part=part)
    return Rule("once", zone, times[:1], start=day.isoformat()), rest


def _cron(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    from cronsim import CronSim, CronSimError  # few reminders have such a rule

    try:
        moments = list(islice(CronSim(found[1], now), MOST_OF_A_DAY))
    except CronSimError as error:
        raise WhenError("reminders.cron_wrong", why=str(error)) from None
    if any(later - earlier < LEAST_APART for earlier, later in pairwise(moments)):
        raise WhenError("reminders.cron_often")
    return Rule("cron", zone, cron=" ".join(found[1].split())), rest


def _full_date(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    return _once(_date(int(found[1]), int(found[2]), int(found[3])), rest, zone)


def _short_date(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    month, day = number(found[1]), number(found[2])
    made = _date(now.year, month, day) if (month, day) != (2, 29) else _leap(now.year)
    if made < now.date():
        made = _date(now.year + 1, month, day)
    return _once(made, rest, zone)


def _leap(year: int) -> date:
    while year % 4 or (year % 100 == 0 and year % 400):
        year += 1
    return date(year, 2, 29)


NEAR = {
    "今天": 0,
    "今晚": 0,
    "今日": 0,
    "明天": 1,
    "明早": 1,
    "明晚": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
}


def _near(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    word = found[1].lower()
    part = "晚" if "晚" in word or word == "tonight" else ""
    return _once(now.date() + timedelta(days=NEAR[word]), rest, zone, part=part)


def _in(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    count, unit = number(found[1] or found[3]), found[2] or found[4]
    hours = unit.startswith(("小时", "个小时", "钟头", "hour"))
    moment = now + (timedelta(hours=count) if hours else timedelta(minutes=count))
    return Rule("once", zone, (moment.strftime("%H:%M"),), start=moment.date().isoformat()), rest


def _this_week(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    day = day_of_week(now.date(), SIGNS[found[2]])
    if found[1] in ("下", "下个") or day < now.date():
        day += timedelta(days=7)
    return _once(day, rest, zone)


def _this_week_en(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    day = day_of_week(now.date(), day_named(found[2]))
    if day <= now.date():
        day += timedelta(days=7)
    return _once(day, rest, zone)


def _daily(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    times, rest = times_of(rest, part="晚" if found[0].endswith("晚") else "")
    return Rule("day", zone, times), rest


def _workdays(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    times, rest = times_of(rest)
    return Rule("workday", zone, times), rest


def _weekly(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    days = days_signed(found[1])
    if "至" in found[1] or "到" in found[1] or "-" in found[1]:
        days = tuple(range(days[0], days[-1] + 1))
    times, rest = times_of(rest)
    return Rule("week", zone, times, weekdays=days), rest


def _weekly_en(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    times, rest = times_of(rest)
    return Rule("week", zone, times, weekdays=days_named(found[1])), rest


def _every_n(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    count, unit, days = number(found[1]), found[2], found[3] or ""
    return _counted(count, unit, days_signed(days), rest, now, zone)


def _every_n_en(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    count = 2 if found[1].lower() == "other" else number(found[1])
    days = days_named(found[3] or "")
    return _counted(count, found[2].lower(), days, rest, now, zone)


def _every_other_day_en(
    found: re.Match[str], rest: str, now: datetime, zone: str
) -> tuple[Rule, str]:
    return _counted(2, "week", days_named(found[1]), rest, now, zone)


def _counted(
    count: int, unit: str, days: tuple[int, ...], rest: str, now: datetime, zone: str
) -> tuple[Rule, str]:
    if not 1 <= count <= 99:
        raise WhenError("reminders.when_unknown", text=f"{count}{unit}")
    times, rest = times_of(rest)
    today = now.date()
    if unit.startswith(("天", "日", "day")):
        return Rule("day", zone, times, n=count, start=today.isoformat()), rest
    if unit.startswith(("周", "星期", "个星期", "礼拜", "week")):
        weekdays = days or (today.weekday(),)
        anchor = day_of_week(today, 0)
        return Rule("week", zone, times, count, weekdays, start=anchor.isoformat()), rest
    rule = Rule("month", zone, times, count, day=today.day, start=today.replace(day=1).isoformat())
    return rule, rest


def _monthly(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    day = 31 if found[1] is None else number(found[1])
    if not 1 <= day <= 31:
        raise WhenError("reminders.day_impossible", text=found[0])
    times, rest = times_of(rest)
    return Rule("month", zone, times, day=day), rest


def _nth(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    nth = -1 if "最后" in found[1] else number(found[1].strip("第个"))
    times, rest = times_of(rest)
    return Rule("nth", zone, times, weekdays=(SIGNS[found[2]],), nth=nth), rest


def _nth_en(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    times, rest = times_of(rest)
    nth = NTH_EN[found[1].lower()]
    return Rule("nth", zone, times, weekdays=(day_named(found[2]),), nth=nth), rest


def _yearly(found: re.Match[str], rest: str, now: datetime, zone: str) -> tuple[Rule, str]:
    month, day = number(found[1]), number(found[2])
    if not 1 <= month <= 12 or not 1 <= day <= last_day(date(2024, month, 1)):
        raise WhenError("reminders.day_impossible", text=f"{month}-{day}")
    times, rest = times_of(rest)
    return Rule("year", zone, times, day=day, month=month), rest


def _form(pattern: str, make: Form) -> tuple[re.Pattern[str], Form]:
    return re.compile(pattern, re.I), make


FORMS: tuple[tuple[re.Pattern[str], Form], ...] = (
    _form(r"cron\s+((?:\S+\s+){4}\S+)", _cron),
    _form(rf"((?:{CRON}\s+){{3}}{CRON_NAMED}\s+{CRON_NAMED})(?=\s|$)", _cron),
    _form(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:\s*T)?", _full_date),
    _form(
        rf"({NUMBER})\s*(?:个)?(分钟|小时|钟头)(?:以?后|之后)|in\s+(\d+)\s+(minutes?|hours?)", _in
    ),
    _form(r"(大后天|今天|今晚|今日|明天|明早|明晚|明日|后天|today|tonight|tomorrow)", _near),
    _form(
        rf"每(?:隔)?({NUMBER})(?:个)?(天|日|周|星期|礼拜|月)(?:的)?(?:{WEEK}([一二三四五六日天]))?",
        _every_n,
    ),
    _form(rf"每(?:个)?月(?:的)?(第[一二三四五1-5]个?|最后一个){WEEK}([一二三四五六日天])", _nth),
    _form(rf"每(?:个)?月(?:的)?(?:({NUMBER})[号日]|最后一天|月末|月底)", _monthly),
    _form(rf"每年(?:的)?({NUMBER})月({NUMBER})[号日]?", _yearly),
    _form(r"(?:每(?:个)?)?工作日|weekdays|every\s+(?:weekday|workday|working day)", _workdays),
    _form(rf"每(?:个)?{WEEK}([一二三四五六日天、,，和至到\-周]+)", _weekly),
    _form(r"每(?:天|日)|每晚|天天|daily|every\s*day", _daily),
    _form(rf"({NUMBER})月({NUMBER})[号日]?", _short_date),
    _form(rf"(这|本|下|下个)?(?:个)?{WEEK}([一二三四五六日天])", _this_week),
    _form(
        rf"every\s+(1st|first|2nd|second|3rd|third|4th|fourth|5th|fifth|last)\s+({DAY_EN})(?:\s+of\s+(?:the|each|every)\s+month)?",
        _nth_en,
    ),
    _form(rf"every\s+other\s+({DAY_EN})", _every_other_day_en),
    _form(rf"every\s+(\d+|other)\s+(days?|weeks?|months?)(?:\s+on\s+({DAY_EN}))?", _every_n_en),
    _form(
        r"(?:monthly|every\s+month)\s+on\s+the\s+(\d{1,2})(?:st|nd|rd|th)?|every\s+(?:month\s+on\s+the\s+)?last\s+day(?:\s+of\s+the\s+month)?",
        _monthly,
    ),
    _form(r"(?:yearly|every\s+year)\s+on\s+(\d{1,2})-(\d{1,2})", _yearly),
    _form(rf"(?:every|each|weekly\s+on)\s+({DAY_EN}(?:\s*(?:,|and)\s*{DAY_EN})*)", _weekly_en),
    _form(rf"(next|on|this)?\s*({DAY_EN})\b", _this_week_en),
    _form(r"(\d{1,2})[-/](\d{1,2})(?=\s)", _short_date),
)
