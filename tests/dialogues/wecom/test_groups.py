"""Groups and people as WeCom lets the bot meet them."""

from __future__ import annotations

from pathlib import Path

from tests.dialogues.wecom.stage import WeComStage, on_wecom

NEW = "wrNEWGROUP"


async def test_a_new_group_is_greeted_at_its_first_mention_and_taught_in_one_line(
    stage: WeComStage,
) -> None:
    await stage.feng.says("在吗", NEW)
    (greeting,) = stage.wecom.chats.in_chat(NEW)
    assert "邻里" in greeting.text
    (line,) = [each for each in greeting.text.split("\n") if "@邻里 电梯坏了" in each]
    assert "引用" in line
    assert "管理员" not in greeting.text, "no right could let it hear more"
    assert "直接在群里说" not in greeting.text, "it would not be heard"
    await stage.passes(minutes=1)
    await stage.feng.says("在吗", NEW)
    assert len(stage.wecom.chats.in_chat(NEW)) == 2, "greeted once"


async def test_one_of_several_robots_goes_by_its_own_name(tmp_path: Path) -> None:
    async with on_wecom(tmp_path, named={"east": "东区邻里"}) as stage:
        await stage.feng.says("在吗", NEW)
        (greeting,) = stage.wecom.chats.in_chat(NEW)
        assert "@东区邻里 电梯坏了" in greeting.text
        await stage.li.says("咱们楼电梯又坏了 @东区邻里")
        (request,) = await stage.requests()
        assert request.words == "咱们楼电梯又坏了"
        await stage.li.says("/help")
        assert "@邻里" not in "".join(each.text for each in stage.wecom.chats.seen)


async def test_a_group_is_bound_by_a_command(stage: WeComStage) -> None:
    await stage.feng.says("/link 4栋", NEW)
    chat = await stage.chat_of(NEW)
    assert chat.area_id is not None
    assert not chat.hears_all
    await stage.chen.says("电梯坏了", NEW)
    assert stage.cards(1, NEW)


async def test_that_it_hears_mentions_only_is_nothing_to_be_mended(stage: WeComStage) -> None:
    await stage.feng.writes("/doctor")
    assert "听不到" not in stage.feng.heard[-1].text
    assert "管理员" not in stage.feng.heard[-1].text


async def test_who_never_wrote_to_the_bot_is_asked_in_the_group(tmp_path: Path) -> None:
    async with on_wecom(tmp_path, unheard=frozenset({"wang"})) as stage:
        await stage.li.says("咱们楼电梯又坏了")
        assert not stage.wang.heard
        assert "王姨" in stage.card(1).text
        await stage.wang.presses(stage.card(1), "我来")
        assert "王姨在办" in stage.card(1).text
        await stage.passes(minutes=1)
        assert len(stage.said) == 1, "the card says it: no word besides"
        await stage.wang.enters()
        assert stage.wang.heard


async def test_who_opens_the_chat_is_welcomed(stage: WeComStage) -> None:
    await stage.li.enters()
    assert "我是邻里" in stage.li.heard[0].text


async def test_an_account_is_bound_by_an_invite_that_is_sent(stage: WeComStage) -> None:
    await stage.feng.writes("/invite 王姨")
    start = stage.feng.heard[-1].text.split("/start ")[1].split()[0]
    new = "woANOTHERPHONEOFWANG00"
    await stage.wecom.says(new, f"/start {start}")
    await stage.settles()
    assert "王姨" in stage.wecom.chats.in_chat(new)[-1].text


async def test_a_group_that_cannot_be_reached_is_given_up_and_heard_of_again(
    stage: WeComStage,
) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    stage.wecom.talked.discard(stage.group)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.passes(minutes=5)
    assert 93006 in stage.wecom.refused
    await stage.li.says("修好了吗")
    assert (await stage.chat_of(stage.group)).present
