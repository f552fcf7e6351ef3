"""The sample subdistrict: loaded into an empty database, its people seated in the web chat."""

from __future__ import annotations

from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import config
from bot.app import App
from bot.platforms.local import LocalPlatform
from handlers.neighbourhood import importing
from handlers.neighbourhood.file import read_file
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Account, Area, Chat, Person

SAMPLE = Path(config.__path__[0]) / "sample" / "subdistrict.yaml"

log = structlog.get_logger("linli.sample")


async def load_sample(app: App) -> None:
    """Load it if there is no place at all yet; a community's own data is never touched."""
    async with app.store.read() as store:
        if await areas_query.any_place(store):
            return
    now = app.clock.now()
    wanted = read_file(SAMPLE, frozenset(app.desk.policy.roles))
    async with app.store.write() as store:
        await areas_query.hold_still(store)
        if await areas_query.any_place(store):  # another process that started with this one
            return
        plan = await importing.plan_import(
            store, wanted, now=now, secrets=app.secrets, zone=app.settings.timezone
        )
        await importing.apply_import(store, plan, now)
        await _open_at_once(store)
    if app.local is not None:
        await seat_people(app, app.local)
    log.info("sample.loaded", file=SAMPLE.name)


async def _open_at_once(store: AsyncSession) -> None:
    """Who tries the sample is shown what the bot does, and not asked each time: as in a group
    where it was right often enough (a group of one's own begins with questions)."""
    for top in await store.scalars(select(Area).where(Area.parent_id.is_(None))):
        top.settings = {**top.settings, "mode": "act"}


async def seat_people(app: App, local: LocalPlatform) -> None:
    """Everybody with an account on the web chat sits in the groups of their home and office."""
    async with app.store.read() as store:
        chats = await _chats(store)
        people = await _people(store)
    for chat, path in chats:
        await local.ensure_room(chat.external_id, chat.title)
        for key, name, language, places in people:
            if any(place.startswith(path) or path.startswith(place) for place in places):
                await local.ensure_member(key, chat.external_id, name, language)


async def _chats(store: AsyncSession) -> list[tuple[Chat, str]]:
    rows = await store.execute(
        select(Chat, Area.path)
        .join(Area, Area.id == Chat.area_id)
        .where(Chat.platform == "local", Chat.kind == "group")
        .order_by(Chat.id)
    )
    return [(chat, path) for chat, path in rows.all()]


async def _people(store: AsyncSession) -> list[tuple[str, str, str | None, list[str]]]:
    rows = await store.execute(
        select(Account.external_id, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.platform == "local")
        .order_by(Account.id)
    )
    found: list[tuple[str, str, str | None, list[str]]] = []
    for key, person in rows.all():
        held = [area.path for _, area in await people_query.roles_of(store, person.id)]
        homes = [area.path for _, area in await people_query.homes_of(store, person.id)]
        found.append((key, person.name, person.language, held + homes))
    return found
