"""The budget: never more than a platform allows, in any span, and never a wait without need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.budget import Budget
from handlers.chat.platform import Limits
from tests.harness import MONDAY

TELEGRAM = Limits(chat_per_second=1, group_per_minute=20, overall_per_second=30)

limits = st.builds(
    Limits,
    chat_per_second=st.sampled_from([0, 0.5, 1, 3]),
    group_per_minute=st.sampled_from([0, 1, 3, 20]),
    overall_per_second=st.sampled_from([0, 0.4, 1, 5, 30]),
    group_per_hour=st.sampled_from([0, 5, 40]),
    chat_per_minute=st.sampled_from([0, 4, 30]),
    chat_per_hour=st.sampled_from([0, 9, 1000]),
)
#: seconds later, chat ("g" is a group)
attempts = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 0.5), st.floats(0, 100), st.sampled_from([0.0, 1.0, 60.0])),
        st.sampled_from(["g1", "g2", "p1", "p2"]),
    ),
    max_size=120,
)


def most_within(moments: Iterable[datetime], span: timedelta) -> int:
    """The most that were said in any span of this length (its end not counted)."""
    said = list(moments)
    return max((sum(at <= each < at + span for each in said) for at in said), default=0)


@given(limits, attempts)
def test_never_more_than_allowed_in_any_span(given: Limits, tries: list[tuple[float, str]]) -> None:
    budget, now, said = Budget(given), MONDAY, list[tuple[datetime, str]]()
    for later, chat in tries:
        now += timedelta(seconds=later)
        if not budget.wait(chat, now, group=chat.startswith("g")):
            budget.spend(chat, now)
            said.append((now, chat))
    for chat in {chat for _, chat in said}:
        theirs = [at for at, where in said if where == chat]
        if given.chat_per_second:
            assert most_within(theirs, timedelta(seconds=1 / given.chat_per_second)) <= 1
        minute, hour = [given.chat_per_minute], [given.chat_per_hour]
        if chat.startswith("g"):
            minute, hour = [*minute, given.group_per_minute], [*hour, given.group_per_hour]
        assert not any(most_within(theirs, timedelta(minutes=1)) > most for most in minute if most)
        assert not any(most_within(theirs, timedelta(hours=1)) > most for most in hour if most)
    if rate := given.overall_per_second:
        most = max(1, int(rate))
        span = timedelta(seconds=most / rate)
        assert most_within((at for at, _ in said), span) <= most


@given(limits, attempts)
def test_who_waits_as_told_may_speak_then_and_not_a_moment_earlier(
    given: Limits, tries: list[tuple[float, str]]
) -> None:
    budget, now = Budget(given), MONDAY
    for later, chat in tries:
        group = chat.startswith("g")
        now += timedelta(seconds=later)
        if pause := budget.wait(chat, now, group=group):
            assert budget.wait(chat, now + pause - timedelta(microseconds=1), group=group)
            now += pause
        assert not budget.wait(chat, now, group=group)
        budget.spend(chat, now)


@given(attempts)
def test_without_limits_nobody_waits(tries: list[tuple[float, str]]) -> None:
    budget, now = Budget(Limits()), MONDAY
    for later, chat in tries:
        now += timedelta(seconds=later)
        assert not budget.wait(chat, now, group=chat.startswith("g"))
        budget.spend(chat, now)


@given(limits, attempts, st.lists(st.floats(0, 5), min_size=120, max_size=120))
def test_one_after_the_other_each_arrives_as_if_all_were_as_slow(
    given: Limits, tries: list[tuple[float, str]], slow: list[float]
) -> None:
    """Whenever between the sending and the answer it arrives: here the first late, the next not."""
    budget, now, arrived = Budget(given), MONDAY, list[datetime]()
    for (later, _), took in zip(tries, slow, strict=False):
        now += timedelta(seconds=later)
        if budget.wait("g1", now, group=True):
            continue
        budget.spend("g1", now)
        late = len(arrived) % 2 == 0
        answered = now + timedelta(seconds=took)
        arrived.append(answered if late else now)
        now = answered
        budget.answered("g1", now)
    for count, seconds in (
        (1, given.chat_per_second and 1 / given.chat_per_second),
        (given.group_per_minute, 60),
        (given.group_per_hour, 3600),
    ):
        if count and seconds:
            assert most_within(arrived, timedelta(seconds=seconds)) <= count


def test_one_chat_s_limit_is_not_another_s() -> None:
    budget = Budget(TELEGRAM)
    budget.spend("g1", MONDAY)
    assert budget.wait("g1", MONDAY, group=True) == timedelta(seconds=1)
    assert not budget.wait("g2", MONDAY, group=True)


def test_a_private_chat_has_no_group_s_limit() -> None:
    budget = Budget(Limits(group_per_minute=1))
    budget.spend("p1", MONDAY)
    assert not budget.wait("p1", MONDAY, group=False)


def test_chats_that_were_not_spoken_to_lately_are_forgotten() -> None:
    budget = Budget(TELEGRAM)
    for n in range(1000):
        budget.spend(f"g{n}", MONDAY + timedelta(seconds=n))
    assert len(budget) <= 61
