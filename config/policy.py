"""The community's policy as typed data: roles, categories, ladders, deadlines, thresholds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from config.ladders import Ladder, Step, is_duty, is_person
from config.spans import Span, hours

DEFAULT = Path(__file__).parent / "policy.toml"

Right = Literal["answer", "file", "confirm_home", "correct", "remind", "assign", "manage"]
AreaKind = Literal[
    "district", "subdistrict", "community", "neighbourhood", "building", "unit", "household"
]
Governance = Literal["self", "baseline"]
Urgency = Literal["emergency", "urgent", "normal"]
Evidence = Literal["code", "words", "photo"]
Voice = Literal["reporter", "joined", "neighbour"]

__all__ = ["Ladder", "Policy", "PolicyError", "Span", "Step", "default_policy", "load_policy"]


class PolicyError(ValueError):
    """The policy file is wrong; the message names each field with what is wrong."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RolePolicy(_Data):
    """Where a role is usually held, and what it may do there and below."""

    scope: AreaKind
    rights: frozenset[Right]


class CategoryPolicy(_Data):
    """What a category of requests needs."""

    ladder: str = "default"
    cues: tuple[str, ...] = ()  #: further words by which this community names it
    evidence: tuple[Evidence, ...] = ()  #: what "done" must come with (R34)


class Deadline(_Data):
    """Until somebody answers, until a taken request shows life, and until it is solved."""

    answer: Span
    progress: Span | None = None  #: None: as long as the solution may take
    solve: Span

    @property
    def to_progress(self) -> Span:
        """Until whoever took it is heard of again."""
        return self.progress or self.solve

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        answer, solve = self.answer, self.solve
        if answer.working == solve.working and answer.calendar > solve.calendar:
            raise ValueError("`answer` must not be later than `solve`")
        return self


class Special(_Data):
    """Other deadlines for some: what is not named holds for all, what is not said stays."""

    categories: tuple[str, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    places: tuple[AreaKind, ...] = ()  #: the kind of the smallest known place
    governance: tuple[Governance, ...] = ()
    answer: Span | None = None
    progress: Span | None = None
    solve: Span | None = None
    off: bool = False  #: a community's way to do without a shipped one

    def holds(self, category: str, urgency: str, place: str, governance: str) -> bool:
        """Whether it is about such a matter."""
        named = (
            (self.categories, category),
            (self.urgencies, urgency),
            (self.places, place),
            (self.governance, governance),
        )
        return not self.off and all(not names or value in names for names, value in named)


class Deadlines(_Data):
    """Deadlines by urgency, and by category, place and governance where these differ."""

    emergency: Deadline
    urgent: Deadline
    normal: Deadline
    #: who stands on the last rung and does not answer is asked again ever more rarely,
    #: and after a while once in this time
    again: Span = hours(24)
    special: dict[str, Special] = Field(default_factory=dict[str, Special])

    def of(self, urgency: str) -> Deadline:
        """The deadline of an urgency."""
        return {"emergency": self.emergency, "urgent": self.urgent}.get(urgency, self.normal)

    _made: dict[tuple[str, ...], Deadline] = PrivateAttr(
        default_factory=dict[tuple[str, ...], Deadline]
    )

    def for_(self, category: str, urgency: str, place: str, governance: str) -> Deadline:
        """The deadline of a matter: that of its urgency, with what is special about it."""
        matter = (category, urgency, place, governance)
        if matter not in self._made:
            self._made[matter] = self._for(*matter)
        return self._made[matter]

    def _for(self, category: str, urgency: str, place: str, governance: str) -> Deadline:
        said = self.of(urgency).model_dump()
        for each in self.special.values():
            if each.holds(category, urgency, place, governance):
                own = {"answer": each.answer, "progress": each.progress, "solve": each.solve}
                said.update({name: span for name, span in own.items() if span is not None})
        return Deadline.model_validate(said)


class CalendarPolicy(_Data):
    """When people work: public holidays and make-up days come from the time zone's country."""

    opens: time = time(9)
    closes: time = time(18)
    days_off: tuple[str, ...] = ()  #: the community's own: "2026-05-20", each year: "05-20"
    days_on: tuple[str, ...] = ()  #: worked though they would be free

    @field_validator("days_off", "days_on")
    @classmethod
    def _are_days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            date.fromisoformat(day if len(day) > 5 else f"2024-{day}")
        return days

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("`opens` must be before `closes`")
        return self


class PausePolicy(_Data):
    """How long and how often a request may wait, by reason."""

    most: int = Field(default=3, ge=1)  #: times in the life of a request
    longest: dict[str, Span] = Field(default_factory=dict[str, Span])  #: by reason code
    other: Span = Span(amount=14, unit="day")

    def longest_for(self, code: str | None) -> Span:
        """The longest wait for a reason."""
        return self.longest.get(code or "", self.other)


class EmergencyPolicy(_Data):
    """Who is asked at once when there is danger, and what numbers the card shows."""

    roles: tuple[str, ...] = Field(min_length=1)
    numbers: dict[str, str] = Field(default_factory=dict[str, str])


class TrustPolicy(_Data):
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


class UnderstandingPolicy(_Data):
    """How sure the bot must be; a group may have its own."""

    mode: Literal["measured", "act", "suggest"] = "measured"
    trust: TrustPolicy = TrustPolicy()
    #: None: the fitted thresholds of understanding decide
    open_above: float | None = Field(default=None, ge=0, le=1)
    ask_above: float | None = Field(default=None, ge=0, le=1)


class CallbackPolicy(_Data):
    """How long the question "is it solved?" stays open, and when it is asked once more."""

    hours: float = Field(default=48, gt=0)
    remind_hours: float = Field(default=24, gt=0)

    @model_validator(mode="after")
    def _reminds_before(self) -> Self:
        if self.remind_hours >= self.hours:
            raise ValueError("`remind_hours` must be less than `hours`")
        return self


class ReopeningPolicy(_Data):
    """Until when, how often and by whom an ended request is opened again (R44)."""

    days: float = Field(default=14, ge=0)
    times: int = Field(default=3, ge=0)
    by: tuple[Voice, ...] = ("reporter", "joined", "neighbour")


class AgeingPolicy(_Data):
    """When a request that nobody could solve goes to the next meeting (R35)."""

    days: float = Field(default=30, gt=0)


class NightlyPolicy(_Data):
    """When every ladder is walked to see whom it reaches (R29)."""

    at: time = time(3)


class ReminderPolicy(_Data):
    """What becomes of a reminder missed while the program was down."""

    useful_hours: float = Field(default=2, ge=0)


class DutyPolicy(_Data):
    """Where those on duty are named: in groups too, or to who asks privately alone."""

    names: Literal["everywhere", "private"] = "everywhere"


class DigestPolicy(_Data):
    """When each group is told, in one message, what became of its matters."""

    on: bool = True
    day: int = Field(default=7, ge=1, le=7)  #: of the week: 1 is Monday
    at: time = time(18)
    most: int = Field(default=8, ge=1, le=30)  #: lines of what is open, and of what was solved


class PromisePolicy(_Data):
    """What becomes of a date that staff give in words."""

    ask: bool = True  #: whether it is meant as a promise is asked
    remind: Span = hours(3)  #: so long before it falls due its maker is reminded, once
    #: untouched: no clock of the request minds it; progress: whoever took it need not be heard of
    #: before the promised moment
    clocks: Literal["untouched", "progress"] = "untouched"


class NoisePolicy(_Data):
    """How much a group is told unasked (R59)."""

    daily: int | None = Field(default=12, ge=0)  #: posts a day; None: as many as there are
    fold_at: time = time(8, 30)  #: what was held back is told together then, the next day


class ArchivePolicy(_Data):
    """When what ended long ago may go out of the database into a file (`linli archive`)."""

    days: float = Field(default=730, ge=30)  #: after the end


class WatchingPolicy(_Data):
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


class StatisticsPolicy(_Data):
    """Which numbers are compared, and when those of the last month are told (R46)."""

    small: int = Field(default=10, ge=1)  #: what has fewer requests is not ranked
    #: "2026-03": months are compared with it, else with the one before
    baseline: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    at: time = time(9)  #: on the first of a month


class QuietPolicy(_Data):
    """When people sleep; only danger breaks it (R37)."""

    start: time = time(22)
    end: time = time(7)


class KeepPolicy(_Data):
    """How long rows of a class are kept, and who says so."""

    days: int = Field(ge=1)
    source: str = ""
    date: str = ""  #: when the source was read, or the choice made


class RetentionPolicy(_Data):
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


class Policy(_Data):
    """All of it. Roles named anywhere must be defined."""

    roles: dict[str, RolePolicy]
    categories: dict[str, CategoryPolicy]
    ladders: dict[Governance, dict[str, Ladder]]
    emergency: EmergencyPolicy
    deadlines: Deadlines
    understanding: UnderstandingPolicy = UnderstandingPolicy()
    callback: CallbackPolicy = CallbackPolicy()
    reopening: ReopeningPolicy = ReopeningPolicy()
    pauses: PausePolicy = PausePolicy()
    calendar: CalendarPolicy = CalendarPolicy()
    ageing: AgeingPolicy = AgeingPolicy()
    nightly: NightlyPolicy = NightlyPolicy()
    reminders: ReminderPolicy = ReminderPolicy()
    quiet: QuietPolicy = QuietPolicy()
    duty: DutyPolicy = DutyPolicy()
    digest: DigestPolicy = DigestPolicy()
    promises: PromisePolicy = PromisePolicy()
    noise: NoisePolicy = NoisePolicy()
    statistics: StatisticsPolicy = StatisticsPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    archive: ArchivePolicy = ArchivePolicy()
    watching: WatchingPolicy = WatchingPolicy()

    #: by name (or code) of a community or neighbourhood: what differs there
    places: dict[str, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])
    _raw: dict[str, Any] = PrivateAttr(default_factory=dict[str, Any])
    _made: dict[tuple[str, ...], Policy] = PrivateAttr(
        default_factory=dict[tuple[str, ...], "Policy"]
    )

    def keep_raw(self, data: dict[str, Any]) -> None:
        """Remember what it was made of, for the places at which some of it differs."""
        self._raw = data

    def at(self, names: Iterable[str]) -> Policy:
        """The policy of a place: this one, with what differs at the places named (root first)."""
        if not self.places:
            return self
        here = tuple(name for name in names if name in self.places)
        if not here:
            return self
        if here not in self._made:
            data = self._raw
            for name in here:
                data = _over(data, self.places[name])
            self._made[here] = Policy.model_validate(data)
        return self._made[here]

    @property
    def own_cues(self) -> dict[str, tuple[str, ...]]:
        """By category the further words by which this community names it."""
        return {name: each.cues for name, each in self.categories.items() if each.cues}

    def ladder(self, category: str, governance: Governance) -> Ladder:
        """The ladder for a category on a governance path."""
        known = self.categories.get(category) or self.categories["other"]
        return self.ladders[governance][known.ladder]

    def rights(self, role: str) -> frozenset[Right]:
        """What a role may do; nothing for an unknown one."""
        known = self.roles.get(role)
        return known.rights if known else frozenset()

    @model_validator(mode="after")
    def _nothing_archived_opens_again(self) -> Self:
        if self.archive.days <= self.reopening.days:
            raise ValueError("[archive] days must be more than [reopening] days")
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        used = set(self.emergency.roles)
        for by_name in self.ladders.values():
            for ladder in by_name.values():
                used |= ladder.roles
        used = {each for each in used if not is_duty(each) and not is_person(each)}
        if unknown := sorted(used - set(self.roles)):
            raise ValueError(f"roles used in ladders but not defined in [roles]: {unknown}")
        for name, category in self.categories.items():
            for governance, by_name in self.ladders.items():
                if category.ladder not in by_name:
                    raise ValueError(
                        f"category {name!r}: [ladders.{governance}] has no {category.ladder!r}"
                    )
        if "other" not in self.categories:
            raise ValueError("[categories] needs `other`, for what fits nowhere else")
        return self


def load_policy(own: Path | None = None) -> Policy:
    """The default policy with a community's own values over it.

    Raises PolicyError naming the file and every wrong field.
    """
    data = _parse(DEFAULT)
    if own is not None:
        data = _over(data, _parse(own))
    policy = _valid(data, f"{own or DEFAULT}")
    for name, differs in policy.places.items():
        _valid(_over(data, differs), f"{own or DEFAULT}: places.{name}")
    policy.keep_raw({key: value for key, value in data.items() if key != "places"})
    return policy


def _valid(data: dict[str, Any], where: str) -> Policy:
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        lines = (
            f"{where}: {'.'.join(map(str, each['loc'])) or 'policy'}: {each['msg']}"
            for each in error.errors(include_context=False)
        )
        raise PolicyError("\n".join(lines)) from None


@cache
def default_policy() -> Policy:
    """The shipped policy."""
    return load_policy()


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: is not valid TOML: {error}") from error


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = (
            _over(cast("dict[str, Any]", old), cast("dict[str, Any]", value)) if both else value
        )
    return merged
