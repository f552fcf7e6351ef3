"""Rows of weights found by a feature's name, in little memory and few steps.

Most features of a line are n-grams that have no weights: an empty place in the index tells so at
once. Names are known by their hashes alone, in plain numbers; nothing else is made of them, not
even on the way.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Iterable, Sequence

MOST_MET = 4000  #: rows that are kept as they were read: the first that were met, the commonest
MOST_EMPTY = MOST_MET // 3  #: so many before nothing is kept any more of a name without a row
LIKELY = (1 << 18) - 1  #: a bit of a hash decides whether a name is looked for, in 256 kB
ROOM = 2  #: places in the index for each name, at least
LENGTHS_FROM = 48  #: a name's length is added from this bit of its hash on; names are short
APART = "\0"  #: what stands between the names of two families; in no name


def join_names(by_family: Iterable[Iterable[str]]) -> bytes:
    """Names as they are kept: those of no family, then of each its own, from the bar on."""
    return APART.join("\n".join(some) for some in by_family).encode()


class Rows:
    """A whole number for each of some names.

    The rows of a family ("before|水" of "before") are found by what stands behind the prefix: one
    look at "水" finds its own row and those of all families, side by side in one wide number. What
    a line weighs in whichever situation is a single sum of these.
    """

    __slots__ = (
        *("_families", "_hashes", "_index", "_kinds", "_likely", "_mask", "_met", "_packed"),
        "_wide",
    )

    def __init__(self, packed: bytes, width: int, zero: int, families: Sequence[str] = ()) -> None:
        """`packed`: the size of the names in four bytes, the names (`join_names`), then `width`
        bytes for each of them in their order; all of it compressed. `zero` is taken from each
        row."""
        stream = zlib.decompressobj()
        size = int.from_bytes(stream.decompress(packed, 4), "little")
        names = stream.decompress(stream.unconsumed_tail, size) if size else b""
        self._packed = _Packed(stream.decompress(stream.unconsumed_tail), width, zero)
        self._families = {name: number for number, name in enumerate(families, 1)}
        self._kinds = bytearray()  #: of which family each row is; 0: of none
        #: whether there may be a row for a name or for it in any family
        self._likely = bytearray(LIKELY + 1 if families else 0)
        self._hashes = self._read_names(names)
        self._mask = (1 << (ROOM * len(self._hashes)).bit_length()) - 1
        self._index = self._indexed()
        self._met, self._wide = _Met(self._read), _Met(self._read_wide)

    def __len__(self) -> int:
        """How many names have a row."""
        return len(self._hashes)

    @property
    def keys(self) -> set[tuple[int, int]]:
        """By which family and hash each name is found: as many as there are names."""
        return set(zip(self._kinds, self._hashes, strict=True))

    def sum(self, names: Iterable[str]) -> int:
        """The sum of the rows of those names that have one."""
        return sum(map(self._met.__getitem__, self._sought(names)))

    def wide_sum(self, names: Iterable[str]) -> int:
        """The same, and beside it those of each family, as far as these are its names."""
        likely = self._likely
        some = [name for name in names if likely[hash(name) & LIKELY]]
        return sum(map(self._wide.__getitem__, some))

    def pairs(self, names: Iterable[str]) -> list[tuple[int, str]]:
        """The rows in which anything stands, each with its name."""
        some = self._likely_ones(names) if self._families else self._sought(names)
        return [(row, name) for name in some if (row := self._met[name])]

    def _likely_ones(self, names: Iterable[str]) -> list[str]:
        """Without most of those that have none, whether by themselves or in a family."""
        likely = self._likely
        return [
            name
            for name in names
            if likely[hash(name) & LIKELY]
            or ("|" in name and likely[hash(name.partition("|")[2]) & LIKELY])
        ]

    def _sought(self, names: Iterable[str]) -> Iterable[str]:
        """Without most of those that have none."""
        if self._families:  # names with a prefix stand elsewhere in the index
            return names
        index, mask = self._index, self._mask
        return [name for name in names if index[hash(name) & mask]]

    def _read_names(self, names: bytes) -> array[int]:
        """The hashes of all names; of which family each is, and what may be looked for.

        A hundred thousand names are read at each start: no step is taken for one that the
        interpreter can take for all.
        """
        keys, kinds, likely = array("q"), self._kinds, self._likely
        for family, text in enumerate(names.decode().split(APART) if names else ()):
            some = text.split("\n") if text else []
            kinds += bytes((family,)) * len(some)
            hashes = list(map(hash, some))
            lengths = map(LENGTHS_FROM.__rlshift__, map(len, some))
            keys.extend(map(int.__xor__, hashes, lengths))
            if likely:
                rests = map(hash, [each[1:] for each in some]) if family else hashes
                for each in rests:
                    likely[each & LIKELY] = 1
        return keys

    def _indexed(self) -> array[int]:
        """By the lower bits of its hash where each name's number is, or in the next free place."""
        index, mask = array("I", bytes(4 * (self._mask + 1))), self._mask
        for number, key in enumerate(self._hashes, 1):
            place = key & mask
            while index[place]:
                place = (place + 1) & mask
            index[place] = number
        return index

    def _read(self, name: str) -> int:
        if self._families:
            prefix, bar, rest = name.partition("|")
            if bar and (family := self._families.get(prefix, 0)):
                return self._row(_key_of(bar + rest), family)
        return self._row(_key_of(name), 0)

    def _row(self, key: int, family: int) -> int:
        """The row of a name by its key; 0 where it has none, as half of those that are read."""
        index, mask, hashes = self._index, self._mask, self._hashes
        place = key & mask
        while number := index[place]:
            if hashes[number - 1] == key and self._kinds[number - 1] == family:
                return self._packed.row(number)
            place = (place + 1) & mask
        return 0

    def _read_wide(self, name: str) -> int:
        found, index, mask = self._row(_key_of(name), 0), self._index, self._mask
        key, bits = _key_of("|" + name), 8 * self._packed.width
        place = key & mask
        while number := index[place]:
            if self._hashes[number - 1] == key and (family := self._kinds[number - 1]):
                found += self._packed.row(number) << bits * family
            place = (place + 1) & mask
        return found


def _key_of(name: str) -> int:
    """A hash that tells names of all scripts apart: the interpreter's own is made of the bytes that
    a text is kept in, which are the same for "ir" and for "物"; their lengths are not. Its lower
    bits, by which a place is found, stay as they are."""
    return hash(name) ^ len(name) << LENGTHS_FROM


class _Packed:
    """All rows in bytes."""

    __slots__ = ("_rows", "_zero", "width")

    def __init__(self, rows: bytes, width: int, zero: int) -> None:
        self._rows, self.width, self._zero = rows, width, zero

    def row(self, number: int) -> int:
        end = number * self.width
        return int.from_bytes(self._rows[end - self.width : end], "little") - self._zero


class _Met(dict[str, int]):
    """What was read by name; a sum over names that were met is made without a step of Python."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, name: str) -> int:
        row = self._read(name)
        if len(self) < (MOST_MET if row else MOST_EMPTY):
            self[name] = row
        return row
