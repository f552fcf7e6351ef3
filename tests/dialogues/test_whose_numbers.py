"""Whose numbers are told to whom: a captain's stairwell, several roles, a group of no place."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Area, Person, RoleHeld
from tests.dialogues.policies import governed
from tests.harness import GROUP4, MONDAY, Stage

LAMP = "楼道的灯坏了"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with governed(tmp_path) as made:
        yield made


async def also(stage: Stage, key: str, role: str, where: str) -> None:
    """One more role of somebody."""
    async with stage.app.store.write() as store:
        person = await store.scalar(select(Person.id).where(Person.key == key))
        area = await store.scalar(select(Area.id).where(Area.code == where))
        store.add(RoleHeld(person_id=person, role=role, area_id=area, since=MONDAY))


async def test_a_captain_of_a_stairwell_is_told_whose_numbers_these_are(stage: Stage) -> None:
    await stage.sun.says(LAMP)  # of the other stairwell
    await stage.wang.writes("/stats")
    assert stage.wang.last.title.startswith("和平里小区3栋　"), "the building's, and called so"
    assert "报事 1 件" in stage.wang.last.text
    await stage.wang.writes("/stats 3栋")
    assert "报事 1 件" in stage.wang.last.text, "what one is shown one may ask for by name"
    await stage.wang.writes("/stats 4栋")
    assert "报事" not in stage.wang.last.text


async def test_what_other_subjects_add_is_of_the_same_place(stage: Stage) -> None:
    await stage.sun.says(LAMP)
    await stage.zhou.writes("/promise 1 周五")
    await stage.wang.writes("/stats")
    assert "楼长：兑现 0，没兑现 0，未到期 1" in stage.wang.last.text, "of the building as well"


async def test_a_place_inside_another_is_counted_once(stage: Stage) -> None:
    await also(stage, "zhou", "grid_worker", "和平里")
    await stage.li.says(LAMP)
    await stage.zhou.writes("/promise 1 周五")
    await stage.zhou.writes("/stats")
    assert stage.zhou.last.title.startswith("和平里小区　"), "the wider one is named alone"
    assert "未到期 1" in stage.zhou.last.text


async def test_a_group_of_no_place_is_told_of_none(stage: Stage) -> None:
    """Who reads there is not known: neither numbers nor lists of a coordinator's places."""
    await stage.joins_group("new")
    await stage.li.says(LAMP)
    for who in (stage.feng, stage.li):
        for command in ("/stats", "/open", "/stats 3栋"):
            await who.says(command, "new")
            assert "/link" in stage.last("new").text
    assert not [each for each in stage.said("new") if "报事" in each.text or "#1" in each.whole]


@pytest.mark.parametrize("period", ["9999-12", "0001-01", "2100-01", "1999-12"])
async def test_a_year_that_nobody_means_is_no_period(stage: Stage, period: str) -> None:
    await stage.feng.writes(f"/stats {period}")
    assert "没看懂" in stage.feng.last.text
    await stage.feng.writes("/stats")
    shown = stage.feng.last
    for data in (f"stats:all:{period}:0", f"stats:all:w{period}-31:0"):
        assert await stage.feng.presses_data(shown, data)
        assert "2026年3月" in stage.feng.last.title


async def test_of_no_requests_nothing_is_divided(stage: Stage) -> None:
    """An empty month against an empty one, against one with requests, and the other way round."""
    await stage.feng.writes("/stats 2026-02")
    assert "报事 0 件；2026年1月没有登记" in stage.feng.last.text
    await stage.li.says(LAMP)
    await stage.sleeps(days=31)
    await stage.feng.writes("/stats 2026-03")
    assert "报事 1 件；2026年2月没有登记" in stage.feng.last.text
    await stage.feng.writes("/stats 2026-02 2026-03")
    assert "比2026年3月的 1 件：−100.0%" in stage.feng.last.text
    for view in ("按楼栋", "按类别", "按层级"):
        await stage.feng.presses(stage.feng.last, view)
        assert stage.feng.last.text == "这段时间还没有报事。"
    await stage.qian.says("/stats", GROUP4)
    assert "%" not in stage.last(GROUP4).text
