"""Names taken out of texts and data. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

#: A name shorter than this is part of too many words; a bare number too.
SHORTEST, SHORTEST_ASCII = 2, 4


def worth(names: Collection[str], common: str) -> list[str]:
    """The names that can be looked for in everybody's texts, the longest first.

    One that stands in what the bot itself says, or in the name of a place, is a word and no name
    ("电梯"): who calls themselves so must not take it out of all that others wrote.
    """
    found = {each.strip() for each in names}
    known = common.casefold()
    return sorted(
        (each for each in found if _can_be_found(each, known)), key=lambda n: (-len(n), n)
    )


def _can_be_found(name: str, common: str) -> bool:
    least = SHORTEST_ASCII if name.isascii() else SHORTEST
    return len(name) >= least and name.casefold() not in common


def without(text: str, names: Sequence[str], instead: str) -> str:
    """The text with `instead` where a name stood; Latin names count as whole words alone."""
    for name in names:
        text = re.sub(_shape(name), lambda _: instead, text, flags=re.IGNORECASE)
    return text


def _shape(name: str) -> str:
    bare = re.escape(name)
    return rf"(?<![A-Za-z0-9_]){bare}(?![A-Za-z0-9_])" if name.isascii() else bare


def data_without(
    data: Any, names: Sequence[str], instead: str, *, whole: Collection[str] = ()
) -> Any:
    """The same for what JSON holds: values, and the names of values.

    `whole`: names that are looked for as a whole value alone.
    """
    if isinstance(data, str):
        return instead if data in whole else without(data, names, instead)
    if isinstance(data, list):
        items = cast("list[Any]", data)
        return [data_without(each, names, instead, whole=whole) for each in items]
    if isinstance(data, dict):
        return {
            without(str(key), names, instead): data_without(value, names, instead, whole=whole)
            for key, value in cast("dict[Any, Any]", data).items()
        }
    return data


#: Under these names the history of a request keeps ids of people.
IDS = frozenset({"asked", "voices"})


def history_without(data: Mapping[str, Any], person_id: int, shell: int) -> dict[str, Any]:
    """What a line of history keeps, with the shell's id where the person's stood."""
    return {
        key: _exchanged(value, person_id, shell) if key in IDS else value
        for key, value in data.items()
    }


def _exchanged(value: Any, person_id: int, shell: int) -> Any:
    if isinstance(value, list):
        return [_exchanged(each, person_id, shell) for each in cast("list[Any]", value)]
    same = isinstance(value, int) and not isinstance(value, bool) and value == person_id
    return shell if same else value
