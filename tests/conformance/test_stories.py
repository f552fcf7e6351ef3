"""What a neighbourhood needs, told on every platform with what that platform can do."""

from __future__ import annotations

import re

import pytest

from handlers.chat.incoming import MediaKind
from handlers.chat.platform import Hears, Speaks
from tests.conformance.house import G3, G4, House, answered, choose, there, told

LIFT = "咱们楼电梯又坏了"


async def spoken(house: House) -> None:
    """Somebody calls the bot in the group, where it waits for that."""
    if house.can.speaks is Speaks.ANSWERING:
        await house.says("sun", "在吗", calling=True)


async def opened(house: House, text: str = LIFT) -> None:
    await house.says("li", text)


async def test_a_report_is_answered_with_number_place_and_deadline(house: House) -> None:
    await opened(house)
    said = await answered(house)
    assert "#1" in said
    assert "3栋2单元" in said
    assert re.search(r"\d+:\d\d前回应", said)


@pytest.mark.takes("group:heard")
async def test_a_neighbour_joins_in_words(house: House) -> None:
    await opened(house)
    await house.says("sun", "我家也是")
    assert "2 户" in await told(house)


@pytest.mark.takes("group:heard")
async def test_a_neighbour_joins_by_choosing(house: House) -> None:
    await opened(house)
    await choose(house, "sun", "我家也是")
    assert "2 户" in await told(house)


async def test_who_is_asked_takes_it_by_choosing(house: House) -> None:
    await opened(house)
    await choose(house, "wang", "我来")
    assert await house.state(1) == "taken"
    await spoken(house)
    assert re.search(r"王姨\s?在办", await answered(house))  # behind a name, some apps have a blank


async def test_it_is_ended_in_words_and_confirmed_by_choosing(house: House) -> None:
    await opened(house)
    await choose(house, "wang", "我来")
    await house.says("wang", "/办结 1 换了阀门")
    assert await house.state(1) == "done"
    said = await told(house, "li")
    assert "换了阀门" in said
    assert "解决了吗" in said
    await choose(house, "li", "解决了")
    assert await house.state(1) == "closed"


async def test_not_solved_is_chosen_and_it_goes_on(house: House) -> None:
    await opened(house)
    await choose(house, "wang", "我来")
    await house.says("wang", "/办结 1 换了阀门")
    await choose(house, "li", "没解决")
    assert await house.state(1) == "open"


async def test_everything_is_done_by_command_as_well(house: House) -> None:
    await opened(house)
    for who, line in (("wang", "/接单 1"), ("wang", "/办结 1 换了阀门"), ("li", "/解决了 1")):
        await house.says(who, line)
    assert await house.state(1) == "closed"


async def test_what_nobody_takes_climbs_the_ladder(house: House) -> None:
    await opened(house)
    assert "周叔" not in await answered(house)
    await house.passes(hours=3)
    await spoken(house)
    said = await told(house, "zhou") + await answered(house)
    assert re.search(r"周叔|@zhou", said) or "请您" in said
    await choose(house, "zhou", "我来")
    assert await house.state(1) == "taken"


async def test_a_reminder_is_posted_at_its_time(house: House) -> None:
    private = house.can.private
    await house.says("feng", "/remind 每天 10:00 3栋 今晚停水", private=private)
    await choose(house, "feng", "保存")
    before = (await told(house)).count("今晚停水")
    await house.passes(hours=2)
    if house.can.speaks is Speaks.ANSWERING:
        await house.says("li", "大家早")
        assert (await told(house)).count("今晚停水") == before, "nobody called the bot"
        await spoken(house)
    assert (await told(house)).count("今晚停水") == before + 1


async def test_a_form_is_filled_in_by_choosing_and_in_words(house: House) -> None:
    await house.says("li", "/report", private=house.can.private)
    await choose(house, "li", "电梯")
    await choose(house, "li", "就是")
    await house.says("li", "门关不上", private=house.can.private)
    await choose(house, "li", "登记")
    assert await house.state(1) == "open"


async def test_a_picture_goes_with_the_request(house: House) -> None:
    await house.says("li", "2单元楼道灯坏了", photo=True)
    assert await house.state(1) == "open"
    if not house.can.private or not house.can.private_unasked:
        assert re.search(r"王姨|@wang", await told(house)), "asked where the picture stands already"
        return
    pages = await house.stands("wang")
    pictures = sum(each.pictures for each in pages)
    if MediaKind.PHOTO in house.can.media_out:
        assert pictures == 1
    else:
        assert pictures == 0
        assert any("另有 1 张图" in each.text for each in pages)


async def test_a_long_list_is_parted_and_nothing_of_it_is_lost(house: House) -> None:
    things = ("灯", "水管", "门禁", "下水道", "对讲机", "扶手", "玻璃", "信箱")
    for number, thing in enumerate(things, 1):
        await house.says("wang", f"/report {number}楼楼道的{thing}坏了，请尽快来修一下，谢谢大家")
    before = len(await there(house, "wang"))
    await house.says("wang", "/未结")
    said = "\n".join(each.text for each in (await there(house, "wang"))[before:])
    if "下一页" in said or any("下一页" in each.labels for each in await there(house, "wang")):
        await choose(house, "wang", "下一页")
        said += "\n".join(each.text for each in (await there(house, "wang"))[before:])
    for number in range(1, len(things) + 1):
        assert f"#{number} " in said
    for each in await there(house, "wang"):
        assert len(each.text) <= house.can.text_limit
        assert not 0 < house.can.text_bytes < len(each.text.encode())


async def test_hostile_text_is_shown_as_it_was_written(house: House) -> None:
    hostile = "<b>灯</b> *坏* _了_ [看](http://x.cn) &amp; `x`"
    await house.says("li", f"/report {hostile}")
    assert f"“{hostile}”" in await answered(house)


async def test_two_groups_are_each_in_their_own_order(house: House) -> None:
    await house.says("li", LIFT)
    await house.says("qian", "咱们楼没水了", group=G4)
    await choose(house, "wang", "我来")
    three, four = await answered(house), await answered(house, "qian", group=G4)
    assert "#1" in three
    assert "#2" not in three
    assert "#2" in four
    assert "#1" not in four


@pytest.mark.but("local")  # it says by writing into our own database
async def test_what_could_not_be_said_is_said_later(house: House) -> None:
    await house.fails(2)
    await opened(house)
    await house.passes(minutes=2)
    assert (await answered(house)).count("已请") == 1


@pytest.mark.takes("group:heard")
async def test_a_stranger_s_choice_is_refused_and_they_are_told_why(house: House) -> None:
    await opened(house)
    await choose(house, "qian", "我来")
    assert await house.state(1) == "open"
    assert "被请来办的人" in "\n".join([await told(house), *await house.notices()])


async def test_a_choice_that_is_over_is_offered_no_more_or_says_so(house: House) -> None:
    """A card that can be edited loses its button; a number or button of an older one says why."""
    await opened(house)
    await choose(house, "wang", "我来")
    over = r"已经(接|在办)"
    assert not re.search(over, await told(house, "wang"))
    if house.can.edits_always:
        with pytest.raises(AssertionError, match="nowhere"):
            await choose(house, "wang", "我来")
    else:
        await choose(house, "wang", "我来")
        said = [await told(house, "wang"), *await house.notices()]
        assert re.search(over, "\n".join(said))
    assert await house.state(1) == "taken"


@pytest.mark.takes("group:heard")
async def test_a_neighbour_still_joins_what_is_taken(house: House) -> None:
    await opened(house)
    await choose(house, "wang", "我来")
    await choose(house, "sun", "我家也是")
    assert "2 户" in await told(house)
    assert await house.state(1) == "taken"


@pytest.mark.takes("only:called")
async def test_who_calls_the_bot_is_never_left_alone(house: House) -> None:
    for words in ("在吗", "今天天气真不错啊我很开心", "谢谢"):
        before = len(await house.stands())
        await house.says("li", words)
        assert len(await house.stands()) > before, words


async def test_help_names_only_what_works(house: House) -> None:
    await house.says("feng", "/help")
    text = await answered(house, "feng")
    if not house.can.may_hear_all:
        assert "@邻里" in text or house.can.hears is Hears.FORWARDED, "there it is said in private"
        assert "直接在群里说" not in text
    if house.can.private:
        await house.says("feng", "/help", private=True)
        assert ("/导出" in await told(house, "feng")) == house.can.files


@pytest.mark.takes("group:heard")
async def test_the_noise_of_what_cannot_be_edited_stays_small(house: House) -> None:
    """A hundred voices are no hundred messages: one card where it changes, one further message
    where it cannot; only who calls the bot has an answer each."""
    await opened(house)
    voices = ("sun", "zhao", "wu", "zheng")
    for who in voices:
        await house.says(who, "我家也是", group=G3)
    told_apart = 1 if house.can.hears is Hears.EVERYTHING or house.can.may_hear_all else len(voices)
    further = 0 if house.can.edits_always else told_apart
    assert len(await house.stands()) == 1 + further


@pytest.mark.takes("only:forwarded")
async def test_what_is_sent_on_stays_between_those_who_sent_it_and_who_is_asked(
    house: House,
) -> None:
    await opened(house)
    await choose(house, "wang", "我来")
    await house.says("wang", "/办结 1 换了阀门")
    await choose(house, "li", "解决了")
    assert await house.state(1) == "closed"
    assert not await told(house), "the group hears nothing of what somebody did in private"


@pytest.mark.takes("private")
async def test_who_tells_the_same_to_the_bot_alone_is_shown_what_becomes_of_it(
    house: House,
) -> None:
    await opened(house)
    await house.says("zhao", "2单元电梯坏了", private=True)
    shown = "\n".join(each.text for each in await house.stands("zhao"))
    assert "#1" in shown
    assert "2 户" in shown
    assert "#2" not in await told(house, "li", "zhao", "wang")
