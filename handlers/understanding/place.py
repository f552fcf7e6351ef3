"""Places in words: building, unit, floor, room, in the ways people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from handlers.understanding.addresses import Address, address
from handlers.understanding.bays import COUNT, is_hour
from handlers.understanding.meaning import Place
from handlers.understanding.normal import HAN, plain

MOST_PARSED = 256  #: texts; one is compared with the place of each request that is open
MOST_HOMES = 1024  #: of which is known how they are written
DIGIT_OF = {sign: i for i, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUM = r"(?:\d{1,3}|[一二两三四五六七八九十〇零]{1,4})"
SMALL = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
CODE = rf"(?:[a-z]\d{{0,2}}|[甲乙丙丁]?{NUM})"
NOT_ROOM = (
    r"(?![\d块元年月天%℃个kw次多米只条张斤克盒箱号人度栋幢路万千百日点分秒/]"
    r"|楼(?!道|梯|门)|[.:：]\d|-\d)"
)

TWO = re.compile(r"(?<![a-z\d.:-])(\d{1,2})[-－—](\d{3,4})(?![\d:-])")
#: "15-02", "#05-12", "18-332": floor and flat, where houses are high and streets few.
#: (In "2-302" the flat tells its own floor, and 2 is a unit.)
DASHED_EN = re.compile(r"(?<![\w.:/-])(?:\d{1,2}-0\d|\d\d-\d{3})(?![\w:/-]|\.\d)")
#: A house called by its street and number: "66 Cotham Brow".
STREET = re.compile(r"\d{1,4}[a-z]? [A-Z][A-Za-z' ]+$")
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
#: A flat called by its bare number: "knocked 18", "22's gutter", "party in 7", "803 is at it".
BARE_ROOM = re.compile(
    rf"\b(?:in|at|from|to|knocked|by|near|outside|house|door)\s+(\d{{1,3}}|[a-h]-?\d{{1,3}}){COUNTED}"
    rf"|^(\d{{1,4}}[a-h]?|[a-h]\d{{1,2}}){COUNTED}(?='s\b|\s+[a-z]|:)|\b(\d{{1,3}})'s\b"
    r"|[,.?!]\s*(?:no\.?\s*)?(\d{1,3}[a-h]?)\s*[.!]?$"
    r"|\b(?:intercom|buzzer|bell|button|letter ?box|mailbox|meter)\s+(?:for|of)\s+(\d{1,3}[a-h]?)\b"
)
#: Somebody over one's head.
ABOVE = re.compile(
    r"楼上|头顶|上面那?[家户层]|\b(?:upstairs|overhead"
    r"|(?:flat|neighbou?rs?|people|one|guy|those) above|above (?:me|us|my|mine|our))\b"
)
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
#: Whom to call in danger is no room, unless it is written as one: "119室", "2单元110".
SOS = r"(?!(?:11[0249]|12[02]|911|99[59]|000|12345)(?!\d)(?!室|户|房|号房))"
ROOM = re.compile(
    rf"(?<![\d.:#a-z¥$£€-])(?:(?<=单元)|{SOS})([1-9]\d{{2,3}})(?:室|户|房|家|号房)?{NOT_ROOM}"
)
#: Whose room is whose: "401在家没 我是楼下301".
OWN_ROOM = re.compile(
    r"[我俺咱](?:是|家|住|在)(?:是|在|楼下|的|\s)?([1-9]\d{2,3})(?![\d元块分点号栋幢:.-])"
)
ROOM_HAN = re.compile(r"([一二三四五六七八九])[〇零]([一二三四五六七八九])")
ROOM_EN = re.compile(
    r"\b(?:flat|apt)\s+(\d{1,2}/\d{1,2})(?![\d/])|"
    r"\b(?:flat|apt|apartment|unit|room|suite|no\.?|villa|number|hse)\s*#?\s*"
    r"(\d{1,4}[a-z]?(?!-\d)|[a-z]-?\d{1,4})\b"
    r"|\b(?:flat|unit)\s+([a-h])\b"
    r"|#(\d{1,2})-(\d{1,3})\b|\b(\d{1,2}[a-h])\b(?!\d)|#(\d{1,4})\b|\b(0\d-\d{2,3})\b"
)


def number(text: str) -> str:
    """A number in digits: "三" -> "3", "十二" -> "12"; anything else as it is."""
    if not text or any(sign not in DIGIT_OF and sign != "十" for sign in text):
        return text
    if "十" not in text:
        return "".join(str(DIGIT_OF[sign]) for sign in text)
    tens, _, ones = text.partition("十")
    return str((DIGIT_OF[tens[0]] if tens else 1) * 10 + (DIGIT_OF.get(ones[:1], 0)))


@lru_cache(MOST_PARSED)
def parse(text: str) -> Place:
    """What a text says of a place; nothing is filled in from anywhere else."""
    text = plain(text)
    if (found := address(text)) is not None:
        return _with_rest(found)
    building = _code(BUILDING, text) or _code(BUILDING_EN, text) or _code(BUILDING_TAIL, text)
    unit = _code(UNIT, text) or _code(UNIT_EN, text)
    floor = said_floor(text)
    room = None
    if (found := DASHED_EN.search(text)) and not HAN.search(text):
        room = found[0]
    elif found := TWO.search(text):
        unit, room = unit or found[1], found[2]
    room = room or said_room(text)
    if room and not floor:
        floor = floor_of(room)
    return Place(building, unit, floor, room)


def _with_rest(found: Address) -> Place:
    """An address written together, and what the rest of the text adds to it."""
    building, room = number(found.building).upper(), found.room
    rest = parse(found.rest)
    if room is not None:
        return Place(
            building, found.unit.upper() if found.unit else rest.unit, floor_of(room), room
        )
    unit = number(found.unit).upper() if found.unit else rest.unit
    return Place(building, unit, rest.floor, rest.room)


def parse_area(text: str) -> Place:
    """What a group is bound to: "3栋2单元" -> building 3, unit 2; an estate's name -> nothing."""
    found = parse(text)
    if STREET.match(text):
        return Place(building=text)
    if found.building is None and not re.search(
        r"小区|社区|家园|苑|里$|园|estate|gardens|village", plain(text)
    ):
        tail = re.fullmatch(r"[a-z]\d{1,2}", plain(text))
        return Place(building=tail[0].upper() if tail else None)
    return Place(_upper(found.building), found.unit)


def group_place(area: str, buildings: Iterable[str | None]) -> Place:
    """What a group is bound to, where its members' buildings are known.

    An area that is named like a building of theirs is that building ("Maple Court").
    """
    homes = {building for building in buildings if building}
    if area in homes:
        return Place(building=area)
    found = parse_area(area)
    if found.building is None and len(homes) == 1 and area.startswith(tuple(homes)):
        return Place(building=next(iter(homes)))
    return found


def _upper(code: str | None) -> str | None:
    return code.upper() if code else None


def _code(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    if not found:
        return None
    code = _first(found)
    if code[0] in "甲乙丙丁":
        return code[0] + number(code[1:])
    return _upper(number(code))


def said_floor(text: str) -> str | None:
    """The floor that a plain text names: "5", "-1", "B2", "9-11" for from nine to eleven."""
    if found := BASEMENT.search(text):
        return "-" + number(_first(found))
    if found := LEVEL.search(text):
        return found[1].upper()
    if found := HALF.search(text):
        return f"{(low := int(number(found[1])))}-{low + 1}"
    if (found := BETWEEN.search(text)) and (span := _between(found)):
        return span
    if found := FLOOR.search(text):
        return number(_first(found))
    if found := FLOOR_EN.search(text):
        code = _first(found)
        return ORDINALS.get(code, code)
    if found := LOWEST.search(text):
        return "1" if HAN.search(found[0]) else "ground"
    return weak_span(text) if STAIRS.search(text) else None


def _first(found: re.Match[str]) -> str:
    return next(group for group in found.groups() if group)


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
    return ORDINALS.get(code := _first(found), code)


def weak_span(text: str) -> str | None:
    """Two bare numbers that may be floors: "on 4 to 6", "between 2 and 3"."""
    found = WEAK_SPAN.search(text)
    return _span(found[1] or found[3], found[2] or found[4]) if found else None


def named_level(text: str) -> str | None:
    """A floor that has a name: "cellar", "roof"; -1 for what lies below in Chinese."""
    found = NAMED_LEVEL.search(text)
    return (found[1] or "-1") if found else None


def bare_room(text: str) -> str | None:
    """A flat that is called by a number alone: "18" in "knocked 18"."""
    found = None if HAN.search(text) else BARE_ROOM.search(text)
    if found is None or is_hour(found[0], text):
        return None
    return _first(found).upper()


def two_buildings(text: str) -> bool:
    """Whether buildings are named that what lies between them or opposite does not belong to."""
    if OUTSIDE_OF.search(text):
        return True
    found = map(_pair, TWO_BUILDINGS.finditer(text))
    # "4栋A座" is one: a part of a house.
    return any(one != other and not (one.isdigit() and other.isalpha()) for one, other in found)


def _pair(found: re.Match[str]) -> list[str]:
    return [number(each) for each in found.groups() if each]


def above(text: str, home: str | None) -> str | None:
    """The floor over the sender's own room, where a plain text speaks of who lives there."""
    floor = floor_of(home)
    if floor is None or not floor.isdigit() or not ABOVE.search(text):
        return None
    return str(int(floor) + 1)


def said_room(text: str) -> str | None:
    """The room that a plain text names."""
    if found := OWN_ROOM.search(text) or ROOM.search(text):
        return found[1]
    if found := ROOM_HAN.search(text):
        return f"{DIGIT_OF[found[1]]}0{DIGIT_OF[found[2]]}"
    if found := ROOM_EN.search(text):
        if found[4]:
            return f"{found[4]}-{found[5]}"
        return next(group for group in found.groups() if group).upper()
    return None


def like(text: str, home: str) -> str | None:
    """A room written in the way the sender's own is: home "C9" finds "C11", home "12" "in 14"."""
    found = _like(home).search(text)
    if found is None:
        return None
    return found[1] if home.isdigit() and len(home) <= 2 else found[1].upper()


@lru_cache(MOST_HOMES)
def _like(home: str) -> re.Pattern[str]:
    """How a room is written like one; many are written alike."""
    if home.isdigit() and len(home) <= 2:
        return re.compile(r"\b(?:in|at|no|number|from|for|flat|of|house)\s+(\d{1,2})\b(?!:)")
    shape = re.sub(r"\d+", r"\\d{1,4}", re.escape(home.casefold()))
    if home.isdigit():
        shape = rf"{SOS}[1-9]\d{{{len(home) - 1}}}"
    return re.compile(rf"(?<![\w.$£€:-])({shape})(?![\w:%-])")


def lettered(text: str, home: Place) -> Place | None:
    """A flat called by its building's letter and its number, as the sender's own would be: home
    "B", "12" finds "C11"."""
    building, room = home.building or "", home.room or ""
    if not (len(building) == 1 and building.isalpha() and room.isdigit()):
        return None
    # "A9, could you move the van": who is spoken to tells no place.
    found = re.search(rf"(?<![\w.-])(?!^\w+,)([a-h])(\d{{{len(room)}}})(?![\w:%-])", text)
    return Place(building=found[1].upper(), room=found[2]) if found else None


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


def same_code(one: str | None, other: str | None) -> bool:
    """Whether two names mean one building: "B" and "Tower B"."""
    if not one or not other:
        return False
    return _bare(one) == _bare(other)


def _bare(code: str) -> str:
    bare = re.sub(rf"\b(?:{KINDS_EN})\b|[栋幢座#]|号楼", "", code.casefold()).strip()
    return re.sub(r"^t(?=\d)", "", bare)
