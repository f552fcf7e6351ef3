"""A chain of lines: each is sealed with the one before it, so that a change shows. Pure.

A line is a JSON object. Its seal is the SHA-256 of the seal before it and of the line without its
own, written with sorted keys and no spaces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, cast

SEAL = "seal"
#: The seal before the first line.
NOTHING = "0" * 64
#: What stands in the first line, and which form the lines have.
NAME, VERSION = "linli events", 1


class BrokenError(Exception):
    """The first line that is wrong, and why: the words are "stats.wrong.<why>"."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line  #: from 1
        self.why = why  #: unreadable | hash | head | shape | end | exchanged


def seal(before: str, fields: Mapping[str, Any]) -> str:
    """The seal of a line behind the one with the seal `before`."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{before}\n{text}".encode()).hexdigest()


class Chain:
    """Writes lines."""

    def __init__(self) -> None:
        self.seal = NOTHING
        self.lines = 0

    def add(self, fields: Mapping[str, Any]) -> str:
        """The next line as it stands in the file, without the end of the line."""
        self.seal = seal(self.seal, fields)
        self.lines += 1
        sealed = {**fields, SEAL: self.seal}
        return json.dumps(sealed, ensure_ascii=False, separators=(",", ":"))

    def end(self, more: Mapping[str, Any] | None = None) -> str:
        """The last line: how many stood before it, so that a cut file shows; and what is added."""
        return self.add({"end": True, "lines": self.lines, **(more or {})})


def checked(lines: Iterable[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The number, the seal and the fields of each line, of the last one too.

    Raises BrokenError at the first line that does not fit.
    """
    before, number, ended = NOTHING, 0, False
    for number, text in enumerate(lines, 1):
        fields = _read(number, text)
        found = fields.pop(SEAL, None)
        before = _sealed(number, before, fields)
        if ended or found != before:
            raise BrokenError(number, "hash")
        if number == 1 and (fields.get("head"), fields.get("version")) != (NAME, VERSION):
            raise BrokenError(number, "head")
        ended = fields.get("end") is True
        if ended and fields.get("lines") != number - 1:
            raise BrokenError(number, "shape")
        yield number, before, fields
    if not ended:
        raise BrokenError(number + 1, "end")


def _sealed(number: int, before: str, fields: Mapping[str, Any]) -> str:
    try:
        return seal(before, fields)
    except ValueError:  # half a sign, which no file of ours holds
        raise BrokenError(number, "unreadable") from None


def _read(number: int, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenError(number, "unreadable") from None
    if not isinstance(found, dict):
        raise BrokenError(number, "unreadable")
    return cast("dict[str, Any]", found)
