"""From words to a moment, for waiting until then: "周五", "明天下午三点", "in 3 days", "12-01"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Who says only a day means its end of work.
END_OF_DAY = time(18)
PARTS_OF_DAY = (
    (re.compile(r"早上|早晨|上午|morning|(?<=明)早"), time(10)),
    (re.compile(r"中午|noon"), time(12)),
    (re.compile(r"下午|afternoon"), time(17)),
    (re.compile(r"晚上|今晚|明晚|夜里|evening|tonight"), time(20)),
)
NUMBERS = {
    "半": 0.5,
    **{sign: n for n, sign in enumerate("一二三四五六七八九十", 1)},
    **dict.fromkeys(("两", "俩", "two"), 2),
    **dict.fromkeys(("a", "an", "one"), 1),
    "three": 3,
}
WEEKDAYS = {
    **{sign: n for n, sign in enumerate("一二三四五六日")},
    **{str(n + 1): n for n in range(7)},
    **{name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    "天": 6,
}
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
    said = text.casefold()
    local = now.astimezone(zone)
    if (hours := _hours(said)) is not None:
        return local + timedelta(hours=hours)
    found = _day(said, local.date())
    if found is None:
        return None
    day, rest = found
    return datetime.combine(day, _time(rest), tzinfo=zone)


def _hours(said: str) -> float | None:
    found = re.search(NUMBER + r"\s*个?(小时|钟头|分钟|hour|minute)s?", said)
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
    return _date(int(found[1]), int(found[2]), int(found[3]))


def _month_day(found: re.Match[str], today: date) -> date | None:
    return _coming(int(found[1]), int(found[2]), today)


def _day_month(found: re.Match[str], today: date) -> date | None:
    return _coming(MONTHS[found[2][:3]], int(found[1]), today)


def _month_name(found: re.Match[str], today: date) -> date | None:
    return _coming(MONTHS[found[1][:3]], int(found[2]), today)


def _day_of_month(found: re.Match[str], today: date) -> date | None:
    here = _date(today.year, today.month, int(found[1]))
    if here is not None and here >= today:
        return here
    year, month = divmod(today.year * 12 + today.month, 12)
    return _date(year, month + 1, int(found[1]))


def _coming(month: int, day: int, today: date) -> date | None:
    here = _date(today.year, month, day)
    return here if here is None or here >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_MONTHS = rf"({'|'.join(MONTH_NAMES)})[a-z]*"
_WEEK_EN = r"(?:(next)\s+)?(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|s|rs|r)?\b"
#: The likeliest reading first.
READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"), _full),
    (re.compile(r"(\d{1,2})月(\d{1,2})[日号]?"), _month_day),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTHS}"), _day_month),
    (re.compile(rf"\b{_MONTHS}\s+(\d{{1,2}})"), _month_name),
    (re.compile(r"(?:(下个|下|本|这)?(?:周|星期|礼拜))([一二三四五六日天1-7])"), _weekday),
    (re.compile(rf"\b{_WEEK_EN}"), _weekday),
    (re.compile(r"下个?(?:周|星期|礼拜)|next week"), _next_week),
    (re.compile(r"(大后|今|明|后)(?:天|日|早|晚)"), _ahead),
    (re.compile(r"\b(today|tonight|tomorrow)\b"), _ahead),
    (
        re.compile(
            NUMBER + r"\s*(?:个(?=月|星期|礼拜))?(天|周|星期|礼拜|(?<=个)月|day|week|month)s?"
        ),
        _in_days,
    ),
    (re.compile(r"\b(\d{1,2})[-/](\d{1,2})\b"), _month_day),
    (re.compile(r"(\d{1,2})[号日]"), _day_of_month),
)


def _day(said: str, today: date) -> Found | None:
    for pattern, reading in READINGS:
        if found := pattern.search(said):
            day = reading(found, today)
            # The words of the day may say its part too ("今晚"), so only figures are taken out.
            rest = said[: found.start()] + re.sub(r"\d", " ", found[0]) + said[found.end() :]
            return (day, rest) if day is not None else None
    return None


def _time(said: str) -> time:
    part = next((at for pattern, at in PARTS_OF_DAY if pattern.search(said)), None)
    hour = _hour(said)
    if hour is None:
        return part or END_OF_DAY
    if part is not None and part >= time(17) and hour.hour < 12:
        return hour.replace(hour=hour.hour + 12)
    return hour


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
