"""What people say in plain words where the bot asked, called or waits: it is heard as meant."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.harness import GROUP, Stage, staged

LAMP, LIFT = "路灯不亮了", "电梯又坏了"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def lamp_done_and_lift_open(stage: Stage) -> None:
    """Li told of both; of the lamp she is asked whether it is solved."""
    await stage.li.says(LAMP)
    await stage.passes(minutes=10)
    await stage.li.says(LIFT)
    await stage.wu.says("/take 1")
    await stage.wu.says("/done 1 换了灯泡")
    await stage.passes(minutes=5)


@pytest.mark.parametrize("words", ["解决了", "好了，谢谢", "works now, thanks"])
async def test_who_is_asked_answers_of_that_and_not_of_the_newest(stage: Stage, words: str) -> None:
    await lamp_done_and_lift_open(stage)
    await stage.li.says(words)
    assert (await stage.request(1)).state == "closed"
    assert (await stage.request(2)).state == "open"


async def test_a_lift_of_another_unit_is_another_request(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.passes(minutes=5)
    await stage.sun.says("1单元电梯也坏了")
    assert [each.number for each in await stage.requests()] == [1, 2]
    assert "周叔" in stage.card(2).text, "nobody captains that unit: the building's is asked"


async def test_a_false_alarm_of_who_called_ends_the_calling(stage: Stage) -> None:
    await stage.li.says("着火了！！")
    called = len(stage.said(stage.zhou.private))
    await stage.passes(minutes=2)
    await stage.li.says("虚惊一场，是烧饭糊了")
    assert (await stage.request(1)).ending == "not_needed"
    assert "虚惊一场" in stage.page(stage.zhou).text
    await stage.passes(hours=1)
    assert len(stage.said(stage.zhou.private)) == called, "nobody is called any more"


async def test_that_it_does_not_burn_here_calls_nobody_off(stage: Stage) -> None:
    await stage.li.says("着火了！！")
    await stage.zhou.says("三楼没着火，是四楼")
    await stage.li.says("我家没着火，是楼上")
    assert (await stage.request(1)).state == "open"


@pytest.mark.parametrize("words", ["换好灯泡了", "装好了", "works again"])
async def test_who_has_it_says_how_it_was_done_and_it_is_done(stage: Stage, words: str) -> None:
    await stage.li.says(LAMP)
    await stage.wu.says("/take 1")
    await stage.wu.says(words, reply_to=stage.card(1))
    assert (await stage.request(1)).state == "done"


@pytest.mark.parametrize("words", ["明天换好灯泡", "还没换好", "等换好了再说吗"])
async def test_what_is_to_come_is_not_done(stage: Stage, words: str) -> None:
    await stage.li.says(LAMP)
    await stage.wu.says("/take 1")
    await stage.wu.says(words, reply_to=stage.card(1))
    assert (await stage.request(1)).state != "done"


async def test_who_has_it_and_takes_it_again_is_still_on_it(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.wu.says("/take 1")
    await stage.passes(hours=20)
    await stage.wu.says("/take 1")
    happened = await stage.events(1)
    assert happened.count("take") == 1
    assert happened[-1] == "update"


@pytest.mark.parametrize("said", ["没解决", "接单", "/done"])
async def test_which_is_asked_with_the_word_that_was_used(stage: Stage, said: str) -> None:
    await stage.wu.writes(said)
    assert f"例如：{said} 12" in stage.wu.last.text
    assert not stage.said(GROUP)


@pytest.mark.parametrize("words", ["路灯不亮了，开玩笑的", "发错群了", "just kidding"])
async def test_a_report_changed_into_none_is_taken_back(stage: Stage, words: str) -> None:
    said = await stage.li.says(LAMP)
    await stage.li.edits(said, words)
    assert (await stage.request(1)).ending == "not_needed"


async def test_a_report_changed_otherwise_stays_one(stage: Stage) -> None:
    said = await stage.li.says(LAMP)
    await stage.li.edits(said, "3栋门口路灯不亮了，不是开玩笑")
    assert (await stage.request(1)).state == "open"


async def test_what_others_joined_is_not_taken_back_by_one(stage: Stage) -> None:
    said = await stage.li.says(LAMP)
    await stage.sun.says("我家这边也是", reply_to=stage.card(1))
    await stage.li.edits(said, "发错群了")
    assert (await stage.request(1)).state == "open"


async def test_the_list_says_what_the_time_is_of(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.li.writes("/open")
    assert "03-02 09:00报：路灯不亮了" in stage.li.last.text
