"""When a key is lost: what it alone opens is emptied, the rest goes on with a key that is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import randbits
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.queries.homes import HOMES
from storage.secrets import FLOOR, Secrets, SecretsError
from storage.tables import Erasure, Keyring, Person, Residence, Supporter

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Lost:
    """How many sealed values no key at hand opens."""

    phones: int
    homes: int
    names: int  #: of the forgotten, still to be taken out of others' words

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.phones or self.homes or self.names)


async def numbered_with(store: Store) -> str | None:
    """The fingerprint of the key by which homes are numbered; None: nothing was sealed yet."""
    async with store.read() as session:
        return await session.scalar(select(Keyring.fingerprint).where(Keyring.name == HOMES))


async def lost(store: Store, secrets: Secrets) -> Lost:
    """What would be emptied."""
    async with store.read() as session:
        found = [await _shut(session, secrets, each) for each in SEALED]
    return Lost(*map(len, found))


async def give_up(store: Store, secrets: Secrets) -> Lost:
    """Empty what no key opens, in one transaction; people keep their stairwells and their count.

    Who shared a home still counts as one household, by a number that is drawn: whoever finds the
    old key one day does not get from it to a flat.
    """
    async with store.write() as session:
        phones, homes, names = [await _shut(session, secrets, each) for each in SEALED]
        for some in _in_batches(phones):
            await session.execute(update(Person).where(Person.id.in_(some)).values(phone=None))
        for some in _in_batches(homes):
            await session.execute(update(Residence).where(Residence.id.in_(some)).values(home=None))
        for some in _in_batches(names):
            await session.execute(delete(Erasure).where(Erasure.id.in_(some)))
        await _renumber(session, secrets)
    await store.tidy()
    return Lost(len(phones), len(homes), len(names))


SEALED = (Person.phone, Residence.home, Erasure.names)


async def _shut(session: AsyncSession, secrets: Secrets, column: Any) -> list[int]:
    """The ids of the rows that no key opens."""
    rows = await session.execute(select(column.class_.id, column).where(column.is_not(None)))
    return [row for row, value in rows.all() if not _opens(secrets, value)]


def _opens(secrets: Secrets, value: str) -> bool:
    try:
        secrets.open(value)
    except SecretsError:
        return False
    return True


def _in_batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


async def _renumber(session: AsyncSession, secrets: Secrets) -> None:
    """Numbers that a lost key made are exchanged: by the newest key where the home is known."""
    known = await session.scalar(select(Keyring.fingerprint).where(Keyring.name == HOMES))
    if known is None or known in secrets.fingerprints:
        return
    rows = {table: await _numbered(session, table) for table in (Residence, Supporter)}
    to = {key: FLOOR | randbits(61) for found in rows.values() for _, key in found}
    to |= await _known(session, secrets)
    for table, found in rows.items():
        if found:
            new = [{"id": row, "home_key": to[key]} for row, key in found]
            await session.execute(update(table), new)
    await session.execute(update(Keyring).values(fingerprint=secrets.fingerprints[0]))


async def _known(session: AsyncSession, secrets: Secrets) -> dict[int, int]:
    """By the old number the new one of each home that is not lost."""
    rows = await session.execute(select(Residence.home_key, Residence.home))
    return {
        key: secrets.number(secrets.open(home), secrets.fingerprints[0])
        for key, home in rows.all()
        if key is not None and home is not None
    }


async def _numbered(
    session: AsyncSession, table: type[Residence | Supporter]
) -> list[tuple[int, int]]:
    """Each row that bears a number of a home."""
    found = select(table.id, table.home_key).where(table.home_key >= FLOOR)
    rows = await session.execute(found)
    return [(row, key) for row, key in rows.all() if key is not None]
