"""Where a report is: checked against the places that exist; a contradiction is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.chat.platform import Capabilities
from storage.tables import Area, Chat
from tests.fakes.places import add_area
from tests.fakes.rooms import Shown
from tests.harness import ALL, GROUP, GROUP4, Actor, Stage, staged


async def place(stage: Stage, number: int = 1) -> dict[str, str]:
    """The parts of the place of a request, as it was understood."""
    return dict((await stage.request(number)).place)


@pytest.mark.parametrize("text", ["4栋电梯坏了", "4栋没水了"])
async def test_what_is_said_of_another_house_is_in_no_unit_of_ones_own(
    stage: Stage, text: str
) -> None:
    await stage.li.says(text)  # she lives in 3-2
    assert await place(stage) == {"building": "4"}
    assert stage.page(stage.chen).title.endswith("4栋")


async def test_a_unit_that_is_said_of_another_house_is_meant(stage: Stage) -> None:
    await stage.li.says("4栋2单元没水了")
    assert await place(stage) == {"building": "4", "unit": "2"}


@pytest.mark.parametrize("text", ["电梯坏了", "3栋电梯坏了", "我们楼电梯坏了"])
async def test_the_lift_of_ones_own_house_is_in_ones_own_unit(stage: Stage, text: str) -> None:
    await stage.li.says(text)
    assert await place(stage) == {"building": "3", "unit": "2"}


async def test_who_speaks_in_another_houses_group_means_no_unit_of_ones_own_there(
    stage: Stage,
) -> None:
    await stage.li.says("楼道灯坏了", GROUP4)
    assert (await place(stage)).get("unit") is None or (await place(stage))["building"] == "3"


async def test_who_is_asked_takes_it_with_a_word_once_the_place_is_known(stage: Stage) -> None:
    await stage.li.says("9栋2单元停水了")
    await stage.li.says("3栋2单元")
    await stage.wang.says("收到")
    assert (await stage.request(1)).state == "taken"


def question(stage: Stage, room: str = GROUP) -> Shown:
    """Which place is meant?"""
    return next(each for each in reversed(stage.said(room)) if "我这里没有这个地方" in each.text)


async def answers(actor: Actor, label: str) -> None:
    """Press the button that says just this."""
    shown = question(actor.stage)
    data = next(each.data for row in shown.buttons for each in row if each.text == label)
    await actor.presses(shown, data)


CONTRADICTIONS = [
    ("9栋电梯坏了", "9栋"),
    ("9栋2单元501漏水", "9栋"),
    ("Blk 9 #05-12 no water", "9栋"),
    ("5#停电了", "5栋"),
    ("B座电梯停了", "B栋"),
    ("3栋5单元没水", "3栋5单元"),
]


@pytest.mark.parametrize(("text", "named"), CONTRADICTIONS)
async def test_a_place_that_is_not_there_is_asked_about_and_never_guessed(
    stage: Stage, text: str, named: str
) -> None:
    await stage.li.says(text)
    assert not await stage.requests()
    assert f"您说的{named}，" in question(stage).text
    assert question(stage).labels == ["3栋2单元", "3栋", "别的地方", "不是我们小区，算了"]


async def test_the_answer_by_a_button_files_it_there(stage: Stage) -> None:
    await stage.li.says("9栋电梯坏了")
    await answers(stage.li, "3栋2单元")
    assert await place(stage) == {"building": "3", "unit": "2"}
    assert (await stage.request(1)).words == "9栋电梯坏了"
    assert stage.page(stage.wang)


async def test_what_the_words_say_besides_holds_within_the_answer(stage: Stage) -> None:
    await stage.li.says("9栋2单元501漏水")
    await answers(stage.li, "3栋")
    assert await place(stage) == {"building": "3", "unit": "2", "room": "501"}


@pytest.mark.parametrize(
    "answer",
    [
        *("3栋1单元", "是3栋1单元", "3-1", "打错了，3栋1单元", "应该是在3栋1单元", "係3棟1單元"),
        *("我说错了，应该是在和平里3栋1单元", "是3栋1单元的。", "It's in block 3 unit 1"),
    ],
)
async def test_the_answer_in_words_files_it_there(stage: Stage, answer: str) -> None:
    await stage.li.says("9栋1单元楼道灯坏了")
    await stage.li.says(answer)
    assert await place(stage) == {"building": "3", "unit": "1"}
    assert (await stage.request(1)).words == "9栋1单元楼道灯坏了"


async def test_talk_is_no_answer_and_a_report_goes_past_the_question(stage: Stage) -> None:
    await stage.li.says("9栋电梯坏了")
    await stage.li.says("3栋的快递到了吗")
    assert not await stage.requests()
    await stage.li.says("门口路灯不亮了")
    assert [each.category for each in await stage.requests()] != ["lift"]


async def test_elsewhere_shows_what_there_is(stage: Stage) -> None:
    await stage.li.says("9栋楼道灯坏了")
    await answers(stage.li, "别的地方")
    asked = next(each for each in reversed(stage.said()) if "在哪里" in each.text)
    await stage.li.presses(asked, "4栋")
    await stage.li.presses(asked, "2单元")
    assert await place(stage) == {"building": "4", "unit": "2"}


async def test_of_a_house_that_is_in_no_list_the_whole_neighbourhood_is_told(stage: Stage) -> None:
    await stage.li.says("9栋楼道灯坏了")
    await answers(stage.li, "别的地方")
    asked = next(each for each in reversed(stage.said()) if "在哪里" in each.text)
    await stage.li.presses(asked, "就是和平里小区")
    assert await place(stage) == {}
    assert "和平里小区" in stage.card(1).title


async def test_what_is_the_neighbours_is_dropped(stage: Stage) -> None:
    await stage.li.says("9栋电梯坏了")
    await answers(stage.li, "不是我们小区，算了")
    assert not await stage.requests()
    assert stage.last().text == "好的，不登记。"


async def test_only_who_was_asked_may_answer(stage: Stage) -> None:
    await stage.li.says("9栋电梯坏了")
    told = await stage.zhao.presses(question(stage), "3栋2单元")
    assert "问说话那位的" in told
    assert not await stage.requests()


async def test_who_means_what_is_open_already_joins_it(stage: Stage) -> None:
    await stage.li.says("电梯坏了")
    await stage.zhao.says("1号楼电梯也坏了")
    await answers(stage.zhao, "3栋2单元")
    assert len(await stage.requests()) == 1
    assert "join" in await stage.events()


async def test_danger_waits_for_no_answer_and_is_asked_beside(stage: Stage) -> None:
    await stage.li.says("9栋着火了！！")
    assert (await stage.request(1)).urgency == "emergency"
    assert "和平里小区" in stage.card(1).title
    assert stage.page(stage.wu)
    assert question(stage).labels[-1] == "就按现在的办"
    await answers(stage.li, "3栋2单元")
    assert "3栋2单元" in stage.card(1).title
    assert stage.page(stage.zhou)
    assert (await stage.events())[-1] == "move"


NEAR = ("wang", "zhou", "wu", "zheng", "feng")


async def test_in_danger_those_near_who_speaks_are_called_before_the_answer(stage: Stage) -> None:
    await stage.li.says("9栋2单元着火了")
    for each in NEAR:
        assert "🚨" in stage.page(stage.cast[each]).title
    assert await stage.events() == ["open", "called"]
    await stage.wang.says("我来")
    assert (await stage.request(1)).state == "taken"
    await stage.li.says("/history 1")
    assert "王姨" in stage.last().text


async def test_in_danger_those_where_a_neighbour_says_it_is_are_called(stage: Stage) -> None:
    await stage.li.says("9栋2单元着火了", ALL)
    assert not stage.chen.heard
    await stage.qian.says("4栋1单元着火了", ALL)
    assert "🚨" in stage.page(stage.chen).title
    assert len(await stage.requests()) == 1


async def test_in_danger_who_has_it_and_those_near_learn_where_it_is(stage: Stage) -> None:
    await stage.li.says("9栋2单元着火了", ALL)
    await stage.wu.says("我来", ALL)
    await stage.li.says("4栋1单元", ALL)
    assert "4栋1单元" in stage.card(1, ALL).title
    assert stage.wu.last.text == "#1 的地方改了，现在是：和平里小区4栋1单元。"
    assert "4栋1单元" in stage.page(stage.chen).title
    assert (await stage.request(1)).state == "taken"


async def test_whoever_has_it_learns_of_the_answer(stage: Stage) -> None:
    said = await stage.li.says("3栋2单元停水了")
    await stage.wang.says("收到")
    await stage.li.edits(said, "9栋2单元停水了")
    await stage.li.says("4栋1单元")
    assert "4栋1单元" in stage.wang.last.text
    assert not stage.chen.heard, "who has it, has it"


async def test_danger_in_a_unit_that_is_not_there_is_in_its_building(stage: Stage) -> None:
    await stage.li.says("3栋5单元着火了！！")
    assert await place(stage) == {"building": "3"}
    assert stage.page(stage.zhou)
    await answers(stage.li, "就按现在的办")
    assert await place(stage) == {"building": "3"}


async def test_a_group_that_is_asked_first_is_asked_where(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=Capabilities(may_hear_all=False)) as stage:
        await stage.li.says("9栋电梯坏了", to_bot=True)
        assert not await stage.requests()
        await answers(stage.li, "3栋")
        assert await place(stage) == {"building": "3"}


@pytest.mark.parametrize("words", ["/report 9栋电梯坏了", "/report 3栋5单元电梯坏了"])
async def test_what_is_filed_by_command_is_asked_about_too(stage: Stage, words: str) -> None:
    await stage.li.says(words)
    assert not await stage.requests()
    await answers(stage.li, "3栋2单元")
    assert await place(stage) == {"building": "3", "unit": "2"}


async def test_danger_that_is_filed_by_command_waits_for_no_answer(stage: Stage) -> None:
    await stage.li.says("/report 9栋着火了！！")
    assert "和平里小区" in stage.card(1).title
    assert question(stage)


async def test_in_private_it_is_asked_as_well(stage: Stage) -> None:
    await stage.li.writes("9栋电梯坏了")
    assert not await stage.requests()
    await stage.li.writes("9栋1单元")
    assert "没找到" in stage.li.last.text
    await stage.li.writes("3栋1单元")
    assert await place(stage) == {"building": "3", "unit": "1"}


async def test_of_several_places_that_are_called_so_one_is_chosen(stage: Stage) -> None:
    await stage.li.says("9栋楼道灯坏了", ALL)
    await stage.li.says("2单元", ALL)
    assert "不止一个" in stage.last(ALL).text
    await stage.li.presses(stage.last(ALL), "4栋2单元")
    assert await place(stage) == {"building": "4", "unit": "2"}


async def test_where_no_houses_are_known_nothing_contradicts(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        community = await store.scalar(select(Area).where(Area.kind == "community"))
        assert community is not None
        await add_area(store, community, "neighbourhood", "北化小区", "北化")
        area = await store.scalar(select(Area.id).where(Area.code == "北化"))
        chat = await store.scalar(select(Chat).where(Chat.external_id == GROUP4))
        assert chat is not None
        chat.area_id = area
    await stage.restarts()
    await stage.does(GROUP4, "new", "message", text="9栋2单元电梯坏了", name="小新")
    assert await place(stage) == {"building": "9", "unit": "2"}


@pytest.mark.parametrize(
    "text",
    [
        "电梯坏了",
        "三栋2单元没水了",
        "no water in block 3",
        "the hallway light in the building i live in is broken",
    ],
)
async def test_what_is_there_is_not_asked_about(stage: Stage, text: str) -> None:
    await stage.li.says(text)
    assert (await place(stage))["building"] == "3"


@pytest.mark.parametrize(
    ("text", "category"),
    [("3栋2单元电梯坏了", "lift"), ("3栋楼道灯坏了", "electricity")],
)
async def test_a_report_that_begins_with_a_place_is_no_answer(
    stage: Stage, text: str, category: str
) -> None:
    await stage.li.says("9栋2单元停水了")
    await stage.li.says(text)
    assert [each.category for each in await stage.requests()] == [category]
    await answers(stage.li, "3栋2单元")
    assert [each.category for each in await stage.requests()] == [category, "water"]


@pytest.mark.parametrize("text", ["3栋楼下", "3栋有人吗"])
async def test_talk_that_begins_with_a_place_is_refused_to_nobody(stage: Stage, text: str) -> None:
    await stage.li.says("9栋2单元停水了")
    said = len(stage.said())
    await stage.li.says(text)
    assert len(stage.said()) == said


async def test_a_place_that_is_not_there_either_is_told(stage: Stage) -> None:
    await stage.li.says("9栋2单元停水了")
    await stage.li.says("7栋")
    assert "没找到“7栋”" in stage.last().text


async def test_hours_later_and_amid_other_talk_a_place_answers_in_reply_alone(
    stage: Stage,
) -> None:
    await stage.li.says("9栋2单元停水了")
    await stage.passes(hours=5)
    await stage.zhao.says("李娜你朋友搬到哪栋了")
    await stage.li.says("4栋")
    assert not await stage.requests()
    await stage.li.says("3栋1单元", reply_to=question(stage))
    assert await place(stage) == {"building": "3", "unit": "1"}


async def test_hours_later_a_place_answers_where_nobody_else_spoke(stage: Stage) -> None:
    await stage.li.says("9栋2单元停水了")
    await stage.passes(hours=5)
    await stage.li.says("3栋1单元")
    assert await place(stage) == {"building": "3", "unit": "1"}


async def test_nobody_is_asked_where_what_several_households_share_is(stage: Stage) -> None:
    said = await stage.li.says("3栋2单元停水了")
    await stage.zhao.says("我家也停水了")
    await stage.li.edits(said, "9栋2单元停水了")
    assert not any("我这里没有这个地方" in each.text for each in stage.said())
    await stage.li.says("4栋1单元")
    assert "3栋2单元" in stage.card(1).title


async def test_one_answer_moves_no_neighbour_s_voice(stage: Stage) -> None:
    said = await stage.li.says("3栋2单元停水了")
    await stage.li.edits(said, "9栋2单元停水了")
    asked = question(stage)
    await stage.zhao.says("我家也停水了")
    await stage.li.presses(asked, "别的地方")
    await stage.li.presses(stage.rooms.message(asked.id), "4栋")
    await stage.li.presses(stage.rooms.message(asked.id), "1单元")
    assert "3栋2单元" in stage.card(1).title


async def test_a_floor_that_stands_in_no_list_is_in_its_house(stage: Stage) -> None:
    await stage.li.says("9栋2单元着火了")
    await stage.li.says("3栋5楼")
    assert "3栋" in stage.card(1).title
    assert "move" in await stage.events()


async def test_in_private_too_a_report_that_begins_with_a_place_is_one(stage: Stage) -> None:
    await stage.li.writes("9栋2单元停水了")
    await stage.li.writes("4栋电梯坏了")
    assert [each.category for each in await stage.requests()] == ["lift"]
    await stage.li.writes("3栋1单元")
    assert await place(stage, 2) == {"building": "3", "unit": "1"}
