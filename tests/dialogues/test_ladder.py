"""The ladder: who is asked when and how, several at once, "I can't", danger, gaps, a simulation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.chat.platform import Capabilities
from handlers.understanding.meaning import Heard, Meaning, Scene, Urgency
from storage.tables import Gap, Person
from tests.dialogues.duty_steps import made
from tests.dialogues.policies import at, governed, local
from tests.fakes.reader import PlainReader
from tests.harness import GROUP, Actor, Stage

LAMP = "楼道的灯坏了"
TWO = """
[ladders.self]
technical = [
    { ask = ["unit_captain", "property_manager"], answers = 2, wait = "4 hours" },
    ["grid_worker"],
    ["coordinator"],
]
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with governed(tmp_path) as made:
        yield made


def ladder(text: str) -> str:
    """A policy whose technical ladder is this one."""
    return f"[ladders.self]\ntechnical = {text}\n"


def asked(stage: Stage) -> set[str]:
    """Who was written to by the bot, by key."""
    return {key for key, actor in stage.cast.items() if actor.heard}


# Steps --------------------------------------------------------------------------------------


async def test_each_rung_waits_as_long_as_it_says(tmp_path: Path) -> None:
    own = ladder(
        '[{ ask = ["unit_captain"], wait = "30 minutes" },'
        ' { ask = ["building_captain"], wait = "2 hours" }, ["coordinator"]]'
    )
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        assert "09:30" in stage.card(1).text
        await stage.passes(minutes=31)
        assert "周叔" in stage.card(1).text
        assert "11:30" in stage.card(1).text
        await stage.passes(hours=2)
        assert "冯书记" in stage.card(1).text


async def test_a_wait_may_be_working_time(tmp_path: Path) -> None:
    own = ladder('[{ ask = ["unit_captain"], wait = "2 working hours" }, ["coordinator"]]')
    async with governed(tmp_path, own, start=at("2026-03-06 17:00")) as stage:
        await stage.li.says(LAMP)
        assert local((await stage.request(1)).climb_at) == "03-09 10:00"
        await stage.passes(days=2)
        assert (await stage.request(1)).rung == 0
        await stage.passes(days=1)
        assert (await stage.request(1)).rung == 1


async def test_several_of_a_rung_are_asked_at_once(tmp_path: Path) -> None:
    own = ladder('[["unit_captain", "property_manager", "building_captain"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        assert asked(stage) == {"wang", "wu", "zhou"}
        await stage.wu.presses(stage.page(stage.wu), "我来")
        assert "吴工" in stage.page(stage.wang).text
        assert not stage.page(stage.zhou).labels, "who took it is told to the others"


async def test_a_whole_team_is_asked(tmp_path: Path) -> None:
    own = ladder('[{ ask = ["volunteer"], every = true }, ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        for name in ("赵强", "孙姐"):
            await stage.feng.writes(f"/staff add {name} 志愿者 和平里")
        heard = asked(stage)
        await stage.li.says(LAMP)
        assert asked(stage) - heard == {"zhao", "sun"} - heard
        assert stage.page(stage.zhao)
        assert stage.page(stage.sun)


async def test_a_rung_may_name_a_person(tmp_path: Path) -> None:
    own = ladder('[["@chen"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        assert stage.page(stage.chen)


async def test_a_person_nobody_knows_is_passed_over(tmp_path: Path) -> None:
    own = ladder('[["@nobody"], ["building_captain"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        assert stage.page(stage.zhou)


async def test_whoever_is_on_duty_is_asked(tmp_path: Path) -> None:
    own = ladder('[["duty:night"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await made(stage, "/值班表 3栋 红管家 每天 8:00-18:00：王姨")
        await made(stage, "/值班表 3栋 night 每天轮换 每天 9:00-9:00：陈姐、周叔")
        await stage.li.says(LAMP)
        assert "值班的人" in stage.card(1).text
        assert stage.page(stage.chen).labels
        assert "楼道" not in " ".join(each.whole for each in stage.wang.heard), "another rota's"


class Hurried(PlainReader):
    """Takes all for this urgent."""

    def __init__(self, urgency: Urgency) -> None:
        self._urgency = urgency

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        return replace(super().read(heard, scene), urgency=self._urgency)


NIGHT_LINE = "/值班表 3栋 night 每天轮换 每天 22:00-7:00：陈姐、周叔"


@pytest.mark.parametrize(("urgency", "at_once"), [(Urgency.NORMAL, False), (Urgency.URGENT, True)])
async def test_a_night_line_is_told_at_once_of_what_is_urgent_alone(
    tmp_path: Path, urgency: Urgency, *, at_once: bool
) -> None:
    """R37: what is ordinary waits for the morning there too; a captain who is asked sleeps."""
    own = ladder('[["duty:night", "unit_captain"], ["coordinator"]]')
    night, reader = at("2026-03-02 23:00"), Hurried(urgency)
    async with governed(tmp_path, own, start=night, reader=reader) as stage:
        await made(stage, NIGHT_LINE)
        before = len(stage.chen.heard)
        await stage.li.says(LAMP)
        told = [LAMP in each.whole for each in stage.chen.heard[before:]]
        assert told == [True] * at_once
        assert not stage.wang.heard
        await stage.passes(hours=8, minutes=1)
        assert LAMP in stage.page(stage.chen).whole
        assert LAMP in stage.page(stage.wang).whole


async def test_the_next_turn_is_somebody_elses(tmp_path: Path) -> None:
    own = ladder('[["duty"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await made(stage, "/值班表 3栋 night 每天轮换 每天 9:00-9:00：陈姐、周叔")
        await stage.passes(hours=24)
        await stage.li.says(LAMP)
        assert LAMP in stage.page(stage.zhou).whole
        assert LAMP not in stage.chen.heard[-1].whole


async def test_with_nobody_on_duty_the_next_rung_is_asked(tmp_path: Path) -> None:
    async with governed(
        tmp_path, ladder('[["duty"], ["building_captain"], ["coordinator"]]')
    ) as stage:
        await stage.li.says(LAMP)
        assert stage.page(stage.zhou)


async def test_a_rung_may_be_named_in_the_group(tmp_path: Path) -> None:
    own = ladder('[{ ask = ["unit_captain"], how = "mention" }, ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        assert not stage.wang.heard
        assert "@wang" in stage.card(1).text


async def test_a_rung_may_be_asked_both_ways(tmp_path: Path) -> None:
    own = ladder(
        '[{ ask = ["unit_captain"], wait = "1 hour" },'
        ' { ask = ["building_captain"], how = "both" }, ["coordinator"]]'
    )
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.passes(minutes=61)
        assert stage.page(stage.zhou).labels
        assert "@zhou" in stage.last().text, "and called in the group"
        await stage.zhou.presses(stage.page(stage.zhou), "我来")
        assert (await stage.request(1)).state == "taken"


async def test_a_ladder_may_begin_anew_before_the_last_resort(tmp_path: Path) -> None:
    own = ladder(
        '{ steps = [{ ask = ["unit_captain"], wait = "1 hour" },'
        ' { ask = ["coordinator"], wait = "1 hour" }], repeat = 1 }'
    )
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.passes(hours=2, minutes=1)
        request = await stage.request(1)
        assert (request.rung, request.lap) == (0, 1)
        await stage.passes(hours=2)
        request = await stage.request(1)
        assert (request.rung, request.lap) == (1, 1), "once only; then the last rung, more rarely"


async def test_the_last_resort_is_asked_when_all_was_in_vain(tmp_path: Path) -> None:
    own = ladder('{ steps = [{ ask = ["unit_captain"], wait = "1 hour" }], last = ["@chen"] }')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.passes(hours=1, minutes=1)
        assert stage.page(stage.chen)
        await stage.passes(days=2)
        assert stage.page(stage.feng), "whoever manages stands at the end in any case"


async def test_on_leave_the_deputy_is_asked_on_the_way_up(stage: Stage) -> None:
    await stage.zhou.writes("/leave 03-02 03-08 陈姐")
    await stage.li.says(LAMP)
    await stage.passes(days=1, minutes=1)
    assert stage.page(stage.chen)


async def test_leave_that_begins_meanwhile_counts_when_the_rung_is_asked(stage: Stage) -> None:
    await stage.zhou.writes("/leave 03-03 03-08 陈姐")
    await stage.li.says(LAMP)
    await stage.passes(days=1, minutes=1)
    assert stage.page(stage.chen)


# "I can't" and two answers -------------------------------------------------------------------


async def test_i_cant_passes_on_at_once(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.wang.presses(stage.page(stage.wang), "去不了")
    assert stage.page(stage.zhou)
    assert "周叔" in stage.card(1).text


async def test_i_cant_of_one_leaves_it_to_the_others_of_the_rung(tmp_path: Path) -> None:
    own = ladder('[["unit_captain", "property_manager"], ["building_captain"], ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "去不了")
        assert "吴工" in stage.card(1).text
        assert not stage.page(stage.wang).labels
        assert not stage.zhou.heard
        await stage.wu.writes("/来不了 1")
        assert stage.page(stage.zhou), "nobody of the rung is left"


async def test_two_must_answer_and_the_first_alone_is_not_enough(tmp_path: Path) -> None:
    """R32"""
    async with governed(tmp_path, TWO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        request = await stage.request(1)
        assert request.state == "taken"
        assert request.answered_at is None, "the promise is kept when both answered"
        assert "还请吴工一起来" in stage.card(1).text
        await stage.wu.presses(stage.page(stage.wu), "我来")
        request = await stage.request(1)
        assert request.answered_at == stage.clock.now()
        assert request.climb_at is None
        assert "吴工帮忙" in stage.card(1).text
        assert request.holder_id == (await holder(stage, stage.wang))


async def holder(stage: Stage, actor: Actor) -> int:
    async with stage.app.store.read() as store:
        return (await store.scalars(select(Person.id).where(Person.key == actor.key))).one()


async def test_where_the_second_does_not_come_the_ladder_climbs_on(tmp_path: Path) -> None:
    """R32"""
    async with governed(tmp_path, TWO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.passes(hours=4, minutes=1)
        assert stage.page(stage.zheng)
        assert (await stage.request(1)).state == "taken"
        await stage.zheng.presses(stage.page(stage.zheng), "我来")
        request = await stage.request(1)
        assert request.answered_at is not None
        assert (await stage.events(1)).count("take") == 2


async def test_the_same_person_does_not_count_twice(tmp_path: Path) -> None:
    async with governed(tmp_path, TWO) as stage:
        await stage.li.says(LAMP)
        page = stage.page(stage.wang)
        data = page.button("我来").data
        await stage.wang.presses(page, "我来")
        assert "王姨" in await stage.wang.presses_data(stage.page(stage.wang), data)
        assert (await stage.request(1)).answered_at is None


async def test_two_answers_are_not_wanted_where_only_one_can_be_asked(tmp_path: Path) -> None:
    own = ladder('[{ ask = ["unit_captain", "volunteer"], answers = 2 }, ["coordinator"]]')
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        assert (await stage.request(1)).answered_at is not None


async def test_whoever_was_not_asked_cannot_answer_beside_the_first(tmp_path: Path) -> None:
    async with governed(tmp_path, TWO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.zhou.writes("/take 1")
        assert "王姨" in stage.zhou.last.text
        assert (await stage.request(1)).answered_at is None


# Danger -------------------------------------------------------------------------------------


async def test_danger_asks_everybody_at_once_at_night_with_the_numbers(tmp_path: Path) -> None:
    own = '[emergency]\nnumbers = { gas = "0432-95777" }\n'
    async with governed(tmp_path, own, start=at("2026-03-03 02:00")) as stage:
        await stage.li.says("电梯着火了")
        assert asked(stage) >= {"wang", "zhou", "wu", "zheng", "feng"}
        for number in ("119", "110", "120", "0432-95777", "0432-12345678"):
            assert number in stage.card(1).text
        assert "119" in stage.page(stage.wang).text


async def test_danger_breaks_the_hours_of_people_too(tmp_path: Path) -> None:
    """R37"""
    async with governed(tmp_path) as stage:
        await stage.wang.writes("/hours quiet 08:00-20:00")
        await stage.wu.writes("/hours duty 20:00-21:00")
        before = len(stage.wang.heard), len(stage.wu.heard)
        await stage.li.says("电梯着火了")
        assert (len(stage.wang.heard), len(stage.wu.heard)) == (before[0] + 1, before[1] + 1)


async def test_danger_nobody_takes_is_asked_of_everybody_again(stage: Stage) -> None:
    await stage.li.says("电梯着火了")
    await stage.passes(minutes=11)
    assert len([each for each in stage.wang.heard if "#1" in each.whole]) == 2
    assert len([each for each in stage.feng.heard if "#1" in each.whole]) == 2


async def test_danger_taken_and_not_heard_of_is_everybody_s_again_within_the_hour(
    stage: Stage,
) -> None:
    """R26"""
    await stage.li.says("电梯着火了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.passes(minutes=31)
    assert (await stage.request(1)).state == "open"


# The nightly check ---------------------------------------------------------------------------


async def gaps(stage: Stage) -> list[str]:
    async with stage.app.store.read() as store:
        return sorted({each.rung for each in (await store.scalars(select(Gap))).all()})


async def told_of_gaps(stage: Stage) -> list[str]:
    return [each.text for each in stage.feng.heard if "找不到人" in each.text]


async def test_every_ladder_is_walked_at_night_and_gaps_are_told_once(stage: Stage) -> None:
    """R29"""
    await stage.app.ticks.tick()  # the first tick of its life
    await stage.passes(days=1)
    told = await told_of_gaps(stage)
    assert len(told) == 1
    assert "单元长：和平里小区3栋1单元" in told[0]
    assert "unit_captain" in await gaps(stage)
    await stage.passes(days=3)
    assert len(await told_of_gaps(stage)) == 1


async def test_the_coordinator_hears_of_it_in_the_morning(stage: Stage) -> None:
    await stage.app.ticks.tick()  # the first tick of its life
    await stage.passes(hours=20)  # 05:00
    assert not await told_of_gaps(stage)
    await stage.passes(hours=3)
    assert len(await told_of_gaps(stage)) == 1


async def test_a_new_gap_is_told_and_a_mended_one_forgotten(stage: Stage) -> None:
    await stage.app.ticks.tick()  # the first tick of its life
    await stage.passes(days=1)
    await stage.feng.writes("/staff remove 王姨 单元长 3栋2单元")
    await stage.passes(days=1)
    told = await told_of_gaps(stage)
    assert len(told) == 2
    assert "3栋2单元" in told[1]
    assert "1单元" not in told[1], "what was told is not told again"
    await stage.feng.writes("/staff add 王姨 单元长 3栋2单元")
    await stage.passes(days=1)
    await stage.feng.writes("/staff remove 王姨 单元长 3栋2单元")
    await stage.passes(days=1)
    assert len(await told_of_gaps(stage)) == 3, "it is a new gap again"


async def test_somebody_on_leave_without_a_deputy_is_a_gap(stage: Stage) -> None:
    await stage.app.ticks.tick()  # the first tick of its life
    await stage.passes(days=1)
    await stage.wang.writes("/leave 03-03 03-12 -")
    await stage.passes(days=1)
    assert any("3栋2单元" in each for each in (await told_of_gaps(stage))[1:])


async def test_two_processes_walk_the_ladders_once(stage: Stage) -> None:
    await stage.app.ticks.tick()  # the first tick of its life
    await stage.passes(hours=17)
    old = stage.app
    await stage.restarts()
    stage.clock.turn(timedelta(hours=2))
    await stage.app.ticks.tick()
    await old.ticks.tick()
    await stage.passes(hours=5)
    assert len(await told_of_gaps(stage)) == 1


# /ladder -------------------------------------------------------------------------------------


async def test_the_simulation_shows_who_would_be_asked_when(stage: Stage) -> None:
    await stage.feng.writes("/ladder 3栋2单元 lift")
    shown = stage.feng.last
    assert "电梯" in shown.title
    for words in (
        "3月2日（周一）09:00　请王姨",
        "3月3日（周二）09:00　请周叔",
        "请吴工",
        "请冯书记",
    ):
        assert words in shown.text
    assert "0432-12345678" in shown.text
    assert not await stage.requests(), "nothing is opened"
    assert not stage.wang.heard, "nobody is asked"


async def test_the_simulation_comes_true(stage: Stage) -> None:
    await stage.feng.writes("/层级 3栋2单元 用电")
    lines = [line for line in stage.feng.last.text.splitlines() if "请" in line]
    await stage.li.says(LAMP)
    came: list[str] = []
    for name in ("王姨", "周叔", "吴工", "郑网格", "冯书记"):
        request = await stage.request(1)
        assert name in stage.card(1).text
        came.append(name)
        assert request.climb_at is not None
        await stage.passes(seconds=(request.climb_at - stage.clock.now()).total_seconds())
    assert [name for line, name in zip(lines, came, strict=False) if name in line] == came


async def test_the_simulation_knows_quiet_hours_leave_and_hours_of_people(tmp_path: Path) -> None:
    async with governed(tmp_path, start=at("2026-03-02 23:00")) as stage:
        await stage.wang.writes("/hours quiet 20:00-09:00")
        await stage.zhou.writes("/leave 03-02 03-08 陈姐")
        await stage.feng.writes("/ladder 3栋2单元 电梯")
        assert "王姨（单元长）（3月3日（周二）09:00 才打扰）" in stage.feng.last.text
        assert "请陈姐" in stage.feng.last.text


async def test_the_simulation_shows_danger_and_who_is_missing(stage: Stage) -> None:
    await stage.feng.writes("/ladder 3栋1单元 燃气 紧急")
    first = stage.feng.last.text.splitlines()[0]
    for name in ("周叔", "吴工", "郑网格", "冯书记"):
        assert name in first
    assert "跳过：单元长" in stage.feng.last.text


async def test_the_simulation_shows_how_and_how_many(tmp_path: Path) -> None:
    own = ladder(
        '[{ ask = ["unit_captain", "property_manager"], answers = 2, how = "both" },'
        ' ["coordinator"]]'
    )
    async with governed(tmp_path, own) as stage:
        await stage.feng.writes("/ladder 3栋2单元 电梯")
        assert "要 2 个人接" in stage.feng.last.text
        assert "也在群里叫" in stage.feng.last.text


async def test_in_english_and_from_a_group(stage: Stage) -> None:
    await stage.wang.writes("/language en")
    await stage.wang.says("/ladder lift", GROUP)
    assert "Deadlines" in stage.last().text
    assert "zone" not in stage.last().text


async def test_a_resident_is_told_who_may_look(stage: Stage) -> None:
    await stage.li.writes("/ladder 3栋 电梯")
    assert "请" not in stage.li.last.title
    assert not stage.wang.heard


async def test_where_nobody_has_a_private_chat_a_ladder_names_them(tmp_path: Path) -> None:
    """R24"""
    async with governed(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await stage.does("@zhou", "zhou", "standing", present=False)
        await stage.li.says(LAMP)
        await stage.passes(days=1, minutes=1)
        assert "@zhou" in stage.card(1).text
