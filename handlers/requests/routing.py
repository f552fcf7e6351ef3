"""Whom to ask: category, place and governance give a ladder of roles, the tree gives the people.

On each rung the person holding the role nearest up the tree; on leave, the deputy; nobody, the next
rung; at the end the coordinator and the public number. Never nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from config.ladders import Step, is_duty, is_person, rota_of
from config.policy import Policy
from config.terms import Governance
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.queries.requests import Rung
from storage.tables import Person

#: The role shown for somebody who is asked by name and holds none here, and for who is on duty.
BY_NAME, ON_DUTY = "helper", "duty"
#: The kinds of places that may have a policy of their own.
WITH_POLICY = ("district", "subdistrict", "community", "neighbourhood")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a role of the ladder is not asked: nobody, away, no_account, self."""

    rung: int
    role: str
    why: str
    name: str = ""

    def kept(self) -> dict[str, Any]:
        """As a line of history keeps it."""
        return {"rung": self.rung, "role": self.role, "why": self.why, "name": self.name}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked on which rung, and who was passed over and why (for /why)."""

    rung: int
    people: tuple[tuple[Person, str], ...]
    hotline: str | None
    skipped: tuple[Skipped, ...] = ()
    last: bool = False  #: nobody is further up
    nobody_reachable: bool = False
    accounts: tuple[accounts_query.Reach, ...] = ()  #: of all who could be asked
    step: Step | None = None  #: the rung itself; None: asked by name

    @property
    def wanted(self) -> int:
        """How many of them must take it; never more than there are."""
        return min(self.step.answers, max(1, len(self.people))) if self.step else 1


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing looks at."""

    category: str
    urgency: str
    facts: areas_query.AreaFacts

    @property
    def governance(self) -> Governance:
        """The governance path of the place."""
        return "baseline" if self.facts.governance == "baseline" else "self"

    @property
    def place_kind(self) -> str:
        """The kind of the smallest known place."""
        return next(reversed(self.facts.codes), "")


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the ladder: who holds what, who stands in, who can be written to or named."""

    holders: Sequence[Rung]
    deputies: Mapping[int, Person]
    reachable: AbstractSet[int]
    without: AbstractSet[int] = frozenset()
    accounts: Sequence[accounts_query.Reach] = ()
    named: Mapping[str, Person] = field(default_factory=dict[str, Person])  #: by "@key"
    on_duty: Mapping[str, Sequence[Person]] = field(default_factory=dict[str, Sequence[Person]])


def policy_at(policy: Policy, facts: areas_query.AreaFacts) -> Policy:
    """The policy that holds at a place."""
    if not policy.places:
        return policy
    named = [kind for kind in WITH_POLICY if kind in facts.names]
    return policy.at(each[kind] for kind in named for each in (facts.names, facts.codes))


def ladder_of(policy: Policy, matter: Matter) -> tuple[Step, ...]:
    """The rungs from bottom to top; whoever may manage stands at the end of every ladder.

    In danger all whom the policy names are one rung, asked at once.
    """
    ladder = policy.ladder(matter.category, matter.governance)
    steps = ladder.steps
    if matter.urgency == "emergency":
        steps = (Step(ask=policy.emergency.roles),)
    if ladder.last:
        steps = (*steps, Step(ask=ladder.last))
    last = tuple(role for role, each in policy.roles.items() if "manage" in each.rights)
    return steps if set(last) & set(steps[-1].ask) else (*steps, Step(ask=last))


def laps_of(policy: Policy, matter: Matter) -> int:
    """How often a ladder begins anew; danger asks everybody again anyway."""
    if matter.urgency == "emergency":
        return 0
    return policy.ladder(matter.category, matter.governance).repeat


def choose(ladder: Sequence[Step], cast: Cast, hotline: str | None, from_rung: int = 0) -> Asked:
    """The first rung from `from_rung` on that finds somebody; past the end the last is asked."""
    skipped: list[Skipped] = []
    last, accounts = len(ladder) - 1, tuple(cast.accounts)
    for rung in range(min(from_rung, last), len(ladder)):
        step = ladder[rung]
        people = on_rung(rung, step, cast, skipped)
        if people:
            return Asked(
                rung, people, hotline, tuple(skipped), rung == last, accounts=accounts, step=step
            )
    return Asked(
        last, (), hotline, tuple(skipped), last=True, nobody_reachable=True, accounts=accounts
    )


def on_rung(
    rung: int, step: Step, cast: Cast, skipped: list[Skipped]
) -> tuple[tuple[Person, str], ...]:
    """Whom a rung asks, each with the role; who is passed over is added to `skipped`."""
    found: dict[int, tuple[Person, str]] = {}
    for name in step.ask:
        for person, role in _meant(rung, name, step, cast, skipped):
            found.setdefault(person.id, (person, role))
    return tuple(found.values())


def _meant(
    rung: int, name: str, step: Step, cast: Cast, skipped: list[Skipped]
) -> Iterable[tuple[Person, str]]:
    if is_duty(name):
        return _by_name(rung, ON_DUTY, cast.on_duty.get(name, ()), cast, skipped)
    if is_person(name):
        named = [cast.named[name]] if name in cast.named else []
        return _by_name(rung, BY_NAME, named, cast, skipped)
    return _holding(rung, name, step, cast, skipped)


def _by_name(
    rung: int, role: str, people: Sequence[Person], cast: Cast, skipped: list[Skipped]
) -> list[tuple[Person, str]]:
    """Those who are meant themselves: nobody stands in."""
    if not people:
        skipped.append(Skipped(rung, role, "nobody"))
    found: list[tuple[Person, str]] = []
    for person in people:
        why = _why_not(person, cast)
        if why:
            skipped.append(Skipped(rung, role, why, person.name))
        else:
            found.append((person, role))
    return found


def _holding(
    rung: int, role: str, step: Step, cast: Cast, skipped: list[Skipped]
) -> list[tuple[Person, str]]:
    """The nearest holder who can be asked; of a team all of them."""
    holding = [each for each in cast.holders if each.role == role]
    if not holding:
        skipped.append(Skipped(rung, role, "nobody"))
    found: list[tuple[Person, str]] = []
    for each in holding:
        person, why = _standing_in(each, cast)
        if person is None:
            skipped.append(Skipped(rung, role, why, each.person.name))
            continue
        found.append((person, role))
        if not step.every:
            break
    return found


def _standing_in(each: Rung, cast: Cast) -> tuple[Person | None, str]:
    """The holder, or the deputy of one on leave; else why neither can be asked."""
    person = cast.deputies.get(each.deputy_id or 0) if each.away else each.person
    if person is None:
        return None, "away"
    why = _why_not(person, cast)
    return (None, why) if why else (person, "")


def _why_not(person: Person, cast: Cast) -> str:
    if person.id in cast.without:
        return "self"
    return "" if person.id in cast.reachable else "no_account"


async def plan(
    work: Work, matter: Matter, from_rung: int = 0, without: AbstractSet[int] = frozenset()
) -> Asked:
    """Whom to ask now. `without` are ids of people who are not asked (who reports it)."""
    ladder = ladder_of(policy_at(work.policy, matter.facts), matter)
    cast = await cast_of(work, matter, ladder, without)
    return choose(ladder, cast, matter.facts.hotline, from_rung)


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a ladder goes on when nobody answered."""

    asked: Asked
    lap: int  #: how often it was begun anew
    again: bool  #: the same rung once more: nobody is further up


async def climb(
    work: Work, matter: Matter, rung: int, lap: int, without: AbstractSet[int] = frozenset()
) -> Climb:
    """The next rung; past the end it begins anew as often as the ladder says, then stays."""
    asked = await plan(work, matter, rung + 1, without)
    if asked.rung > rung:
        return Climb(asked, lap, again=False)
    if lap < laps_of(policy_at(work.policy, matter.facts), matter):
        return Climb(await plan(work, matter, 0, without), lap + 1, again=False)
    return Climb(asked, lap, again=True)


async def cast_at(work: Work, matter: Matter) -> Cast:
    """Everybody who could be asked about a matter."""
    return await cast_of(work, matter, ladder_of(policy_at(work.policy, matter.facts), matter))


async def cast_of(
    work: Work,
    matter: Matter,
    ladder: Sequence[Step],
    without: AbstractSet[int] = frozenset(),
) -> Cast:
    """Everybody who could be asked on a ladder."""
    names = frozenset(name for step in ladder for name in step.ask)
    key = (Cast, matter.facts.path, names)
    if work.memo is None:
        return replace(await _cast(work, matter, ladder, names), without=without)
    if key not in work.memo:
        work.memo[key] = await _cast(work, matter, ladder, names)
    return replace(work.memo[key], without=without)


async def _cast(
    work: Work, matter: Matter, ladder: Sequence[Step], names: AbstractSet[str]
) -> Cast:
    roles = {role for step in ladder for role in step.roles}
    ids = areas_query.ids_of(matter.facts.path)
    holders = await query.holders(work.store, ids, roles, work.now)
    wanted = {each.deputy_id for each in holders if each.away and each.deputy_id}
    deputies = await query.deputies(work.store, wanted, work.now) if wanted else {}
    named = await _named(work, names)
    on_duty = {
        name: await work.desk.on_duty(work, matter.facts.path, rota_of(name))
        for name in sorted(names)
        if is_duty(name)
    }
    people = {each.person.id for each in holders} | set(deputies)
    people |= {each.id for each in named.values()}
    people |= {each.id for some in on_duty.values() for each in some}
    accounts = await accounts_query.accounts(work.store, people) if people else []
    reachable = {account.person_id for account, _ in accounts}
    return Cast(holders, deputies, reachable, frozenset(), accounts, named, on_duty)


async def _named(work: Work, names: Iterable[str]) -> dict[str, Person]:
    """Those whom rungs name by the key of the neighbourhood file."""
    keys = [name[1:] for name in names if is_person(name)]
    found = await people_query.people_by_key(work.store, keys) if keys else ()
    return {f"@{person.key}": person for person in found}
