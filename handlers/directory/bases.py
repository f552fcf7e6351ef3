"""From where somebody's words about places are understood: the chat's place, or their own."""

from __future__ import annotations

from handlers.directory import places
from handlers.directory.several import SeveralError
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import people as people_query
from storage.queries.areas import AreaFacts
from storage.tables import Area


async def base_of(work: Work, person_id: int, area_id: int | None) -> AreaFacts:
    """The place from which somebody's words about places are understood.

    The chat's own; else where they hold a role; else where they live; else where they were heard
    last. Raises RefusalError when there is none of these.
    """
    if area_id is not None:
        return await areas_query.facts_at(work.store, area_id)
    area = await _held(work, person_id) or await lived_in(work, person_id)
    area = area or await chats_query.group_heard_in(work.store, person_id)
    if area is None:
        raise RefusalError("directory.no_base")
    return await areas_query.facts_at(work.store, area.id)


async def base_for(work: Work, person_id: int, area_id: int | None, text: str) -> AreaFacts:
    """The same for a text: a full address ("北化小区3栋") is understood from anywhere."""
    try:
        return await base_of(work, person_id, area_id)
    except RefusalError:
        named = await places.neighbourhood_in(work, text)
        if named is None:
            raise
    return await areas_query.facts_at(work.store, named.id)


async def _held(work: Work, person_id: int) -> Area | None:
    held = await people_query.roles_of(work.store, person_id)
    tops = [area for _, area in held]
    return min(tops, key=lambda area: len(areas_query.ids_of(area.path)), default=None)


async def lived_in(work: Work, person_id: int) -> Area | None:
    """The stairwell in which somebody lives, for which way is to which flat stands sealed."""
    homes = await people_query.homes_of(work.store, person_id)
    if not homes:
        return None
    home, area = homes[0]
    sealed = home.home_key is not None  # also where the flat itself is lost (storage/lost_key.py)
    above = area.parent_id or area.id
    return area if sealed else await areas_query.area_by_id(work.store, above)


async def own_place(work: Work, person_id: int) -> Area | None:
    """Where somebody's own words are about: round their home, else where they serve, else where
    they were heard last."""
    home = await lived_in(work, person_id)
    if home is not None:
        return home
    return await _held(work, person_id) or await chats_query.group_heard_in(work.store, person_id)


async def places_of(work: Work, person_id: int) -> list[Area]:
    """All places in which somebody serves or lives; where there is none, where they were heard
    last."""
    held = await people_query.roles_of(work.store, person_id)
    homes = await people_query.homes_of(work.store, person_id)
    found = [*(area for _, area in held), *(area for _, area in homes)]
    heard_in = None if found else await chats_query.group_heard_in(work.store, person_id)
    return found or [each for each in (heard_in,) if each is not None]


async def meant_by(work: Work, facts: AreaFacts, text: str) -> AreaFacts:
    """The place in which a report is to be looked for: a neighbourhood that it names goes first."""
    named = await places.neighbourhood_in(work, text)
    if named is None or facts.path.startswith(named.path):
        return facts
    return await areas_query.facts_at(work.store, named.id)


async def begins_with_place(work: Work, person_id: int, area_id: int | None, text: str) -> bool:
    """Whether the first words of a text name a place, be it one or several."""
    try:
        base = await base_for(work, person_id, area_id, text)
        area, _ = await places.place_first(work, base, text)
    except SeveralError:
        return True
    except RefusalError:
        return False
    return area is not None
