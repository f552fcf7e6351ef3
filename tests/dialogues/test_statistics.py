"""Numbers that people can trust (R46, R47): what each move does to them, and who may see which."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.chat.platform import Capabilities
from handlers.commands import Subject
from handlers.sections import Number, Scope, Section
from handlers.statistics import workbooks
from handlers.statistics.report import Report
from handlers.statistics.rules import Rate
from handlers.subjects import SUBJECTS
from handlers.work import Work
from storage.tables import Area, Person, RoleHeld
from tests.dialogues import numbers
from tests.dialogues.numbers import figures
from tests.dialogues.policies import at, governed
from tests.dialogues.steps import hires, town
from tests.fakes.places import add_area
from tests.harness import ALL, GROUP, GROUP4, MONDAY, Stage

LAMP = "楼道的灯坏了"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with governed(tmp_path) as made:
        yield made


async def taken(stage: Stage, after: float = 3) -> None:
    await stage.li.says(LAMP)
    await stage.passes(minutes=after)
    await stage.wang.presses(stage.page(stage.wang), "我来")


async def another_community(stage: Stage, key: str) -> None:
    """One more community, which somebody of the cast manages."""
    async with stage.app.store.write() as store:
        above = await store.scalar(select(Area).where(Area.kind == "subdistrict"))
        person = await store.scalar(select(Person.id).where(Person.key == key))
        assert above is not None
        area = await add_area(store, above, "community", "北化社区", "北化")
        role = {"role": "coordinator", "area_id": area.id, "since": MONDAY}
        store.add(RoleHeld(person_id=person, **role))


async def finished(stage: Stage) -> None:
    await taken(stage)
    await stage.passes(hours=2)
    await stage.wang.writes("/done 1 换了灯泡")


# The rates follow every move -----------------------------------------------------------------


async def test_without_requests_there_are_no_rates(stage: Stage) -> None:
    await stage.feng.writes("/stats")
    assert "报事 0 件" in stage.feng.last.text
    assert "响应率：还没有可算的（0 件）" in stage.feng.last.text
    assert "%" not in stage.feng.last.text


async def test_an_answer_in_time_counts_with_its_n_and_how_long_it_took(stage: Stage) -> None:
    """R46"""
    await taken(stage)
    found = await figures(stage)
    assert found.response == Rate(1, 1)
    assert found.to_answer.median == timedelta(minutes=5), "three minutes: the bucket up to five"
    await stage.feng.writes("/stats")
    assert "响应率 100.0%（1 件里 1 件）" in stage.feng.last.text
    assert "响应率 =" in stage.feng.last.text, "with its definition"
    assert "2026年3月" in stage.feng.last.title, "and its period"


async def test_what_still_has_time_speaks_against_nobody(stage: Stage) -> None:
    await stage.li.says(LAMP)
    found = await figures(stage)
    assert (found.n, found.unanswered, found.response.of) == (1, 1, 0)


async def test_what_nobody_answered_in_time_counts_against(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.passes(days=3)
    assert (await figures(stage)).response == Rate(0, 1)


async def test_a_late_answer_stays_late(stage: Stage) -> None:
    await taken(stage, after=60 * 26)
    assert (await figures(stage)).response == Rate(0, 1)
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.li.presses(stage.li.last, "解决了")
    found = await figures(stage)
    assert (found.response, found.resolution) == (Rate(0, 1), Rate(1, 1))


async def test_what_its_reporter_settled_needed_no_answer(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.li.writes("/done 1 自己好了")
    await stage.passes(days=2)
    found = await figures(stage)
    assert (found.n, found.response.of, found.resolution) == (1, 0, Rate(1, 1))


async def test_done_is_no_end_until_those_affected_say_so(stage: Stage) -> None:
    await finished(stage)
    found = await figures(stage)
    assert (found.resolution.of, found.open) == (0, 1)
    await stage.li.presses(stage.li.last, "解决了")
    found = await figures(stage)
    assert (found.resolution, found.satisfaction) == (Rate(1, 1), Rate(1, 1))
    assert found.to_solve.median == timedelta(hours=3), (
        "until it was done, not until it was confirmed"
    )


async def test_unknown_is_not_satisfied(stage: Stage) -> None:
    """R47"""
    await finished(stage)
    await stage.passes(days=3)
    assert (await stage.request(1)).ending == "unknown"
    found = await figures(stage)
    assert found.satisfaction == Rate(0, 1)
    assert (found.resolution, found.unknown) == (Rate(1, 1), 1)
    await stage.feng.writes("/stats")
    assert "回访没回音 1 件" in stage.feng.last.text


async def test_not_solved_takes_the_solution_back(stage: Stage) -> None:
    """R43"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    await stage.li.presses(stage.card(1), "没解决")
    found = await figures(stage)
    assert (found.reopened, found.to_solve.n, found.open) == (1, 0, 1)
    assert found.satisfaction == Rate(0, 1)
    await stage.zhou.writes("/done 1 又换了")
    await stage.li.presses(stage.card(1), "解决了")
    found = await figures(stage)
    assert (found.resolution, found.satisfaction, found.reopened) == (Rate(1, 1), Rate(1, 1), 1)


@pytest.mark.parametrize("command", ["/cannot 1 没有经费", "/refer 1 转给供电局了"])
async def test_what_was_not_solved_here_counts_against(stage: Stage, command: str) -> None:
    """R42"""
    await taken(stage)
    await stage.wang.writes(command)
    assert (await figures(stage)).resolution == Rate(0, 1)


async def test_what_is_not_needed_any_more_speaks_neither_way(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/close 1 not_needed")
    found = await figures(stage)
    assert (found.n, found.resolution.of, found.open) == (1, 0, 0)


async def test_what_was_no_request_is_not_counted_and_is_told(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/cancel 1 not_request")
    found = await figures(stage)
    assert (found.n, found.cancelled) == (0, 1)
    await stage.feng.writes("/stats")
    assert "不算报事的 1 件" in stage.feng.last.text


async def test_a_merged_one_is_counted_once_and_comes_back(stage: Stage) -> None:
    """R6"""
    await stage.li.says(LAMP)
    await stage.sun.says("电梯坏了")
    await stage.feng.writes("/merge 2 1")
    if (await stage.request(2)).merged_into is None:  # of different kinds: asked once more
        await stage.feng.presses(stage.feng.last, stage.feng.last.labels[0])
    found = await figures(stage)
    assert (found.n, found.merged) == (1, 1)
    undo = next(each for each in reversed(stage.feng.heard) if "撤销" in each.labels)
    await stage.feng.presses(undo, "撤销")
    found = await figures(stage)
    assert (found.n, found.merged, found.unanswered) == (2, 0, 2)


async def test_what_was_split_off_counts_for_itself(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/split 1 电梯坏了")
    found = await numbers.shown(stage)
    assert found.whole.n == 2
    assert {each.what: each.figures.n for each in found.categories}["lift"] == 1


async def test_another_category_takes_it_along_and_back(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/recategorise 1 电梯")
    found = await numbers.shown(stage)
    assert {each.what: each.figures.n for each in found.categories if each.figures.n} == {"lift": 1}
    undo = next(each for each in reversed(stage.feng.heard) if "撤销" in each.labels)
    await stage.feng.presses(undo, "撤销")
    found = await numbers.shown(stage)
    assert [each.what for each in found.categories if each.figures.n] == ["electricity"]
    await figures(stage)


async def test_another_building_takes_it_along(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/move 1 4栋")
    await stage.feng.writes("/stats")
    await stage.feng.presses(stage.feng.last, "按楼栋")
    assert "4栋：1 件" in stage.feng.last.text
    assert "3栋" not in stage.feng.last.text
    await figures(stage)


async def test_climbing_moves_it_to_the_next_rung(stage: Stage) -> None:
    """R25"""
    await stage.li.says(LAMP)
    await stage.passes(days=2)
    found = await numbers.shown(stage)
    assert [each.what for each in found.rungs if each.figures.n] == [(await stage.request(1)).rung]
    await stage.feng.writes("/stats")
    await stage.feng.presses(stage.feng.last, "按层级")
    assert f"第 {(await stage.request(1)).rung + 1} 级：1 件" in stage.feng.last.text
    await figures(stage)


async def test_a_close_that_is_taken_back_was_no_answer(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/close 1 solved")
    assert (await figures(stage)).resolution == Rate(1, 1)
    undo = next(each for each in reversed(stage.feng.heard) if "撤销" in each.labels)
    await stage.feng.presses(undo, "撤销")
    found = await figures(stage)
    assert (found.to_answer.n, found.to_solve.n, found.unanswered, found.open) == (0, 0, 1, 1)


async def test_a_take_that_goes_with_its_assignment_was_no_answer(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/assign 1 @zheng")
    await stage.zheng.writes("/take 1")
    assert (await figures(stage)).to_answer.n == 1
    undo = next(each for each in reversed(stage.feng.heard) if "撤销" in each.labels)
    await stage.feng.presses(undo, "撤销")
    assert (await figures(stage)).to_answer.n == 0


async def test_taken_and_forgotten_is_answered_and_open(stage: Stage) -> None:
    """R26"""
    await taken(stage)
    await stage.passes(days=12)
    assert "expire" in await stage.events(1)
    found = await figures(stage)
    assert (found.response, found.resolution) == (Rate(1, 1), Rate(0, 1)), "and overdue by now"


async def test_a_lawful_wait_has_its_time(stage: Stage) -> None:
    """R41"""
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 3月20日")
    await stage.passes(days=10)
    assert (await figures(stage)).resolution.of == 0


# Periods and comparisons ---------------------------------------------------------------------


async def test_a_month_that_is_over_is_compared_with_the_one_before(stage: Stage) -> None:
    """R46: the one figure that is told of everywhere, with what stands behind it"""
    for who in ("li", "zhao", "sun"):
        await stage.cast[who].says(f"{LAMP}，{who}")
    await stage.sleeps(days=31)
    await stage.qian.says(LAMP, GROUP4)
    await stage.feng.writes("/stats")
    assert "2026年3月是" in stage.feng.last.text
    assert "先不比" in stage.feng.last.text, "this month is not over"
    before = (await numbers.shown(stage, numbers.month("2026-03"))).whole.n
    await stage.sleeps(days=30)
    await stage.feng.writes("/stats 上月")
    share = f"−{(before - 1) / before * 100:.1f}%" if before > 1 else "+0.0%"
    assert f"比2026年3月的 {before} 件：{share}" in stage.feng.last.text
    assert before > 1


async def test_the_baseline_is_policy_or_named(tmp_path: Path) -> None:
    async with governed(tmp_path, '[statistics]\nbaseline = "2026-03"\n') as stage:
        await stage.li.says(LAMP)
        await stage.sleeps(days=92)
        await stage.feng.writes("/stats 2026-05")
        assert "比2026年3月的 1 件：−100.0%" in stage.feng.last.text
        await stage.feng.writes("/stats 2026-05 2026-04")
        assert "2026年4月没有登记" in stage.feng.last.text


async def test_a_week_is_counted_by_its_days(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.passes(days=7)
    await stage.qian.says(LAMP, GROUP4)
    await stage.feng.writes("/统计 本周")
    assert "3月9日至3月15日" in stage.feng.last.title
    assert "报事 1 件" in stage.feng.last.text
    await stage.feng.writes("/stats last week")
    assert "3月2日至3月8日" in stage.feng.last.title
    assert "报事 1 件" in stage.feng.last.text


async def test_the_day_is_that_of_the_place(tmp_path: Path) -> None:
    async with governed(tmp_path, start=at("2026-04-01 00:30")) as stage:
        await stage.li.says(LAMP)  # in UTC it is still March
        assert (await numbers.shown(stage, numbers.month("2026-04"))).whole.n == 1
        assert (await numbers.shown(stage, numbers.month("2026-03"))).whole.n == 0


async def test_a_month_to_come_has_no_numbers(stage: Stage) -> None:
    await stage.feng.writes("/stats 2027-01")
    assert "还没有开始" in stage.feng.last.text


async def test_words_that_are_no_period_are_told_how(stage: Stage) -> None:
    await stage.feng.writes("/stats 随便什么")
    assert "2026-10" in stage.feng.last.text
    await stage.feng.writes("/stats 2026-01 2026-02 2026-03")
    assert "本月" in stage.feng.last.text


async def test_said_without_a_slash_and_in_english(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("统计 本月 3栋")
    assert "3栋" in stage.feng.last.title
    assert "报事 1 件" in stage.feng.last.text
    await stage.feng.writes("/language en")
    await stage.feng.writes("/stats this week")
    assert "1 request;" in stage.feng.last.text
    assert "Response rate" in stage.feng.last.text


async def test_what_only_sounds_like_it_is_talk(stage: Stage) -> None:
    before = len(stage.said(GROUP))
    await stage.li.says("统计一下谁家要订牛奶")
    assert len(stage.said(GROUP)) == before


# Who may see what ----------------------------------------------------------------------------


async def test_a_resident_sees_their_building_and_no_other(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.qian.says(LAMP, GROUP4)
    await stage.li.writes("/stats")
    assert "3栋" in stage.li.last.title
    assert "报事 1 件" in stage.li.last.text
    await stage.li.writes("/stats 4栋")
    assert "报事" not in stage.li.last.text
    assert "%" not in stage.li.last.text


async def test_a_group_sees_the_numbers_of_its_place(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.qian.says(LAMP, GROUP4)
    await stage.li.says("/stats")
    assert "报事 1 件" in stage.last(GROUP).text
    await stage.li.says("/stats", ALL)
    assert "报事 2 件" in stage.last(ALL).text


async def test_no_number_tells_a_home_apart(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.wang.writes("/stats 3栋2单元")
    assert "2单元" not in stage.wang.last.text
    assert "报事 1 件" in stage.wang.last.text


async def test_buttons_of_others_and_of_our_making_alone(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.li.writes("/stats")
    shown = stage.li.last
    for data in ("stats:all:2026-13:0", "stats:all:2026-03:999999", "stats:nonsense:2026-03:0"):
        assert await stage.li.presses_data(shown, data)
    other = (await stage.request(1)).root_id
    toast = await stage.li.presses_data(shown, f"stats:all:2026-03:{other}")
    assert toast, "the whole town is not theirs"
    assert "3栋" in stage.li.last.title


# Comparing fairly ----------------------------------------------------------------------------


async def test_few_are_shown_and_not_ranked(stage: Stage) -> None:
    """R46"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    await stage.feng.writes("/stats")
    await stage.feng.presses(stage.feng.last, "按楼栋")
    assert "可算的不到 10 件，不排名次" in stage.feng.last.text
    assert "1. " not in stage.feng.last.text


async def test_where_enough_is_known_the_best_come_first(tmp_path: Path) -> None:
    async with governed(tmp_path, "[statistics]\nsmall = 1\n") as stage:
        await finished(stage)
        await stage.li.presses(stage.li.last, "解决了")
        await stage.qian.says(LAMP, GROUP4)
        await stage.chen.writes("/cannot 2 没有经费")
        await stage.feng.writes("/stats")
        await stage.feng.presses(stage.feng.last, "按楼栋")
        first, second = stage.feng.last.text.splitlines()
        assert first.startswith("1. ")
        assert "3栋" in first
        assert "4栋" in second
        await figures(stage)


async def test_buildings_of_one_number_are_told_apart(stage: Stage) -> None:
    await town(stage)
    await hires(stage, "高工", role="property_manager", where="北化")
    await stage.li.says(LAMP)
    await stage.feng.writes("/report 北化小区3栋 电梯坏了")
    found = await numbers.shown(stage)
    assert len(set(found.names.values())) == len(found.names)


# What other subjects add ---------------------------------------------------------------------


async def test_other_subjects_add_their_numbers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Scope] = []

    async def run(work: Work, language: str, scope: Scope) -> list[Number]:
        asked.append(scope)
        return [Number("kept", "stats.volume", {"n": 7})]

    more = Subject(sections=(Section("promises", "stats.sheet.whole", run),))
    monkeypatch.setattr("bot.app.SUBJECTS", (*SUBJECTS, more))
    await stage.restarts()
    await stage.feng.writes("/stats")
    assert "总表\n报事 7 件" in stage.feng.last.text
    assert asked[0].begin == at("2026-03-01 00:00")
    assert asked[0].end == at("2026-04-01 00:00")


# Requests of a version without numbers --------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 500])
async def test_what_was_never_counted_is_counted_by_the_clock(
    stage: Stage, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few at each tick: a million of them hold up no ladder."""
    monkeypatch.setattr("handlers.statistics.counting.AT_ONCE", at_once)
    await finished(stage)
    await stage.qian.says(LAMP, GROUP4)
    before = await figures(stage)
    async with stage.app.store.write() as store:
        await numbers.never_counted(store)
    assert (await numbers.shown(stage)).whole.n == 0
    await stage.passes(days=1)
    assert (await figures(stage)).n == before.n == 2


# The monthly report --------------------------------------------------------------------------


async def test_the_monthly_report_comes_on_the_first_at_nine(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.passes(days=1)
    await stage.sleeps(days=28, hours=22)
    await stage.passes(hours=1)
    assert not [each for each in stage.feng.heard if each.file]
    await stage.passes(hours=1)
    files = {each.title: each.file or b"" for each in stage.feng.heard if each.file}
    assert files["linli-2026-03.png"].startswith(b"\x89PNG")
    assert files["linli-2026-03.xlsx"].startswith(b"PK")
    assert not [each for each in stage.wang.heard if each.file], "for coordinators alone"
    await stage.passes(days=2)
    assert len([each for each in stage.feng.heard if each.file]) == 2


async def test_of_several_processes_one_posts_it(stage: Stage) -> None:
    await stage.passes(days=1)
    first = stage.app
    stage.clock.set(at("2026-04-01 09:05"))
    await stage.restarts()
    await first.ticks.tick()
    await stage.app.ticks.tick()
    await stage.app.settle()
    assert len([each for each in stage.feng.heard if each.file]) == 2


async def test_a_report_missed_while_the_program_was_down_is_told_once(stage: Stage) -> None:
    """R56"""
    await stage.passes(days=1)
    await stage.sleeps(days=70)
    files = [each.title for each in stage.feng.heard if each.file]
    assert files == ["linli-2026-04.png", "linli-2026-04.xlsx"]


async def test_a_report_that_cannot_be_made_stops_no_other_and_comes_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await another_community(stage, "zheng")
    await stage.passes(days=1)
    sheet, made = workbooks.workbook, list[str]()

    def spoilt(work: Work, language: str, found: Report) -> bytes:
        made.append(found.title)
        if len(made) == 1:
            raise RuntimeError
        return sheet(work, language, found)

    def told() -> list[int]:
        return sorted(len([e for e in who.heard if e.file]) for who in (stage.feng, stage.zheng))

    monkeypatch.setattr(workbooks, "workbook", spoilt)
    await stage.passes(seconds=(at("2026-04-01 09:05") - stage.clock.now()).total_seconds())
    assert told() == [0, 2], "one of them, whole; of the other not even the picture"
    await stage.passes(hours=2)
    assert told() == [2, 2]
    assert len(made) == 3


async def test_the_report_waits_for_the_morning(tmp_path: Path) -> None:
    """R37"""
    async with governed(tmp_path, '[statistics]\nat = "05:00"\n') as stage:
        await stage.passes(days=1)
        await stage.passes(seconds=(at("2026-04-01 06:00") - stage.clock.now()).total_seconds())
        assert not [each for each in stage.feng.heard if each.file]
        await stage.passes(hours=2)
        assert len([each for each in stage.feng.heard if each.file]) == 2


async def test_the_report_on_demand_is_the_coordinators(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/月报 2026-03")
    assert [each.title for each in stage.feng.heard if each.file] == [
        "linli-2026-03.png",
        "linli-2026-03.xlsx",
    ]
    await stage.feng.writes("/monthly 2027-03")
    assert "还没有开始" in stage.feng.last.text
    await stage.feng.writes("/monthly 本周")
    assert "/统计 本周" in stage.feng.last.text, "of a week there are numbers, and no report"
    for actor in (stage.zhou, stage.li):
        await actor.writes("/monthly")
        assert "社区工作者" in actor.last.text
        assert not [each for each in actor.heard if each.file]


async def test_without_a_chinese_font_the_sheet_comes_and_what_is_missing_is_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "none.ttf").write_bytes(b"no font")
    async with governed(tmp_path, font_file=tmp_path / "none.ttf") as stage:
        await stage.feng.writes("/monthly 2026-03")
        assert any("没有中文字体" in each.text for each in stage.feng.heard)
        assert [each.title for each in stage.feng.heard if each.file] == ["linli-2026-03.xlsx"]


async def test_where_files_cannot_be_sent_the_numbers_come_as_words(tmp_path: Path) -> None:
    async with governed(tmp_path, capabilities=Capabilities(files=False)) as stage:
        await stage.feng.writes("/monthly 2026-03")
        assert "发不了文件" in stage.feng.last.text
        await stage.li.says(LAMP)
        await stage.passes(days=1)
        await stage.sleeps(days=30)
        told = [each for each in stage.feng.heard if "2026年3月" in each.title]
        assert len(told) == 1
        assert "报事 1 件" in told[0].text


# The event file ------------------------------------------------------------------------------


async def test_the_event_file_has_no_names_no_words_no_homes(stage: Stage) -> None:
    await stage.li.says("3栋2单元501灯坏了，我姓李，电话13812345678")
    await stage.zhao.says("我家也是")
    await stage.wang.writes("/done 1 换了王姨家楼道的灯泡")
    await stage.li.presses(stage.li.last, "没解决")
    text = re.sub('"[0-9a-f]{20,64}"', "", "\n".join(await numbers.event_file(stage)))
    for secret in ("李", "赵", "王姨", "灯", "1381", "501", "2单元", 'household":4'):
        assert secret not in text, secret
    assert '"household":' in text, "who is affected is told apart by a keyed pseudonym"
    assert "和平里小区" in text


async def test_the_event_file_tells_the_same_of_a_building(stage: Stage) -> None:
    await finished(stage)
    await stage.qian.says(LAMP, GROUP4)
    read = await numbers.recount(stage)
    assert [each.name for each in read.named("3栋")] == ["3栋"]
    assert {each.what: each.figures.n for each in (await numbers.shown(stage)).areas} == {
        each.key.area: 1 for each in read.counts
    }


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("/stats last month this month", "2026年2月"),
        ("/stats 本月 上月 3栋", "2026年3月"),
        ("/stats 2026-01 本月", "2026年1月"),
        ("/stats 3栋 本月 2026-01", "2026年3月"),
    ],
)
async def test_of_two_periods_the_second_is_compared_with(
    stage: Stage, said: str, period: str
) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes(said)
    assert period in stage.feng.last.title
    await stage.feng.writes("/stats 本月 上月 2026-01")
    assert "2026-10" in stage.feng.last.text
