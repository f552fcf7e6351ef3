"""What is wrong in a file: where, and in which words; all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from config.words import Catalogue

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing that is wrong; its words are "file.<key>"."""

    where: str  #: "line 12, people.3.roles" or "sheet people, row 4, column role"
    key: str
    values: dict[str, object] = field(default_factory=dict[str, object])

    def say(self, words: Catalogue, language: str) -> str:
        """The place and the words."""
        said = words.say(language, f"file.{self.key}", **self.values)
        return f"{self.where}: {said}" if self.where else said


class FileProblems(ValueError):  # noqa: N818 - it carries many errors
    """A file cannot be used; `errors` says all that is wrong with it."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("; ".join(f"{each.where}: {each.key}" for each in errors[:3]))
        self.errors = tuple(errors)


def of_validation(error: ValidationError, where: Callable[[Path], str]) -> list[FileError]:
    """Every error of a validation with its place in the file."""
    return [
        _one(each, where(tuple(each["loc"])))
        for each in error.errors(include_url=False, include_input=True)
    ]


def _one(each: Any, where: str) -> FileError:
    name = str(each["loc"][-1]) if each["loc"] else ""
    kind, context = each["type"], each.get("ctx", {})
    if kind == "missing":
        return FileError(where, "missing", {"name": name})
    if kind == "extra_forbidden":
        return FileError(where, "unknown_field", {"name": name})
    if kind == "literal_error":
        given = str(each["input"])[:40]
        return FileError(where, "one_of", {"text": given, "known": str(context["expected"])})
    if kind == "value_error":
        return FileError(where, "bad_value", {"why": str(context["error"])})
    return FileError(where, "bad_value", {"why": each["msg"]})
