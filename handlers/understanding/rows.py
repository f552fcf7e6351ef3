"""Rows of weights found by a feature's name, in little memory and few steps.

Most features of a line are n-grams that have no weights: an empty place in the index tells so at
once. Names are known by their hashes alone, in plain numbers; nothing else is made of them, not
even on the way.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from io import BytesIO

MOST_MET = 5_000  #: rows that are kept as they were read: the first that were met, the commonest
ROOM = 4  #: places in the index for each name, at least


class Rows:
    """A whole number for each of some names."""

    __slots__ = ("_hashes", "_index", "_mask", "_met", "_rows", "_width")

    def __init__(self, packed: bytes, width: int) -> None:
        """`packed`: the size of the names in four bytes, the names by lines, then `width` bytes for
        each of them in their order; all of it compressed."""
        stream = zlib.decompressobj()
        size = int.from_bytes(stream.decompress(packed, 4), "little")
        names = stream.decompress(stream.unconsumed_tail, size) if size else b""
        self._rows, self._width = stream.decompress(stream.unconsumed_tail), width
        self._hashes = array("q", (hash(line.rstrip(b"\n").decode()) for line in BytesIO(names)))
        self._mask = (1 << (ROOM * len(self._hashes)).bit_length()) - 1
        self._index = array("I", bytes(4 * (self._mask + 1)))
        for number, key in enumerate(self._hashes, 1):
            self._index[self._place(key)] = number
        self._met: dict[int, int] = {}

    def __len__(self) -> int:
        """How many names have a row."""
        return len(self._hashes)

    def found(self, names: Iterable[str]) -> list[int]:
        """The rows of those names that have one."""
        index, mask, met, read = self._index, self._mask, self._met.get, self._read
        likely = [key for name in names if index[(key := hash(name)) & mask]]
        return [row for key in likely if (row := met(key) or read(key))]

    def pairs(self, names: Iterable[str]) -> list[tuple[str, int]]:
        """The same with their names."""
        index, mask, met, read = self._index, self._mask, self._met.get, self._read
        likely = [(name, key) for name in names if index[(key := hash(name)) & mask]]
        return [(name, row) for name, key in likely if (row := met(key) or read(key))]

    def _place(self, key: int) -> int:
        """Where a hash stands in the index, or would."""
        place = key & self._mask
        while (number := self._index[place]) and self._hashes[number - 1] != key:
            place = (place + 1) & self._mask
        return place

    def _read(self, key: int) -> int:
        number = self._index[self._place(key)]
        if not number:
            return 0
        row = self._rows[(number - 1) * self._width : number * self._width]
        value = int.from_bytes(row, "little")
        if len(self._met) < MOST_MET:
            self._met[key] = value
        return value
