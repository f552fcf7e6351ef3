"""Who is in charge, at which number, which reminder is next: asked plainly and answered shortly."""

from __future__ import annotations

import pytest

from tests.harness import ALL, GROUP, Stage


async def asked(stage: Stage, text: str, room: str = GROUP, who: str = "zhao") -> str:
    """What the bot says to a question, if anything; nothing is opened for it."""
    before = len(stage.said(room))
    await stage.cast[who].says(text, room)
    said = stage.said(room)[before:]
    assert len(said) <= 1, "one short answer"
    assert not await stage.requests()
    return said[0].text if said else ""


async def reminded(stage: Stage, *rules: str) -> None:
    """Reminders that somebody set."""
    for rule in rules:
        await stage.feng.writes(rule)
        await stage.feng.presses(stage.feng.last, "保存")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("誰是樓長", "楼长：周叔"),
        ("樓長是誰", "楼长：周叔"),
        ("楼长叫啥", "楼长：周叔"),
        ("楼长电话", "楼长：周叔"),
        ("網格員是誰", "网格员：郑网格"),
        ("网格员电话", "网格员：郑网格"),
        ("书记是谁", "社区工作者：冯书记"),
        ("書記是誰", "社区工作者：冯书记"),
        ("有事找谁", "物业经理：吴工"),
        ("who's the property manager?", "物业经理：吴工"),
        ("who should I call about the lift?", "物业经理：吴工"),
        ("what's the management phone number?", "0432-12345678"),
        ("物業電話幾多", "0432-12345678"),
    ],
)
@pytest.mark.parametrize("alone", [False, True])
async def test_who_is_in_charge(stage: Stage, text: str, named: str, alone: bool) -> None:
    assert named in await asked(stage, text, "@zhao" if alone else GROUP)


async def test_nobody_s_own_number_is_told(stage: Stage) -> None:
    await stage.zheng.writes("/phone 13912345678")
    await stage.zhou.writes("/phone 13812345678")
    for text in ("网格员电话", "楼长电话", "楼长手机号码多少"):
        said = await asked(stage, text)
        assert "0432-12345678" in said
        assert "1391" not in said
        assert "1381" not in said


@pytest.mark.parametrize(
    "text",
    [
        "楼长人真好",
        "转：警惕冒充物业收费的诈骗电话",
        "王哥你刚来，记得先存物业电话",
        "the office phone is dead lol",
        "who do i call for a taxi, uber?",
        "书记今天来咱小区了",
        "下次聚餐什么时候",
        "when is the next season out?",
    ],
)
async def test_what_asks_nothing_of_the_kind_is_left(stage: Stage, text: str) -> None:
    assert not await asked(stage, text)


@pytest.mark.parametrize(
    "text", ["物业几点上班", "物业前台几点下班？", "is the office open today?"]
)
async def test_opening_hours_are_not_known_but_the_number_is(stage: Stage, text: str) -> None:
    said = await asked(stage, text)
    assert "没有登记" in said
    assert "0432-12345678" in said


async def test_what_an_office_has_to_answer_is_a_request_as_ever(stage: Stage) -> None:
    await stage.zhao.says("水费怎么交")
    assert len(await stage.requests()) == 1


async def test_who_tells_that_nobody_picks_up_reports_it(stage: Stage) -> None:
    await stage.zhao.says("物业电话打了一上午没人接")
    assert len(await stage.requests()) == 1


@pytest.mark.parametrize(
    "text",
    ["下次提醒什么时候", "下次提醒是什么时候？", "下一個提醒幾時", "when is the next reminder?"],
)
@pytest.mark.parametrize("room", [GROUP, "@zhao"])
async def test_the_next_reminder(stage: Stage, text: str, room: str) -> None:
    await reminded(
        stage, "/remind 2026-12-01 08:00 3栋 交暖气费", "/remind 明天 9:30 和平里 全小区停水"
    )
    said = await asked(stage, text, room)
    assert "03-03 09:30" in said
    assert "全小区停水" in said


async def test_the_next_reminder_of_something(stage: Stage) -> None:
    await reminded(
        stage, "/remind 2026-12-01 08:00 3栋 交暖气费", "/remind 明天 9:30 和平里 全小区停水"
    )
    assert "12-01" in await asked(stage, "下次交暖气费提醒是什么时候")


async def test_where_none_is_planned_that_is_said(stage: Stage) -> None:
    assert await asked(stage, "下次提醒什么时候") == "目前没有排定的提醒。"


async def test_another_house_s_reminder_is_not_told(stage: Stage) -> None:
    await reminded(stage, "/remind 明天 9:30 4栋 换门禁卡")
    assert await asked(stage, "下次提醒什么时候", GROUP) == "目前没有排定的提醒。"


async def test_in_the_group_of_all_it_is_that_of_all(stage: Stage) -> None:
    await reminded(stage, "/remind 明天 9:30 和平里 全小区停水")
    assert "全小区停水" in await asked(stage, "下次提醒什么时候", ALL, "qian")


@pytest.mark.parametrize(
    "text", ["lift is broken who is the manager", "no water who should we call?"]
)
async def test_who_tells_of_a_fault_besides_is_heard_with_both(stage: Stage, text: str) -> None:
    await stage.zhao.says(text)
    assert [each.number for each in await stage.requests()] == [1]
    assert any("24" in each.text and each.title == "" for each in stage.said(GROUP))
