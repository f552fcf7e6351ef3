"""Natural words about a request have an effect: how it stands, that it is there again, where."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import ALL, GROUP, Stage


async def ended(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.presses(stage.li.last, "解决了")


async def test_broken_again_in_reply_to_the_solved_card_opens_it_again(stage: Stage) -> None:
    """R43"""
    await ended(stage)
    await stage.passes(hours=5)
    await stage.li.says("又碎了", reply_to=stage.card(1))
    assert (await stage.request(1)).state == "open"
    assert "周叔" in stage.card(1).text


async def test_there_again_while_it_is_dealt_with_reaches_who_deals_with_it(stage: Stage) -> None:
    await stage.li.says("3栋2单元没水了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.presses(stage.li.last, "没解决")
    await stage.passes(hours=1)
    await stage.li.says("水又停了")
    assert "水又停了" in stage.page(stage.zhou).text


async def test_how_it_stands_is_answered_by_number_in_the_group(stage: Stage) -> None:
    await taken(stage)
    before = len(stage.said(GROUP))
    await stage.zhao.says("#1 怎么样了")
    assert len(stage.said(GROUP)) == before + 1
    assert "王姨在办" in stage.last(GROUP).text


async def test_how_it_stands_is_answered_by_number_in_private(stage: Stage) -> None:
    await taken(stage)
    await stage.li.writes("#1 怎么样了？")
    assert "王姨在办" in stage.li.last.text
    assert "3月3日" in stage.li.last.text
    assert "detail" not in await stage.events(1)


async def test_until_when_is_answered_in_reply_to_the_card(stage: Stage) -> None:
    await taken(stage)
    await stage.li.says("多久能好？", reply_to=stage.card(1))
    assert "3月3日（周二）09:00前办好" in stage.last(GROUP).text
    assert "detail" not in await stage.events(1)


async def test_a_number_in_talk_is_no_question(stage: Stage) -> None:
    await opened(stage)
    before = len(stage.said(GROUP))
    await stage.qian.says("#1 这个群真热闹")
    assert len(stage.said(GROUP)) == before


async def test_who_is_captain_is_answered_in_the_group(stage: Stage) -> None:
    await stage.li.says("楼长是谁")
    assert "周叔" in stage.last(GROUP).text


async def test_a_detail_that_names_the_place_moves_it_and_asks_who_is_there(stage: Stage) -> None:
    await stage.wu.says("/report 3栋没热水了")
    assert "周叔" in stage.card(1).text
    await stage.wu.says("no hot water since monday in 2-302", reply_to=stage.card(1))
    assert "2单元" in stage.card(1).title
    assert "王姨（单元长）" in stage.card(1).text
    assert [each.number for each in await stage.requests()] == [1]


async def test_a_neighbour_s_own_place_does_not_move_it(stage: Stage) -> None:
    await stage.wu.says("/report 3栋没热水了")
    await stage.zhao.says("2-401也是", reply_to=stage.card(1))
    assert "2单元" not in stage.card(1).title


@pytest.mark.parametrize(
    "words", ["单元长是谁", "楼长是谁", "who is the building captain?", "who's our unit captain?"]
)
async def test_the_building_captain_is_named_to_who_lives_in_no_unit(
    stage: Stage, words: str
) -> None:
    await stage.wu.says(words)
    assert "周叔" in stage.last(GROUP).text


async def test_in_the_whole_neighbourhood_s_group_it_is_that_of_the_asker_s_building(
    stage: Stage,
) -> None:
    await stage.qian.says("楼长是谁", ALL)
    assert "陈姐" in stage.last(ALL).text
    assert "周叔" not in stage.last(ALL).text
    await stage.wu.says("楼长是谁", ALL)
    assert "3栋楼长：周叔" in stage.last(ALL).text
    assert "4栋楼长：陈姐" in stage.last(ALL).text
