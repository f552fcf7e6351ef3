"""The community's policy as typed data: roles, categories, ladders, and all that subjects add."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Self, cast

import tomli
from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import ErrorDetails

from config.deadlines import CalendarPolicy, Deadlines, PausePolicy
from config.ladders import Ladder, is_duty, is_person
from config.subjects import (
    AgeingPolicy,
    ArchivePolicy,
    CallbackPolicy,
    DigestPolicy,
    DutyPolicy,
    NightlyPolicy,
    NoisePolicy,
    PromisePolicy,
    QuietPolicy,
    ReminderPolicy,
    ReopeningPolicy,
    RetentionPolicy,
    StatisticsPolicy,
    UnderstandingPolicy,
    WatchingPolicy,
)
from config.terms import AreaKind, Data, Evidence, Governance, Right

DEFAULT = Path(__file__).parent / "policy.toml"


class PolicyError(ValueError):
    """The policy file is wrong; the message names each field with what is wrong."""


class RolePolicy(Data):
    """Where a role is usually held, and what it may do there and below."""

    scope: AreaKind
    rights: frozenset[Right]


class CategoryPolicy(Data):
    """What a category of requests needs."""

    ladder: str = "default"
    cues: tuple[str, ...] = ()  #: further words by which this community names it
    evidence: tuple[Evidence, ...] = ()  #: what "done" must come with (R34)


class EmergencyPolicy(Data):
    """Who is asked at once when there is danger, and what numbers the card shows."""

    roles: tuple[str, ...] = Field(min_length=1)
    numbers: dict[str, str] = Field(default_factory=dict[str, str])


class Policy(Data):
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
            f"{where}: {'.'.join(map(str, each['loc'])) or 'policy'}: {_in_words(each)}"
            for each in error.errors(include_context=False)
        )
        raise PolicyError("\n".join(lines)) from None


def _in_words(error: ErrorDetails) -> str:
    """What is wrong with one field; of a name that nobody knows, which one is most like it."""
    if error["type"] != "extra_forbidden":
        return error["msg"]
    *before, name = error["loc"]
    known = _parse(DEFAULT)
    for each in before:
        inner = known.get(str(each))
        known = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}
    close = get_close_matches(str(name), known, n=1)
    return "there is no such setting" + (f": did you mean {close[0]!r}?" if close else "")


@cache
def default_policy() -> Policy:
    """The shipped policy."""
    return load_policy()


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
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
