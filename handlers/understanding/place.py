"""Places in words: building, unit, floor, room, in the ways people write them."""

from __future__ import annotations

import re

from handlers.understanding.meaning import Place
from handlers.understanding.normal import plain

NUMERALS = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
NUM = r"(?:\d{1,3}|[一二两三四五六七八九十〇零]{1,4})"
CODE = rf"(?:[a-z]\d{{0,2}}|[甲乙丙丁]?{NUM})"

DASHED = re.compile(r"(?<![\d-])(\d{1,3})[-－—](\d{1,2})[-－—](\d{3,4})(?!\d)")
TWO = re.compile(r"(?<![\d.:-])(\d{1,2})[-－—](\d{3,4})(?![\d:-])")
BUILDING = re.compile(rf"({CODE})\s*(?:栋|幢|号楼|座(?!位|谈|机))|(?<![\w])(\d{{1,3}})#(?!\d)")
BUILDING_EN = re.compile(
    r"\b(?:building|bldg|block|blk|tower|court|wing|hall|house)\.?\s+([a-z]?\d{1,4}[a-z]?|[a-z])\b"
)
UNIT = re.compile(rf"({NUM})\s*单元")
UNIT_EN = re.compile(r"\b(?:entrance|stair(?:well)?|staircase)\s+(\d{1,2}|[a-d])\b")
FLOOR = re.compile(rf"(?<![号\d])({NUM})\s*(?:楼(?!栋|下|上|道|梯|长|顶)|层)")
BASEMENT = re.compile(rf"(?:负|地下|b)({NUM})\s*(?:楼|层)?|(?:^|\s)p(\d)\b")
FLOOR_EN = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)\s+(?:floor|flr|fl|landing|storey)\b|\b(?:level|floor|lvl)\s+(\d{1,2})\b"
)
ROOM = re.compile(
    r"(?<![\d.:#-])([1-9]\d{2,3})(?:室|户|房|家|号房)?(?![\d块元年月天%℃个kw次多米./:])"
)
ROOM_HAN = re.compile(r"([一二三四五六七八九])[〇零]([一二三四五六七八九])")
ROOM_EN = re.compile(
    r"\b(?:flat|apt|apartment|unit|room|suite|no\.?)\s*#?\s*(\d{1,4}[a-z]?|[a-z]?-?\d{1,4})\b"
    r"|#(\d{2})-(\d{2,3})\b|\b(\d{1,2}[a-h])\b|#(\d{3,4})\b"
)
MINE = re.compile(
    r"(?:我|俺|咱|阮|侬|我们|俺们|咱们|本人)(?:自己)?(?:家|屋|屋头|屋里|房|户|这户|们家|楼上|头顶)"
    r"|\bmy (?:flat|apartment|apt|place|home|unit|kitchen|bathroom|ceiling|door|balcony|window|"
    r"room|bedroom|house|living|tap|toilet|boiler|rads?|radiators?)\b|\b(?:in|at) mine\b"
)


def number(text: str) -> str:
    """A number in digits: "三" -> "3", "十二" -> "12"; anything else as it is."""
    if not text or any(sign not in NUMERALS and sign != "十" for sign in text):
        return text
    if "十" not in text:
        return "".join(str(NUMERALS[sign]) for sign in text)
    tens, _, ones = text.partition("十")
    return str((NUMERALS[tens] if tens else 1) * 10 + (NUMERALS[ones[0]] if ones else 0))


def parse(text: str) -> Place:
    """What a text says of a place; nothing is filled in from anywhere else."""
    text = plain(text)
    if found := DASHED.search(text):
        return Place(found[1], found[2], _floor_of(found[3]), found[3])
    building, unit = _code(BUILDING, text) or _code(BUILDING_EN, text), _code(UNIT, text)
    unit = unit or _code(UNIT_EN, text)
    floor = _floor(text)
    room = None
    if found := TWO.search(text):
        unit, room = unit or found[1], found[2]
    room = room or _room(text)
    if room and not floor and room.isdigit() and len(room) >= 3:
        floor = _floor_of(room)
    return Place(building, unit, floor, room)


def parse_area(text: str) -> Place:
    """What a group is bound to: "3栋2单元" -> building 3, unit 2; an estate's name -> nothing."""
    found = parse(text)
    if found.building is None and not re.search(
        r"小区|社区|家园|苑|里$|园|estate|gardens|village", plain(text)
    ):
        tail = re.fullmatch(r"[a-z]\d{1,2}", plain(text))
        return Place(building=tail[0].upper() if tail else None)
    return Place(_upper(found.building), found.unit)


def _upper(code: str | None) -> str | None:
    return code.upper() if code else None


def _code(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    if not found:
        return None
    code = next(group for group in found.groups() if group)
    return _upper(number(code))


def _floor(text: str) -> str | None:
    if found := BASEMENT.search(text):
        return "-" + number(found[1] or found[2])
    if found := FLOOR.search(text):
        return number(found[1])
    if found := FLOOR_EN.search(text):
        return found[1] or found[2]
    return None


def _room(text: str) -> str | None:
    if found := ROOM.search(text):
        return found[1]
    if found := ROOM_HAN.search(text):
        return f"{NUMERALS[found[1]]}0{NUMERALS[found[2]]}"
    if found := ROOM_EN.search(text):
        if found[2]:
            return f"{found[2]}-{found[3]}"
        return (found[1] or found[4] or found[5]).upper()
    return None


def _floor_of(room: str) -> str | None:
    return room[:-2].lstrip("0") or None if len(room) >= 3 else None


def says_mine(text: str) -> bool:
    """Whether the sender speaks of their own home."""
    return MINE.search(plain(text)) is not None
