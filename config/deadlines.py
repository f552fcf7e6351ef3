"""The clocks of requests as policy: deadlines, when people work, how long a request may wait."""

from __future__ import annotations

from datetime import date, time
from typing import Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from config.spans import Span, hours
from config.terms import AreaKind, Data, Governance, Urgency


class Deadline(Data):
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


class Special(Data):
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


class Deadlines(Data):
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
        matter, made = (category, urgency, place, governance), self._made
        if matter not in made:
            made[matter] = self._for(*matter)
        return made[matter]

    def _for(self, category: str, urgency: str, place: str, governance: str) -> Deadline:
        said = self.of(urgency).model_dump()
        for each in self.special.values():
            if each.holds(category, urgency, place, governance):
                own = {"answer": each.answer, "progress": each.progress, "solve": each.solve}
                said.update({name: span for name, span in own.items() if span is not None})
        return Deadline.model_validate(said)


class CalendarPolicy(Data):
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


class PausePolicy(Data):
    """How long and how often a request may wait, by reason."""

    most: int = Field(default=3, ge=1)  #: times in the life of a request
    longest: dict[str, Span] = Field(default_factory=dict[str, Span])  #: by reason code
    other: Span = Span(amount=14, unit="day")

    def longest_for(self, code: str | None) -> Span:
        """The longest wait for a reason."""
        return self.longest.get(code or "", self.other)
