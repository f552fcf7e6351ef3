"""What is wrong in a file: where, and in which words; all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from config.words import Catalogue, catalogue

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: a line of text, or a row and column of a sheet, and the field there."""

    line: int = 0
    sheet: str = ""
    row: int = 0
    column: str = ""
    field: str = ""  #: "people.3.roles": counted from 1, as people count

    def say(self, words: Catalogue, language: str) -> str:
        """The place in words; "" when it is the file as a whole."""
        parts = [
            words.say(language, f"file.at_{name}", n=value)
            for name in ("line", "sheet", "row", "column", "field")
            if (value := getattr(self, name))
        ]
        return words.say(language, "file.at_between").join(parts)

    def __str__(self) -> str:
        return self.say(catalogue(), "en")


WHOLE = Spot()
Where = Callable[[Path], Spot]


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing that is wrong; its words are "file.<key>"."""

    where: Spot
    key: str
    values: dict[str, object] = field(default_factory=dict[str, object])

    def say(self, words: Catalogue, language: str) -> str:
        """The place and the words."""
        said = words.say(language, f"file.{self.key}", **self.values)
        where = self.where.say(words, language)
        return f"{where}: {said}" if where else said


class FileProblemsError(ValueError):
    """A file cannot be used; `errors` says all that is wrong with it."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("\n".join(each.say(catalogue(), "en") for each in errors))
        self.errors = tuple(errors)


def shown(path: Path) -> str:
    """A path as people count: ("people", 0, "name") is "people.1.name"."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)


def of_validation(error: ValidationError, where: Where) -> list[FileError]:
    """Every error of a validation with its place in the file."""
    found = [
        _one(each, where(_plain(each["loc"])))
        for each in error.errors(include_url=False, include_input=True)
    ]
    # A value that fits no form of several is told once for each form.
    return list({(each.where, each.key): each for each in reversed(found)}.values())[::-1]


def _plain(loc: Sequence[int | str]) -> Path:
    """Without the names of the forms that were tried ("str", "function-after[...]")."""
    return tuple(part for part in loc if isinstance(part, int) or part.isidentifier())


def _one(each: Any, where: Spot) -> FileError:
    name = str(each["loc"][-1]) if each["loc"] else ""
    context = each.get("ctx", {})
    given = str(each["input"])[:40]
    match each["type"]:
        case "missing":
            return FileError(where, "missing", {"name": name})
        case "extra_forbidden":
            return FileError(where, "unknown_field", {"name": name})
        case "literal_error":
            known = str(context["expected"]).replace("'", "")
            return FileError(where, "one_of", {"text": given, "known": known})
        case "value_error" if isinstance(context["error"], FieldError):
            wrong = context["error"]
            return FileError(where, wrong.key, wrong.values)
        case kind if kind in PLAIN:
            return FileError(where, PLAIN[kind], {"text": given, **context})
        case _:
            return FileError(where, "bad_value", {"why": each["msg"]})


#: What pydantic finds, in words of our own.
PLAIN = {
    "string_type": "not_text",
    "list_type": "not_list",
    "dict_type": "not_table",
    "model_type": "not_table",
    "bool_type": "not_yes_no",
    "bool_parsing": "not_yes_no",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "date_parsing": "not_date",
    "date_from_datetime_parsing": "not_date",
    "date_type": "not_date",
    "date_from_datetime_inexact": "not_date",
    "datetime_parsing": "not_moment",
    "datetime_from_date_parsing": "not_moment",
    "datetime_type": "not_moment",
    "timezone_aware": "no_offset",
    "int_type": "not_number",
    "int_parsing": "not_number",
    "int_from_float": "not_number",
    "greater_than_equal": "too_small",
    "json_invalid": "not_json",
}


class FieldError(ValueError):
    """A value does not fit its field; said with "file.<key>"."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def at(spot: Spot, path: Path) -> Spot:
    """The spot with the field that a path names."""
    return replace(spot, field=shown(path))
