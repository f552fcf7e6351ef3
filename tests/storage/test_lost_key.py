"""A key is lost: what it alone opens is emptied, households still count, the rest goes on."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import select, update

from storage import lost_key
from storage.engine import Store
from storage.lost_key import Lost, give_up
from storage.migrate import upgrade
from storage.queries import homes
from storage.sealing import reseal, seal_open
from storage.secrets import FLOOR, Secrets, new_key
from storage.tables import Erasure, Person, Residence, Supporter
from tests.harness import MONDAY
from tests.rows import a_request
from tests.storage.stairs import raw, stairwell, voices

OLD, NEW = new_key(), new_key()


@pytest.fixture
async def store(database_url: str) -> AsyncGenerator[Store]:
    """Three people: two share a flat, all have phones; somebody is being forgotten."""
    made = Store(database_url)
    await upgrade(made)
    made.seals.load = lambda: Secrets(OLD)
    async with made.write() as session:
        flats = await stairwell(session)
        session.add(a_request())
        for number, flat in ((1, flats[0]), (2, flats[0]), (3, flats[1])):
            phone = Secrets(OLD).seal(f"1390000000{number}")
            session.add(Person(id=number, name=f"P{number}", phone=phone, created_at=MONDAY))
            await session.flush()
            sealed = await homes.sealed(session, flat)
            session.add(Residence(person_id=number, since=MONDAY, **sealed))
            key = sealed["home_key"]
            session.add(Supporter(request_id=1, person_id=number, home_key=key, at=MONDAY))
        names = Secrets(OLD).seal("{}")
        session.add(Erasure(at=MONDAY, names=names, due_at=MONDAY))
    await seal_open(made)
    yield made
    await made.close()


async def phones(store: Store) -> list[str | None]:
    async with store.read() as session:
        return list(await session.scalars(select(Person.phone).order_by(Person.id)))


async def test_what_is_lost_is_counted_and_emptied_and_can_never_be_asked_again(
    store: Store,
) -> None:
    before, secrets = await voices(store), Secrets(NEW)
    assert await lost_key.lost(store, secrets) == Lost(3, 3, 1)
    assert await phones(store) != [None] * 3, "to count changes nothing"
    assert await give_up(store, secrets) == Lost(3, 3, 1)
    assert await phones(store) == [None] * 3
    async with store.read() as session:
        assert not (await session.scalars(select(Erasure))).all()
    rows = await raw(store)
    assert [(area, home) for area, home, _ in rows] == [(1, None)] * 3, "the stairwell stays"
    after = await voices(store)
    assert after == [key for _, _, key in rows]
    assert set(before).isdisjoint(after), "the old key leads nowhere"
    assert all(FLOOR <= key < 2 * FLOOR for key in after)
    assert after[0] == after[1] != after[2], "they count as before"


async def test_the_program_starts_with_the_new_key_and_seals_with_it(store: Store) -> None:
    secrets = Secrets(NEW)
    await give_up(store, secrets)
    store.seals.load = lambda: secrets
    await seal_open(store)
    async with store.write() as session:
        assert await homes.fingerprint(session) == secrets.fingerprints[0]
    assert await lost_key.lost(store, secrets) == Lost(0, 0, 0)


async def test_what_another_key_opens_stays(store: Store) -> None:
    """A rotation had begun, and then its old key was lost."""
    both, secrets = Secrets(NEW, OLD), Secrets(NEW)
    phone = secrets.seal("13911111111")
    async with store.write() as session:
        home = await session.scalar(select(Residence.home).where(Residence.person_id == 3))
        assert home
        await session.execute(update(Person).where(Person.id == 3).values(phone=phone))
        sealed = secrets.seal(both.open(home))
        known = update(Residence).where(Residence.person_id == 3)
        await session.execute(known.values(home=sealed))
    assert await give_up(store, secrets) == Lost(2, 2, 1)
    assert await phones(store) == [None, None, phone]
    rows = await raw(store)
    assert secrets.open(rows[2][1]) == both.open(home)
    assert rows[2][2] == secrets.number(both.open(home), secrets.fingerprints[0])
    assert await voices(store) == [key for _, _, key in rows]


async def test_with_the_key_at_hand_nothing_is_lost(store: Store) -> None:
    before = await raw(store)
    assert await give_up(store, Secrets(OLD)) == Lost(0, 0, 0)
    assert await raw(store) == before


async def test_names_of_those_being_forgotten_go_with_a_rotation(store: Store) -> None:
    """Else nobody could look for them any more once the old key is put away."""
    await reseal(store, Secrets(NEW, OLD))
    async with store.read() as session:
        sealed = await session.scalar(select(Erasure.names))
    assert sealed
    assert Secrets(NEW).open(sealed) == "{}"
