"""People on Telegram: a private page, else a mention; Start, blocked, invited, at home."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.telegram.stage import Actor, Setting, TelegramStage, on_telegram

REPORT = "咱们楼电梯又坏了"


@pytest.fixture
async def shy(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """王姨 never pressed Start."""
    async with on_telegram(tmp_path, Setting(unstarted=frozenset({"wang"}))) as made:
        yield made


async def test_who_pressed_start_gets_a_private_message_with_buttons(stage: TelegramStage) -> None:
    """R24"""
    await stage.li.says(REPORT)
    assert "我来" in stage.page(stage.wang).buttons
    assert "@wang" not in stage.card(1).text


async def test_who_did_not_is_mentioned_in_the_group(shy: TelegramStage) -> None:
    """R24: a bot cannot write first, and does not even try."""
    await shy.li.says(REPORT)
    assert "@wang" in shy.card(1).text
    assert ("mention", "@wang") in list(shy.card(1).spans()) or "@wang" in shy.card(1).text
    assert all(call.params["chat_id"] != shy.wang.person.id for call in shy.tg.calls("sendMessage"))


async def test_pressing_start_brings_what_one_was_only_named_for(shy: TelegramStage) -> None:
    await shy.li.says(REPORT)
    await shy.wang.starts()
    await shy.wang.presses(shy.page(shy.wang), "我来")
    assert "王姨在办" in shy.card(1).text


async def test_who_blocked_the_bot_is_mentioned_instead(stage: TelegramStage) -> None:
    """R24"""
    await stage.after(stage.wang.person.blocks_bot())
    await stage.li.says(REPORT)
    assert "@wang" in stage.card(1).text
    assert not stage.wang.heard


async def test_a_block_that_only_the_refusal_tells_falls_back_to_the_group(
    stage: TelegramStage,
) -> None:
    """R24: the update of the block was missed; the page comes back with a 403."""
    stage.wang.person.private.blocked = True
    await stage.li.says(REPORT)
    assert "@wang" in stage.card(1).text
    call = next(each for each in stage.group.said if each is not stage.card(1))
    assert "@wang" in call.text, "an edited card calls nobody"


async def test_who_deleted_their_account_is_passed_over_in_words(stage: TelegramStage) -> None:
    stage.wang.person.private.gone = True
    await stage.li.says(REPORT)
    assert "@wang" in stage.card(1).text


async def test_unblocking_brings_what_one_was_only_named_for(stage: TelegramStage) -> None:
    await stage.after(stage.wang.person.blocks_bot())
    await stage.li.says(REPORT)
    await stage.after(stage.wang.person.unblocks_bot())
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text


async def test_unblocking_makes_private_pages_possible_again(stage: TelegramStage) -> None:
    await stage.after(stage.wang.person.blocks_bot())
    await stage.after(stage.wang.person.unblocks_bot())
    await stage.li.says(REPORT)
    assert stage.page(stage.wang)


async def test_plain_words_in_reply_to_the_page_take_it(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    await stage.wang.writes("收到，我去看看", reply_to=stage.page(stage.wang))
    assert "王姨在办" in stage.card(1).text


async def test_staff_bind_their_account_with_a_single_use_invite(stage: TelegramStage) -> None:
    await stage.feng.writes("/invite 周叔")
    link = re.search(r"https://t\.me/linli_test_bot\?start=(\S+)", stage.feng.last.text)
    assert link, stage.feng.last.text
    new, thief = (Actor(stage, stage.tg.person(name)) for name in ("老周", "别人"))
    await new.starts(link[1])
    assert "周叔" in new.last.text
    await thief.starts(link[1])
    assert "用过" in thief.last.text


async def test_a_resident_says_where_they_live_by_buttons_and_a_captain_confirms(
    stage: TelegramStage,
) -> None:
    new = Actor(stage, stage.tg.person("小新"))
    await new.says("/home")
    question = stage.group.last
    await new.presses(question, "2单元")
    await new.presses(question, "602")
    assert stage.group.said == [question], "one message, edited as it is answered"
    await stage.wang.presses(stage.wang.last, "是的")
    await new.says(REPORT)
    assert "2单元" in stage.card(1).text


async def test_the_first_words_in_private_count(stage: TelegramStage) -> None:
    """R7: no second message is needed, and no Start before it."""
    await stage.li.writes("3栋2单元电梯坏了")
    assert len(await stage.requests()) == 1


async def test_a_stranger_is_spoken_to_in_the_language_of_their_client(
    stage: TelegramStage,
) -> None:
    bob = Actor(stage, stage.tg.person("Bob", language="en"))
    await bob.starts()
    assert "Hello" in bob.last.text


async def test_a_member_of_the_staff_who_has_no_username_is_called_by_name(
    tmp_path: Path,
) -> None:
    setting = Setting(unstarted=frozenset({"wang"}), unnamed=frozenset({"wang"}))
    async with on_telegram(tmp_path, setting) as stage:
        await stage.li.says(REPORT)
        assert ("text_mention", "王姨") in list(stage.card(1).spans())
