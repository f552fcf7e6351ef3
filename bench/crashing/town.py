"""A neighbourhood to be interrupted in: each building with a group, three homes and a captain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.migrate import upgrade
from storage.tables import Account, Area, Chat, Person, Residence, RoleHeld
from tests.fakes.places import add_area, add_person

HOMES = 3
#: Where it is this hour now, it is the middle of the morning: nobody's night, no quiet hours.
MORNING = 10


@dataclass(frozen=True, slots=True)
class House:
    """The ids on Telegram of one building."""

    group: int
    residents: tuple[int, ...]
    captain: int


def houses(count: int) -> list[House]:
    """So many buildings; whoever lives in one speaks in no other."""
    return [
        House(-1_001_000_000_000 - n, tuple(5000 + 10 * n + k for k in range(HOMES)), 5009 + 10 * n)
        for n in range(count)
    ]


def zone(now: datetime) -> str:
    """A time zone in which it is the middle of the morning."""
    west = (now.hour - MORNING) % 24  # how far west of Greenwich it is ten o'clock now
    return f"Etc/GMT+{west}" if west <= 12 else f"Etc/GMT-{24 - west}"


async def build(url: str, count: int) -> None:
    """Write the town into an empty database."""
    store, now = Store(url), datetime.fromtimestamp(0, UTC) + timedelta(days=20_000)
    await upgrade(store)
    async with store.write() as session:
        top = await add_area(session, None, "neighbourhood", "和平里小区", "和平里")
        top.settings = {"mode": "act"}  # no group is asked first
        for number, house in enumerate(houses(count), 1):
            building = await add_area(session, top, "building", f"{number}栋", str(number))
            session.add(_chat(house, building, now))
            for door, external in enumerate(house.residents, 101):
                home = await add_area(session, building, "household", str(door), str(door))
                person = await _person(session, external, f"居民{number}-{door}", now)
                session.add(
                    Residence(person_id=person.id, area_id=home.id, since=now, confirmed_at=now)
                )
            captain = await _person(session, house.captain, f"楼长{number}", now)
            session.add(
                RoleHeld(
                    person_id=captain.id, role="building_captain", area_id=building.id, since=now
                )
            )
    await store.close()


def _chat(house: House, building: Area, now: datetime) -> Chat:
    return Chat(
        platform="telegram",
        external_id=str(house.group),
        kind="group",
        title=building.name,
        area_id=building.id,
        administrator=True,
        greeted_at=now,
        acts_since=now,
    )


async def _person(session: AsyncSession, external: int, name: str, now: datetime) -> Person:
    person = await add_person(session, name, now)
    account = Account(
        platform="telegram",
        external_id=str(external),
        person_id=person.id,
        name=name,
        private_chat=str(external),
    )
    session.add(account)
    return person
