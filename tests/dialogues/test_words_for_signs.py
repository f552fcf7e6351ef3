"""Where there are no buttons and nothing can be edited, everything is said in few words."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.chat.platform import Capabilities
from storage.tables import Person
from tests.conformance.house import number_of
from tests.conformance.rooms_house import ANSWERS, CARDS, LEAST, NUMBERS
from tests.dialogues.test_several_channels import neighbours, says
from tests.harness import GROUP, Stage, staged


async def calls(stage: Stage, who: str, text: str) -> list[str]:
    """Somebody calls the bot in the group; gives what it says there then."""
    before = len(stage.said(GROUP))
    await stage.cast[who].says(text, to_bot=True)
    return [each.whole for each in stage.said(GROUP)[before:]]


async def test_a_change_is_told_in_a_short_message_and_not_the_whole_card_again(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path, capabilities=LEAST) as stage:
        (card,) = await calls(stage, "li", "咱们楼电梯又坏了")
        assert "“咱们楼电梯又坏了”" in card
        (told,) = await calls(stage, "wang", "/接单 1")
        assert "王姨在办" in told
        assert "“咱们楼电梯又坏了”" not in told
        assert "3月3日" not in told


async def test_voices_that_nobody_addressed_to_the_bot_are_told_together(tmp_path: Path) -> None:
    """The second household is news; from then on only the number changes."""
    async with staged(tmp_path, capabilities=NUMBERS) as stage:
        await stage.li.says("咱们楼电梯又坏了")
        for who in ("sun", "zhao", "wu", "zheng"):
            await stage.cast[who].says("我家也是")
        counts = [each.whole for each in stage.said(GROUP) if "户反映" in each.whole]
        assert len(counts) == 1
        await stage.passes(minutes=40)
        counts = [each.whole for each in stage.said(GROUP) if "户反映" in each.whole]
        assert len(counts) == 2
        assert "5 户" in counts[-1]


async def test_who_chooses_a_number_is_answered_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=NUMBERS) as stage:
        await stage.li.says("咱们楼电梯又坏了")
        await stage.sun.says("11", to_bot=True)
        (told,) = await calls(stage, "zhao", "11")
        assert "3 户" in told


async def test_a_number_said_to_neighbours_chooses_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=NUMBERS) as stage:
        await stage.li.says("咱们楼电梯又坏了")
        await stage.wang.says("12")
        assert (await stage.request(1)).state == "open"


async def test_a_number_of_an_older_message_still_means_what_it_said(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=LEAST) as stage:
        await calls(stage, "li", "咱们楼电梯又坏了")
        await calls(stage, "sun", "1单元楼道灯坏了")
        await calls(stage, "wang", "12")
        assert (await stage.request(1)).state == "taken"
        assert (await stage.request(2)).state == "open"


async def test_a_number_with_its_label_means_its_own_request(tmp_path: Path) -> None:
    """Written as the card prints it: never the request that is nearer."""
    async with staged(tmp_path, capabilities=LEAST) as stage:
        await calls(stage, "li", "咱们楼电梯又坏了")
        (second,) = await calls(stage, "sun", "2单元楼道灯坏了")
        take, join = number_of(second, "我来"), number_of(second, "我家也是")
        (joined,) = await calls(stage, "zhao", f"{join} 我家也是")
        assert "2 户" in joined
        await calls(stage, "wang", f"{take}、我来，谢谢")
        assert (await stage.request(1)).state == "open"
        assert (await stage.request(2)).state == "taken"


async def test_a_number_with_other_words_is_asked_back(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=LEAST) as stage:
        await calls(stage, "li", "咱们楼电梯又坏了")
        (second,) = await calls(stage, "sun", "2单元楼道灯坏了")
        join = number_of(second, "我家也是")
        for words in (f"{join} 我来", f"{join} 我来处理", f"#{join}"):
            (asked,) = await calls(stage, "wang", words)
            assert f"只写 {join}" in asked, words
        for number in (1, 2):
            assert (await stage.request(number)).state == "open"


async def test_what_only_begins_with_a_number_is_heard(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=LEAST) as stage:
        await calls(stage, "li", "咱们楼电梯又坏了")
        await calls(stage, "sun", "11楼的灯坏了")
        assert (await stage.request(2)).words == "11楼的灯坏了"


async def test_numbers_are_forgotten_after_a_week(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=NUMBERS) as stage:
        for days, language in ((8, None), (6, "en")):
            await stage.li.writes("/language")
            number = stage.li.last.text.split(" English")[0].split("　")[-1]
            await stage.passes(days=days)
            await stage.li.writes(number)
            async with stage.app.store.read() as store:
                known = await store.scalar(select(Person.language).where(Person.key == "li"))
            assert known == language


async def test_what_only_answers_waits_though_another_app_has_a_chat_of_the_same_id(
    tmp_path: Path,
) -> None:
    """Two accounts in one room: ids are compared with their platform."""
    async with staged(tmp_path, others={"shy": ANSWERS, "least": LEAST}) as stage:
        shy = await neighbours(stage, "shy", "same")
        least = await neighbours(stage, "least", "same")
        assert await says(stage, least, "li", "咱们楼电梯又坏了", "same")
        assert not shy.from_bot("same")


async def test_a_card_changes_in_place_right_after_a_press_and_is_told_anew_later(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path, capabilities=CARDS) as stage:
        await calls(stage, "li", "咱们楼电梯又坏了")
        card = stage.card(1)
        await stage.does(GROUP, "wang", "press", message_id=card.id, data="take:1", name="王姨")
        assert "王姨在办" in stage.card(1).text
        assert stage.card(1).edits == 1
        await stage.passes(minutes=1)
        (told,) = await calls(stage, "wang", "/办结 1 换了阀门")
        assert "王姨说办好了" in told
        assert stage.card(1).edits == 1


async def test_what_waits_for_somebody_to_speak_is_not_said_when_it_is_old(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=ANSWERS) as stage:
        await stage.feng.writes("/remind 每天 10:00 3栋 今晚停水")
        number = stage.feng.last.text.split(" 对，保存")[0].split("：")[-1]
        await stage.feng.writes(number)
        await stage.passes(days=3, hours=2)
        assert not stage.said(GROUP)
        await stage.li.says("大家早")
        assert not stage.said(GROUP), "talk among neighbours is no call"
        await stage.li.says("在吗", to_bot=True)
        assert sum("今晚停水" in each.whole for each in stage.said(GROUP)) == 1


@pytest.mark.parametrize("can", [NUMBERS, ANSWERS, LEAST])
async def test_who_calls_it_by_name_is_answered_whatever_else_it_hears(
    tmp_path: Path, can: Capabilities
) -> None:
    async with staged(tmp_path, capabilities=can) as stage:
        for words in ("在吗", "今天天气真不错啊我很开心", "谢谢"):
            assert len(await calls(stage, "li", words)) == 1, words
        before = len(stage.said(GROUP))
        if can is not LEAST:
            await stage.li.says("在吗")
        assert len(stage.said(GROUP)) == before


async def test_the_greeting_and_the_help_say_how_it_is_called(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=LEAST) as stage:
        await stage.joins_group("new", hears_all=False)
        assert "@邻里 电梯坏了" in stage.last("new").text
        assert "直接在群里说" not in stage.last("new").text
        (text,) = [each for each in await calls(stage, "li", "帮助") if "不用记命令" in each]
        assert "@邻里" in text
