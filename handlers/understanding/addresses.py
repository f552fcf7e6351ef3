"""Addresses whose parts are written together: "3-2-501", "9#102", "4栋A座". Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from handlers.understanding.normal import HAN

ROOM = r"(?P<room>[1-9]\d{2,3})(?![\d元块点分:-])"
DASHED = re.compile(
    r"(?<![\d-])(?P<building>[a-z]?\d{1,3})[-－—](?P<unit>[a-z\d]{1,2})[-－—](?P<room>\d{3,4})(?!\d)"
)
HASHED = re.compile(rf"(?<![\w-])(?P<building>[a-z]?\d{{1,2}})#-?{ROOM}")
EVERYWHERE = (DASHED, HASHED)
#: Forms that mean something else in other scripts (a score, a date, a bay). The first that is found
#: counts.
CHINESE = (
    re.compile(rf"(?<![\w.:/-])(?P<building>\d{{1,2}})-(?P<unit>\d{{1,2}})\s{ROOM}"),
    re.compile(r"(?<![\w.:/-])(?P<building>\d{1,2})-(?P<unit>\d{1,2})(?=单元)"),
    re.compile(r"(?<![\w-])(?P<building>[a-z]?\d{1,2})#(?=[\d一二三四甲乙丙丁]单元)"),
    re.compile(rf"(?<![\w-])(?P<building>[ac-ot]\d)-{ROOM}"),
    re.compile(
        r"(?P<building>\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:栋|幢|号楼)\s*"
        r"(?P<unit>[a-f])\s*座(?!位|谈|机)"
    ),
)


class Address(NamedTuple):
    """The parts as they are written, and the text without them."""

    building: str
    unit: str | None
    room: str | None
    rest: str


def address(text: str) -> Address | None:
    """The first address of a plain text; none where its parts stand apart."""
    for form in (*EVERYWHERE, *CHINESE) if HAN.search(text) else EVERYWHERE:
        if found := form.search(text):
            parts = {"unit": None, "room": None} | found.groupdict()
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return Address(str(parts["building"]), parts["unit"], parts["room"], rest)
    return None
