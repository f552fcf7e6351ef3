"""How the texts begin that a pattern finds: where none of these stands, it need not be sought.

For the patterns of our cue files: signs, sets, groups, choices, repetition, looking around. What is
not understood may begin with anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: Stands for any sign, and whatever follows it.
ANY = "\0"
SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
REPEATED = re.compile(r"([?*+])|\{(\d*)(,?)(\d*)\}")
GROUP = re.compile(r"\((?:\?(?:[:=!]|<[=!]))")


def beginnings(pattern: str, most: int) -> frozenset[str]:
    """The first signs, `most` at most, of what a pattern finds; shorter where the rest may be
    anything. An empty one: it may begin with anything."""
    if not SPECIAL.search(pattern):
        return frozenset((pattern[:most],))
    reading = _Reading(pattern, most)
    found = reading.choice()
    if reading.at < len(pattern):
        return frozenset(("",))
    return frozenset(each.rstrip(ANY) for each in found)


class _Reading:
    """A pattern while it is read from the left."""

    def __init__(self, pattern: str, most: int) -> None:
        self.pattern, self.most, self.at = pattern, most, 0

    def choice(self) -> set[str]:
        found = self._sequence()
        while self.pattern.startswith("|", self.at):
            self.at += 1
            found |= self._sequence()
        return found

    def _sequence(self) -> set[str]:
        found = {""}
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            found = self._joined(found, self._repeated(self._one()))
        return found

    def _joined(self, first: Iterable[str], then: Iterable[str]) -> set[str]:
        return set(self._join(first, list(then)))

    def _join(self, first: Iterable[str], then: list[str]) -> Iterator[str]:
        for each in first:
            if len(each) >= self.most or each.endswith(ANY):
                yield each
            else:
                yield from ((each + more)[: self.most] for more in then)

    def _one(self) -> set[str]:
        """One sign, set or group."""
        sign = self.pattern[self.at]
        if group := GROUP.match(self.pattern, self.at):
            return self._group(group)
        self.at += 1
        if sign == "[":
            return self._set()
        if sign == "\\":
            self.at += 1
            return {""} if self.pattern[self.at - 1] == "b" else {ANY}
        if SPECIAL.match(sign):
            return {ANY}
        return {sign}

    def _group(self, begun: re.Match[str]) -> set[str]:
        self.at = begun.end()
        found = self.choice()
        self.at += 1  # the bracket that closes it
        return found if begun[0] == "(?:" else {""}  # to look around takes no sign

    def _set(self) -> set[str]:
        end = self.pattern.index("]", self.at)
        signs, self.at = self.pattern[self.at : end], end + 1
        if signs.startswith("^") or "\\" in signs:
            return {ANY}
        ranges = [each for each in re.findall(r".-.|.", signs, re.DOTALL) if len(each) == 3]
        between = {chr(n) for low, _, high in ranges for n in range(ord(low), ord(high) + 1)}
        return between | set(re.sub(r".-.", "", signs))

    def _repeated(self, found: set[str]) -> set[str]:
        """With what says how often it may stand there."""
        times = REPEATED.match(self.pattern, self.at)
        if times is None:
            return found
        self.at = times.end()
        if self.pattern.startswith("?", self.at):
            self.at += 1  # as few as possible
        if times[1] == "+":
            return self._joined(found, {"", ANY})
        least = int(times[2] or 0) if times[1] is None else 0
        if times[1] == "?":
            return found | {""}
        row = {""}
        for _ in range(min(least, self.most)):
            row = self._joined(row, found)
        exactly = times[1] is None and not times[3]
        return row if exactly else self._joined(row, {"", *self._joined(found, {"", ANY})})
