"""Buildings and their stairwells in words, in the ways people write them."""

from __future__ import annotations

import re

from handlers.understanding.normal import plain
from handlers.understanding.numerals import NUM, SMALL, first, number

CODE = rf"(?:[a-z]\d{{0,2}}|[甲乙丙丁]?{NUM})"
#: "3-2": building and unit, where such a unit stands (else a score, a date, two floors).
PAIR = re.compile(
    r"(?<![\d.:#-])(\d{1,2})-(\d{1,2})(?![\d:-]|\s*(?:[月号日分点个人岁度斤块赢输胜平]|层))"
)
#: A stairwell in some English houses, a flat in most.
NUMBERED_UNIT = re.compile(r"\bunit\s*#?\s*(\d{1,2}|[a-z])\b")
BUILDING = re.compile(
    rf"({CODE})\s*(?:栋|幢|号楼|座(?!位|谈|机))|(?<![\w])(\d{{1,3}})#(?!\d)"
    r"|(?<![a-z])([a-z]\d{1,2})(?=[栋座的]|门口|楼下|大堂)"
)
CODE_EN = r"(?:[a-z]?\d{1,3}[a-z]?|[a-z])"
KINDS_EN = r"building|bldg|block|blk|tower|wing|bloc"
BUILDING_EN = re.compile(
    rf"(?<!is )(?<!are )(?<!'s )(?<!been )(?<!i )\b(?:{KINDS_EN})\.?\s+"
    r"([a-z]?\d{1,4}[a-z]?|[a-z])\b"
    r"|(?<![\w-])(t[1-9]\d?)(?![\w-])"
    r"|(?<!tennis )(?<!squash )(?<!ball )(?<!food )\bcourt\s+(\d{1,2})\b"
    r"(?!\s*(?:am|pm|min|hour|time))"
)
BUILDING_TAIL = re.compile(
    rf"\b([b-hj-z]|\d{{1,3}})\s+(?:{KINDS_EN})\b|\b(a)\s+(?:wing|block|blk)\b"
)
UNIT = re.compile(
    rf"((?<![a-z])[a-d甲乙丙丁]|{SMALL})\s*(?:单元|门洞)"
    rf"|({SMALL})\s*门(?=[一二两三四五六七八九十\d]+[楼层户]|[1-9]\d{{2,3}}(?![\d元块]))"
)
UNIT_EN = re.compile(r"\b(?:entrance|stair(?:well)?|staircase|core)\s+(\d{1,2}|[a-d])\b")
#: Two buildings in one breath: "6栋和7栋之间", "between block 2 and block 3".
TWO_BUILDINGS = re.compile(
    rf"({CODE})\s*(?:栋|幢|号楼|座)\s*[和跟与到至去、]?\s*({CODE})\s*(?:栋|幢|号楼|座)"
    rf"|({CODE})\s*[和跟与、]\s*({CODE})\s*(?:栋|幢|号楼|座)"
    rf"|\b(?:{KINDS_EN})\s+({CODE_EN})\s+(?:and|to|or)\s+(?:(?:{KINDS_EN})\s+)?({CODE_EN})\b"
)
#: So do "咱楼跟4号楼当间儿", and what stands over from a building: "12栋对面那块场".
OUTSIDE_OF = re.compile(
    rf"[我俺咱]们?这?[楼栋幢]\s*[和跟与同]\s*{CODE}(?:栋|幢|号楼|座)\s*(?:之间|[中当]间|当中)"
    rf"|{CODE}(?:栋|幢|号楼)的?对面(?!那?[家户])|\bopposite (?:{KINDS_EN}) {CODE_EN}\b"
)


def said_building(text: str) -> str | None:
    """The building that a plain text names: "3", "T2", "甲2"."""
    return _code(BUILDING, text) or _code(BUILDING_EN, text) or _code(BUILDING_TAIL, text)


def said_unit(text: str) -> str | None:
    """The stairwell that a plain text names."""
    return _code(UNIT, text) or _code(UNIT_EN, text)


def _code(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    if not found:
        return None
    code = first(found)
    if code[0] in "甲乙丙丁":
        return code[0] + number(code[1:])
    return number(code).upper()


def two_buildings(text: str) -> bool:
    """Whether buildings are named that what lies between them or opposite does not belong to."""
    if OUTSIDE_OF.search(text):
        return True
    found = map(_pair, TWO_BUILDINGS.finditer(text))
    # "4栋A座" is one: a part of a house.
    return any(one != other and not (one.isdigit() and other.isalpha()) for one, other in found)


def _pair(found: re.Match[str]) -> list[str]:
    return [number(each) for each in found.groups() if each]


def same_code(one: str | None, other: str | None) -> bool:
    """Whether two names mean one building: "B" and "Tower B"."""
    if not one or not other:
        return False
    return bare_code(one) == bare_code(other)


def bare_code(code: str) -> str:
    """The code of a building without what kind of house it is: "tower b" and "B座" are "b"."""
    bare = re.sub(rf"\b(?:{KINDS_EN})\b|[栋幢座#]|号楼", "", code.casefold()).strip()
    return re.sub(r"^t(?=\d)", "", bare)


def without_place(text: str) -> str:
    """A text without the building and the stairwell that it names."""
    text = plain(text)
    for each in (BUILDING, BUILDING_EN, BUILDING_TAIL, UNIT, UNIT_EN):
        text = each.sub(" ", text)
    return " ".join(text.split())
