"""Groups: greeted, bound, renamed, moved, removed; nothing is lost (R14, R15, R21, R22)."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import select

from handlers.chat.platform import Capabilities, ChatFacts
from storage.tables import Area, Chat
from tests.dialogues.steps import hires
from tests.harness import GROUP, Stage, staged


async def area_of(stage: Stage, room: str) -> str | None:
    async with stage.app.store.read() as store:
        return await store.scalar(
            select(Area.name).join(Chat, Chat.area_id == Area.id).where(Chat.external_id == room)
        )


async def test_the_bot_greets_a_new_group_and_says_what_it_needs(stage: Stage) -> None:
    await stage.joins_group("new")
    greeting = stage.last("new").text
    assert "邻里" in greeting
    assert "/link" in greeting


async def test_the_greeting_warns_when_it_hears_mentions_only(stage: Stage) -> None:
    """R14: with privacy mode on, reports would silently be lost."""
    await stage.joins_group("new", hears_all=False)
    assert "管理员" in stage.last("new").text


async def test_it_greets_once_and_not_again_when_promoted(stage: Stage) -> None:
    await stage.joins_group("new", hears_all=False)
    await stage.joins_group("new", hears_all=True, administrator=True)
    assert len(stage.said("new")) == 2
    assert "都能看到" in stage.last("new").text


async def test_a_coordinator_binds_a_group_to_a_building(stage: Stage) -> None:
    await stage.joins_group("new")
    await stage.feng.says("/link 和平里4栋", "new")
    assert "4栋" in stage.last("new").text
    assert await area_of(stage, "new") == "4栋"


async def test_the_chinese_name_of_a_command_does_the_same(stage: Stage) -> None:
    await stage.joins_group("new")
    await stage.feng.says("/绑定 4栋", "new")
    assert await area_of(stage, "new") == "4栋"


async def test_a_resident_cannot_bind_a_group(stage: Stage) -> None:
    await stage.joins_group("new")
    await stage.li.says("/link 4栋", "new")
    assert await area_of(stage, "new") is None
    assert "社区" in stage.last("new").text


async def test_an_unknown_building_is_told_with_an_example(stage: Stage) -> None:
    await stage.joins_group("new")
    await stage.feng.says("/link 99栋", "new")
    assert "99栋" in stage.last("new").text
    assert await area_of(stage, "new") is None


async def test_binding_can_be_undone(stage: Stage) -> None:
    await stage.joins_group("new")
    await stage.feng.says("/link 4栋", "new")
    await stage.feng.presses(stage.last("new"), "撤销")
    assert await area_of(stage, "new") is None


async def test_an_install_link_carries_the_building(stage: Stage) -> None:
    await stage.feng.writes("/link 4栋")
    found = re.search(r"group\?(\S+)", stage.feng.last.text)
    assert found
    await stage.joins_group("fresh")
    await stage.does("fresh", "li", "message", text=f"/start {found[1]}")
    assert await area_of(stage, "fresh") == "4栋"
    await stage.joins_group("second")
    await stage.does("second", "li", "message", text=f"/start {found[1]}")
    assert "用过" in stage.last("second").text
    assert await area_of(stage, "second") is None


async def test_a_removed_bot_tells_the_coordinator(stage: Stage) -> None:
    await stage.does(GROUP, "li", "standing", present=False, hears_all=False)
    assert "移出" in stage.feng.last.text


async def test_a_muted_bot_tells_the_coordinator(stage: Stage) -> None:
    await stage.does(GROUP, "li", "standing", can_speak=False)
    assert "发不了言" in stage.feng.last.text


async def test_a_new_title_is_followed_and_the_building_stays(stage: Stage) -> None:
    """R22: binding never depends on names."""
    await stage.does(GROUP, "li", "renamed", title="幸福一家人")
    assert await area_of(stage, GROUP) == "3栋"


async def test_a_migrated_group_keeps_its_building(stage: Stage) -> None:
    """R15: the notice may come from either side first."""
    await stage.does("g3-new", "li", "message", text="换群了吗")
    await stage.does(GROUP, "li", "moved", new_id="g3-new")
    assert await area_of(stage, "g3-new") == "3栋"


async def test_groups_are_listed_for_the_coordinator(stage: Stage) -> None:
    await stage.joins_group("loose")
    await stage.feng.writes("/groups")
    assert "3栋" in stage.feng.last.text
    assert "还没对应楼栋" in stage.feng.last.text


async def test_the_doctor_names_a_deaf_group_and_its_remedy(stage: Stage) -> None:
    """R71"""
    stage.rooms.facts[GROUP] = ChatFacts(reachable=True, hears_all=False)
    await stage.feng.says("/doctor")
    assert "@我" in stage.last().text
    assert "管理员" in stage.last().text


async def test_the_doctor_names_rungs_that_reach_nobody(stage: Stage) -> None:
    """R29"""
    await stage.feng.writes("/体检")
    report = stage.feng.last.text
    assert "小区长" in report
    assert "/staff add" in report


async def test_the_doctor_names_whom_to_invite(stage: Stage) -> None:
    """R29: by name, with the place, and only those who have no account."""
    await hires(stage, "胡师傅", role="life_steward", key="hu")
    await stage.feng.writes("/staff add 胡师傅 志愿者 和平里")
    await stage.feng.writes("/doctor")
    lines = [line for line in stage.feng.last.text.splitlines() if "绑定" in line]
    assert lines == [
        "⚠️ 胡师傅（和平里小区生活管家）还没绑定账号，找不到本人。"
        "请发邀请：在这里发 /invite 胡师傅，或在命令行 linli invite hu"
    ]


async def test_who_only_never_pressed_start_is_not_said_to_be_unbound(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await stage.does("@wang", "wang", "standing", present=False)
        await stage.feng.writes("/doctor")
        report = stage.feng.last.text
        assert "王姨（和平里小区3栋2单元单元长）没有打开和我的私聊" in report
        assert "开始" in report
        assert "绑定" not in report


async def test_the_doctor_names_a_wrong_token(stage: Stage) -> None:
    stage.rooms.facts[None] = ChatFacts(reachable=False, note="token_bad")
    await stage.feng.writes("/doctor")
    assert "令牌" in stage.feng.last.text


async def test_a_resident_gets_no_doctor(stage: Stage) -> None:
    await stage.li.writes("/doctor")
    assert "社区工作者" in stage.li.last.text
