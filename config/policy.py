"""The community's policy as typed data: roles, categories, ladders, deadlines, thresholds."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT = Path(__file__).parent / "policy.toml"

Right = Literal["answer", "file", "confirm_home", "correct", "remind", "assign", "manage"]
AreaKind = Literal[
    "district", "subdistrict", "community", "neighbourhood", "building", "unit", "household"
]
Governance = Literal["self", "baseline"]
Ladder = tuple[tuple[str, ...], ...]


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


class Deadline(_Data):
    """Hours until somebody answers, and until it is solved."""

    answer: float = Field(gt=0)
    solve: float = Field(gt=0)

    @property
    def to_answer(self) -> timedelta:
        """Time until somebody takes it."""
        return timedelta(hours=self.answer)

    @property
    def to_solve(self) -> timedelta:
        """Time until it is solved."""
        return timedelta(hours=self.solve)


class Deadlines(_Data):
    """Deadlines by urgency."""

    emergency: Deadline
    urgent: Deadline
    normal: Deadline
    #: hours: who stands on the last rung and does not answer is asked again ever more rarely,
    #: and after a while once in this time
    again: float = Field(default=24, gt=0)

    def of(self, urgency: str) -> Deadline:
        """The deadline of an urgency."""
        return {"emergency": self.emergency, "urgent": self.urgent}.get(urgency, self.normal)


class EmergencyPolicy(_Data):
    """Who is asked at once when there is danger."""

    roles: tuple[str, ...]


class UnderstandingPolicy(_Data):
    """How sure the bot must be; a group may have its own."""

    mode: Literal["act", "suggest"] = "act"
    #: None: the fitted thresholds of understanding decide
    open_above: float | None = Field(default=None, ge=0, le=1)
    ask_above: float | None = Field(default=None, ge=0, le=1)


class CallbackPolicy(_Data):
    """How long the question "is it solved?" stays open."""

    hours: float = Field(default=48, gt=0)
    reopen_days: float = Field(default=14, ge=0)


class ReminderPolicy(_Data):
    """What becomes of a reminder missed while the program was down."""

    useful_hours: float = Field(default=2, ge=0)


class QuietPolicy(_Data):
    """When people sleep; only danger breaks it (R37)."""

    start: time = time(22)
    end: time = time(7)


class Policy(_Data):
    """All of it. Roles named anywhere must be defined."""

    roles: dict[str, RolePolicy]
    categories: dict[str, CategoryPolicy]
    ladders: dict[Governance, dict[str, Ladder]]
    emergency: EmergencyPolicy
    deadlines: Deadlines
    understanding: UnderstandingPolicy = UnderstandingPolicy()
    callback: CallbackPolicy = CallbackPolicy()
    reminders: ReminderPolicy = ReminderPolicy()
    quiet: QuietPolicy = QuietPolicy()

    def ladder(self, category: str, governance: Governance) -> Ladder:
        """The rungs for a category on a governance path."""
        known = self.categories.get(category) or self.categories["other"]
        return self.ladders[governance][known.ladder]

    def rights(self, role: str) -> frozenset[Right]:
        """What a role may do; nothing for an unknown one."""
        known = self.roles.get(role)
        return known.rights if known else frozenset()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        used = set(self.emergency.roles)
        for by_name in self.ladders.values():
            for ladder in by_name.values():
                used.update(role for rung in ladder for role in rung)
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
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        lines = (
            f"{own or DEFAULT}: {'.'.join(map(str, each['loc'])) or 'policy'}: {each['msg']}"
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
