"""All that the subjects answer to, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers.commands import Command, RunForm, RunPress, RunUndo, Subject
from handlers.context import Book
from handlers.sections import Section


class Tables:
    """The subjects' tables put together; no name is given twice."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.commands: dict[str, Command] = {}  #: by English name and by each alias
        self.presses: dict[str, RunPress] = {}
        self.forms: dict[str, RunForm] = {}
        self.undos: dict[str, RunUndo] = {}
        self.sections: list[Section] = []
        for subject in subjects:
            self._add(subject)

    def _add(self, subject: Subject) -> None:
        for command in subject.commands:
            for name in (command.name, *command.aliases):
                _put(self.commands, name.casefold(), command)
        for verb, press in (subject.presses or {}).items():
            _put(self.presses, verb, press)
        for form, run in (subject.forms or {}).items():
            _put(self.forms, form, run)
        for name, undo in (subject.undos or {}).items():
            _put(self.undos, name, undo)
        self.sections += subject.sections

    def book(self) -> Book:
        """What of it handlers may look up."""
        offers = tuple(dict.fromkeys(self.commands.values()))
        runs = {each.name: each.run for each in offers}
        return Book(offers, runs, self.undos, tuple(self.sections))


def _put(table: dict[str, Any], name: str, value: object) -> None:
    if name in table:
        raise ValueError(f"two handlers for {name!r}")
    table[name] = value
