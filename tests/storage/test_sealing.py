"""What is sealed: homes and numbers, by a key that can be exchanged under a running program."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import sealing
from storage.engine import Store
from storage.migrate import upgrade
from storage.queries import homes
from storage.queries.people import homes_of
from storage.sealing import reseal, seal_open
from storage.secrets import (
    FLOOR,
    Secrets,
    SecretsError,
    key_file,
    load_secrets,
    new_key,
    read_keys,
    write_keys,
)
from storage.tables import Area, Keyring, Person, Residence, Supporter
from tests.harness import MONDAY
from tests.rows import a_request
from tests.storage.stairs import raw, stairwell, voices

PHONE = "13912345678"


@pytest.fixture
async def store(database_url: str, tmp_path: Path) -> AsyncGenerator[Store]:
    """A migrated database with a stairwell of three flats, its keys in a file."""
    made = Store(database_url)
    await upgrade(made)
    secrets = load_secrets(None, tmp_path / "keys")
    made.seals.load = lambda: secrets
    async with made.write() as session:
        await stairwell(session)
        for number in (1, 2, 3):
            phone = secrets.seal(PHONE) if number == 1 else None
            session.add(Person(id=number, name=f"P{number}", phone=phone, created_at=MONDAY))
        session.add(a_request(id=1))
    yield made
    await made.close()


async def lives(store: Store, person: int, flat: int, *, openly: bool = False) -> None:
    async with store.write() as session:
        area = await session.get_one(Area, flat)
        values = {"area_id": flat} if openly else await homes.sealed(session, area)
        home = Residence(person_id=person, since=MONDAY, **values)
        session.add(home)
        await session.flush()
        key = home.home_key or flat
        session.add(Supporter(request_id=1, person_id=person, home_key=key, at=MONDAY))


async def flats(store: Store) -> list[int]:
    async with store.read() as session:
        rows = (await session.scalars(select(Residence).order_by(Residence.person_id))).all()
        return [homes.flat_id(session, each) for each in rows]


async def test_a_home_stands_sealed_and_only_its_stairwell_openly(store: Store) -> None:
    await lives(store, 1, 2)
    ((area, home, key),) = await raw(store)
    assert area == 1
    assert str(home).startswith("gAAAA")
    assert key >= FLOOR
    assert await flats(store) == [2]
    async with store.read() as session:
        assert [area.id for _, area in await homes_of(session, 1)] == [1]
        assert [flat.id for _, flat in await homes.flats_of(session, 1)] == [2]


async def test_those_who_share_a_home_have_one_number_and_others_another(store: Store) -> None:
    for person, flat in ((1, 2), (2, 2), (3, 3)):
        await lives(store, person, flat)
    first, second, third = await voices(store)
    assert first == second != third


async def test_an_older_database_is_sealed_at_the_start_and_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 1)
    for person, flat in ((1, 2), (2, 2), (3, 3)):
        await lives(store, person, flat, openly=True)
    assert await flats(store) == [2, 2, 3]
    await seal_open(store)
    rows = await raw(store)
    assert [row[0] for row in rows] == [1, 1, 1]
    assert await flats(store) == [2, 2, 3]
    first, second, third = await voices(store)
    assert first == second == rows[0][2]
    assert third == rows[2][2] != first
    await seal_open(store)
    assert await raw(store) == rows


async def test_a_wrong_key_is_told_at_the_start(store: Store) -> None:
    await lives(store, 1, 2)
    await seal_open(store)
    store.seals.load = lambda: Secrets(new_key())
    with pytest.raises(SecretsError):
        await seal_open(store)


async def rotated(store: Store, folder: Path) -> None:
    file = key_file(folder / "keys")
    write_keys(file, [new_key(), *read_keys(file)])
    await reseal(store, store.seals.secrets)
    write_keys(file, read_keys(file)[:1])


async def test_a_new_key_opens_all_and_the_old_one_nothing(store: Store, tmp_path: Path) -> None:
    for person, flat in ((1, 2), (2, 2), (3, 3)):
        await lives(store, person, flat)
    await seal_open(store)
    (old,) = read_keys(key_file(tmp_path / "keys"))
    before = await voices(store)
    await rotated(store, tmp_path)
    assert old not in read_keys(key_file(tmp_path / "keys"))
    assert await flats(store) == [2, 2, 3]
    first, second, third = await voices(store)
    assert first == second != third
    assert set(before).isdisjoint({first, third})
    async with store.read() as session:
        phone = await session.scalar(select(Person.phone).where(Person.id == 1))
        key = await session.scalar(select(Residence.home_key).where(Residence.person_id == 1))
    assert phone
    assert store.seals.secrets.open(phone) == PHONE
    assert key == first
    with pytest.raises(SecretsError):
        Secrets(old).open(phone)


async def test_a_running_program_seals_with_the_new_key_at_once(
    store: Store, tmp_path: Path
) -> None:
    await lives(store, 1, 2)
    await rotated(store, tmp_path)  # the store's keys were loaded before
    await lives(store, 2, 2)
    (only,) = read_keys(key_file(tmp_path / "keys"))
    store.seals.load = lambda: Secrets(only)
    assert await flats(store) == [2, 2]
    first, second = await voices(store)
    assert first == second, "and they count as one home"


async def test_a_rotation_that_was_killed_is_gone_on_with(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person, flat in ((1, 2), (2, 2), (3, 3)):
        await lives(store, person, flat)
    await seal_open(store)
    file = key_file(tmp_path / "keys")
    write_keys(file, [new_key(), *read_keys(file)])
    steps: list[str] = []

    async def dies(*_: Any) -> int:
        steps.append("dies")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_renumber", dies)
        with pytest.raises(KeyboardInterrupt):
            await reseal(store, store.seals.secrets)
    assert steps
    first, second, third = await voices(store)
    assert first == second != third, "half-way all still count as before"
    assert await flats(store) == [2, 2, 3]
    await lives_meanwhile(store)
    await reseal(store, store.seals.secrets)
    write_keys(file, read_keys(file)[:1])
    assert await flats(store) == [2, 2, 3]
    async with store.read() as session:
        kept = await session.scalar(select(Keyring.fingerprint).where(Keyring.name == homes.HOMES))
    assert kept == store.seals.secrets.fingerprints[0]


async def lives_meanwhile(store: Store) -> None:
    """Somebody is sealed half-way through: their number is that of the others still."""
    async with store.write() as session:
        area = await session.get_one(Area, 2)
        values = await homes.sealed(session, area)
        await session.execute(update(Residence).where(Residence.person_id == 2).values(**values))
    rows = await raw(store)
    assert rows[0][2] == rows[1][2]
