"""Whose turns changed is told, whatever changed them: an edit, a swap, leave, a holiday (R31).

A rota remembers its turns of the next weeks as its people were told of them; what differs is new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.chat import Content
from handlers.context import Manner, Work
from handlers.duty import making, telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.requests.texts import moment
from storage.tables import Rota

WINDOW = timedelta(days=28)
MOST_LINES = 6

Told = Mapping[str, Collection[int]]


@dataclass(slots=True)
class Difference:
    """The turns that are new for somebody, and those that are no longer theirs."""

    gained: list[datetime] = field(default_factory=list[datetime])
    lost: list[datetime] = field(default_factory=list[datetime])


def picture(board: Board, now: datetime) -> dict[str, list[int]]:
    """The turns of the next weeks with their people, as JSON keeps them."""
    found = board.between(now, now + WINDOW)
    return {each.start.isoformat(): sorted(each.people) for each in found}


def differences(
    old: Told, new: Told, now: datetime, until: datetime | None
) -> dict[int, Difference]:
    """What differs for whom; turns that were never told of (from `until` on) do not."""
    found: dict[int, Difference] = {}
    for key in sorted({*old, *new}):
        start = datetime.fromisoformat(key)
        if (start < now and key not in new) or (until is not None and start >= until):
            continue
        before, after = set(old.get(key, ())), set(new.get(key, ()))
        for person in after - before:
            found.setdefault(person, Difference()).gained.append(start)
        for person in before - after:
            found.setdefault(person, Difference()).lost.append(start)
    return found


async def tell(work: Work, board: Board, *, but: Collection[int] = ()) -> None:
    """Tell everybody whose turns differ from what they know; `but` know it already."""
    rota = board.rota
    new = picture(board, work.now)
    first = rota.told_until is None
    found = differences(rota.told, new, work.now, rota.told_until)
    rota.told, rota.told_until = new, work.now + WINDOW
    await work.store.flush()
    manner = Manner(delay=telling.until_morning(work, board.zone))
    turns = {each.start: each for each in board.between(work.now, work.now + WINDOW)}
    for person, difference in found.items():
        if person not in but:
            said = Said(work, board, difference, turns, first=first)
            await telling.privately(work, person, said.content, manner)


async def stopped(work: Work, board: Board) -> None:
    """A rota is paused or deleted: all who have turns are told."""
    rota = board.rota
    people = {person for ids in rota.told.values() for person in ids}
    rota.told, rota.told_until = {}, None
    manner = Manner(delay=telling.until_morning(work, board.zone))

    def words(language: str) -> Content:
        return Content(text=work.word(language, "duty.stopped", rota=rota.name))

    for person in people:
        await telling.privately(work, person, words, manner)


def forget(rota: Rota) -> None:
    """Everybody is told anew, as of a new rota."""
    rota.told, rota.told_until = {}, None


@dataclass(frozen=True, slots=True)
class Said:
    """What one person is told."""

    work: Work
    board: Board
    difference: Difference
    turns: Mapping[datetime, Manned]
    first: bool

    def content(self, language: str) -> Content:
        """In a language."""
        lines = self._lines(language)
        more = len(lines) - MOST_LINES
        if more > 0:
            lines = [*lines[:MOST_LINES], self.work.word(language, "duty.more_turns", n=more)]
        values = {"rota": self.board.rota.name, "lines": "\n".join(lines)}
        if not self.first:
            return Content(text=self.work.word(language, "duty.changed", **values))
        rule = making.describe(self.work.desk.words, language, self.board.rule)
        area = self.board.area.name
        return Content(text=self.work.word(language, "duty.joined", area=area, rule=rule, **values))

    def _lines(self, language: str) -> list[str]:
        both = [*((s, True) for s in self.difference.gained)]
        both += [(s, False) for s in self.difference.lost]
        return [self._line(language, start, gained) for start, gained in sorted(both)]

    def _line(self, language: str, start: datetime, gained: bool) -> str:
        each = self.turns.get(start)
        at = (
            texts.turn(self.work, language, self.board, each)
            if each
            else moment(self.work, language, start, self.board.zone)
        )
        if gained:
            return self.work.word(language, "duty.line_gained", when=at)
        if each is None:
            return self.work.word(language, "duty.line_gone", when=at)
        names = texts.people(self.work, language, self.board, each.people)
        return self.work.word(language, "duty.line_lost", when=at, names=names)
