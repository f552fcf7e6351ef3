"""A rota as people write it in one line: "红管家 每周轮换 工作日 9:00-17:00：王姨、周叔"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.days_said import (
    DAY_EN,
    FULL_WIDTH,
    SIGNS,
    WEEK,
    day_named,
    day_of,
    days_named,
    days_signed,
    minute_of_day,
)
from handlers.duty.turns import EVERY_DAY, By, Holidays, Rule, overlap

MOST_SLOTS = 24
MOST_POINTS = 20
MOST_NAME = 60
#: Minutes of a round for which only its beginning is said, and of a day up to these.
ROUND_LASTS = 60
DAY, EVENING, MORNING = 24 * 60, 18 * 60, 6 * 60


class LineError(ValueError):
    """The line is not understood; `key` is a text of the catalogue with `values`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says: `people` are the names of each crew, `rest` those of place and rota."""

    rule: Rule
    rest: str
    people: tuple[tuple[str, ...], ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of a head as they are found in it."""

    slots: tuple[tuple[int, int], ...] = ()  #: minutes of the day, as they were said
    days: tuple[int, ...] | None = None
    by: By | None = None
    n: int = 1
    holidays: Holidays | None = None


#: A colon that is not in the middle of a time.
COLON = re.compile(r"[::](?!\d)")
SECTION = re.compile(r"\s*[;；\n]\s*")
BETWEEN = re.compile(r"\s*[、,，]\s*|\s+and\s+")
TOGETHER = re.compile(r"\s*[+＋&]\s*")
POINTS = re.compile(r"^(?:巡视)?(?:点位|点|路线)\s*[::]|^(?:check)?points?\s*[::]", re.I)
OFF = re.compile(r"^(?:休息|停休|休|不值班)(?:日)?\s*[::]|^(?:days )?off\s*[::]", re.I)
DATE = re.compile(r"^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$")

NUMBERS = {"两": 2, "二": 2, "三": 3, "四": 4, "other": 2}
NUMBER = r"(\d{1,2}|[两二三四]|other)"

TIME = (
    r"(?<!每)(凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚|夜里)?\s*"
    r"(\d{1,2})(?::(\d{2})|[点時时](半)?)?\s*(am|pm)?"
)
SLOT = re.compile(rf"{TIME}\s*(?:-|–|—|~|至|到|\bto\b)\s*(?:次日|第二天)?{TIME}(?!\d)", re.I)
ONE_TIME = re.compile(r"(?<![\d-])(\d{1,2}):(\d{2})(?!\d)")
ALL_DAY = re.compile(r"全天|24\s*小时|all day|round the clock|24 hours", re.I)

Taken = tuple[Said, str]


def read(text: str, today: date, zone: str) -> Line:
    """What a line says. Raises LineError for what is not understood."""
    head, *more = SECTION.split(text.strip().translate(FULL_WIDTH).strip("; ；"))
    head, people = _parted(head)
    points: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    for section in more:
        if found := POINTS.match(section):
            points = _names(section[found.end() :])
        elif found := OFF.match(section):
            off = tuple(day_said(each, today) for each in _names(section[found.end() :]))
        elif not people:
            people = section
        else:
            raise LineError("duty.section_unknown", text=section[:30])
    if len(points) > MOST_POINTS:
        raise LineError("duty.points_many", n=MOST_POINTS)
    rule, rest = read_head(head, today, zone, rounds=bool(points))
    by_day, crews = _people(people)
    if by_day:
        rule = replace(rule, by="weekday", n=1, days=by_day)
    return Line(replace(rule, off=tuple(sorted(off))), rest, crews, points)


def _parted(head: str) -> tuple[str, str]:
    found = COLON.search(head)
    return (head[: found.start()], head[found.end() :]) if found else (head, "")


def read_head(head: str, today: date, zone: str, *, rounds: bool = False) -> tuple[Rule, str]:
    """When and how it passes on, and what else stands in a head: place and name."""
    said, rest = Said(), head.translate(FULL_WIDTH)
    for take in (_take_turns, _take_holidays, _take_slots, _take_days):
        said, rest = take(said, rest)
    if rounds:
        said, rest = _take_times(said, rest)
    if not said.slots:
        missing = "duty.end_missing" if ONE_TIME.search(rest) else "duty.time_missing"
        raise LineError(missing)
    slots = _ordered(said.slots)
    if overlap(slots) or len(slots) > MOST_SLOTS:
        raise LineError("duty.slots_overlap")
    rule = Rule(
        zone,
        slots,
        today.isoformat(),
        said.by or "week",
        said.n,
        said.days or EVERY_DAY,
        said.holidays or "keep",
    )
    return rule, " ".join(rest.replace(",", " ").replace("，", " ").replace("、", " ").split())


def read_parts(
    when: str, people: Sequence[str], start: date, zone: str, *, rounds: bool
) -> tuple[Rule, tuple[tuple[str, ...], ...]]:
    """A rota whose parts were written apart: its rule, and the names of each crew."""
    rule, rest = read_head(when, start, zone, rounds=rounds)
    if rest:
        raise LineError("duty.section_unknown", text=rest[:30])
    days, crews = _crews(people)
    return (replace(rule, by="weekday", n=1, days=days) if days else rule), crews


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in BETWEEN.split(text.strip(" 。.")) if each))


def _people(text: str) -> tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]:
    return _crews([each for each in BETWEEN.split(text.strip(" 。")) if each])


def _crews(named: Sequence[str]) -> tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]:
    """The weekdays in front of the names, if each has its own, and the names of each crew."""
    parted = [_own_day(each) for each in named]
    days = [day for day, _, _ in parted if day is not None]
    crews = [tuple(TOGETHER.split(name)) for _, name, _ in parted]
    if not any(day is not None and spaced for day, _, spaced in parted) and len(days) < len(named):
        return (), tuple(tuple(TOGETHER.split(name)) for name in named)  # 周叔、周一鸣
    if len(days) != len(crews) or len(set(days)) != len(days):
        raise LineError("duty.days_mixed")
    ordered = sorted(zip(days, crews, strict=True))
    return tuple(day for day, _ in ordered), tuple(crew for _, crew in ordered)


def _own_day(text: str) -> tuple[int | None, str, bool]:
    """The weekday in front of a name, the name, and whether there is a space between."""
    if found := re.match(rf"{WEEK}([一二三四五六日天])(\s*)(?=\S)", text):
        return SIGNS[found[1]], text[found.end() :], bool(found[2])
    if found := re.match(rf"({DAY_EN})\s+(?=\S)", text, re.I):
        return day_named(found[1]), text[found.end() :], True
    return None, text, False


def day_said(text: str, today: date) -> str:
    """The day that "10-01" or "2026-10-01" names, in ISO. Raises LineError for no such day."""
    found = DATE.match(text)
    if found is None:
        raise LineError("duty.date_unknown", text=text[:20])
    years = (int(found[1]),) if found[1] else (today.year, today.year + 1)
    days = [day for year in years if (day := day_of(year, int(found[2]), int(found[3])))]
    if not days:
        raise LineError("duty.date_unknown", text=text[:20])
    # "1-5" said in December means next January.
    late = len(days) > 1 and days[0] < today - timedelta(days=180)
    return days[1 if late else 0].isoformat()


def _number(text: str) -> int:
    return NUMBERS.get(text.lower()) or int(text)


def _turn(pattern: str, by: By) -> tuple[re.Pattern[str], By]:
    return re.compile(pattern.replace("TURNS", TURNING).replace("N", NUMBER), re.I), by


TURNING = r"(?:in turns?|turns?|changing|rotating)"
#: How turns pass on; N says every how many.
TURNS: tuple[tuple[re.Pattern[str], By], ...] = (
    _turn(r"每?N(?:个)?(?:周|星期|礼拜)(?:一)?(?:轮换|轮|换)", "week"),
    _turn(r"每?N天(?:一)?(?:轮换|轮|换)", "day"),
    _turn(r"每?N班(?:一)?(?:轮换|轮|换)", "slot"),
    _turn(r"(?:按周|每个?周|每星期|一周一?)(?:轮换|轮流|轮|换)", "week"),
    _turn(r"(?:按天|按日|每天|每日|每晚|一天一?)(?:轮换|轮流|轮|换)", "day"),
    _turn(r"(?:按班|每班|每次|一班一?)(?:轮换|轮流|轮|换)", "slot"),
    _turn(r"\bTURNS every N weeks?", "week"),
    _turn(r"\bTURNS every N days?", "day"),
    _turn(r"\bTURNS every N (?:turns?|slots?|times?)", "slot"),
    _turn(r"\b(?:TURNS )?(?:weekly|by week|every week)\b", "week"),
    _turn(r"\bTURNS (?:daily|by day|every day)\b|\bby day\b", "day"),
    _turn(r"\bTURNS (?:each|every) (?:turn|slot|time)\b|\bby turn\b", "slot"),
)
WAYS: tuple[tuple[re.Pattern[str], Holidays], ...] = (
    (
        re.compile(r"(?:遇|逢)?(?:法定)?(?:节假日|假日|节日)(?:不值班|不值|跳过|除外|休息|停)"),
        "skip",
    ),
    (re.compile(r"(?:遇|逢)?(?:法定)?(?:节假日|假日|节日)(?:照常|照值|不休)"), "keep"),
    (re.compile(r"(?:skip(?:ping)?|except|not on|without) (?:public )?holidays", re.I), "skip"),
    (re.compile(r"holidays too|also on (?:public )?holidays", re.I), "keep"),
)
#: Days in words that mean always the same.
PLAIN_DAYS: tuple[tuple[re.Pattern[str], tuple[int, ...], Holidays | None], ...] = (
    (re.compile(r"(?:每(?:个)?)?工作日|work(?:ing )?days", re.I), (0, 1, 2, 3, 4), "work"),
    (re.compile(r"(?:每(?:个)?)?(?:周末|双休日)|weekends", re.I), (5, 6), None),
    (re.compile(r"\bweekdays\b", re.I), (0, 1, 2, 3, 4), None),
    (
        re.compile(r"每(?:天|日|晚)|天天|(?:every|each) (?:day|night)|daily|nightly", re.I),
        EVERY_DAY,
        None,
    ),
)
SPAN_ZH = re.compile(
    rf"每?{WEEK}([一二三四五六日天])\s*(?:至|到|-|~)\s*{WEEK}?([一二三四五六日天])"
)
LIST_ZH = re.compile(rf"每?{WEEK}([一二三四五六日天](?:[、,，和]?(?:{WEEK})?[一二三四五六日天])*)")
SPAN_EN = re.compile(rf"\b({DAY_EN})\s*(?:-|–|to|through)\s*({DAY_EN})\b", re.I)
LIST_EN = re.compile(rf"\b(?:every\s+)?({DAY_EN}(?:\s*(?:,|and)\s*{DAY_EN})*)\b", re.I)


def _out(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _take_turns(said: Said, text: str) -> Taken:
    for pattern, by in TURNS:
        if found := pattern.search(text):
            n = _number(found[1]) if found.re.groups else 1
            if not 1 <= n <= 52:
                raise LineError("duty.time_missing")
            return replace(said, by=by, n=n), _out(text, found)
    return said, text


def _take_holidays(said: Said, text: str) -> Taken:
    for pattern, way in WAYS:
        if found := pattern.search(text):
            return replace(said, holidays=way), _out(text, found)
    return said, text


def _take_slots(said: Said, text: str) -> Taken:
    slots: list[tuple[int, int]] = []
    if found := ALL_DAY.search(text):
        slots, text = [(0, 0)], _out(text, found)
    at = 0
    while found := SLOT.search(text, at):
        if not _is_slot(found):
            at = found.start() + 1
            continue
        slots.append(_slot(found))
        text, at = _out(text, found), found.start()
    return replace(said, slots=tuple(slots)), text


def _is_slot(found: re.Match[str]) -> bool:
    """ "9:00-17:00", "22点到6点"; "3-2" is a stairwell."""
    return any(found[each] for each in (3, 5, 8, 10)) or "点" in found[0]


def _slot(found: re.Match[str]) -> tuple[int, int]:
    return _clock(found, 0), _clock(found, 5)


def _clock(found: re.Match[str], first: int) -> int:
    part, hour_said, minute_said, half, am_pm = found.groups()[first : first + 5]
    minutes = 30 if half else int(minute_said or 0)
    at = minute_of_day(int(hour_said), minutes, part or "", (am_pm or "").lower())
    if at is None:
        raise LineError("duty.time_impossible", text=found[0].strip())
    return at


def _ordered(said: tuple[tuple[int, int], ...]) -> tuple[tuple[str, str], ...]:
    """Sorted; "22:00-23:00 1:00-2:00" said in this order are of one night."""
    slots: set[tuple[int, int]] = set()
    before = 0
    for start, end in said:
        late = DAY if before >= EVENING and start < MORNING else 0
        slots.add((start + late, end + late + (0 if end > start else DAY)))
        before = start + late
    return tuple((_written(start), _written(end)) for start, end in sorted(slots))


def _written(at: int) -> str:
    return f"{at // 60:02d}:{at % 60:02d}"


def _take_times(said: Said, text: str) -> Taken:
    """Rounds may be said by their beginnings alone."""
    slots = list(said.slots)
    while found := ONE_TIME.search(text):
        hour, minute = int(found[1]), int(found[2])
        if hour > 23 or minute > 59:
            raise LineError("duty.time_impossible", text=found[0])
        start = hour * 60 + minute
        slots.append((start, (start + ROUND_LASTS) % DAY))
        text = _out(text, found)
    return replace(said, slots=tuple(slots)), text


def _take_days(said: Said, text: str) -> Taken:
    for pattern, days, way in PLAIN_DAYS:
        if found := pattern.search(text):
            return replace(said, days=days, holidays=said.holidays or way), _out(text, found)
    for pattern, read_days in DAYS:
        if found := pattern.search(text):
            return replace(said, days=read_days(found)), _out(text, found)
    return said, text


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(sorted((first + each) % 7 for each in range((last - first) % 7 + 1)))


DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, ...]]], ...] = (
    (SPAN_ZH, lambda found: _span(SIGNS[found[1]], SIGNS[found[2]])),
    (LIST_ZH, lambda found: days_signed(found[1])),
    (SPAN_EN, lambda found: _span(day_named(found[1]), day_named(found[2]))),
    (LIST_EN, lambda found: days_named(found[1])),
)
