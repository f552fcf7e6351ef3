"""Days, numbers and hours as people write them, for whoever reads a time out of a line; pure."""

from __future__ import annotations

import re
from datetime import date

#: Monday is 0. "周3" is said as well as "周三".
SIGNS = {
    **{sign: n for n, sign in enumerate("一二三四五六日")},
    "天": 6,
    **{str(n + 1): n for n in range(7)},
}
NAMES = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}

#: "周" in its three words, a day's English name in all that people make of it.
WEEK = r"(?:周|星期|礼拜)"
DAY_EN = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"

#: A number up to 99, in digits or Chinese signs.
NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十零〇]{1,3})"
DIGITS = {**{sign: n for n, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}

FULL_WIDTH = str.maketrans("０１２３４５６７８９：－～", "0123456789:-~")

#: Words by which an hour up to eleven is one of the second half of the day.
LATER = ("下午", "傍晚", "晚上", "今晚", "明晚", "晚", "夜里")


def day_named(name: str) -> int:
    """The day that an English name means: "Thursdays" is 3."""
    return NAMES[name[:3].casefold()]


def days_signed(signs: str) -> tuple[int, ...]:
    """The days whose signs stand in a list ("一、三和五"), in their order, each once."""
    return tuple(sorted({SIGNS[sign] for sign in signs if sign in SIGNS}))


def days_named(names: str) -> tuple[int, ...]:
    """The days whose English names stand in a list, in their order, each once."""
    return tuple(sorted({day_named(each) for each in re.findall(DAY_EN, names, re.I)}))


def number(text: str) -> int:
    """A number in digits, or in Chinese up to 99."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
    return int("".join(str(DIGITS[sign]) for sign in text))


def day_of(year: int, month: int, day: int) -> date | None:
    """The date, or None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def minute_of_day(hour: int, minute: int, part: str, half: str) -> int | None:
    """Minutes since midnight, or None if no clock shows that.

    `part` is the part of the day that was said with it ("下午"), `half` "am" or "pm"; either may be
    empty, and `half` decides. 24:00 is the midnight at which a day begins.
    """
    later = half == "pm" if half else any(word in part for word in LATER)
    if later and hour < 12:
        hour += 12
    if (half == "am" and hour == 12) or (hour, minute) == (24, 0):
        hour = 0
    return hour * 60 + minute if hour <= 23 and minute <= 59 else None
