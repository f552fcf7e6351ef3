"""What an import would change, and what it knows while it finds that out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.words import Catalogue
from handlers.neighbourhood.file.checking import Places, meant
from handlers.neighbourhood.file.problems import FileError

Row = dict[str, Any]
LISTED = 20


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing is ever deleted by an import."""

    new: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    changed: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    #: people met in chat who turn out to be somebody of the file
    moves: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    #: the people of rotas, by the rota's id
    crews: dict[int, tuple[tuple[int, ...], ...]] = field(
        default_factory=dict[int, tuple[tuple[int, ...], ...]]
    )

    def adds(self, what: str, row: Row, name: str) -> None:
        """A row that is not there yet."""
        self.new.setdefault(what, []).append(row)
        self.names.setdefault(f"add {what}", []).append(name)

    def changes(self, what: str, row: Row, name: str) -> None:
        """A row (with its id) that gets other values."""
        self.changed.setdefault(what, []).append(row)
        self.names.setdefault(f"change {what}", []).append(name)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.new and not self.changed

    def lines(self, words: Catalogue, language: str) -> list[str]:
        """The plan in words: counts, and the first names of each."""
        said: list[str] = []
        for key, names in self.names.items():
            action, what = key.split()
            noun = words.say(language, f"file.what_{what}")
            said.append(words.say(language, f"file.plan_{action}", what=noun, n=len(names)))
            said += [words.say(language, "file.plan_item", name=name) for name in names[:LISTED]]
            if len(names) > LISTED:
                said.append(words.say(language, "file.plan_item", name="..."))
        return said


@dataclass(slots=True)
class Known:
    """What stands in the database and in the plan so far."""

    plan: Plan
    now: datetime
    zone: str
    areas: dict[str, Row] = field(default_factory=dict[str, Row])  #: by path of names
    codes: dict[tuple[int | None, str, str], str] = field(
        default_factory=dict[tuple[int | None, str, str], str]
    )  #: paths by parent, kind and code
    ids: dict[int, Row] = field(default_factory=dict[int, Row])
    own: Places = field(default_factory=Places)  #: the file's
    others: Places = field(default_factory=Places)  #: the database's
    people: dict[str, int] = field(default_factory=dict[str, int])
    next_area: int = 1
    next_person: int = 1
    errors: list[FileError] = field(default_factory=list[FileError])

    def area(self, name: str) -> Row:
        """The place that a checked file means."""
        return self.areas[meant(name, self.own, self.others)[0]]

    def zone_of(self, area: Row) -> ZoneInfo:
        """The time zone of a place: its own, else that of the nearest place above."""
        for number in reversed([int(part) for part in area["path"].split("/") if part]):
            if zone := self.ids[number]["timezone"]:
                return ZoneInfo(zone)
        return ZoneInfo(self.zone)
