"""A neighbourhood for measuring: buildings, a group each, residents, captains."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.migrate import upgrade
from storage.tables import Account, Area, Chat, Person, Residence, RoleHeld
from tests.fakes.places import add_area, add_person

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


async def build(path: Path, chats: int = 50, people: int = 50) -> None:
    """Write a SQLite file with `chats` buildings (Telegram groups) and `people` residents."""
    await build_at(f"sqlite:///{path}", chats, people)


async def build_at(url: str, chats: int = 50, people: int = 50) -> None:
    """The same in an empty database."""
    store = Store(url)
    await upgrade(store)
    async with store.write() as session:
        top = await add_area(session, None, "neighbourhood", "和平里小区", "和平里")
        captain = await _person(session, 900, "王姨")
        session.add(
            RoleHeld(person_id=captain.id, role="building_captain", area_id=top.id, since=NOW)
        )
        first: Area | None = None
        for i in range(chats):
            building = await add_area(session, top, "building", f"{i + 1}栋", str(i + 1))
            first = first or building
            session.add(
                Chat(
                    platform="telegram",
                    external_id=str(-1001000000 - i),
                    kind="group",
                    title=f"{i + 1}栋",
                    area_id=building.id,
                    administrator=True,
                    greeted_at=NOW,
                    acts_since=NOW,
                )
            )
        assert first is not None
        for i in range(people):
            person = await _person(session, 5000 + i, f"N{i}")
            home = await add_area(session, first, "household", f"{i + 101}", str(i + 101))
            session.add(
                Residence(person_id=person.id, area_id=home.id, since=NOW, confirmed_at=NOW)
            )
    await store.close()


async def _person(session: AsyncSession, external: int, name: str) -> Person:
    person = await add_person(session, name, NOW)
    session.add(Account(platform="telegram", external_id=str(external), person_id=person.id))
    return person
