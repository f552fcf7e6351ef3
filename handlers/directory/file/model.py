"""A neighbourhood file as typed data: places, people, chats, reminders."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

KINDS = (
    "district",
    "subdistrict",
    "community",
    "neighbourhood",
    "building",
    "unit",
    "household",
)
Kind = Literal[
    "district", "subdistrict", "community", "neighbourhood", "building", "unit", "household"
]
PHONE = re.compile(r"\+?[\d][\d\s()-]{4,24}\d")
RANGE = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})")
MOST_ROOMS = 2000


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
        raise ValueError(f"unknown time zone {value!r}; write one like Asia/Shanghai") from None
    return value


def _phone(value: str) -> str:
    if not PHONE.fullmatch(value.strip()):
        raise ValueError(f"{value!r} is not a phone number")
    return value.strip()


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
    made = [f"{floor}{door:02d}" for floor in floors for door in doors]
    if not made or len(made) > MOST_ROOMS:
        raise ValueError(f"{rooms!r} is no range of rooms; write one like 101-604")
    return made


def _list(value: Any) -> Any:
    """One value where a list may stand; "a, b" in a cell."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,，、;；\n]", value) if part.strip()]
    return [value] if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=80)]
Rooms = Annotated[list[Text], BeforeValidator(_list), AfterValidator(_rooms)]
Phone = Annotated[str, BeforeValidator(_text), AfterValidator(_phone)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PlaceEntry(_Entry):
    """A place; what is below it stands in `places`, or as plain lists of units and rooms."""

    kind: Kind
    name: Text
    code: Text | None = None  #: bare; found in the name when left out
    governance: Literal["self", "baseline"] | None = None
    enclosed: bool | None = None
    timezone: Zone | None = None
    language: Literal["zh", "en"] | None = None
    hotline: Phone | None = None
    units: Annotated[list[Text], BeforeValidator(_list)] = Field(default_factory=list)
    rooms: Rooms = Field(default_factory=list)  #: of each unit, or of the building without units
    places: list[PlaceEntry] = Field(default_factory=list["PlaceEntry"])


class RoleEntry(_Entry):
    """A role held in a place."""

    role: Text
    area: Text


class LeaveEntry(_Entry):
    """Away from the first to the last day, both included; `deputy` is a person's key."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    deputy: Text | None = None


class PersonEntry(_Entry):
    """Somebody; `key` is how this file speaks of them."""

    key: Text
    name: Text
    language: Literal["zh", "en"] | None = None
    phone: Phone | None = None
    skills: Annotated[list[Text], BeforeValidator(_list)] = Field(default_factory=list)
    homes: Annotated[list[Text], BeforeValidator(_list)] = Field(default_factory=list)
    roles: list[RoleEntry] = Field(default_factory=list[RoleEntry])
    leave: list[LeaveEntry] = Field(default_factory=list[LeaveEntry])
    accounts: dict[str, Text] = Field(default_factory=dict[str, Text])


class ChatEntry(_Entry):
    """A group: platform, its id there, and the place it stands for."""

    platform: Text
    id: Text
    area: Text
    title: str = ""
    language: Literal["zh", "en"] | None = None


class ReminderEntry(_Entry):
    """A reminder: the place, when (one line as in /remind) and the words."""

    area: Text
    when: Text
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class Neighbourhood(_Entry):
    """The whole file. A place is named by its path: "和平里/3栋/2单元", or any unique end of it."""

    places: list[PlaceEntry] = Field(default_factory=list[PlaceEntry])
    people: list[PersonEntry] = Field(default_factory=list[PersonEntry])
    chats: list[ChatEntry] = Field(default_factory=list[ChatEntry])
    reminders: list[ReminderEntry] = Field(default_factory=list[ReminderEntry])


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
    return found[1] if found else name
