"""Several bots in one installation, one a district: each its own account, people known to all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import App
from bot.platforms.telegram.intake import Pace
from bot.platforms.telegram.platform import TelegramPlatform
from handlers.administration import doctor
from handlers.chat.platform import ChatFacts
from handlers.work import Work
from storage.tables import Account, Area, Chat
from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.reader import PlainReader
from tests.harness import staged

FAST = Pace(20, 5, 0.001, 0.01)
LI = 2999  #: one and the same user wherever she speaks


@dataclass
class Districts:
    """West has the first token, east one with a name."""

    app: App
    west: FakeTelegram
    east: FakeTelegram
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    li: dict[str, Person] = field(default_factory=dict[str, Person])
    task: asyncio.Task[None] | None = None

    def begins(self) -> None:
        """The program runs."""
        self.task = asyncio.get_running_loop().create_task(self.app.run())

    async def accounts(self) -> dict[str, int]:
        """Whose accounts have Li's number, by platform."""
        async with self.app.store.read() as store:
            rows = await store.execute(
                select(Account.platform, Account.person_id).where(Account.external_id == str(LI))
            )
            return {row.platform: row.person_id for row in rows.all()}


@pytest.fixture
async def both(tmp_path: Path) -> AsyncGenerator[Districts]:
    async with AsyncExitStack() as stack:
        seed = (await stack.enter_async_context(staged(tmp_path))).app
        west = await stack.enter_async_context(FakeTelegram())
        east = await stack.enter_async_context(FakeTelegram())
        platforms = [
            TelegramPlatform(west.token, west.base_url, pace=FAST),
            TelegramPlatform(east.token, east.base_url, pace=FAST, account="east"),
        ]
        app = App(seed.settings, seed.store, platforms, clock=seed.clock, reader=PlainReader())
        made = Districts(app, west, east)
        for name, tg in (("telegram", west), ("telegram-east", east)):
            made.li[name] = tg.person("李娜", user_id=LI)
            made.groups[name] = tg.group("3栋群", [made.li[name]], group_id=-1_000_000_000_077)
            await _linked(app, name, made.groups[name])
        yield made
        if made.task is not None:
            made.task.cancel()
            await asyncio.wait((made.task,))
        await app.close()
        assert not west.violations + east.violations


async def _linked(app: App, platform: str, group: Group) -> None:
    async with app.store.write() as store:
        area = await store.scalar(select(Area.id).where(Area.kind == "building", Area.code == "3"))
        store.add(
            Chat(
                platform=platform,
                external_id=str(group.id),
                kind="group",
                title="3栋群",
                area_id=area,
                administrator=True,
                settings={"mode": "act"},
            )
        )


async def test_each_district_is_answered_by_its_own_bot_even_where_chats_have_one_number(
    both: Districts,
) -> None:
    both.begins()
    group = both.groups["telegram-east"]
    await both.li["telegram-east"].says(group, "/report 灯坏了")
    await both.east.until(lambda: group.said)
    assert "灯坏了" in group.last.text
    assert not both.groups["telegram"].said
    assert not both.west.calls("sendMessage")


async def test_who_speaks_to_both_is_one_person(both: Districts) -> None:
    both.begins()
    await both.li["telegram"].starts()
    await both.west.until(lambda: both.li["telegram"].private.said)
    await both.li["telegram-east"].starts()
    await both.east.until(lambda: both.li["telegram-east"].private.said)
    known = await both.accounts()
    assert set(known) == {"telegram", "telegram-east"}
    assert len(set(known.values())) == 1


async def test_a_token_that_is_refused_stops_only_its_own_district(both: Districts) -> None:
    both.east.revoke_token()
    with capture_logs() as logs:
        both.begins()
        await both.li["telegram"].starts()
        await both.west.until(lambda: both.li["telegram"].private.said)
        both.east.restore_token()
        await both.li["telegram-east"].starts()
        await both.east.until(lambda: both.li["telegram-east"].private.said)
    refused = [each for each in logs if each["event"] == "telegram.token_refused"]
    assert {each["platform"] for each in refused} == {"telegram-east"}
    assert "the token east" in refused[0]["remedy"]
    assert both.east.token not in str(logs)


async def test_the_doctor_looks_at_each(both: Districts) -> None:
    both.east.revoke_token()
    live: dict[tuple[str, str | None], ChatFacts] = {
        (name, None): await both.app.desk.examine(name, None) for name in both.app.platforms
    }
    async with both.app.store.read() as store:
        work = Work(both.app.desk, store, both.app.clock.now())
        found = await doctor.examine(work, live, ["/"])
    bad = [(each.key, each.values) for each in found if each.key == "token_bad"]
    assert bad == [("token_bad", {"platform": "telegram-east"})]
