"""The flats in which people live: sealed when they are kept, opened where they must be told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries.post import insert_new
from storage.seals import secrets_of
from storage.tables import Area, Keyring, Residence

HOMES = "homes"  #: the row of the keyring


async def fingerprint(store: AsyncSession) -> str:
    """That of the key by which homes are numbered, as long as the open transaction lasts."""
    kept = select(Keyring.fingerprint).where(Keyring.name == HOMES).with_for_update(read=True)
    found = await store.scalar(kept)
    if found is None:
        row = {"name": HOMES, "fingerprint": secrets_of(store).fingerprints[0]}
        await store.execute(insert_new(store, Keyring), row)
        found = await store.scalar(kept)
    return str(found)


async def sealed(store: AsyncSession, area: Area) -> dict[str, Any]:
    """What a residence says of a home; only a flat is sealed."""
    if area.kind != "household" or area.parent_id is None:
        return {"area_id": area.id, "home": None, "home_key": None}
    return seal(store, area.id, area.parent_id, await fingerprint(store))


def seal(store: AsyncSession, flat: int, above: int, key: str) -> dict[str, Any]:
    """The same for many: `key` is what `fingerprint` gave."""
    secrets = secrets_of(store)
    return {
        "area_id": above,
        "home": secrets.seal(str(flat)),
        "home_key": secrets.number(str(flat), key),
    }


def flat_id(store: AsyncSession, residence: Residence) -> int:
    """The id of the home itself. Raises SecretsError when it was sealed with another key."""
    if residence.home is None:
        return residence.area_id
    return int(secrets_of(store).open(residence.home))


async def flat_of(store: AsyncSession, residence: Residence) -> Area | None:
    """The home itself."""
    return await areas_query.area_by_id(store, flat_id(store, residence))


async def flats_of(store: AsyncSession, person_id: int) -> list[tuple[Residence, Area]]:
    """Where a person lives, to the door; confirmed homes first."""
    found: list[tuple[Residence, Area]] = []
    for residence, area in await people_query.homes_of(store, person_id):
        flat = area if residence.home is None else await flat_of(store, residence)
        if flat is not None:
            found.append((residence, flat))
    return found
