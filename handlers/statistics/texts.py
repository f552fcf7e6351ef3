"""The numbers in words: rates with their n and definition, times, the change, lists of parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from handlers.requests import texts as request_texts
from handlers.statistics.periods import Period
from handlers.statistics.report import Report
from handlers.statistics.rules import Part, Rate, Times, ranked
from handlers.work import Work

T = TypeVar("T")
RATES = ("response", "resolution", "satisfaction")
DEFINED = (*RATES, "times")
#: So many parts are named in a chat.
MOST = 12


def percent(share: float) -> str:
    """ "87.5 %" in the way both languages write it."""
    return f"{share * 100:.1f}%"


def signed(share: float) -> str:
    """A change: "−65.9%", "+3.0%"."""
    return f"{share * 100:+.1f}%".replace("-", "−")


def period_name(work: Work, language: str, period: Period) -> str:
    """A month or a week as people say it."""
    begin, last = period.begin, period.end - timedelta(days=1)
    if period.kind == "month":
        return work.word(language, "stats.month", year=begin.year, month=begin.month)
    return work.word(
        language,
        "stats.week",
        month=begin.month,
        day=begin.day,
        month_to=last.month,
        day_to=last.day,
    )


def title(work: Work, language: str, found: Report) -> str:
    """The place and the period, and whether that is still running."""
    period = period_name(work, language, found.ask.period)
    head = work.word(language, "stats.title", place=found.title, period=period)
    over = found.ask.period.over(found.ask.today)
    return head if over else head + work.word(language, "stats.running")


def whole(work: Work, language: str, found: Report) -> list[str]:
    """All together: how many, the change, the rates with their definitions, times, the rest."""
    figures = found.whole
    lines = [volume(work, language, found)]
    for name in RATES:
        lines.append(rate(work, language, name, getattr(figures, name)))
    lines.append(times(work, language, "to_answer", figures.to_answer))
    lines.append(times(work, language, "to_solve", figures.to_solve))
    lines.append(
        work.word(
            language,
            "stats.rest",
            unanswered=figures.unanswered,
            open=figures.open,
            unknown=figures.unknown,
            reopened=figures.reopened,
        )
    )
    if figures.merged or figures.cancelled:
        aside = {"merged": figures.merged, "cancelled": figures.cancelled}
        lines.append(work.word(language, "stats.aside", **aside))
    return lines


def volume(work: Work, language: str, found: Report) -> str:
    """How many requests there were, and how many more or fewer than in the baseline."""
    change = found.change
    words = [work.word(language, "stats.volume", n=change.n)]
    period = period_name(work, language, found.ask.baseline)
    if change.share is not None:
        told = {"before": change.before, "share": signed(change.share)}
        words.append(work.word(language, "stats.change", period=period, **told))
    elif change.before:
        before = change.before
        words.append(work.word(language, "stats.change_running", period=period, before=before))
    else:
        words.append(work.word(language, "stats.change_none", period=period))
    return work.word(language, "stats.between").join(words)


def rate(work: Work, language: str, name: str, value: Rate) -> str:
    """A rate with its n."""
    called = work.word(language, f"stats.name.{name}")
    if value.share is None:
        return work.word(language, "stats.rate_none", name=called)
    told = {"share": percent(value.share), "part": value.part, "of": value.of}
    return work.word(language, "stats.rate", name=called, **told)


def times(work: Work, language: str, name: str, value: Times) -> str:
    """Median and 90th percentile with their n."""
    called = work.word(language, f"stats.name.{name}")
    if not value.n:
        return work.word(language, "stats.times_none", name=called)
    told = {"median": span(work, language, value.median), "p90": span(work, language, value.p90)}
    return work.word(language, "stats.times", name=called, n=value.n, **told)


def span(work: Work, language: str, value: timedelta | None) -> str:
    """A bound in the unit in which it is whole; None: longer than all bounds."""
    if value is None:
        return work.word(language, "stats.span.over", n=365)
    hours, rest = divmod(value, timedelta(hours=1))
    if rest:
        return work.word(language, "stats.span.minutes", n=value // timedelta(minutes=1))
    if hours < 48:
        return work.word(language, "stats.span.hours", n=hours)
    return work.word(language, "stats.span.days", n=hours // 24)


def definitions(work: Work, language: str) -> list[str]:
    """What each number means, a line each."""
    return [work.word(language, f"stats.define.{name}") for name in DEFINED]


def areas(work: Work, language: str, found: Report, most: int = MOST) -> list[str]:
    """By building: ranked where enough is known."""
    return _parts(work, language, found, found.areas, lambda each: found.names.get(each, "?"), most)


def categories(work: Work, language: str, found: Report, most: int = MOST) -> list[str]:
    """By category."""

    def name(each: str) -> str:
        return request_texts.category(work, language, each)

    return _parts(work, language, found, found.categories, name, most)


def rungs(work: Work, language: str, found: Report, most: int = MOST) -> list[str]:
    """By rung, from the bottom up: an order of its own, and no ranking."""
    lines = [
        part(work, language, rung(work, language, each.what), each)
        for each in found.rungs
        if each.figures.n
    ]
    return lines or [work.word(language, "stats.none")]


def rung(work: Work, language: str, number: int) -> str:
    """The name of a rung."""
    return work.word(language, "stats.rung", n=number + 1)


def _parts(
    work: Work,
    language: str,
    found: Report,
    parts: Iterable[Part[T]],
    name: Callable[[T], str],
    most: int,
) -> list[str]:
    enough, few = ranked([each for each in parts if each.figures.n], found.small)
    lines = [
        f"{place}. {part(work, language, name(each.what), each)}"
        for place, each in enumerate(enough, 1)
    ]
    if few:
        lines.append(work.word(language, "stats.few", small=found.small))
        lines += [f"· {part(work, language, name(each.what), each)}" for each in few]
    if len(lines) > most:
        left = len(lines) - most
        lines = [*lines[:most], work.word(language, "stats.more", n=left)]
    return lines or [work.word(language, "stats.none")]


def part(work: Work, language: str, name: str, each: Part[object]) -> str:
    """One building, category or rung."""
    value, n = each.figures.resolution, each.figures.n
    if value.share is None:
        return work.word(language, "stats.part_none", name=name, n=n)
    told = {"share": percent(value.share), "part": value.part, "of": value.of}
    return work.word(language, "stats.part", name=name, n=n, **told)


def everything(work: Work, language: str, found: Report) -> list[str]:
    """All of it as lines, for a terminal."""
    most = 10_000
    parts: Sequence[tuple[str, list[str]]] = (
        ("area", areas(work, language, found, most)),
        ("category", categories(work, language, found, most)),
        ("rung", rungs(work, language, found)),
        ("define", definitions(work, language)),
    )
    lines = [title(work, language, found), *whole(work, language, found)]
    for name, inside in parts:
        lines += ["", work.word(language, f"stats.view.{name}"), *(f"  {each}" for each in inside)]
    return lines
