"""Sealing what still stands openly, and exchanging the key of all that is sealed.

Both go through the rows in small transactions, so that a running program goes on meanwhile, and
both may be killed and begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.queries import homes
from storage.queries.post import insert_new
from storage.seals import secrets_of
from storage.secrets import FLOOR, Secrets, SecretsError, key_file
from storage.tables import Area, Erasure, Keyring, Person, Residence, Supporter

#: The row of the keyring which says that nothing stands openly any more.
SEALED = "sealed"
AT_ONCE = 500


async def check_key(store: Store, key: str | None, folder: Path) -> None:
    """Raise SecretsError where a key is missing with which the database was sealed.

    A new one would open nothing, and stand in the way of the old one.
    """
    if key or key_file(folder).exists():
        return
    async with store.read() as session:
        sealed = await session.scalar(select(Keyring.name).limit(1)) is not None
    if sealed and not key_file(folder).exists():  # else another process made both meanwhile
        raise SecretsError("the database is sealed, and its key is not there")


async def seal_open(store: Store) -> None:
    """Seal homes that an older version, or an older backup, left open; mostly there are none.

    Raises SecretsError when the database was sealed with another key than the one that is given.
    """
    async with store.read() as session:
        known = dict((await session.execute(select(Keyring.name, Keyring.fingerprint))).all())
    if SEALED in known:
        if known[homes.HOMES] not in store.seals.secrets.fingerprints:
            raise SecretsError("sealed with another key: LINLI_SECRET_KEY was changed")
        return
    await _each(store, _residences)
    await _each(store, _voices)
    async with store.write() as session:
        row = {"name": SEALED, "fingerprint": await homes.fingerprint(session)}
        await session.execute(insert_new(session, Keyring), row)
    await store.tidy()


Batch = Callable[[AsyncSession, int], Any]


async def _each(store: Store, batch: Batch) -> None:
    """Batches from the first row to the last; each gives the last row that it saw, or None."""
    last: int | None = 0
    while last is not None:
        async with store.write() as session:
            last = await batch(session, last)


async def _residences(session: AsyncSession, after: int) -> int | None:
    open_ones = (
        select(Residence.id, Area.id, Area.parent_id)
        .join(Area, Area.id == Residence.area_id)
        .where(Residence.id > after, Residence.home.is_(None), Area.kind == "household")
        .order_by(Residence.id)
        .limit(AT_ONCE)
    )
    found = (await session.execute(open_ones)).all()
    key = await homes.fingerprint(session)
    rows = [
        {"id": row, **homes.seal(session, flat, above, key)} for row, flat, above in found if above
    ]
    return await _written(session, Residence, rows, [row[0] for row in found])


async def _voices(session: AsyncSession, after: int) -> int | None:
    open_ones = (
        select(Supporter.id, Supporter.home_key)
        .where(Supporter.id > after, Supporter.home_key < FLOOR)
        .order_by(Supporter.id)
        .limit(AT_ONCE)
    )
    found = (await session.execute(open_ones)).all()
    key, secrets = await homes.fingerprint(session), secrets_of(session)
    rows = [{"id": row, "home_key": secrets.number(str(flat), key)} for row, flat in found]
    return await _written(session, Supporter, rows, [row[0] for row in found])


async def _written(
    session: AsyncSession, table: Any, rows: Sequence[Mapping[str, Any]], seen: Sequence[int]
) -> int | None:
    if rows:
        await session.execute(update(table), list(rows))
    return seen[-1] if seen else None


async def reseal(store: Store, secrets: Secrets) -> int:
    """Seal all with the newest key; gives how many values were sealed anew.

    The older keys may be thrown away when it returns. Killed on the way it is begun again.
    """
    changed = await _reseal_all(store, secrets)
    async with store.write() as session:
        await _still(session)
        changed += await _renumber(session, secrets)
    # What another process sealed meanwhile, having looked at the keys just before.
    return changed + await _reseal_all(store, secrets)


async def _reseal_all(store: Store, secrets: Secrets) -> int:
    changed = 0
    for table, name in ((Person, "phone"), (Residence, "home"), (Erasure, "names")):
        last = 0
        while True:
            async with store.write() as session:
                seen, done = await _reseal(session, secrets, (table, name), last)
            changed += done
            if seen is None:
                break
            last = seen
    return changed


async def _reseal(
    session: AsyncSession, secrets: Secrets, where: tuple[Any, str], after: int
) -> tuple[int | None, int]:
    table, name = where
    column = getattr(table, name)
    rows = (
        await session.execute(
            select(table.id, column)
            .where(table.id > after, column.is_not(None))
            .order_by(table.id)
            .limit(AT_ONCE)
        )
    ).all()
    old = [
        {"id": row, name: secrets.seal(secrets.open(value))}
        for row, value in rows
        if not secrets.is_newest(value)
    ]
    if old:
        await session.execute(update(table), old)
    return (rows[-1][0] if rows else None), len(old)


async def _still(session: AsyncSession) -> None:
    """Nobody else adds homes or voices until the transaction ends (SQLite: nobody can)."""
    if session.get_bind().dialect.name == "postgresql":
        lock = "LOCK TABLE keyring, residence, supporter IN SHARE ROW EXCLUSIVE MODE"
        await session.execute(text(lock))


async def _renumber(session: AsyncSession, secrets: Secrets) -> int:
    """The numbers of homes by the newest key, all at once: else neighbours would count twice."""
    old, new = await homes.fingerprint(session), secrets.fingerprints[0]
    if old == new:
        return 0
    flats = await session.scalars(select(Area.id).where(Area.kind == "household"))
    to = {secrets.number(str(each), old): secrets.number(str(each), new) for each in flats}
    changed = 0
    for table in (Residence, Supporter):
        kept = select(table.id, table.home_key).where(table.home_key.is_not(None))
        found = (await session.execute(kept)).all()
        rows = [{"id": row, "home_key": to[key]} for row, key in found if key in to]
        for start in range(0, len(rows), AT_ONCE):
            await session.execute(update(table), rows[start : start + AT_ONCE])
        changed += len(rows)
    await session.execute(update(Keyring).values(fingerprint=new))
    return changed
