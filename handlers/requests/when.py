"""From words to a moment: "周五", "明天下午三点", "in 3 days", "12-01", "by the end of the week".

Who waits until then is asked at the beginning of what was named, who promises something has until
its end: "明天上午" is ten o'clock to the one (`until`) and noon to the other (`by`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.days_said import NAMES, SIGNS, WEEK, day_of
from handlers.understanding.normal import plain

#: Who says only a day means its end of work.
END_OF_DAY = time(18)
PARTS_OF_DAY = (
    (re.compile(r"早上|早晨|上午|morning|(?<=明)早"), time(10)),
    (re.compile(r"中午|\bnoon"), time(12)),
    (re.compile(r"下午|afternoon"), time(17)),
    (re.compile(r"晚上|今晚|明晚|夜里|evening|tonight"), time(20)),
)
#: The same parts as who promises something means them: to their end.
ENDS_OF_PARTS = (
    (PARTS_OF_DAY[0][0], time(12)),
    (PARTS_OF_DAY[1][0], time(14)),
    (PARTS_OF_DAY[2][0], END_OF_DAY),
    (PARTS_OF_DAY[3][0], time(22)),
)
Parts = tuple[tuple["re.Pattern[str]", time], ...]
#: Nobody comes so early who only says "at three".
MORNING, NOON = 7, 12
LAST_MINUTE = time(23, 59)
NUMBERS = {
    "半": 0.5,
    **{sign: n for n, sign in enumerate("一二三四五六七八九十", 1)},
    **dict.fromkeys(("两", "俩", "two"), 2),
    **dict.fromkeys(("a", "an", "one"), 1),
    "three": 3,
}
WEEKDAYS = {**SIGNS, **NAMES}
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: n for n, name in enumerate(MONTH_NAMES, 1)}
DAYS_AHEAD = {"今": 0, "明": 1, "后": 2, "大后": 3, "today": 0, "tonight": 0, "tomorrow": 1}
HOURS = {"小时": 1.0, "钟头": 1.0, "分钟": 1 / 60, "hour": 1.0, "minute": 1 / 60}
DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "day": 1, "week": 7, "month": 30}

NUMBER = r"(\d{1,3}|半|[一二两俩三四五六七八九十]|\ban?\b|one|two|three)"
CLOCK = re.compile(r"(\d{1,2})\s*(?:[:：]([0-5]\d)|点\s*(半|[0-5]\d)?)|\b(\d{1,2})\s*([ap])\.?m\b")
CHINESE_CLOCK = re.compile(r"([一二两三四五六七八九十]{1,2})点(半)?")

Found = tuple[date, str]  #: the day, and the text without the words that named it
Reading = Callable[["re.Match[str]", date], date | None]


def until(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment that words name, as an aware UTC-comparable moment; None: they name none."""
    said = plain(text)
    local = now.astimezone(zone)
    if (hours := _hours(said)) is not None:
        return _in_hours(now, hours, zone)
    found = _day(said, local.date())
    if found is None:
        return None
    day, rest = found
    return datetime.combine(day, _time(rest), tzinfo=zone)


def by(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment until which words promise something, later than now; None: they name none.

    Spans count to their ends: "下周" is its Sunday, "明天上午" is noon.
    """
    said = plain(text)
    if (hours := _hours(said)) is not None:
        return _later(_in_hours(now, hours, zone), now)
    today = now.astimezone(zone).date()
    found = _span(said, today) or _day(said, today, SAID)
    if found is not None:
        return _by_day(*found, now, zone)
    at = _clock_time(said)
    if at is None:
        return None
    days = (datetime.combine(today + timedelta(days=n), at, tzinfo=zone) for n in (0, 1))
    return next((each for each in days if each > now), None)


def _by_day(day: date, rest: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    at = _clock_time(rest)
    moment = datetime.combine(day, at or END_OF_DAY, tzinfo=zone)
    if moment > now or day != now.astimezone(zone).date():
        return _later(moment, now)
    if _WEEKDAY.search(rest):  # "周五", said on a Friday evening
        return moment + timedelta(days=7)
    if _hour(rest) is not None:
        return None
    return _later(datetime.combine(day, LAST_MINUTE, tzinfo=zone), now)


def _later(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment > now else None


def _clock_time(said: str) -> time | None:
    """The time of day that a promise names, as people say it: "三点" is no hour of the night."""
    part = _part(said, ENDS_OF_PARTS)
    hour = _hour(said)
    if hour is None:
        return part
    evening, morning = (part is not None and part >= END_OF_DAY), part == time(12)
    if evening and hour.hour == NOON:
        return LAST_MINUTE
    early = hour.hour < MORNING and not morning
    if hour.hour < NOON and not _AS_WRITTEN.search(said) and (evening or early):
        return hour.replace(hour=hour.hour + NOON)
    return hour


#: "03:00" and "3 am" are meant as they are.
_AS_WRITTEN = re.compile(r"\b0\d[:：]|\d\s*a\.?m\b")


def without(text: str) -> str:
    """What a text says besides days and times."""
    said = plain(text)
    for pattern in (*_NAMED, CLOCK, CHINESE_CLOCK, _HALF, _HOURS):
        said = pattern.sub(" ", said)
    return said


def _in_hours(now: datetime, hours: float, zone: ZoneInfo) -> datetime:
    """So many hours later, whatever the clocks on the walls are turned to meanwhile."""
    return (now.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)


_HALF = re.compile(r"half an hour")
_HOURS = re.compile(NUMBER + r"\s*个?(小时|钟头|分钟|hour|minute)s?")


def _hours(said: str) -> float | None:
    if _HALF.search(said):
        return 0.5
    found = _HOURS.search(said)
    return _number(found[1]) * HOURS[found[2]] if found else None


def _number(text: str) -> float:
    return float(text) if text.isdecimal() else float(NUMBERS[text])


def _ahead(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=DAYS_AHEAD[found[1]])


def _weekday(found: re.Match[str], today: date) -> date:
    """The next such day; "next Friday" is the one of the week after this."""
    weekday = WEEKDAYS[found[2]]
    if found[1] in ("下", "下个", "next"):
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=7 + weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _in_days(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=round(_number(found[1]) * DAYS[found[2]]))


def _next_week(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _full(found: re.Match[str], today: date) -> date | None:
    return day_of(int(found[1]), int(found[2]), int(found[3]))


def _month_day(found: re.Match[str], today: date) -> date | None:
    return _coming(int(found[1]), int(found[2]), today)


def _day_month(found: re.Match[str], today: date) -> date | None:
    return _coming(MONTHS[found[2][:3]], int(found[1]), today)


def _month_name(found: re.Match[str], today: date) -> date | None:
    return _coming(MONTHS[found[1][:3]], int(found[2]), today)


def _day_of_month(found: re.Match[str], today: date) -> date | None:
    here = day_of(today.year, today.month, int(found[1]))
    if here is not None and here >= today:
        return here
    year, month = divmod(today.year * 12 + today.month, 12)
    return day_of(year, month + 1, int(found[1]))


def _coming(month: int, day: int, today: date) -> date | None:
    here = day_of(today.year, month, day)
    return here if here is None or here >= today else day_of(today.year + 1, month, day)


_MONTHS = rf"({'|'.join(MONTH_NAMES)})[a-z]*"
_WEEK_EN = r"(?:(next)\s+)?(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|s|rs|r)?\b"
_FIGURES = re.compile(r"\b(\d{1,2})[-/](\d{1,2})\b")
Readings = tuple[tuple["re.Pattern[str]", Reading], ...]
#: The likeliest reading first.
READINGS: Readings = (
    (re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"), _full),
    (re.compile(r"(\d{1,2})月(\d{1,2})[日号]?"), _month_day),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTHS}"), _day_month),
    (re.compile(rf"\b{_MONTHS}\s+(\d{{1,2}})"), _month_name),
    (re.compile(rf"(?:(下个|下|本|这)?{WEEK})([一二三四五六日天1-7])"), _weekday),
    (re.compile(rf"\b{_WEEK_EN}"), _weekday),
    (re.compile(rf"下个?{WEEK}|next week"), _next_week),
    (re.compile(r"(大后|今|明|后)(?:天|日|早|晚)"), _ahead),
    (re.compile(r"\b(today|tonight|tomorrow)\b"), _ahead),
    (
        re.compile(
            NUMBER + r"\s*(?:个(?=月|星期|礼拜))?(天|周|星期|礼拜|(?<=个)月|day|week|month)s?"
        ),
        _in_days,
    ),
    (_FIGURES, _month_day),
    (re.compile(r"(\d{1,2})[号日](?!楼)"), _day_of_month),
)


def _end_of_month(found: re.Match[str], today: date) -> date:
    """The last day of this month; of the next one, where it is named."""
    ahead = 2 if any(found.groups()) else 1
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def _end_of_week(found: re.Match[str], today: date) -> date:
    """Its Sunday; that of the next one, where it is named."""
    return today + timedelta(days=6 - today.weekday() + (7 if any(found.groups()) else 0))


_NO_DAY = r"(?![一二三四五六日天1-7末])"
_WEEKDAY = re.compile(rf"{WEEK}|\b(?:mon|tue|wed|thu|fri|sat|sun)")
#: What has an end of its own.
SPANS: Readings = (
    (re.compile(r"(下个?)?月[底末]|\bend of (?:the|this|(next)) month"), _end_of_month),
    (re.compile(r"(下个?月(?![底末\d])|\bnext month)"), _end_of_month),
    (re.compile(rf"(下个?)?{WEEK}末|\b(?:(next)|this|the) weekend"), _end_of_week),
    (re.compile(rf"(下个?{WEEK}{_NO_DAY}|\bnext week\b)"), _end_of_week),
    (re.compile(rf"(?:这个?|本){WEEK}{_NO_DAY}()|\bthis week\b|\bend of the week"), _end_of_week),
)
_NAMED = tuple(pattern for pattern, _ in (*SPANS, *READINGS, *PARTS_OF_DAY))


def _span(said: str, today: date) -> Found | None:
    for pattern, reading in SPANS:
        found = pattern.search(said)
        if found is not None and (day := reading(found, today)) is not None:
            return day, said[: found.start()] + " " + said[found.end() :]
    return None


#: Without "3-2": among neighbours it is a building and its unit.
SAID = tuple(each for each in READINGS if each[0] is not _FIGURES)


def _day(said: str, today: date, readings: Readings = READINGS) -> Found | None:
    for pattern, reading in readings:
        if found := pattern.search(said):
            day = reading(found, today)
            # The words of the day may say its part too ("今晚"), so only figures are taken out.
            rest = said[: found.start()] + re.sub(r"\d", " ", found[0]) + said[found.end() :]
            return (day, rest) if day is not None else None
    return None


def _time(said: str) -> time:
    part = _part(said, PARTS_OF_DAY)
    hour = _hour(said)
    if hour is None:
        return part or END_OF_DAY
    if part is not None and part >= time(17) and hour.hour < 12:
        return hour.replace(hour=hour.hour + 12)
    return hour


def _part(said: str, parts: Parts) -> time | None:
    return next((at for pattern, at in parts if pattern.search(said)), None)


def _hour(said: str) -> time | None:
    if found := CHINESE_CLOCK.search(said):
        hour = sum(int(NUMBERS[sign]) for sign in found[1])
        return _clock(hour, 30 if found[2] else 0)
    if not (found := CLOCK.search(said)):
        return None
    if found[4]:
        return _clock(int(found[4]) % 12 + (12 if found[5] == "p" else 0), 0)
    minutes = found[2] or found[3] or "0"
    return _clock(int(found[1]), 30 if minutes == "半" else int(minutes))


def _clock(hour: int, minute: int) -> time | None:
    return time(hour, minute) if 0 <= hour < 24 else None
