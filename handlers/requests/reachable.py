"""Walking every ladder of every place, as it would be climbed: which rungs reach nobody (R29)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.ladders import Step, is_duty
from config.policy import Policy
from handlers.requests import routing
from handlers.requests.routing import Cast, Matter
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import administration as admin_query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.queries.areas import AreaFacts
from storage.queries.requests import Rung
from storage.tables import Area, Person

#: The ladder of danger, beside those of the categories.
DANGER = "emergency"


@dataclass(frozen=True, slots=True)
class Nobody:
    """A rung that reaches nobody at a place."""

    area_id: int
    ladder: str
    ask: tuple[str, ...]

    @property
    def rung(self) -> str:
        """Who is asked there, as one word."""
        return ",".join(self.ask)[:200]


@dataclass(frozen=True, slots=True)
class Town:
    """All that is needed to walk, read once."""

    tree: Mapping[int, Area]
    holders: Mapping[int, Sequence[Rung]]  #: by place
    deputies: Mapping[int, Person]
    reachable: frozenset[int]
    named: Mapping[str, Person]


async def walk(work: Work, root: str) -> tuple[Town, list[Nobody]]:
    """Every rung of every ladder of every stairwell below a root."""
    town = await _town(work, root)
    found: list[Nobody] = []
    for area in await admin_query.stairwells_below(work.store, root):
        line = [town.tree[each] for each in areas_query.ids_of(area.path)]
        facts = areas_query.facts_of(line)
        cast = _cast(town, facts)
        policy = routing.policy_at(work.policy, facts)
        for name, matter in _matters(policy, facts):
            found += _rungs(policy, name, matter, cast)
    return town, found


def _matters(policy: Policy, facts: AreaFacts) -> Iterable[tuple[str, Matter]]:
    """One matter for each ladder, and danger."""
    by_ladder = {each.ladder: name for name, each in policy.categories.items()}
    for ladder, category in sorted(by_ladder.items()):
        yield ladder, Matter(category, "normal", facts)
    yield DANGER, Matter("other", "emergency", facts)


def _rungs(policy: Policy, name: str, matter: Matter, cast: Cast) -> Iterable[Nobody]:
    for number, step in enumerate(routing.ladder_of(policy, matter)):
        sure = _without_duty(step)
        if sure is not None and not routing.on_rung(number, sure, cast, []):
            yield Nobody(matter.facts.area_id, name, sure.ask)


def _without_duty(step: Step) -> Step | None:
    """Who is on duty changes by the hour: gaps in rotas are told elsewhere (R30)."""
    names = tuple(each for each in step.ask if not is_duty(each))
    return step.model_copy(update={"ask": names}) if names else None


def _cast(town: Town, facts: AreaFacts) -> Cast:
    ids = areas_query.ids_of(facts.path)
    holders = [
        replace(each, depth=depth)
        for depth, area_id in enumerate(ids)
        for each in town.holders.get(area_id, ())
    ]
    nearest = sorted(holders, key=lambda each: -each.depth)
    return Cast(nearest, town.deputies, town.reachable, named=town.named)


async def _town(work: Work, root: str) -> Town:
    tree = {area.id: area for area in await admin_query.tree_below(work.store, root)}
    holders = await query.all_holders(work.store, root, work.now)
    wanted = {each.deputy_id for some in holders.values() for each in some if each.deputy_id}
    deputies = await query.deputies(work.store, wanted, work.now) if wanted else {}
    keys = sorted(_keys(work.policy))
    named = await people_query.people_by_key(work.store, keys) if keys else ()
    people = {each.person.id for some in holders.values() for each in some} | set(deputies)
    people |= {each.id for each in named}
    return Town(
        tree,
        holders,
        deputies,
        await _reachable(work, people),
        {f"@{each.key}": each for each in named},
    )


def _keys(policy: Policy) -> set[str]:
    steps = [
        name
        for by_name in policy.ladders.values()
        for ladder in by_name.values()
        for step in (*ladder.steps, *([Step(ask=ladder.last)] if ladder.last else ()))
        for name in step.ask
    ]
    return {name[1:] for name in (*steps, *policy.emergency.roles) if name.startswith("@")}


async def _reachable(work: Work, people: Iterable[int]) -> frozenset[int]:
    """Who has an account: they can be written to, or at least named in a group."""
    found = await accounts_query.accounts_among(work.store, people)
    return frozenset(found)
