"""One building in Telegram and in WeCom, both real, in one program with one clock."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import VirtualClock
from storage.engine import Store
from storage.tables import Area, Chat
from tests.dialogues.outside import playing, seat, seated
from tests.dialogues.telegram.stage import Setting, TelegramStage, seat_all
from tests.dialogues.wecom.stage import GROUPS, WeComStage, the_robot
from tests.fakes.bot_api import FakeTelegram
from tests.fakes.wecom import FakeWeCom, without_tls
from tests.harness import GROUP, MONDAY, staged

LIFT = "咱们楼电梯又坏了"
#: Of the cast, who is on WeCom; all others are on Telegram.
MOVED = ("sun", "wang")


class Beside(WeComStage):
    """WeCom, in the program of another stage."""

    def __init__(self, first: Both, wecom: FakeWeCom, reader: Any) -> None:
        self._first = first
        super().__init__(first.store, first.clock, wecom, reader)

    def _built(self) -> App:
        return self._first.app


class Both(TelegramStage):
    """The program with Telegram and WeCom around it; WeCom and its people are `there`."""

    def __init__(
        self, store: Store, clock: VirtualClock, tg: FakeTelegram, wecom: FakeWeCom, reader: Any
    ) -> None:
        self._robot = the_robot(wecom)
        super().__init__(store, clock, tg, reader)
        self.there = Beside(self, wecom, reader)

    def given(self) -> dict[str, Any]:
        return {**super().given(), **self._robot}

    async def begins(self) -> None:
        await super().begins()
        await self.there.begins()

    async def dies(self) -> None:
        await super().dies()
        await self.there.dies()

    async def _all_read(self) -> None:
        await super()._all_read()
        await self.there.until(self.there.all_kept)

    def ends(self) -> None:
        super().ends()
        self.there.ends()

    def cards_say(self, words: str) -> None:
        """The one card here and the one there both say something."""
        assert words in self.card(1).text
        assert words in self.there.card(1).text


@pytest.fixture
async def both(tmp_path: Path) -> AsyncGenerator[Both]:
    with without_tls():
        async with (
            staged(tmp_path, start=MONDAY) as seed,
            FakeTelegram(now=seed.clock.now, limits=True) as tg,
            FakeWeCom(seed.clock.now) as wecom,
        ):
            stage = Both(seed.app.store, seed.clock, tg, wecom, seed.app.desk.reader)
            await seat_all(stage, Setting())
            await move_some(stage)
            async with playing(stage):
                yield stage


async def move_some(both: Both) -> None:
    """Some of the neighbours are on WeCom, where building 3 has a group as well."""
    there = both.there
    some = [seated(both.cast[key].id, there.cast[key].id) for key in MOVED]
    await seat(both.store, "wecom", some, {})
    there.wecom.talked |= {there.group, *(each["now"] for each in some)}
    building = select(Area.id).where(Area.kind == "building", Area.code == "3")
    async with both.store.write() as store:
        store.add(
            Chat(
                platform="wecom",
                external_id=GROUPS[GROUP],
                kind="group",
                area_id=await store.scalar(building),
                hears_all=False,
                greeted_at=MONDAY,
            )
        )


async def test_one_request_from_both_to_its_end(both: Both) -> None:
    there = both.there
    await both.li.says(LIFT)
    both.cards_say(LIFT)
    await there.sun.says("我家也是")
    both.cards_say("2 户")
    await there.wang.presses(there.page(there.wang), "我来")
    both.cards_say("王姨在办")
    await there.wang.writes("/办结 1 换了阀门")
    both.cards_say("换了阀门")
    here_asked, there_asked = both.li.last, there.sun.heard[-1]
    assert "解决了吗" in here_asked.text
    assert "解决了吗" in there_asked.text
    await both.li.presses(here_asked, "解决了")
    await there.sun.presses(there_asked, "解决了")
    assert [each.state for each in await both.requests()] == ["closed"]
    assert not both.sun.heard, "who is asked there is not asked here"


async def test_what_goes_to_all_goes_to_each_in_its_own_form(both: Both) -> None:
    there = both.there
    await both.feng.writes("/announce 3栋 今晚八点停水检修")
    await both.feng.presses(both.feng.last, "发送")
    assert both.group.last.bold == ["通知"]
    assert there.said[-1].kind == "markdown"
    assert both.group.last.text == there.said[-1].text == "通知\n今晚八点停水检修"
    await both.feng.writes("/remind 每天 10:00 3栋 请关好单元门")
    await both.feng.presses(both.feng.last, "保存")
    await both.passes(hours=1, minutes=5)
    await both.settles()
    assert "请关好单元门" in both.group.last.text
    assert "请关好单元门" in there.said[-1].text


async def test_each_group_is_told_the_week(both: Both) -> None:
    there = both.there
    await both.li.says(LIFT)
    await both.passes(days=6, hours=9, minutes=30)
    await there.comes_back()
    await both.settles()
    (here,) = [each for each in both.group.said if any("小结" in bold for bold in each.bold)]
    (other,) = [each for each in there.said if "小结" in each.text]
    assert other.kind == "markdown"
    assert here.text == other.text
    assert "#1" in other.text


@pytest.mark.fault("wecom")
async def test_one_that_is_down_leaves_the_other_served_and_misses_nothing(both: Both) -> None:
    there = both.there
    await there.wecom.goes()
    await both.li.says(LIFT)
    await both.feng.writes("/announce 3栋 今晚八点停水检修")
    await both.feng.presses(both.feng.last, "发送")
    assert "停水" in both.group.last.text
    await both.passes(hours=3)
    await both.zhou.presses(both.page(both.zhou), "我来")
    assert "周叔在办" in both.card(1).text
    assert not there.said
    await there.wecom.comes()
    await there.comes_back()
    await both.passes(minutes=10)
    await both.settles()
    both.cards_say("周叔在办")
    assert len(there.cards(1)) == 1
    assert sum("停水" in each.text for each in there.said) == 1
