"""A coordinator says that two accounts are one person (docs/platforms.md)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Audit
from tests.conformance.rooms_house import CARDS
from tests.dialogues.test_several_channels import neighbours, person_of
from tests.fakes.rooms import Rooms
from tests.harness import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, others={"cards": CARDS}) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    """李娜 speaks in the other app as well, under an account that nobody knows yet."""
    app = await neighbours(stage, "cards")
    await app.act("w3", "li-there", "message", text="2单元电梯坏了", name="李娜", to_bot=True)
    await stage.app.settle()
    return app


async def are_one(stage: Stage) -> bool:
    mine = await person_of(stage, "rooms", "li")
    return mine == await person_of(stage, "cards", "li-there")


async def test_it_is_asked_back_and_then_they_are_one(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/same 李娜 = @li-there")
    asked = stage.feng.last
    assert "li-there" in asked.text
    assert "/分开" in asked.text, "how it is taken back"
    assert not await are_one(stage)
    await stage.feng.presses(asked, "是同一个人")
    assert await are_one(stage)
    assert (await stage.request(1)).reporter_id == await person_of(stage, "rooms", "li")
    async with stage.app.store.read() as store:
        assert await store.scalar(select(Audit.command).order_by(Audit.id.desc())) == "same"
    await stage.li.says("我家也是", reply_to=stage.card(1))
    assert "2 户" not in stage.card(1).text, "one home has one voice"


async def test_both_accounts_are_told(stage: Stage, cards: Rooms) -> None:
    await cards.act("@li-there", "li-there", "message", text="你好", name="李娜")
    await stage.app.settle()
    await stage.feng.writes("/same 李娜 = @li-there")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    for told in (stage.li.last, cards.from_bot("@li-there")[-1]):
        assert "li-there" in told.text
        assert "不是您的" in told.text
    assert "好了" in stage.feng.last.text


async def test_a_name_that_both_have_is_enough(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/同一人 李娜")
    await stage.feng.writes("是")
    assert await are_one(stage)


async def test_of_several_of_a_name_it_is_asked_which(stage: Stage, cards: Rooms) -> None:
    await cards.act("w3", "li-third", "message", text="4楼灯坏了", name="李娜", to_bot=True)
    await stage.app.settle()
    await stage.feng.writes("/same 李娜")
    await stage.feng.presses(stage.feng.last, "li-there")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    assert await are_one(stage)
    assert await person_of(stage, "cards", "li-third") != await person_of(stage, "rooms", "li")


async def test_no_changes_nothing(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/same 李娜 = @li-there")
    await stage.feng.writes("不是")
    assert not await are_one(stage)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/same", "请这样写"),
        ("/same 李娜 = 李娜", "已经是同一个人"),
        ("/same 王姨", "没有别的账号也叫"),
        ("/same 李娜 = @nobody", "没找到"),
    ],
)
async def test_what_cannot_be_is_told(stage: Stage, cards: Rooms, line: str, told: str) -> None:
    await stage.feng.writes(line)
    assert told in stage.feng.last.text


async def test_only_who_manages_both_their_places_may(stage: Stage, cards: Rooms) -> None:
    await stage.wang.writes("/same 李娜 = @li-there")
    await stage.li.writes("/same 王姨 = @li-there")
    assert not await are_one(stage)
    assert not stage.wang.last.labels
    assert not stage.li.last.labels
