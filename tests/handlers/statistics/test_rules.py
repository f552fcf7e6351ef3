"""The arithmetic of numbers: buckets, quantiles, rates, periods; the chain of the event file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.requests.rules import MOVES, Ending, Move, State
from handlers.statistics import periods
from handlers.statistics.chain import NAME, VERSION, BrokenError, Chain, checked
from handlers.statistics.rules import Change, Part, Rate, figures, quantile, ranked, times
from handlers.statistics.stories import BOUNDS, Line, after, bucket_of, count_of, story_of

OPENED = datetime(2026, 3, 2, 1, tzinfo=UTC)

spans = st.integers(0, 500 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(spans)
def test_a_time_lies_below_the_bound_of_its_bucket_and_above_the_one_before(
    span: timedelta,
) -> None:
    bucket = bucket_of(span)
    assert bucket == len(BOUNDS) or span <= BOUNDS[bucket]
    assert bucket == 0 or span > BOUNDS[bucket - 1]


@given(st.lists(spans, min_size=1, max_size=60), st.sampled_from([Fraction(1, 2), Fraction(9, 10)]))
def test_a_quantile_is_exact_to_its_bucket(found: list[timedelta], share: Fraction) -> None:
    buckets = [0] * (len(BOUNDS) + 1)
    for span in found:
        buckets[bucket_of(span)] += 1
    exact = sorted(found)[ceil(share * len(found)) - 1]
    bucket = bucket_of(exact)
    assert quantile(buckets, share) == (BOUNDS[bucket] if bucket < len(BOUNDS) else None)


def test_bounds_grow() -> None:
    assert list(BOUNDS) == sorted(set(BOUNDS))
    assert not times({}, "a").n
    assert times({}, "a").median is None


def test_without_any_there_is_no_rate() -> None:
    assert Rate(0, 0).share is None
    assert figures({}).response.share is None
    assert Change(3, 0).share is None
    assert Change(3, 6, whole=False).share is None
    assert Change(341, 1000).share == pytest.approx(-0.659)


def test_few_are_not_ranked_however_good_they_are() -> None:
    def part(name: str, solved: int, failed: int) -> Part[str]:
        return Part(name, figures({"n": solved + failed, "solved": solved, "failed": failed}))

    enough, few = ranked([part("a", 6, 6), part("b", 2, 0), part("c", 11, 1)], 10)
    assert [each.what for each in enough] == ["c", "a"]
    assert [each.what for each in few] == ["b"]


# Stories -------------------------------------------------------------------------------------

ENDS = {
    Move.CONFIRM: Ending.SOLVED,
    Move.CANNOT: Ending.CANNOT,
    Move.REFER: Ending.REFERRED,
    Move.CLOSE: Ending.NOT_NEEDED,
    Move.CANCEL: Ending.CANCELLED,
    Move.MERGE: Ending.MERGED,
    Move.EXPIRE: Ending.UNKNOWN,
}
steps = st.lists(
    st.tuples(
        st.sampled_from([each for each in Move if each is not Move.OPEN]),
        st.sampled_from(["helper", "affected", "clock"]),
        st.integers(1, 5000),
    ),
    max_size=40,
)


def lines_of(tries: list[tuple[Move, str, int]]) -> list[Line]:
    """A history in which each move is one that the table of moves knows."""
    state, at = State.OPEN, OPENED
    lines = [_line(1, at, Move.OPEN, state, "affected")]
    for move, by, minutes in tries:
        rule = MOVES.get((state, move))
        if rule is None or move is Move.UNDO:
            continue
        state, at = rule.to, at + timedelta(minutes=minutes)
        lines.append(_line(len(lines) + 1, at, move, state, by))
    return lines


def _line(number: int, at: datetime, move: Move, state: State, by: str) -> Line:
    return Line(
        id=number,
        at=at,
        move=move.value,
        state=state.value,
        by=by,
        category="lift",
        area=7,
        rung=0,
        ending=ENDS.get(move) if state is State.CLOSED else None,
        answer_due=OPENED + timedelta(days=1),
        day=date(2026, 3, 2) if move is Move.OPEN else None,
    )


@given(steps)
def test_every_request_is_counted_once_in_each_rate_or_in_none(
    tries: list[tuple[Move, str, int]],
) -> None:
    story = story_of(lines_of(tries))
    assert story is not None
    marks = set(count_of(story).marks)
    if marks & {"merged", "cancelled"}:
        assert len(marks) == 1
        return
    assert "n" in marks
    answers = {"answered", "answered_late", "unanswered", "unneeded"}
    ends = {"open", "solved", "failed", "not_needed"}
    assert len(marks & answers) == 1
    assert len(marks & ends) == 1
    assert len(marks & {"satisfied", "unsatisfied", "unknown"}) <= 1
    assert ("open" in marks) == (story.state != "closed") == (count_of(story).solve_by is not None)


@given(steps, st.sampled_from([Move.ASSIGN, Move.CLOSE, Move.MERGE]))
def test_what_is_taken_back_as_a_whole_leaves_no_trace(
    tries: list[tuple[Move, str, int]], move: Move
) -> None:
    lines = lines_of(tries)
    before = story_of(lines)
    assert before is not None
    rule = MOVES.get((State(before.state), move))
    if rule is None:
        return
    number, at = len(lines) + 1, lines[-1].at
    made = after(before, _line(number, at, move, rule.to, "helper"))
    back = Line(
        id=number + 1,
        at=at,
        move="undo",
        state=before.state,
        by="helper",
        category="lift",
        area=7,
        rung=0,
        ending=before.ending,
        answer_due=before.answer_due,
        undoes=number,
        undone=move.value,
    )
    assert count_of(after(made, back)) == count_of(before)


# Periods -------------------------------------------------------------------------------------


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_month_and_week_and_not_in_the_one_before(day: date) -> None:
    for period in (periods.month_of(day), periods.week_of(day)):
        assert period.begin <= day < period.end
        assert periods.before(period).end == period.begin
        assert period.over(period.end)
        assert not period.over(day)


def test_months_are_read_as_people_write_them() -> None:
    for text in ("2026-10", "2026年10月", "2026/10", "2026.10", "2026年 10 月"):
        found, rest = periods.months_at(f"{text} 3栋")
        assert [each.name for each in found.values()] == ["2026-10"], text
        assert rest.strip() == "3栋"
    assert periods.months_at("2026-13") == ({}, "2026-13")
    assert periods.months_at("3-2-501") == ({}, "3-2-501")
    assert len(periods.last_months(periods.month_of(date(2026, 1, 31)), 14)) == 14


# The chain -----------------------------------------------------------------------------------


def chained(many: int) -> list[str]:
    """A small event file."""
    chain = Chain()
    head = chain.add({"head": NAME, "version": VERSION})
    return [head, *(chain.add({"event": n, "at": "甲"}) for n in range(many)), chain.end()]


def test_an_untouched_file_is_whole() -> None:
    assert [number for number, _, _ in checked(chained(3))] == [1, 2, 3, 4, 5]


@given(st.integers(1, 12), st.data())
def test_the_first_touched_line_is_named(many: int, data: st.DataObject) -> None:
    lines = chained(many)
    at = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["change", "drop", "double", "garble", "strip"]))
    fields = json.loads(lines[at])
    if how == "change":
        lines[at] = json.dumps({**fields, "more": 1}, ensure_ascii=False)
    elif how == "drop":
        del lines[at]
    elif how == "double":
        lines.insert(at, lines[at])
        at += 1
    elif how == "garble":
        lines[at] = lines[at][:-2]
    else:
        lines[at] = json.dumps({key: value for key, value in fields.items() if key != "seal"})
    with pytest.raises(BrokenError) as broken:
        list(checked(lines))
    assert broken.value.line == at + 1


def test_other_files_are_refused_in_their_first_line() -> None:
    chain = Chain()
    for lines in ([], ["{}"], ["[]"], ["x"], [chain.add({"head": NAME, "version": 99})]):
        with pytest.raises(BrokenError) as broken:
            list(checked(lines))
        assert broken.value.line == 1
