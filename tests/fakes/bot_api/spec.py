"""The Bot API's specification, and the check of values against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

FILE = Path(__file__).parent / "spec.json"
SIZE = re.compile(r"(\d+)-(\d+)(?: (characters|bytes|items))?( shown)?")


class SpecError(ValueError):
    """A value that is not as specified; `depth`: how far into the value it was right."""

    def __init__(self, message: str, depth: int = 0) -> None:
        super().__init__(message)
        self.depth = depth


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along with a call."""

    name: str
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a method or a field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool = False
    always: str | None = None
    choices: frozenset[str] = frozenset()
    pattern: str | None = None
    least: int = 0
    most: int | None = None
    unit: str = ""
    shown: bool = False  #: counted after the entities are parsed (see formatting.py)

    @classmethod
    def parse(cls, name: str, entry: Sequence[str]) -> Field:
        """A field as spec.json has it: [types, mark, mark ...]."""
        values: dict[str, Any] = {}
        for mark in entry[1:]:
            values.update(_mark(mark))
        return cls(name, tuple(entry[0].split(" or ")), **values)


def _mark(mark: str) -> dict[str, Any]:
    if mark == "required":
        return {"required": True}
    kind, _, rest = mark.partition(" ")
    if kind == "always":
        return {"always": rest}
    if kind == "one":
        return {"choices": frozenset(rest.removeprefix("of ").split("|"))}
    if kind == "matches":
        return {"pattern": rest}
    size = SIZE.fullmatch(mark)
    if size is None:
        raise ValueError(f"unknown mark {mark!r} in the specification")
    least, most, unit, shown = size.groups()
    return {"least": int(least), "most": int(most), "unit": unit or "", "shown": bool(shown)}


Fields = Mapping[str, Field]


class Spec:
    """Methods and types by name; method names are found whatever their case."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.version: str = data["version"]
        self.methods: dict[str, tuple[str, Fields]] = {
            name.lower(): (name, _fields(entry)) for name, entry in data["methods"].items()
        }
        self.unions: dict[str, tuple[str, ...]] = {}
        self.objects: dict[str, Fields] = {}
        for name, entry in data["types"].items():
            if isinstance(entry, list):
                self.unions[name] = tuple(cast("list[str]", entry))
            else:
                self.objects[name] = _fields(entry)

    def parameters(self, fields: Fields, given: Mapping[str, Any]) -> dict[str, Any]:
        """The decoded parameters of a call; raises SpecError for anything unknown or wrong."""
        for name in given:
            if name not in fields and not isinstance(given[name], Upload):
                raise SpecError(f"unknown parameter {name}")
        found: dict[str, Any] = {}
        for name, field in fields.items():
            value = given.get(name)
            if value is None or value == "":
                _require(field)
                continue
            found[name] = self.check(_decode(value, field), field, name)
        return found

    def check(self, value: Any, field: Field, path: str) -> Any:
        """The value, if it is of one of the field's types and within its limits."""
        errors: list[SpecError] = []
        for kind in field.types:
            try:
                self._one(value, kind, field, path)
            except SpecError as error:
                errors.append(error)
            else:
                return value
        raise max(errors, key=lambda each: each.depth)

    def conforms(self, value: Any, kind: str) -> None:
        """Raise SpecError unless the value is of this type (what the fake itself says)."""
        self._one(value, kind, Field(kind, (kind,)), kind)

    def _one(self, value: Any, kind: str, field: Field, path: str) -> None:
        if kind.startswith("Array of "):
            self._array(value, kind.removeprefix("Array of "), field, path)
        elif kind in PRIMITIVES:
            if not _is(value, kind):
                raise SpecError(f"parameter {path} must be of type {kind}")
            _limits(value, field, path)
        elif kind in self.unions:
            self.check(value, Field(field.name, self.unions[kind]), path)
        elif kind in self.objects:
            self._object(value, kind, path)

    def _array(self, value: Any, kind: str, field: Field, path: str) -> None:
        if not isinstance(value, list):
            raise SpecError(f"parameter {path} must be an Array of {kind}")
        items = cast("list[Any]", value)
        if field.unit == "items" and field.most and not field.least <= len(items) <= field.most:
            raise SpecError(f"{path} must have {field.least}-{field.most} items, not {len(items)}")
        kinds = (kind,) if kind.startswith("Array of ") else tuple(kind.split("|"))
        inner = Field(field.name, kinds)
        for place, each in enumerate(items):
            self.check(each, inner, f"{path}[{place}]")

    def _object(self, value: Any, kind: str, path: str) -> None:
        if not isinstance(value, dict):
            raise SpecError(f"parameter {path} must be an object of type {kind}")
        values, fields = cast("dict[str, Any]", value), self.objects[kind]
        for name, field in fields.items():
            if field.always and values.get(name) != field.always:
                raise SpecError(f"{path}.{name} must be {field.always!r} for {kind}")
        if unknown := next((name for name in values if name not in fields), None):
            raise SpecError(f"unknown field {path}.{unknown} of {kind}", 1)
        for name, field in fields.items():
            if name in values:
                self._inner(values[name], field, f"{path}.{name}")
            elif field.required:
                raise SpecError(f"missing field {path}.{name} of {kind}", 1)

    def _inner(self, value: Any, field: Field, path: str) -> None:
        try:
            self.check(value, field, path)
        except SpecError as error:
            raise SpecError(str(error), error.depth + 1) from None


@cache
def bot_api() -> Spec:
    """The specification beside this file."""
    return Spec(json.loads(FILE.read_text(encoding="utf-8")))


def _fields(entry: Mapping[str, Sequence[str]]) -> Fields:
    return {name: Field.parse(name, each) for name, each in entry.items()}


EMPTY = {"chat_id": "chat_id is empty", "text": "message text is empty"}


def _require(field: Field) -> None:
    if field.required and field.name != "url":  # an empty address takes a webhook away
        raise SpecError(EMPTY.get(field.name, f"parameter {field.name} is required"))


def _decode(value: Any, field: Field) -> Any:
    """A parameter as its type wants it: forms carry everything as text."""
    if not isinstance(value, str):
        return value
    for kind in field.types:
        if kind in WRITTEN and WRITTEN[kind].fullmatch(value):
            return json.loads(value.lower())
        if kind in {"String", "InputFile"}:
            return value
    if set(field.types) <= PRIMITIVES:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SpecError(f"can't parse {field.name} JSON object") from None


#: How values look in a form, where everything is text.
WRITTEN: Mapping[str, re.Pattern[str]] = {
    "Integer": re.compile(r"-?\d+"),
    "Float": re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?"),
    "Boolean": re.compile(r"true|false", re.IGNORECASE),
}
PRIMITIVES = frozenset({"Integer", "Float", "Boolean", "String", "InputFile"})
CLASSES: Mapping[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "String": (str,),
    "InputFile": (str, Upload),
}


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, CLASSES[kind]) and isinstance(value, bool) == (kind == "Boolean")


def _limits(value: Any, field: Field, path: str) -> None:
    if field.choices and value not in field.choices:
        raise SpecError(
            "REACTION_INVALID" if field.name == "emoji" else f"{path} cannot be {value!r}", 1
        )
    if field.pattern and not re.fullmatch(field.pattern, str(value)):
        raise SpecError(f"{path} must match {field.pattern}", 1)
    if field.most is None or field.shown or field.unit == "items":
        return
    size = _size(value, field.unit)
    if not field.least <= size <= field.most:
        raise SpecError(
            "BUTTON_DATA_INVALID"
            if field.name == "callback_data"
            else f"{path} must be {field.least}-{field.most} {field.unit}, not {size}",
            1,
        )


def _size(value: Any, unit: str) -> int:
    if unit == "bytes":
        return len(str(value).encode())
    if unit == "characters":
        return len(str(value))
    return int(value)


def attached(values: Iterable[Any]) -> set[str]:
    """The names of all "attach://name" inside of decoded parameters."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str) and value.startswith("attach://"):
            found.add(value.removeprefix("attach://"))
        elif isinstance(value, dict):
            found |= attached(cast("dict[str, Any]", value).values())
        elif isinstance(value, list):
            found |= attached(cast("list[Any]", value))
    return found
