"""A neighbourhood file as typed data: places, people, chats, reminders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from handlers.neighbourhood.file.problems import FieldError
from storage.tables.directory import KINDS

PHONE = re.compile(r"\+?[\d][\d\s()-]{4,24}\d")
RANGE = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})")
MOST_ROOMS = 2000
BETWEEN = re.compile(r"[,，、;；]")

#: How people write these in Chinese.
KIND_WORDS = {
    "区": "district",
    "街道": "subdistrict",
    "社区": "community",
    "小区": "neighbourhood",
    "楼栋": "building",
    "单元": "unit",
    "户": "household",
}
GOVERNANCE_WORDS = {"自治": "self", "兜底": "baseline"}
LANGUAGE_WORDS = {"中文": "zh", "英文": "en"}
YES_NO = {"是": True, "否": False}


def _known_as(words: Mapping[str, object]) -> BeforeValidator:
    def read(value: Any) -> Any:
        return words.get(value.strip(), value) if isinstance(value, str) else value

    return BeforeValidator(read)


def _text(value: Any) -> Any:
    """YAML and Excel give numbers where people mean names: 3, 502.0 -> "3", "502"."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldError("not_zone", text=value) from None
    return value


def _phone(value: str) -> str:
    if not PHONE.fullmatch(value.strip()):
        raise FieldError("not_phone", text=value)
    return value.strip()


def _no_slash(value: str) -> str:
    if "/" in value:
        raise FieldError("slash", text=value)
    return value


def _rooms(value: list[str]) -> list[str]:
    return [room for each in value for room in expand(each)]


def expand(rooms: str) -> list[str]:
    """ "101-604" is floors 1 to 6 with doors 01 to 04; anything else is one room."""
    found = RANGE.fullmatch(rooms.strip())
    if not found or len(found[1]) < 3:
        return [rooms.strip()]
    first, last = int(found[1]), int(found[2])
    floors = range(first // 100, last // 100 + 1)
    doors = range(first % 100, last % 100 + 1)
    if not len(floors) or not len(doors) or len(floors) * len(doors) > MOST_ROOMS:
        raise FieldError("not_rooms", text=rooms)
    return [f"{floor}{door:02d}" for floor in floors for door in doors]


def folded(rooms: list[str]) -> list[str]:
    """The short form of a whole range: what `expand` unfolds; else the rooms themselves."""
    if len(rooms) > 1:
        short = f"{rooms[0]}-{rooms[-1]}"
        try:
            if expand(short) == rooms:
                return [short]
        except FieldError:
            return rooms
    return rooms


def _list(value: Any) -> Any:
    """One value where a list may stand; "a, b" in a cell, or one a line."""
    if isinstance(value, str):
        parts = value.split("\n") if "\n" in value else BETWEEN.split(value)
        return [part.strip() for part in parts if part.strip()]
    return [value] if isinstance(value, int | float) else value


def joined(value: list[str]) -> str:
    """A list as one text that reads back equal."""
    if any(BETWEEN.search(each) for each in value):
        return "\n".join(value) + "\n"
    return ", ".join(value)


def _one_or_list(value: list[str]) -> str | list[str]:
    return value[0] if len(value) == 1 and not BETWEEN.search(value[0]) else value


def is_plain_room(name: str) -> bool:
    """Whether a room may stand in a list of rooms, and means nothing else there."""
    return expand(name) == [name] and not BETWEEN.search(name)


_TEXT = {"type": ["string", "number"], "minLength": 1, "maxLength": 80}
_ONE = {"type": ["string", "number"]}
_LIST: dict[str, Any] = {"anyOf": [_ONE, {"type": "array", "items": _ONE}]}

Text = Annotated[
    str, BeforeValidator(_text), Field(min_length=1, max_length=80), WithJsonSchema(_TEXT)
]
#: A place by its path, or the time of a reminder: longer than a name.
Long = Annotated[
    str,
    BeforeValidator(_text),
    Field(min_length=1, max_length=600),
    WithJsonSchema({**_TEXT, "maxLength": 600}),
]
Name = Annotated[Text, AfterValidator(_no_slash), WithJsonSchema({**_TEXT, "pattern": "^[^/]+$"})]
Texts = Annotated[list[Text], BeforeValidator(_list), WithJsonSchema(_LIST)]
Longs = Annotated[list[Long], BeforeValidator(_list), WithJsonSchema(_LIST)]
Names = Annotated[list[Name], BeforeValidator(_list), WithJsonSchema(_LIST)]
Rooms = Annotated[list[Name], BeforeValidator(_list), AfterValidator(_rooms), WithJsonSchema(_LIST)]
Ids = Annotated[
    list[Text], BeforeValidator(_list), PlainSerializer(_one_or_list), WithJsonSchema(_LIST)
]
Phone = Annotated[
    str,
    BeforeValidator(_text),
    AfterValidator(_phone),
    WithJsonSchema({"type": ["string", "integer"], "pattern": f"^{PHONE.pattern}$"}),
]
Zone = Annotated[str, AfterValidator(_zone)]
Kind = Annotated[
    Literal[
        "district", "subdistrict", "community", "neighbourhood", "building", "unit", "household"
    ],
    _known_as(KIND_WORDS),
    WithJsonSchema({"enum": [*KINDS, *KIND_WORDS]}),
]
Governance = Annotated[
    Literal["self", "baseline"],
    _known_as(GOVERNANCE_WORDS),
    WithJsonSchema({"enum": ["self", "baseline", *GOVERNANCE_WORDS]}),
]
Language = Annotated[
    Literal["zh", "en"],
    _known_as(LANGUAGE_WORDS),
    WithJsonSchema({"enum": ["zh", "en", *LANGUAGE_WORDS]}),
]
YesNo = Annotated[bool, _known_as(YES_NO), WithJsonSchema({"enum": [True, False, *YES_NO]})]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class PlaceEntry(_Entry):
    """A place; what is below it stands in `places`, or as plain lists of units and rooms."""

    kind: Kind
    name: Name = Field(description='As people say it: "3栋", "2单元", "501".')
    code: Text | None = Field(
        default=None, description="Bare, as in 3-2-501; found in the name when left out."
    )
    governance: Governance | None = Field(
        default=None, description="self: the building's own people first; baseline: staff first."
    )
    enclosed: YesNo | None = None
    timezone: Zone | None = Field(default=None, description="Like Asia/Shanghai; else as above.")
    language: Language | None = None
    hotline: Phone | None = Field(default=None, description="The public 24-hour number.")
    units: Names = Field(default_factory=list, description="A building's stairwells.")
    rooms: Rooms = Field(
        default_factory=list,
        description='Of each unit, or of a building without units; "101-604" is a range.',
    )
    places: list[PlaceEntry] = Field(default_factory=list["PlaceEntry"])


class RoleEntry(_Entry):
    """A role held in a place."""

    role: Text = Field(description="A role of config/policy.toml, by key or by name: 楼长.")
    area: Long


class LeaveEntry(_Entry):
    """Away from the first to the last day, both included; `deputy` is a person's key."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    deputy: Text | None = None


class PersonEntry(_Entry):
    """Somebody; `key` is how this file speaks of them."""

    key: Annotated[Text, Field(max_length=60)]
    name: Text
    language: Language | None = None
    phone: Phone | None = Field(default=None, description="Kept sealed; staff with rights see it.")
    skills: Texts = Field(default_factory=list)
    homes: Longs = Field(default_factory=list)
    roles: list[RoleEntry] = Field(default_factory=list[RoleEntry])
    leave: list[LeaveEntry] = Field(default_factory=list[LeaveEntry])
    accounts: dict[str, Ids] = Field(
        default_factory=dict, description="The person's id on each platform: telegram: 2001."
    )


class ChatEntry(_Entry):
    """A group: platform, its id there, and the place it stands for."""

    platform: Text
    id: Text
    area: Long
    title: Annotated[str, BeforeValidator(_text), Field(max_length=200)] = ""
    language: Language | None = None


class ReminderEntry(_Entry):
    """A reminder: the place, when (one line as in /remind) and the words."""

    area: Long
    when: Long
    text: Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=2000)]
    paused: YesNo = False


class Neighbourhood(_Entry):
    """The whole file. A place is named by its path: "和平里/3栋/2单元", or any unique end of it."""

    places: list[PlaceEntry] = Field(default_factory=list[PlaceEntry])
    people: list[PersonEntry] = Field(default_factory=list[PersonEntry])
    chats: list[ChatEntry] = Field(default_factory=list[ChatEntry])
    reminders: list[ReminderEntry] = Field(default_factory=list[ReminderEntry])


@lru_cache(maxsize=10_000)
def code_of(kind: str, name: str) -> str:
    """The bare code in a name: "3栋" -> "3", "2单元" -> "2"; other names are their own code."""
    if kind == "building":
        found = re.fullmatch(r"(.+?)\s*(?:栋|幢|号楼|座|#)", name)
    elif kind == "unit":
        found = re.fullmatch(r"(.+?)\s*单元", name)
    elif kind == "household":
        found = re.fullmatch(r"(.+?)\s*(?:室|号|户)", name)
    else:
        found = re.fullmatch(r"(.+?)(?:小区|街道)", name)
    return (found[1] if found else name)[:40]
