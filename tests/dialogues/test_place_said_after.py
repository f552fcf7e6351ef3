"""A line that is nothing but a place, right after one's own report, says where it is."""

from __future__ import annotations

import pytest

from tests.harness import ALL, Stage


@pytest.mark.parametrize(
    ("text", "place"),
    [("3栋1单元", "3栋1单元"), ("3栋", "3栋"), ("在3栋", "3栋"), ("building 3", "3栋")],
)
async def test_said_privately_it_moves_there_and_is_answered(
    stage: Stage, text: str, place: str
) -> None:
    await stage.wu.writes("电梯坏了")
    await stage.passes(minutes=1)
    await stage.wu.writes(text)
    assert place in stage.card(1, "@wu").title
    assert "地方改好了" in stage.wu.last.text
    assert (await stage.events(1))[-1] == "move"
    assert len(await stage.requests()) == 1


@pytest.mark.parametrize("who", ["wu", "feng"])
async def test_said_in_the_group_of_all_it_moves_there(stage: Stage, who: str) -> None:
    await stage.cast[who].says("楼道灯不亮了", ALL)
    await stage.sun.says("哪栋啊", ALL)
    await stage.cast[who].says("3栋", ALL)
    assert "3栋" in stage.card(1, ALL).title
    assert "move" in await stage.events(1)


async def test_a_neighbour_s_house_moves_nothing(stage: Stage) -> None:
    await stage.wu.says("楼道灯不亮了", ALL)
    await stage.qian.says("4栋", ALL)
    assert "move" not in await stage.events(1)


@pytest.mark.parametrize("text", ["3栋的张姐回来了没", "去3栋拿快递", "3栋也有人讲"])
async def test_a_house_that_is_named_besides_moves_nothing(stage: Stage, text: str) -> None:
    await stage.wu.says("楼道灯不亮了", ALL)
    await stage.wu.says(text, ALL)
    assert "move" not in await stage.events(1)


@pytest.mark.parametrize(
    ("report", "text", "place"),
    [
        ("电梯困人了", "4栋1单元", "4栋1单元"),
        ("电梯坏了", "4栋", "4栋"),
        ("电梯坏了", "3栋1单元", "3栋1单元"),
        ("电梯坏了", "1单元", "3栋1单元"),
    ],
)
async def test_what_was_taken_to_be_at_home_moves_to_any_house(
    stage: Stage, report: str, text: str, place: str
) -> None:
    await stage.li.says(report)  # she lives in 3-2
    await stage.li.says(text)
    assert place in stage.card(1).title
    near = stage.chen if "4" in place else stage.zhou
    assert place in stage.page(near).title
    assert len(await stage.requests()) == 1


async def test_in_danger_nobody_who_was_called_is_sent_away(stage: Stage) -> None:
    await stage.li.says("电梯困人了")
    await stage.li.says("4栋1单元")
    assert "我来" in stage.page(stage.wang).labels
    assert "4栋1单元" in stage.page(stage.wang).title


async def test_a_slip_of_the_hand_is_put_right_by_who_made_it(stage: Stage) -> None:
    await stage.li.says("电梯困人了")
    await stage.li.says("4栋1单元")
    await stage.li.says("说错了，3栋1单元")
    assert "3栋1单元" in stage.card(1).title


async def test_whoever_has_it_learns_where_it_is(stage: Stage) -> None:
    await stage.li.says("电梯坏了")
    await stage.wang.says("收到")
    await stage.li.says("4栋1单元")
    assert "4栋1单元" in stage.wang.last.text


async def test_what_was_said_or_put_right_stays_where_it_is(stage: Stage) -> None:
    await stage.li.says("3栋2单元电梯坏了")
    await stage.li.says("4栋1单元")
    assert "3栋2单元" in stage.card(1).title
    await stage.sun.says("楼道灯不亮了")
    await stage.feng.says("/move 2 3栋2单元")
    await stage.sun.says("4栋1单元")
    assert "3栋2单元" in stage.card(2).title


async def test_another_household_moves_nothing(stage: Stage) -> None:
    await stage.li.says("电梯坏了")
    await stage.zhao.says("电梯真的坏了，急死人")
    await stage.zhao.says("4栋1单元")
    assert "3栋2单元" in stage.card(1).title
