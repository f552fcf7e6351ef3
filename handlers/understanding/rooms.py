"""Rooms and flats in words, in the ways people write them."""

from __future__ import annotations

import re
from functools import lru_cache

from handlers.understanding.bays import is_hour
from handlers.understanding.floors import COUNTED
from handlers.understanding.meaning import Place
from handlers.understanding.normal import HAN
from handlers.understanding.numerals import DIGIT_OF, first

MOST_HOMES = 1024  #: of which is known how they are written
NOT_ROOM = (
    r"(?![\d块元年月天%℃个kw次多米只条张斤克盒箱号人度栋幢路万千百日点分秒/]"
    r"|楼(?!道|梯|门)|[.:：]\d|-\d)"
)

TWO = re.compile(r"(?<![a-z\d.:-])(\d{1,2})[-－—](\d{3,4})(?![\d:-])")
#: "15-02", "#05-12", "18-332": floor and flat, where houses are high and streets few.
#: (In "2-302" the flat tells its own floor, and 2 is a unit.)
DASHED_EN = re.compile(r"(?<![\w.:/-])(?:\d{1,2}-0\d|\d\d-\d{3})(?![\w:/-]|\.\d)")
#: A flat called by its bare number: "knocked 18", "22's gutter", "party in 7", "803 is at it".
BARE_ROOM = re.compile(
    rf"\b(?:in|at|from|to|knocked|by|near|outside|house|door)\s+(\d{{1,3}}|[a-h]-?\d{{1,3}}){COUNTED}"
    rf"|^(\d{{1,4}}[a-h]?|[a-h]\d{{1,2}}){COUNTED}(?='s\b|\s+[a-z]|:)|\b(\d{{1,3}})'s\b"
    r"|[,.?!]\s*(?:no\.?\s*)?(\d{1,3}[a-h]?)\s*[.!]?$"
    r"|\b(?:intercom|buzzer|bell|button|letter ?box|mailbox|meter)\s+(?:for|of)\s+(\d{1,3}[a-h]?)\b"
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


def bare_room(text: str) -> str | None:
    """A flat that is called by a number alone: "18" in "knocked 18"."""
    found = None if HAN.search(text) else BARE_ROOM.search(text)
    if found is None or is_hour(found[0], text):
        return None
    return first(found).upper()


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
