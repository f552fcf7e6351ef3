"""A coordinator above several neighbourhoods, whose buildings have the same numbers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Area, Chat, Reminder
from tests.dialogues.steps import opened, town
from tests.harness import GROUP, Stage, staged

HERE, THERE = "和平里小区3栋2单元", "北化小区3栋2单元"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """The stage with a second neighbourhood."""
    async with staged(tmp_path) as made:
        await town(made)
        yield made


async def path_of(stage: Stage, area_id: int | None) -> str:
    async with stage.app.store.read() as store:
        area = await store.get(Area, area_id)
        assert area is not None
        ids = [int(part) for part in area.path.split("/") if part]
        names = {each.id: each.name for each in await store.scalars(select(Area))}
    return "".join(names[each] for each in ids[2:])


@pytest.mark.parametrize(
    "line",
    [
        "/staff 3栋2单元",
        "/remind 明天 9:00 3栋2单元 停水",
        "/announce 3栋2单元 停水",
        "/link 3栋2单元",
    ],
)
async def test_a_place_that_is_in_both_is_asked_about(stage: Stage, line: str) -> None:
    await stage.feng.writes(line)
    assert {HERE, THERE} <= set(stage.feng.last.labels)


async def test_a_reminder_is_for_the_place_that_was_chosen(stage: Stage) -> None:
    await stage.feng.writes("/remind 明天 9:00 3栋2单元 停水")
    await stage.feng.presses(stage.feng.last, THERE)
    await stage.feng.presses(stage.feng.last, "保存")
    async with stage.app.store.read() as store:
        reminder = await store.scalar(select(Reminder))
    assert reminder is not None
    assert (reminder.text, await path_of(stage, reminder.area_id)) == ("停水", THERE)


async def test_a_reminder_for_a_place_that_is_not_there_is_not_made_for_all(stage: Stage) -> None:
    await stage.feng.writes("/remind 明天 9:00 9栋9单元 停水")
    assert "没找到“9栋9单元”" in stage.feng.last.text


async def test_a_group_is_linked_to_the_place_that_was_chosen(stage: Stage) -> None:
    await stage.joins_group("gnew", administrator=True)
    await stage.feng.says("/link 3栋2单元", "gnew")
    await stage.feng.presses(stage.last("gnew"), THERE)
    async with stage.app.store.read() as store:
        linked = await store.scalar(select(Chat.area_id).where(Chat.external_id == "gnew"))
    assert await path_of(stage, linked) == THERE


async def test_staff_of_the_place_that_was_chosen_are_listed(stage: Stage) -> None:
    await stage.feng.writes("/staff 3栋2单元")
    await stage.feng.presses(stage.feng.last, HERE)
    assert "王姨" in stage.feng.last.text


async def test_a_request_moves_within_its_own_neighbourhood_first(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/move 1 3栋1单元")
    assert await path_of(stage, (await stage.request(1)).area_id) == "和平里小区3栋1单元"
    await stage.feng.writes("/move 1 北化小区3栋1单元")
    assert await path_of(stage, (await stage.request(1)).area_id) == "北化小区3栋1单元"


async def test_a_place_may_be_of_several_words(stage: Stage) -> None:
    await stage.feng.writes("/announce 和平里小区 3栋 今晚 停水")
    assert "今晚 停水" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "发送")
    assert stage.last(GROUP).text == "今晚 停水"


async def test_an_announcement_for_no_place_says_where_it_was_looked_for(stage: Stage) -> None:
    await stage.feng.writes("/announce 停水通知 今晚")
    assert "没找到“停水通知”" in stage.feng.last.text
