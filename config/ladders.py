"""Ladders as data: who is asked, step by step, how, for how long, and what comes after the last."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.spans import Span

#: Whoever is on duty now; "duty:NAME" asks those of one rota.
DUTY = "duty"


class Step(BaseModel):
    """One rung: who is asked together, for how long, how, and how many of them must answer.

    A bare list of names is a rung with nothing unusual.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: roles, "@key" for a person of the neighbourhood file, "duty" for whoever is on duty
    ask: tuple[str, ...] = Field(min_length=1)
    wait: Span | None = None  #: until the next rung is asked; None: as long as an answer may take
    how: Literal["private", "mention", "both"] = "private"
    answers: int = Field(default=1, ge=1)  #: so many must take it (R32)
    every: bool = False  #: all who hold a role, a team; else the nearest only

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {"ask": cast("Any", value)} if isinstance(value, list | tuple) else value

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of whom it asks that are roles."""
        return tuple(each for each in self.ask if not is_person(each) and not is_duty(each))


class Ladder(BaseModel):
    """The rungs from bottom to top, how often they are gone through, and the last resort.

    A bare list is a ladder that is gone through once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...] = Field(min_length=1)
    repeat: int = Field(default=0, ge=0, le=5)  #: how often it begins again from the bottom
    last: tuple[str, ...] = ()  #: asked when all of it was in vain

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {"steps": cast("Any", value)} if isinstance(value, list | tuple) else value

    @property
    def roles(self) -> frozenset[str]:
        """All roles that it names."""
        found = {role for step in self.steps for role in step.roles}
        return frozenset(found | set(Step(ask=self.last).roles if self.last else ()))


def is_person(name: str) -> bool:
    """Whether a rung names a person by the key of the neighbourhood file."""
    return name.startswith("@")


def is_duty(name: str) -> bool:
    """Whether a rung means whoever is on duty."""
    return name == DUTY or name.startswith(f"{DUTY}:")


def rota_of(name: str) -> str | None:
    """The rota that "duty:NAME" means; None: any."""
    return name.partition(":")[2] or None
