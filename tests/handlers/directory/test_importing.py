"""Importing: shown, applied all or nothing, and the second time nothing changes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from config.policy import default_policy
from config.words import catalogue
from handlers.directory.exporting import export_directory
from handlers.directory.file import Neighbourhood, read_file
from handlers.directory.file.model import PlaceEntry
from handlers.directory.importing import Plan, apply_import, plan_import
from storage.base import Base
from storage.engine import Store
from storage.secrets import Secrets
from storage.tables import Area, Chat, Person, Reminder

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRETS = Secrets(Fernet.generate_key().decode())
SAMPLE = Path("config/sample/subdistrict.yaml")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    made = Store(f"sqlite+aiosqlite:///{tmp_path}/t.db")
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


async def brought(store: Store, wanted: Neighbourhood) -> Plan:
    async with store.write() as session:
        plan = await plan_import(session, wanted, now=NOW, secrets=SECRETS, zone="Asia/Shanghai")
        await apply_import(session, plan, NOW)
    return plan


def sample() -> Neighbourhood:
    return read_file(SAMPLE, frozenset(default_policy().roles))


async def test_the_sample_has_the_scale_of_one_subdistrict(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        counts = dict(
            (await session.execute(select(Area.kind, func.count()).group_by(Area.kind))).all()
        )
    assert counts["neighbourhood"] == 6
    assert counts["building"] == 41


async def test_the_second_time_nothing_changes(store: Store) -> None:
    assert (await brought(store, sample())).lines(catalogue(), "zh")
    again = await brought(store, sample())
    assert again.empty, again.names


async def test_what_is_exported_imports_to_nothing_new(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        found = await export_directory(session, secrets=SECRETS)
    assert (await brought(store, found)).empty


async def test_a_changed_name_and_a_new_role_are_the_only_changes(store: Store) -> None:
    await brought(store, sample())
    wanted = sample()
    wanted.people[0].name = "李娜娜"
    plan = await brought(store, wanted)
    assert plan.names == {"change person": ["李娜娜 (name)"]}


async def test_phone_numbers_are_sealed(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        phones = (
            await session.scalars(select(Person.phone).where(Person.phone.is_not(None)))
        ).all()
    assert phones
    assert all("1380" not in (phone or "") for phone in phones)
    assert SECRETS.open(str(phones[0])).startswith("1380")


async def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    wanted = sample()
    async with store.write() as session:
        plan = await plan_import(session, wanted, now=NOW, secrets=SECRETS, zone="Asia/Shanghai")
    plan.new["chat"][0]["area_id"] = 999_999
    with pytest.raises(Exception, match="FOREIGN KEY"):
        async with store.write() as session:
            await apply_import(session, plan, NOW)
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Area)) == 0


async def test_chats_and_reminders_come_with_the_file(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Chat)) == 4
        moments = (await session.scalars(select(Reminder.next_at))).all()
    assert len(moments) == 3
    assert all(moment and moment > NOW for moment in moments)


async def test_sixty_thousand_households_fit_into_a_minute(store: Store) -> None:
    buildings = [
        PlaceEntry(kind="building", name=f"{i}栋", units=["1单元", "2单元"], rooms=["101-3004"])
        for i in range(1, 251)
    ]
    wanted = Neighbourhood(places=[PlaceEntry(kind="neighbourhood", name="大院", places=buildings)])
    start = time.perf_counter()
    await brought(store, wanted)
    assert time.perf_counter() - start < 60
    async with store.read() as session:
        households = await session.scalar(
            select(func.count()).select_from(Area).where(Area.kind == "household")
        )
    assert households == 60_000
