"""Figures in Prometheus' form. Loaded when they are asked for the first time.

Every label has few values, all known beforehand: platforms, kinds, states. Nothing tells of a
person, a home, a group or a word that was said. What each figure means: docs/watching.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.figures import BOUNDS, Figures
from handlers.watching.rules import KINDS
from storage.queries.figures import Matters, Post

TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labelled = Mapping[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database tells; None in its place: it does not answer."""

    post: Post
    matters: Matters
    alarms: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is shown, at one moment."""

    now: datetime
    version: str
    figures: Figures
    folded: int  #: lines that told nothing new
    tick_age: float  #: seconds
    contacts: Mapping[str, tuple[bool, datetime | None]]  #: connected, last contact
    stored: Stored | None


def text_of(snapshot: Snapshot) -> bytes:
    """The page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(snapshot))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        now = self._snapshot
        yield from _own(now)
        yield from _counted(now.figures)
        yield _counter("lines_folded", "Lines that said again what is reported.", now.folded)
        yield from _platforms(now)
        if now.stored is not None:
            yield from _post(now.now, now.stored.post)
            yield from _matters(now.now, now.stored)


def _gauge(name: str, says: str, values: Labelled | float, labels: tuple[str, ...] = ()) -> Metric:
    return _filled(GaugeMetricFamily(f"linli_{name}", says, labels=labels), values)


def _counter(
    name: str, says: str, values: Labelled | float, labels: tuple[str, ...] = ()
) -> Metric:
    return _filled(CounterMetricFamily(f"linli_{name}", says, labels=labels), values)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Labelled | float) -> Metric:
    for key, value in _values(values):
        family.add_metric(key, value)
    return family


def _values(values: Labelled | float) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(values, Mapping):
        yield from sorted(values.items())
    else:
        yield (), values


def _by(counts: Mapping[str, float]) -> Labelled:
    return {(name,): value for name, value in counts.items()}


def _own(now: Snapshot) -> Iterator[Metric]:
    yield _gauge("info", "The program's version.", {(now.version,): 1}, ("version",))
    yield _gauge("database_up", "Whether the database answers.", float(now.stored is not None))
    yield _gauge("tick_age_seconds", "Since the clock ticked last.", now.tick_age)
    ticks, sums, buckets = now.figures.ticks, 0, list[tuple[str, float]]()
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), ticks.buckets, strict=True):
        sums += count
        buckets.append((bound, sums))
    family = HistogramMetricFamily("linli_tick_duration_seconds", "How long ticks took.")
    family.add_metric((), buckets, ticks.total)
    yield family


def _counted(figures: Figures) -> Iterator[Metric]:
    yield _counter(
        "updates_received", "Updates kept, by platform.", _by(figures.received), ("platform",)
    )
    yield _counter(
        "updates_handled",
        "Updates handled: talk, done, failed (tried again), dead (given up).",
        _by({"talk": 0, "done": 0, "failed": 0, "dead": 0} | figures.handled),
        ("outcome",),
    )
    yield _counter("letters_sent", "Messages sent.", _by(figures.sent), ("platform",))
    yield _counter(
        "letters_failed", "Sends that failed.", dict(figures.failed), ("platform", "kind")
    )
    yield _counter(
        "tick_failures", "Subjects that failed.", _by(figures.tick_failures), ("subject",)
    )


def _platforms(now: Snapshot) -> Iterator[Metric]:
    connected = {(name,): float(up) for name, (up, _) in now.contacts.items()}
    ages = {
        (name,): _age(now.now, last) for name, (_, last) in now.contacts.items() if last is not None
    }
    says = "Whether a platform is in contact."
    yield _gauge("platform_connected", says, connected, ("platform",))
    says = "Since a platform answered last."
    yield _gauge("platform_contact_age_seconds", says, ages, ("platform",))


def _post(now: datetime, post: Post) -> Iterator[Metric]:
    yield _gauge("updates_waiting", "Updates kept and not handled yet.", post.updates)
    oldest = _age(now, post.oldest_update)
    yield _gauge("updates_oldest_seconds", "Age of the oldest of them; 0: none waits.", oldest)
    yield _gauge("updates_dead", "Updates given up, kept for a look.", post.dead)
    yield _gauge("letters_waiting", "Messages that might go and have not gone.", post.letters)
    oldest = _age(now, post.oldest_letter)
    yield _gauge("letters_oldest_seconds", "How long the first waits; 0: none.", oldest)


def _matters(now: datetime, stored: Stored) -> Iterator[Metric]:
    matters = stored.matters
    yield _gauge("requests", "Requests not ended, by state.", _by(matters.by_state), ("state",))
    yield _counter("requests_opened", "Requests ever opened.", matters.opened)
    late = {"answer": matters.late_answers, "solve": matters.late_solutions}
    yield _gauge("deadlines_late", "Requests past a deadline, by its clock.", _by(late), ("clock",))
    says = "How long what is due was not looked at; 0: nothing waits."
    yield _gauge("due_oldest_seconds", says, _age(now, matters.oldest_due))
    on = dict.fromkeys(KINDS, 0) | dict(stored.alarms)
    yield _gauge("alarms", "Alarms about the bot's own senses that are on.", _by(on), ("kind",))


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
