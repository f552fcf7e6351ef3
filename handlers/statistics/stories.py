"""A request's story as far as the numbers tell it: folded from the lines of its history.

Pure. The same fold counts a request when it changes and recomputes it from a file of events, so
that both are equal by construction. What each mark means: docs/numbers.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from handlers.requests.rules import Ending, Move, State

#: Moves by which somebody who helps answers those who asked.
ANSWERS = frozenset(
    {Move.TAKE, Move.WAIT, Move.DONE, Move.CANNOT, Move.REFER, Move.CLOSE, Move.CANCEL}
)
#: Corrections that are taken back as a whole, with what followed them: handlers.requests.
WHOLE = frozenset({Move.ASSIGN, Move.CLOSE, Move.MERGE})
#: Ends that say that the work is done.
SOLVED = frozenset({Ending.SOLVED, Ending.UNKNOWN})
FAILED = frozenset({Ending.CANNOT, Ending.REFERRED})
#: The first mark of whatever is counted.
COUNTS = "n"
#: Marks of what still has time, for its answer and for its solution.
MAY_ANSWER, MAY_SOLVE = "may_answer", "may_solve"
#: Stands for "its clock does not run": it has all the time there is.
EVER = datetime(9999, 1, 1, tzinfo=UTC)

_MINUTES = (1, 2, 5, 10, 15, 20, 30, 45)
_HOURS = (1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36)
_DAYS = (2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 365)
#: Upper bounds of the buckets into which times are put, the bound itself included; the last
#: bucket, behind all of these, has none.
BOUNDS: tuple[timedelta, ...] = (
    *(timedelta(minutes=each) for each in _MINUTES),
    *(timedelta(hours=each) for each in _HOURS),
    *(timedelta(days=each) for each in _DAYS),
)


def bucket_of(span: timedelta) -> int:
    """The number of the bucket a time falls into."""
    return bisect_left(BOUNDS, span)


@dataclass(frozen=True, slots=True)
class Key:
    """The cell in which a request is counted."""

    day: date  #: it was opened
    area: int  #: its building, or the smallest known place above
    category: str
    rung: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history: a move, and where the request stands after it."""

    id: int
    at: datetime
    move: str
    state: str
    by: str  #: helper | affected | clock
    category: str
    area: int
    rung: int
    ending: str | None = None
    answer_due: datetime | None = None
    solve_due: datetime | None = None  #: None: its clock does not run
    day: date | None = None  #: of the first line
    undoes: int | None = None  #: the line that this one takes back
    undone: str | None = None  #: the move of that line


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a request after some of its lines."""

    key: Key
    opened_at: datetime
    state: str
    ending: str | None = None
    answer_due: datetime | None = None
    solve_due: datetime | None = None
    answered_at: datetime | None = None
    promised: datetime | None = None  #: the answer was due then when it came
    unneeded: bool = False  #: those affected settled it before anybody answered
    done_at: datetime | None = None
    verdict: str | None = None  #: satisfied | unsatisfied | unknown
    reopened: int = 0
    #: where it stood before each correction that may be taken back, by the id of its line
    before: tuple[tuple[int, Story], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """What a request counts as: its marks in a cell, and until when it has time."""

    key: Key
    marks: tuple[str, ...]
    answer_by: datetime | None = None
    solve_by: datetime | None = None

    def at(self, now: datetime) -> Count:
        """The same at a moment: with marks of the time that it still has, if any."""
        answer, solve = (
            until if until is not None and until > now else None
            for until in (self.answer_by, self.solve_by)
        )
        kept = [each for each in self.marks if each not in (MAY_ANSWER, MAY_SOLVE)]
        kept += [MAY_ANSWER] * (answer is not None) + [MAY_SOLVE] * (solve is not None)
        return Count(self.key, tuple(kept), answer, solve)


def story_of(lines: Iterable[Line]) -> Story | None:
    """The story that lines in their order tell; None without any."""
    story: Story | None = None
    for line in lines:
        story = after(story, line)
    return story


def after(story: Story | None, line: Line) -> Story:
    """The story with one more line."""
    key = Key(line.day or (story.key.day if story else line.at.date()), *_where(line))
    if story is None:
        story = Story(key, line.at, line.state)
    told = _taken_back(story, line) if line.move == Move.UNDO else _told(story, line)
    before = (*story.before, (line.id, story)) if line.move in WHOLE else story.before
    return replace(
        told,
        key=key,
        state=line.state,
        ending=line.ending,
        answer_due=line.answer_due,
        solve_due=line.solve_due,
        before=before,
    )


def _where(line: Line) -> tuple[int, str, int]:
    return line.area, line.category, line.rung


def _taken_back(story: Story, line: Line) -> Story:
    """As it stood before what is taken back; a category or a place stands in the line itself."""
    if line.undone not in WHOLE:
        return story
    return dict(story.before).get(line.undoes or 0, story)


def _told(story: Story, line: Line) -> Story:
    step = _STEPS.get(line.move)
    story = step(story, line) if step else story
    if line.move not in ANSWERS or story.answered_at is not None:
        return story
    if line.by == "helper":
        return replace(story, answered_at=line.at, promised=story.answer_due, unneeded=False)
    return replace(story, unneeded=line.by == "affected")


def _done(story: Story, line: Line) -> Story:
    return replace(story, done_at=line.at)


def _close(story: Story, line: Line) -> Story:
    return replace(story, done_at=story.done_at or line.at)


def _confirm(story: Story, line: Line) -> Story:
    return replace(story, verdict="satisfied")


def _expire(story: Story, line: Line) -> Story:
    if line.state != State.CLOSED:
        return story
    return replace(story, verdict="satisfied" if line.ending == Ending.SOLVED else "unknown")


def _not_solved(story: Story, line: Line) -> Story:
    return replace(
        story, verdict="unsatisfied", reopened=story.reopened + 1, done_at=None, unneeded=False
    )


_STEPS: Mapping[str, Callable[[Story, Line], Story]] = {
    Move.DONE: _done,
    Move.CLOSE: _close,
    Move.CONFIRM: _confirm,
    Move.EXPIRE: _expire,
    Move.NOT_SOLVED: _not_solved,
}

#: Ends by which a request is none of those that are counted.
ASIDE: Mapping[str, str] = {Ending.MERGED: "merged", Ending.CANCELLED: "cancelled"}


def count_of(story: Story) -> Count:
    """What it counts as."""
    if story.ending is not None and story.ending in ASIDE:
        return Count(story.key, (ASIDE[story.ending],))
    alive = story.state != State.CLOSED
    answered = _answer(story)
    marks = [COUNTS, *answered, *_solution(story)]
    if story.verdict:
        marks.append(story.verdict)
    if story.reopened:
        marks.append("reopened")
    waits = alive and answered == ("unanswered",)
    return Count(
        story.key,
        tuple(marks),
        answer_by=story.answer_due or EVER if waits else None,
        solve_by=(story.solve_due or EVER) if alive else None,
    )


def _answer(story: Story) -> tuple[str, ...]:
    if story.answered_at is None:
        return ("unneeded",) if story.unneeded else ("unanswered",)
    late = story.promised is not None and story.answered_at > story.promised
    bucket = bucket_of(story.answered_at - story.opened_at)
    return ("answered_late" if late else "answered", f"a{bucket:02}")


def _solution(story: Story) -> tuple[str, ...]:
    if story.state != State.CLOSED:
        return ("open",)
    if story.ending in SOLVED:
        ended = story.done_at or story.opened_at
        return ("solved", f"s{bucket_of(ended - story.opened_at):02}")
    return ("failed",) if story.ending in FAILED else ("not_needed",)
