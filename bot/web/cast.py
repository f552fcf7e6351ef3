"""Who can be played: people with what they hold and where they live, and whom to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.web.site import Site
from config.policy import Policy
from storage.queries import areas as areas_query
from storage.queries import local as query
from storage.tables import Area
from storage.tables.directory import KINDS

Person = dict[str, Any]


async def cast(site: Site) -> dict[str, Any]:
    """Everybody, and the keys of those with whom a newcomer to the page should begin."""
    people = await site.local.people()
    async with site.store.read() as store:
        roles = await query.places_of_roles(store, site.local.name)
        homes = await query.places_of_homes(store, site.local.name)
        areas = [area for _, _, area in roles] + [area for _, area in homes]
        ids = {each for area in areas for each in areas_query.ids_of(area.path)}
        names = await query.names_of(store, ids)
    by_key: dict[str, Person] = {each["key"]: {**each, "roles": [], "home": ""} for each in people}
    for key, area in homes:
        if key in by_key:
            by_key[key].update(home=_place(area, names), home_path=area.path)
    for key, role, area in roles:
        if key in by_key:
            by_key[key]["roles"].append(
                {"role": role, "place": _place(area, names), "path": area.path}
            )
    return {"people": list(by_key.values()), "suggested": suggested(by_key.values(), site.policy)}


def _place(area: Area, names: dict[int, str]) -> str:
    """From the neighbourhood down: 和平里小区3栋2单元501."""
    levels = max(1, KINDS.index(area.kind) - KINDS.index("neighbourhood") + 1)
    ids = areas_query.ids_of(area.path)[-levels:]
    return "".join(names.get(each, "") for each in ids)


def suggested(people: Iterable[Person], policy: Policy) -> list[str]:
    """A resident, and of those above their home the first, middle and last to be asked."""
    everybody = list(people)
    residents = [each for each in everybody if each.get("home_path") and not each["roles"]]
    resident = next((each for each in residents if each["groups"]), None)
    if resident is None:
        return [each["key"] for each in everybody[:3]]
    steps = policy.ladders["self"]["technical"].steps
    rungs = (steps[0], steps[len(steps) // 2], steps[-1])
    above = [_nearest(everybody, rung.roles, resident["home_path"]) for rung in rungs]
    return list(dict.fromkeys([resident["key"], *(key for key in above if key)]))


def _nearest(people: Sequence[Person], roles: Sequence[str], path: str) -> str | None:
    found = [
        (len(held["path"]), each["key"])
        for each in people
        for held in each["roles"]
        if held["role"] in roles and path.startswith(held["path"])
    ]
    return max(found)[1] if found else None
