"""The place of a request grows as households say so: it is shown, kept, and more are asked."""

from __future__ import annotations

from handlers.context import Context
from handlers.directory import places
from handlers.requests import moving
from handlers.requests.case import Case
from handlers.requests.given import Given
from handlers.requests.peoples_word import corrected
from handlers.requests.rules import ALIVE, Move
from handlers.requests.spreading import holding, spreads, whose
from handlers.requests.voices import home_of
from handlers.understanding.looking import look
from handlers.understanding.meaning import Place, Scene
from handlers.understanding.sources import listed
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Area, Person

#: Who does this says where it is.
MOVED = frozenset({Move.MOVE})


async def after(case: Case, person: Person, text: str = "") -> Case:
    """Somebody else says so too, perhaps in words of their own; the request as it is then."""
    request = case.request
    if case.state not in ALIVE or not spreads(request.category, request.words):
        return case
    here = _place(case)
    wider = holding(here, await _where(case, person, text))
    if wider == here or not await _another_household(case, person) or await corrected(case, MOVED):
        return case
    area = await _area(case, wider)
    if area is None or not request.area_path.startswith(area.path):
        return case
    return await moving.move(case.work, request, Move.GROW, None, Given(area=area, place=wider))


def _place(case: Case) -> Place:
    """Where it is as far as is known, in the tree and beside it."""
    known, told = places.place_at(case.facts), case.request.place
    return Place(
        known.building or told.get("building"),
        known.unit or told.get("unit"),
        told.get("floor"),
        known.room or told.get("room"),
    )


async def _where(case: Case, person: Person, text: str) -> Place:
    """Where the household is that says so."""
    work = case.work
    scene = (await work.memory.scene() if isinstance(work, Context) else None) or Scene()
    said = listed(look(text).text, scene) if text.strip() else Place()
    return whose(said, await _home(case, person), scene.places)


async def _home(case: Case, person: Person) -> Place | None:
    root = f"/{case.request.root_id}/"
    homes = await people_query.homes_of(case.work.store, person.id)
    area = next((area for _, area in homes if area.path.startswith(root)), None)
    if area is None:
        return None
    return places.place_at(await areas_query.facts_at(case.work.store, area.id))


async def _another_household(case: Case, person: Person) -> bool:
    """Whether this is not the household that said so first."""
    mine = await case.voices.of(person.id)
    reporter = case.request.reporter_id
    first = await case.voices.of(reporter) if reporter else None
    return mine is not None and (first is None or home_of(mine) != home_of(first))


async def _area(case: Case, place: Place) -> Area | None:
    """The place of the tree that these parts name, in the neighbourhood of the request."""
    store, path = case.work.store, case.request.area_path
    whole = await store.get(Area, await places.neighbourhood_of(case.work, path))
    if whole is None or whole.kind != "neighbourhood":
        return None
    if place.building is None:
        return whole
    return await store.get(Area, await places.smallest_area(case.work, whole.path, place))
