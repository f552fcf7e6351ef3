"""What each subject leaves to the community: one class for each table of policy.toml."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.spans import Span, hours
from config.terms import Data, Voice


class TrustPolicy(Data):
    """When a group no longer needs to be asked first: by how often the bot was right in it.

    The bars are lower bounds (handlers/learning/rules.py): a share of few cases counts for little.
    """

    passes: float = Field(default=0.7, gt=0, lt=1)
    falls: float = Field(default=0.55, gt=0, lt=1)  #: below it the bot asks first again
    least: int = Field(default=12, ge=1)  #: so many cases at least, for either
    newest: int = Field(default=60, ge=1)  #: only the newest are looked at
    settled_hours: float = Field(default=72, ge=0)  #: what nobody corrected by then was right

    @model_validator(mode="after")
    def _falls_below(self) -> Self:
        if self.falls >= self.passes:
            raise ValueError("`falls` must be less than `passes`")
        if self.least > self.newest:
            raise ValueError("`least` must not be more than `newest`")
        return self


class UnderstandingPolicy(Data):
    """How sure the bot must be; a group may have its own."""

    mode: Literal["measured", "act", "suggest"] = "measured"
    trust: TrustPolicy = TrustPolicy()
    #: None: the fitted thresholds of understanding decide
    open_above: float | None = Field(default=None, ge=0, le=1)
    ask_above: float | None = Field(default=None, ge=0, le=1)


class CallbackPolicy(Data):
    """How long the question "is it solved?" stays open, and when it is asked once more."""

    hours: float = Field(default=48, gt=0)
    remind_hours: float = Field(default=24, gt=0)

    @model_validator(mode="after")
    def _reminds_before(self) -> Self:
        if self.remind_hours >= self.hours:
            raise ValueError("`remind_hours` must be less than `hours`")
        return self


class ReopeningPolicy(Data):
    """Until when, how often and by whom an ended request is opened again (R44)."""

    days: float = Field(default=14, ge=0)
    times: int = Field(default=3, ge=0)
    by: tuple[Voice, ...] = ("reporter", "joined", "neighbour")


class AgeingPolicy(Data):
    """When a request that nobody could solve goes to the next meeting (R35)."""

    days: float = Field(default=30, gt=0)


class NightlyPolicy(Data):
    """When every ladder is walked to see whom it reaches (R29)."""

    at: time = time(3)


class ReminderPolicy(Data):
    """What becomes of a reminder missed while the program was down."""

    useful_hours: float = Field(default=2, ge=0)


class DutyPolicy(Data):
    """Where those on duty are named: in groups too, or to who asks privately alone."""

    names: Literal["everywhere", "private"] = "everywhere"


class DigestPolicy(Data):
    """When each group is told, in one message, what became of its matters."""

    on: bool = True
    day: int = Field(default=7, ge=1, le=7)  #: of the week: 1 is Monday
    at: time = time(18)
    most: int = Field(default=8, ge=1, le=30)  #: lines of what is open, and of what was solved


class PromisePolicy(Data):
    """What becomes of a date that staff give in words."""

    ask: bool = True  #: whether it is meant as a promise is asked
    remind: Span = hours(3)  #: so long before it falls due its maker is reminded, once
    #: untouched: no clock of the request minds it; progress: whoever took it need not be heard of
    #: before the promised moment
    clocks: Literal["untouched", "progress"] = "untouched"


class NoisePolicy(Data):
    """How much a group is told unasked (R59)."""

    daily: int | None = Field(default=12, ge=0)  #: posts a day; None: as many as there are
    fold_at: time = time(8, 30)  #: what was held back is told together then, the next day


class ArchivePolicy(Data):
    """When what ended long ago may go out of the database into a file (`linli archive`)."""

    days: float = Field(default=730, ge=30)  #: after the end


class WatchingPolicy(Data):
    """When the bot says that it may have gone blind or mute (docs/watching.md)."""

    on: bool = True  #: whether silent groups are told of; all else always is
    times: float = Field(default=3, ge=1.5, le=20)  #: so many times its usual longest silence
    least_hours: float = Field(default=5, ge=1)  #: of waking time; a shorter silence is none
    most_hours: float = Field(default=45, le=500)  #: who is usually silent for so long is left be
    weeks: int = Field(default=4, ge=1, le=12)  #: before this one that make the habit
    learn_days: int = Field(default=14, ge=1)  #: a group known for less is not judged
    lines: int = Field(default=60, ge=1)  #: who said less in these weeks is not judged
    cut_off: Span = hours(1 / 6)  #: a platform out of reach for so long is told of
    ask: Span = hours(0.5)  #: how often each platform is asked what it lets the bot hear

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.least_hours >= self.most_hours:
            raise ValueError("least_hours must be less than most_hours")
        return self


class StatisticsPolicy(Data):
    """Which numbers are compared, and when those of the last month are told (R46)."""

    small: int = Field(default=10, ge=1)  #: what has fewer requests is not ranked
    #: "2026-03": months are compared with it, else with the one before
    baseline: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    at: time = time(9)  #: on the first of a month


class QuietPolicy(Data):
    """When people sleep; only danger breaks it (R37)."""

    start: time = time(22)
    end: time = time(7)


class KeepPolicy(Data):
    """How long rows of a class are kept, and who says so."""

    days: int = Field(ge=1)
    source: str = ""
    date: str = ""  #: when the source was read, or the choice made


class RetentionPolicy(Data):
    """How long what is known of people is kept, by class (R55)."""

    texts: KeepPolicy = KeepPolicy(days=180)  #: words of requests, after their end
    photos: KeepPolicy = KeepPolicy(days=90)  #: after the end of their request, or the round
    looks: KeepPolicy = KeepPolicy(days=1095)  #: who was shown how to reach whom
    cues: KeepPolicy = KeepPolicy(days=180)  #: what the reader saw in messages
    inbox: KeepPolicy = KeepPolicy(days=14)  #: bodies of updates that failed
    letters: KeepPolicy = KeepPolicy(days=30)  #: what became of what was sent
    notices: KeepPolicy = KeepPolicy(days=90)  #: what somebody was told in the morning
    commands: KeepPolicy = KeepPolicy(days=1095)  #: who changed what
    chat: KeepPolicy = KeepPolicy(days=90)  #: messages of the built-in web chat
    copies: KeepPolicy = KeepPolicy(days=90)  #: what a restore replaced (bot/leftovers.py)

    def days(self, name: str) -> int:
        """How many days a class is kept."""
        kept: KeepPolicy = getattr(self, name)
        return kept.days
