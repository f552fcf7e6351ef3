"""Floors in words, in the ways people write them."""

from __future__ import annotations

import re

from handlers.understanding.bays import COUNT, is_hour
from handlers.understanding.normal import HAN
from handlers.understanding.numerals import SMALL, first, number

BETWEEN = re.compile(
    rf"(?<![号\d])({SMALL})\s*(?:楼|层)?\s*(?:到|和|与|至|或|还是|-|~)\s*({SMALL})\s*(?:楼|层)"
    rf"|(?<![号\d])({SMALL})[楼层]、?({SMALL})[楼层]"
    r"|(?<!十)([二三四五六七八一])[二三四五六七八]([二三四五六七八九])\s*(?:楼|层)"
    r"|(?<!十)([二三四五六七八一])([二三四五六七八九])\s*(?:楼|层)"
    rf"|(?:停|卡|困)[在到]?了?\s*({SMALL})\s*(?:和|与|跟|到|至|-)\s*({SMALL})(?![\d:.号栋幢座点个分])"
)
#: The landing between two floors: "一楼半".
HALF = re.compile(rf"(?<![号\d])({SMALL})\s*[楼层]半")
#: The lowest floor by its name.
LOWEST = re.compile(r"底楼|首层|\b(?:g/f|level g)(?!\w)")
FLOOR = re.compile(
    rf"(?<![号第\d])({SMALL})\s*(?:楼(?!栋|长|顶|的?电梯(?![厅口间前]))|层(?!层|楼高))|(?<![\d])(\d{{1,2}})/f\b"
    r"|(?:停|卡|困)[在到]了?\s*(\d{1,2})(?![\d:.点分米个人号栋幢座#-]|\s*单元)"
)
BASEMENT = re.compile(
    rf"(?:负|地下)\s*({SMALL})\s*(?:楼|层)?|\bbasement\s+(?:level\s+)?(\d)(?![\d:])"
)
LEVEL = re.compile(r"(?<![a-z\d])([bp]\d)(?![\d栋座])(?=\b|层|楼|车库|地库|[^\x00-\x7f])")
ORDER = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
ORDINALS = {name: str(i) for names in (ORDER, COUNT) for i, name in enumerate(names.split("|"), 1)}
TH = r"(?:st|nd|rd|th|/f)?"
FLOOR_EN = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s*[- ]?(?:floor|flr|fl|landing|storey|/f)\b"
    rf"|\b(?:level|floor|lvl|fl)\s+(-?\d{{1,2}}|{COUNT})\b|\b(\d{{1,2}})/f\b"
    rf"|\b({ORDER}|top|ground)\s+"
    r"(?:floor|landing)\b|\b(?:to|on|at|the)\s+(\d{1,2})(?:st|nd|rd|th)\b(?! of| \w+day)"
)
#: What a number counts that is no floor and no flat.
COUNTED = (
    r"(?![\d:%-]|\.\d|\s*(?:am|pm|h|o'?clock|mins?|minutes?|hours?|days?|weeks?|months?|years?|"
    r"degrees|deg|kg|times|people|bins?|sq|feet|inches|quid|euros?|bucks?|of)\b)"
)
WEAK_FLOOR = re.compile(
    r"\b(?:on|at|to|between|past|near|passing)\s+(?:the\s+)?"
    rf"(?:(\d{{1,2}}){COUNTED}|({COUNT})\b(?=\s*(?:$|[,.;!?]))|({ORDER})\b(?=[,.]))"
)
#: From one floor to another, where no word says that they are floors.
WEAK_SPAN = re.compile(
    rf"\b(?:between|on|floors?|levels?|only|stairs|landing|at)\s+(?:the\s+)?(\d{{1,2}}){TH}\s*"
    rf"(?:and|to|thru|through|till|[-–&])\s*(?:the\s+)?(\d{{1,2}}){TH}{COUNTED}"
    r"|\b(\d{1,2})(?:st|nd|rd|th|/f)\s*(?:and|to|thru|[-–&/])\s*(\d{1,2})(?:st|nd|rd|th|/f)\b"
)
#: What has such numbers for floors.
STAIRS = re.compile(r"\b(?:stairs?|stairwell|staircase|corridors?|hallways?|landings?|floors?)\b")
#: Floors that have a name and no number.
NAMED_LEVEL = re.compile(r"\b(basement|cellar|ground|roof|top)\b|(地下室|地库|车库|停车场)")
#: Somebody over one's head.
ABOVE = re.compile(
    r"楼上|头顶|上面那?[家户层]|\b(?:upstairs|overhead"
    r"|(?:flat|neighbou?rs?|people|one|guy|those) above|above (?:me|us|my|mine|our))\b"
)


def said_floor(text: str) -> str | None:
    """The floor that a plain text names: "5", "-1", "B2", "9-11" for from nine to eleven."""
    if found := BASEMENT.search(text):
        return "-" + number(first(found))
    if found := LEVEL.search(text):
        return found[1].upper()
    if found := HALF.search(text):
        return f"{(low := int(number(found[1])))}-{low + 1}"
    if (found := BETWEEN.search(text)) and (span := _between(found)):
        return span
    if found := FLOOR.search(text):
        return number(first(found))
    if found := FLOOR_EN.search(text):
        code = first(found)
        return ORDINALS.get(code, code)
    if found := LOWEST.search(text):
        return "1" if HAN.search(found[0]) else "ground"
    return weak_span(text) if STAIRS.search(text) else None


def _between(found: re.Match[str]) -> str | None:
    low, high = (each for each in found.groups() if each)
    span = _span(low, high)
    # "5楼7楼都没有" names two floors, "七楼八楼都这样" all of them.
    listed = found[3] is not None and not found.string.startswith(("之间", "中间"), found.end())
    return None if listed and span and int(number(high)) - int(number(low)) != 1 else span


def _span(low: str, high: str) -> str | None:
    """From one floor to another, the lower first; None where that makes no span."""
    low, high = number(low), number(high)
    if not (low.isdigit() and high.isdigit() and 0 < abs(int(high) - int(low)) < 12):
        return None
    return f"{min(int(low), int(high))}-{max(int(low), int(high))}"


def weak_floor(text: str) -> str | None:
    """A bare number after "on", "at", "to": "smoke on 4", "停在19不动"."""
    found = WEAK_FLOOR.search(text)
    if found is None or is_hour(found[0], text):
        return None
    return ORDINALS.get(code := first(found), code)


def weak_span(text: str) -> str | None:
    """Two bare numbers that may be floors: "on 4 to 6", "between 2 and 3"."""
    found = WEAK_SPAN.search(text)
    return _span(found[1] or found[3], found[2] or found[4]) if found else None


def named_level(text: str) -> str | None:
    """A floor that has a name: "cellar", "roof"; -1 for what lies below in Chinese."""
    found = NAMED_LEVEL.search(text)
    return (found[1] or "-1") if found else None


def above(text: str, home: str | None) -> str | None:
    """The floor over the sender's own room, where a plain text speaks of who lives there."""
    floor = floor_of(home)
    if floor is None or not floor.isdigit() or not ABOVE.search(text):
        return None
    return str(int(floor) + 1)


def floor_of(room: str | None) -> str | None:
    """The floor that a room number tells: 501 -> 5, 12-08 -> 12; None when it tells none."""
    if not room:
        return None
    if found := re.fullmatch(r"#?0?(\d{1,2})-(?:\d{2,3}|\d{1,2}[a-zA-Z])", room):
        return found[1]
    if room.isdigit() and len(room) >= 3:
        return room[:-2].lstrip("0") or None
    if found := re.fullmatch(r"(\d{1,2})[a-zA-Z]", room):
        return found[1]
    return None
