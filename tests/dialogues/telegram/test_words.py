"""What anybody may write, and where it stands: markup, long texts, topics, replies, limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.telegram.stage import Actor, Setting, TelegramStage, on_telegram

REPORT = "咱们楼电梯又坏了"


@pytest.fixture
async def forum(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """The groups have topics."""
    async with on_telegram(tmp_path, Setting(forum=True)) as made:
        yield made


async def test_markup_in_texts_is_shown_as_it_was_written(stage: TelegramStage) -> None:
    words = "咱们楼电梯又坏了 <b>急</b> & <script>alert(1)</script> &lt;"
    await stage.li.says(words)
    assert words in stage.card(1).text
    assert words in stage.page(stage.wang).text


async def test_markup_in_names_is_shown_as_it_was_written(stage: TelegramStage) -> None:
    odd = Actor(stage, stage.tg.person('<i>小</i> & "新"'))
    await odd.says("/home 2-602")
    assert '<i>小</i> & "新"' in stage.wang.last.text


async def test_markup_in_the_title_of_a_group_is_shown_as_it_was_written(
    stage: TelegramStage,
) -> None:
    await stage.after(stage.group.renamed("<a href='x'>3栋</a> & 朋友"))
    await stage.feng.writes("/groups")
    assert "<a href='x'>3栋</a> & 朋友" in stage.feng.last.text


async def test_a_very_long_report_is_cut_in_the_card(stage: TelegramStage) -> None:
    words = REPORT + "，" + "<非常着急>" * 650
    await stage.li.says(words[:4096])
    assert len(stage.card(1).text) <= 4096
    assert "我来" in stage.page(stage.wang).buttons


async def test_many_long_details_still_fit_into_the_page(stage: TelegramStage) -> None:
    said = await stage.li.says(REPORT)
    for number in range(4):
        more = f"补充{number}：电梯按钮也不亮，" + "很急" * 1500
        await stage.li.says(more[:4000], reply_to=said)
    assert len(stage.page(stage.wang).text) <= 4096


async def test_a_report_with_a_picture_and_many_words_keeps_both(stage: TelegramStage) -> None:
    """A caption holds 1024 characters only."""
    await stage.li.sends_photo(REPORT + "，" + "请快来" * 300)
    heard = stage.wang.heard
    assert any("photo" in each.body for each in heard)
    assert "我来" in stage.page(stage.wang).buttons


async def test_a_report_in_a_topic_gets_its_card_there(forum: TelegramStage) -> None:
    """R17"""
    topic = forum.group.topic("物业")
    await forum.li.says(REPORT, topic)
    assert forum.card(1).topic == topic.id


async def test_cards_stand_in_the_topic_that_was_set_for_requests(forum: TelegramStage) -> None:
    """R17"""
    wanted = forum.group.topic("报事")
    await forum.feng.says("/settings topic here", wanted)
    await forum.li.says(REPORT)
    assert forum.card(1).topic == wanted.id


async def test_a_closed_or_deleted_topic_falls_back_to_the_main_talk(forum: TelegramStage) -> None:
    """R17"""
    wanted = forum.group.topic("报事")
    await forum.feng.says("/settings topic here", wanted)
    wanted.closed = True
    await forum.li.says(REPORT)
    assert forum.card(1).topic is None
    del forum.group.chat.topics[wanted.id]
    await forum.sun.says("/report 1单元的灯又不亮了")
    assert forum.card(2).topic is None


async def test_a_report_that_is_gone_by_then_still_gets_its_card(stage: TelegramStage) -> None:
    said = await stage.li.person.says(stage.group, REPORT)
    await stage.li.person.deletes(said)
    await stage.settles()
    assert stage.card(1).reply_to is None


async def test_an_announcement_goes_to_every_group_within_the_limits(stage: TelegramStage) -> None:
    await stage.feng.writes("/announce 和平里 今晚八点停水检修")
    assert "3 个群" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "发送")
    for group in stage.groups.values():
        assert "今晚八点停水检修" in group.last.text
    await stage.passes(minutes=2)
    assert "✅ 和平里3栋邻里群" in stage.feng.last.text


async def test_an_announcement_shows_where_it_could_not_be_delivered(stage: TelegramStage) -> None:
    """R23"""
    stage.groups["g4"].chat.members[stage.tg.world.bot["id"]].status = "kicked"
    await stage.feng.writes("/announce 和平里 今晚八点停水检修")
    await stage.feng.presses(stage.feng.last, "发送")
    await stage.passes(minutes=2)
    await stage.settles()
    assert any("❌ 和平里4栋邻里群" in each.text for each in stage.feng.heard)


async def test_too_many_requests_are_waited_out_and_nothing_is_lost(stage: TelegramStage) -> None:
    """R16"""
    stage.throttled = 2
    stage.tg.fail("sendMessage", 429, retry_after=30, times=2)
    await stage.li.says(REPORT)
    assert stage.card(1)
    assert stage.page(stage.wang)


async def test_an_answer_that_was_lost_leaves_one_card_with_working_buttons(
    stage: TelegramStage,
) -> None:
    """R23: nobody can know whether a cut call was applied; the request is one all the same."""
    stage.tg.cut("sendMessage", "after")
    await stage.li.says(REPORT)
    (request,) = await stage.requests()
    assert request.number == 1
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert any("王姨在办" in each.text for each in stage.cards(1))


async def test_a_poison_update_is_parked_and_the_others_are_handled(stage: TelegramStage) -> None:
    stage.parked = 1
    stage.tg.poison(stage.group)
    await stage.li.says(REPORT)
    assert stage.card(1)


async def test_a_long_notice_reaches_the_group_whole(stage: TelegramStage) -> None:
    words = "\n".join(f"第{number}条：{'请注意' * 20}" for number in range(62))
    await stage.feng.writes(f"/announce 3栋 {words}")
    await stage.feng.presses(stage.feng.last, "发送")
    said = "\n".join(each.text for each in stage.group.said)
    assert all(line in said for line in words.splitlines())
    assert all(len(each.text) <= 4096 for each in stage.group.said)
