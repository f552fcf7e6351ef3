"""Groups on Telegram: greeted, bound, promoted, renamed, removed, moved; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.telegram.stage import Setting, TelegramStage, on_telegram
from tests.fakes.bot_api import Group

REPORT = "咱们楼电梯又坏了"


@pytest.fixture
async def basic(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """The groups are basic groups, which become supergroups some day."""
    async with on_telegram(tmp_path, Setting(kind="group")) as made:
        yield made


@pytest.fixture
async def deaf(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """The bot is a plain member with privacy mode on."""
    async with on_telegram(tmp_path, Setting(bot="member")) as made:
        yield made


def fresh_group(stage: TelegramStage) -> Group:
    """A group in which the bot is not yet."""
    people = [stage.li.person, stage.feng.person]
    return stage.tg.group("4号楼相亲相爱", people, bot="left")


async def test_the_bot_greets_a_group_it_is_added_to_and_says_what_it_needs(
    stage: TelegramStage,
) -> None:
    group = fresh_group(stage)
    await stage.after(group.bot_added(stage.feng.person))
    assert "我是邻里" in group.last.text
    assert "/link" in group.last.text


async def test_privacy_mode_is_said_loudly_when_it_is_added(stage: TelegramStage) -> None:
    """R14"""
    group = fresh_group(stage)
    await stage.after(group.bot_added(stage.feng.person))
    assert "⚠️" in group.last.text
    assert "管理员" in group.last.text


async def test_a_coordinator_binds_it_with_link(stage: TelegramStage) -> None:
    group = fresh_group(stage)
    await stage.after(group.bot_added(stage.feng.person, administrator=True))
    await stage.feng.says("/link@linli_test_bot 和平里4栋", group)
    assert await stage.area_of(group) == "4栋"


async def test_a_command_for_another_bot_is_left_alone(stage: TelegramStage) -> None:
    await stage.feng.says("/link@other_test_bot 4栋")
    assert await stage.area_of(stage.group) == "3栋"
    assert not stage.group.said


async def test_an_unknown_command_by_the_bot_s_name_gets_a_hint_and_any_other_is_left_alone(
    stage: TelegramStage,
) -> None:
    await stage.feng.says("/opne")
    assert not stage.group.said
    await stage.feng.says("/opne@linli_test_bot")
    assert "/open" in stage.group.said[-1].text


async def test_a_one_tap_install_link_carries_the_building(stage: TelegramStage) -> None:
    await stage.feng.writes("/link 4栋")
    link = re.search(r"https://t\.me/linli_test_bot\?startgroup=(\S+)&admin=", stage.feng.last.text)
    assert link, stage.feng.last.text
    group = fresh_group(stage)
    await stage.after(
        group.bot_added(stage.feng.person, payload=link[1], administrator=True),
    )
    assert await stage.area_of(group) == "4栋"
    assert "4栋" in group.last.text
    assert len(group.said) == 1, "the greeting says it, and nothing is asked for any more"
    await stage.qian.says(REPORT, group)
    assert "4栋" in stage.card(1, group).text


async def test_being_promoted_is_followed_and_said(deaf: TelegramStage) -> None:
    group = fresh_group(deaf)
    await deaf.after(group.bot_added(deaf.feng.person))
    await deaf.after(group.bot_becomes("administrator", deaf.feng.person))
    assert "都能看到" in group.last.text
    assert len(group.said) == 2, "it is greeted once"


async def test_with_privacy_mode_only_what_is_meant_for_it_is_heard(deaf: TelegramStage) -> None:
    await deaf.li.says(REPORT)
    assert not deaf.group.said
    await deaf.li.says(f"@linli_test_bot {REPORT}")
    assert deaf.card(1)


async def test_the_doctor_says_what_it_cannot_hear_and_the_remedy(deaf: TelegramStage) -> None:
    """R71"""
    await deaf.feng.writes("/doctor")
    assert "和平里3栋" in deaf.feng.last.text
    assert "管理员" in deaf.feng.last.text


async def test_being_removed_is_followed_and_nothing_lost(stage: TelegramStage) -> None:
    """R21"""
    await stage.li.says(REPORT)
    await stage.after(stage.group.bot_becomes("kicked", stage.zhao.person))
    assert "移出" in stage.feng.last.text
    await stage.wang.presses(stage.page(stage.wang), "我来")
    (request,) = await stage.requests()
    assert request.state == "taken"
    await stage.after(stage.group.bot_becomes("administrator", stage.zhao.person))
    assert await stage.area_of(stage.group) == "3栋"


async def test_being_silenced_is_told_to_the_coordinator(stage: TelegramStage) -> None:
    await stage.after(stage.group.bot_becomes("restricted", stage.zhao.person))
    assert "发不了言" in stage.feng.last.text


async def test_being_renamed_is_followed_and_the_building_stays(stage: TelegramStage) -> None:
    """R22"""
    await stage.after(stage.group.renamed("幸福一家人", stage.zhao.person))
    assert (await stage.chat_of(stage.group)).title == "幸福一家人"
    assert await stage.area_of(stage.group) == "3栋"


@pytest.mark.parametrize(
    "notices", [("old", "new"), ("new", "old"), ("old",), ("new",)], ids=" then ".join
)
async def test_migrated_to_a_supergroup_nothing_is_lost(
    basic: TelegramStage, notices: tuple[str, ...]
) -> None:
    """R15: two notices, in either order; one of them is enough."""
    await basic.li.says(REPORT)
    old = basic.group
    moved = await basic.after(old.becomes_supergroup(notices))  # pyright: ignore[reportArgumentType]
    assert await basic.area_of(moved) == "3栋"
    assert "电梯" in basic.card(1, moved).text, "message ids are void, so it is shown anew"
    await basic.wang.presses(basic.page(basic.wang), "我来")
    assert "王姨在办" in basic.card(1, moved).text
    await basic.sun.says("/report 1单元的灯又不亮了", moved)
    assert len(await basic.requests()) == 2


async def test_migrated_unnoticed_the_refusal_tells_the_new_id(basic: TelegramStage) -> None:
    """R15: no notice came, but the next call is told where the group lives now."""
    await basic.li.says(REPORT)
    moved = await basic.after(basic.group.becomes_supergroup(()))
    await basic.wang.presses(basic.page(basic.wang), "我来")
    assert await basic.area_of(moved) == "3栋"
    assert "王姨在办" in basic.card(1, moved).text


async def test_somebody_speaks_in_the_new_group_before_any_notice(basic: TelegramStage) -> None:
    """R15: a stranger of a group turns out to be the old one."""
    await basic.li.says(REPORT)
    moved = await basic.group.becomes_supergroup(())
    await basic.zhao.says("群怎么变了", moved)
    await basic.wang.presses(basic.page(basic.wang), "我来")
    assert await basic.area_of(moved) == "3栋"
    assert "王姨在办" in basic.card(1, moved).text


async def test_pins_and_polls_never_stop_the_bot(stage: TelegramStage) -> None:
    said = await stage.li.says("大家好呀吃了吗")
    pinned = {"pinned_message": said.json(quoted=True)}
    stage.tg.world.speak(stage.group.chat, stage.li.person.user, pinned)
    await stage.li.says(REPORT)
    assert stage.card(1)


async def test_who_joins_or_leaves_is_no_request(stage: TelegramStage) -> None:
    newcomer = stage.tg.person("小新")
    await stage.after(stage.group.joined(newcomer))
    await stage.after(stage.group.left(newcomer))
    assert not stage.group.said


async def test_an_anonymous_admin_is_heard_as_nobody_in_particular(stage: TelegramStage) -> None:
    await stage.li.says(REPORT, anonymous=True)
    assert stage.card(1)
    (request,) = await stage.requests()
    assert request.words == REPORT


async def test_an_anonymous_admin_holds_no_office(stage: TelegramStage) -> None:
    group = fresh_group(stage)
    await stage.after(group.bot_added(stage.feng.person, administrator=True))
    await stage.feng.says("/link 4栋", group, anonymous=True)
    assert await stage.area_of(group) is None
    assert len(group.said) == 2, "who hides is answered, not ignored"


async def test_who_speaks_as_a_channel_is_heard_and_holds_no_office(stage: TelegramStage) -> None:
    channel = {"id": -1001700000001, "type": "channel", "title": "王姨的频道"}
    await stage.li.says(REPORT)
    await stage.wang.says("收到，我去看看", reply_to=stage.card(1), sender_chat=channel)
    (request,) = await stage.requests()
    assert request.state == "open"


async def test_what_the_linked_channel_announces_is_no_request(stage: TelegramStage) -> None:
    channel = {"id": -1001700000001, "type": "channel", "title": "社区发布"}
    words = "今晚八点到十点3栋停水检修，请提前储水"
    await stage.li.says(words, sender_chat=channel, is_automatic_forward=True)
    assert not await stage.requests()
