"""Whose turns changed is told, whatever changed them: an edit, a swap, leave, a holiday (R31).

A rota remembers its turns of the next weeks as its people were told of them; what differs is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.chat.outgoing import Content
from handlers.duty import making, telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.duty.telling import Note
from handlers.requests.texts import moment
from handlers.work import Work
from storage.tables import Rota

WINDOW = timedelta(days=28)
MOST_LINES = 6
#: A note of it, read anew when it had to wait (retelling.py).
CHANGED = "changed"

Told = Mapping[str, Collection[int]]


@dataclass(slots=True)
class Difference:
    """The turns that are new for somebody, and those that are no longer theirs."""

    gained: list[datetime] = field(default_factory=list[datetime])
    lost: list[datetime] = field(default_factory=list[datetime])

    def follow(self, gained: Iterable[datetime], lost: Iterable[datetime]) -> None:
        """What came later: what is won back was never lost, and what is lost again never won."""
        for new, mine, other in ((gained, self.gained, self.lost), (lost, self.lost, self.gained)):
            for start in new:
                (other.remove(start) if start in other else mine.append(start))


def ahead(board: Board, now: datetime) -> dict[datetime, Manned]:
    """The turns of the next weeks, by their beginnings."""
    return {each.start: each for each in board.between(now, now + WINDOW)}


def picture(turns: Iterable[Manned]) -> dict[str, list[int]]:
    """Turns with their people, as JSON keeps them."""
    return {each.start.isoformat(): sorted(each.people) for each in turns}


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
    turns = ahead(board, work.now)
    new = picture(turns.values())
    first = rota.told_until is None
    found = differences(rota.told, new, work.now, rota.told_until)
    rota.told, rota.told_until = new, work.now + WINDOW
    if work.memo is None:
        await work.store.flush()
    for person, difference in found.items():
        if person not in but:
            said = Said(work, board, difference, turns, first=first)
            await telling.when_awake(work, board, person, said.note)


async def stopped(work: Work, board: Board) -> None:
    """A rota is paused or deleted: all who have turns are told."""
    rota = board.rota
    people = {person for ids in rota.told.values() for person in ids}
    first = min((each.start for each in board.coming(work.now, 1)), default=None)
    rota.told, rota.told_until = {}, None

    def words(language: str) -> Content:
        return Content(text=work.word(language, "duty.stopped", rota=rota.name))

    note = telling.said(words, matters_at=first)
    for person in sorted(people):
        await telling.when_awake(work, board, person, note)


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

    @property
    def note(self) -> Note:
        """As somebody hears it, at once or later; at any hour if it begins before they wake."""
        both = (*self.difference.gained, *self.difference.lost)
        data = {
            "gained": [each.isoformat() for each in self.difference.gained],
            "lost": [each.isoformat() for each in self.difference.lost],
            "first": self.first,
        }
        return Note(self.content, CHANGED, data, min(both))

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
