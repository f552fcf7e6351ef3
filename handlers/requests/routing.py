"""Whom to ask: category, place and governance give a ladder of roles, the tree gives the people.

On each rung the person holding the role nearest up the tree; on leave, the deputy; nobody, the next
rung; at the end the coordinator and the public number. Never nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from config.policy import Governance, Ladder, Policy
from handlers.context import Work
from storage.queries import directory as directory_query
from storage.queries import requests as query
from storage.queries.requests import Rung
from storage.tables import Person


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a role of the ladder is not asked: nobody, away, no_account, self."""

    rung: int
    role: str
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked on which rung, and who was passed over and why (for /why)."""

    rung: int
    people: tuple[tuple[Person, str], ...]
    hotline: str | None
    skipped: tuple[Skipped, ...] = ()
    last: bool = False  #: nobody is further up
    nobody_reachable: bool = False
    accounts: tuple[directory_query.Reach, ...] = ()  #: of all who could be asked


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing looks at."""

    category: str
    urgency: str
    facts: directory_query.AreaFacts

    @property
    def governance(self) -> Governance:
        """The governance path of the place."""
        return "baseline" if self.facts.governance == "baseline" else "self"


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the ladder: who holds what, who stands in, who can be written to or named."""

    holders: Sequence[Rung]
    deputies: Mapping[int, Person]
    reachable: AbstractSet[int]
    without: AbstractSet[int] = frozenset()
    accounts: Sequence[directory_query.Reach] = ()


def ladder_of(policy: Policy, matter: Matter) -> Ladder:
    """The rungs from bottom to top; whoever may manage stands at the end of every ladder.

    In danger all roles that the policy names are one rung, asked at once.
    """
    rungs = policy.ladder(matter.category, matter.governance)
    last = tuple(role for role, each in policy.roles.items() if "manage" in each.rights)
    if matter.urgency == "emergency":
        rungs = (policy.emergency.roles,)
    return rungs if set(last) & set(rungs[-1]) else (*rungs, last)


def choose(ladder: Ladder, cast: Cast, hotline: str | None, from_rung: int = 0) -> Asked:
    """The first rung from `from_rung` on that finds somebody; past the end the last is asked."""
    skipped: list[Skipped] = []
    last = len(ladder) - 1
    for rung in range(min(from_rung, last), len(ladder)):
        people = _on_rung(rung, ladder[rung], cast, skipped)
        if people:
            return Asked(rung, people, hotline, tuple(skipped), last=rung == last)
    return Asked(last, (), hotline, tuple(skipped), last=True, nobody_reachable=True)


def _on_rung(
    rung: int, roles: Sequence[str], cast: Cast, skipped: list[Skipped]
) -> tuple[tuple[Person, str], ...]:
    found: dict[int, tuple[Person, str]] = {}
    for role in roles:
        person = _nearest(rung, role, cast, skipped)
        if person is not None:
            found.setdefault(person.id, (person, role))
    return tuple(found.values())


def _nearest(rung: int, role: str, cast: Cast, skipped: list[Skipped]) -> Person | None:
    holding = [each for each in cast.holders if each.role == role]
    if not holding:
        skipped.append(Skipped(rung, role, "nobody"))
    for each in holding:
        person, why = _standing_in(each, cast)
        if person is not None:
            return person
        skipped.append(Skipped(rung, role, why, each.person.name))
    return None


def _standing_in(each: Rung, cast: Cast) -> tuple[Person | None, str]:
    """The holder, or the deputy of one on leave; else why neither can be asked."""
    person = cast.deputies.get(each.deputy_id or 0) if each.away else each.person
    if person is None:
        return None, "away"
    if person.id in cast.without:
        return None, "self"
    if person.id not in cast.reachable:
        return None, "no_account"
    return person, ""


async def plan(
    work: Work, matter: Matter, from_rung: int = 0, without: AbstractSet[int] = frozenset()
) -> Asked:
    """Whom to ask now. `without` are ids of people who are not asked (who reports it)."""
    ladder = ladder_of(work.policy, matter)
    cast = await cast_of(work, matter, ladder, without)
    asked = choose(ladder, cast, matter.facts.hotline, from_rung)
    return replace(asked, accounts=tuple(cast.accounts))


async def cast_of(
    work: Work, matter: Matter, ladder: Ladder, without: AbstractSet[int] = frozenset()
) -> Cast:
    """Everybody who could be asked on a ladder."""
    roles = {role for rung in ladder for role in rung}
    ids = directory_query.ids_of(matter.facts.path)
    holders = await query.holders(work.store, ids, roles, work.now)
    wanted = {each.deputy_id for each in holders if each.away and each.deputy_id}
    deputies = await query.deputies(work.store, wanted, work.now) if wanted else {}
    people = {each.person.id for each in holders} | set(deputies)
    accounts = await directory_query.accounts(work.store, people) if people else []
    reachable = {account.person_id for account, _ in accounts}
    return Cast(holders, deputies, reachable, without, accounts)
