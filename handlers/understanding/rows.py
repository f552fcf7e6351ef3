"""Rows of weights found by a feature's name, in little memory and few steps.

Most features of a line are n-grams that have no weights. A byte for each few hashes tells so at
once; names are known by their hashes alone, which lie sorted in plain numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

MOST_MET = 5_000  #: rows that are kept as they were read: the first that were met, the commonest
ROOM = 10  #: marks for each name, at least: so rarely a strange name falls on one


class Rows:
    """A whole number for each of some names."""

    __slots__ = ("_begin", "_hashes", "_marks", "_mask", "_met", "_places", "_raw", "_width")

    def __init__(self, raw: bytes, width: int) -> None:
        """`raw`: the size of the names in four bytes, the names by lines, then `width` bytes for
        each of them in their order."""
        begin = 4 + int.from_bytes(raw[:4], "little")
        names = raw[4:begin].decode().split("\n") if begin > 4 else []
        hashes = [hash(name) for name in names]
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        self._raw, self._begin, self._width = raw, begin, width
        self._hashes = array("q", [hashes[place] for place in order])
        self._places = array("I", order)
        self._mask = (1 << (ROOM * len(hashes)).bit_length()) - 1
        self._marks = _marked(hashes, self._mask)
        self._met: dict[int, int] = {}

    def __len__(self) -> int:
        """How many names have a row."""
        return len(self._hashes)

    def found(self, names: Iterable[str]) -> list[int]:
        """The rows of those names that have one."""
        marks, mask, met, read = self._marks, self._mask, self._met.get, self._read
        likely = [key for name in names if marks[(key := hash(name)) & mask]]
        return [row for key in likely if (row := met(key) or read(key))]

    def pairs(self, names: Iterable[str]) -> list[tuple[str, int]]:
        """The same with their names."""
        marks, mask, met, read = self._marks, self._mask, self._met.get, self._read
        likely = [(name, key) for name in names if marks[(key := hash(name)) & mask]]
        return [(name, row) for name, key in likely if (row := met(key) or read(key))]

    def _read(self, key: int) -> int:
        at = bisect_left(self._hashes, key)
        if at == len(self._hashes) or self._hashes[at] != key:
            return 0
        begin = self._begin + self._places[at] * self._width
        row = int.from_bytes(self._raw[begin : begin + self._width], "little")
        if len(self._met) < MOST_MET:
            self._met[key] = row
        return row


def _marked(hashes: Iterable[int], mask: int) -> bytes:
    marks = bytearray(mask + 1)
    for each in hashes:
        marks[each & mask] = 1
    return bytes(marks)
