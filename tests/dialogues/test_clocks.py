"""Three clocks: answer, progress, solution; working time, pauses, nights, restarts, two at once."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import handlers
from bot.app import App
from storage.engine import Store
from storage.tables import Area, Event, Request
from tests.dialogues.policies import at, governed, local
from tests.fakes.reader import PlainReader
from tests.harness import Stage

LAMP = REPORT = "楼道的灯坏了"  # ordinary, in unit 2 of building 3
WORKING = """
[deadlines.normal]
answer = "4 working hours"
progress = "1 working day"
solve = "3 working days"
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with governed(tmp_path) as made:
        yield made


async def opened(stage: Stage) -> None:
    await stage.li.says(REPORT)


async def taken(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.presses(stage.page(stage.wang), "我来")


async def test_a_request_begins_with_a_promise_to_answer_and_one_to_solve(stage: Stage) -> None:
    """R36, R40"""
    await opened(stage)
    request = await stage.request(1)
    assert local(request.answer_due) == "03-03 09:00"
    assert local(request.solve_due) == "03-09 09:00"
    assert local(request.climb_at) == "03-03 09:00"
    assert request.progress_due is None
    assert "3月9日" in stage.card(1).text


async def test_taking_it_stops_the_answer_and_starts_the_progress(stage: Stage) -> None:
    await taken(stage)
    request = await stage.request(1)
    assert request.answered_at == stage.clock.now()
    assert request.climb_at is None
    assert local(request.progress_due) == "03-05 09:00"
    assert "3月5日" in stage.page(stage.wang).text, (
        "whoever holds it sees until when to be heard of"
    )


async def test_an_acknowledgement_expires_without_progress(stage: Stage) -> None:
    """R26"""
    await taken(stage)
    await stage.passes(days=3, minutes=1)
    request = await stage.request(1)
    assert (request.state, request.holder_id) == ("open", None)
    assert "expire" in await stage.events(1)
    assert "周叔" in stage.card(1).text, "the next rung is asked"
    assert stage.page(stage.wang), "and who had it is asked again"


@pytest.mark.parametrize("how", ["button", "command", "group", "picture"])
async def test_each_sign_of_life_begins_the_progress_anew(stage: Stage, how: str) -> None:
    """R26"""
    await taken(stage)
    await stage.passes(days=2, hours=20)
    if how == "button":
        await stage.wang.presses(stage.page(stage.wang), "还在办")
    elif how == "command":
        await stage.wang.writes("/still 1 配件明天到")
    elif how == "group":
        await stage.wang.says("师傅说下午到，在路上了", reply_to=stage.card(1))
    else:
        await stage.wang.sends_photo("现在是这样", reply_to=stage.card(1))
    await stage.passes(days=1)
    assert (await stage.request(1)).state == "taken"
    assert "expire" not in await stage.events(1)


async def test_only_who_holds_it_can_say_that_it_goes_on(stage: Stage) -> None:
    await taken(stage)
    await stage.zhou.writes("/still 1")
    assert "王姨" in stage.zhou.last.text
    await stage.passes(days=3, minutes=1)
    assert (await stage.request(1)).state == "open"


async def test_a_neighbour_s_line_is_no_progress(stage: Stage) -> None:
    await taken(stage)
    before = (await stage.request(1)).progress_due
    await stage.passes(days=1)
    await stage.zhao.says("我家也是")
    assert (await stage.request(1)).progress_due == before


async def test_what_is_late_is_shown_and_told_once_to_those_in_charge(stage: Stage) -> None:
    """R36"""
    await taken(stage)
    for _ in range(4):
        await stage.passes(days=2)
        await stage.wang.writes("/still 1")
    events = await stage.events(1)
    assert events.count("late") == 1
    assert "超过期限" in stage.card(1).text
    told = [each for each in stage.feng.heard if "超过了办好的期限" in each.text]
    assert len(told) == 1


async def test_danger_that_is_late_is_told_at_once(stage: Stage) -> None:
    await stage.li.says("电梯着火了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    for _ in range(4):
        await stage.passes(minutes=40)
        await stage.wang.writes("/still 1")
    assert any("超过了办好的期限" in each.text for each in stage.feng.heard)


async def test_correcting_the_urgency_is_another_promise(stage: Stage) -> None:
    await taken(stage)
    before = (await stage.request(1)).solve_due
    await stage.wang.writes("/urgency 1 urgent")
    request = await stage.request(1)
    assert before is not None
    assert request.solve_due is not None
    assert request.solve_due < before
    assert local(request.solve_due) == "03-03 09:00"
    assert local(request.progress_due) == "03-02 21:00"


async def test_correcting_the_category_takes_its_deadline(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/recategorise 1 illegal_building")
    assert local((await stage.request(1)).solve_due) == "03-17 09:00", "15 days for what is complex"


async def test_passing_on_keeps_the_promise_to_solve(stage: Stage) -> None:
    await taken(stage)
    before = (await stage.request(1)).solve_due
    await stage.passes(days=1)
    await stage.wang.writes("/pass 1 周叔")
    request = await stage.request(1)
    assert request.solve_due == before
    assert request.answered_at is None
    assert local(request.answer_due) == "03-04 09:00", "somebody must answer anew"
    assert request.progress_due is None


async def test_climbing_keeps_the_promise_to_answer(stage: Stage) -> None:
    """The promise is measured; the ladder only asks the next."""
    await opened(stage)
    before = (await stage.request(1)).answer_due
    await stage.passes(days=1, minutes=1)
    request = await stage.request(1)
    assert request.rung == 1
    assert request.answer_due == before
    assert local(request.climb_at) == "03-04 09:00"


async def test_every_line_of_history_says_which_promise_it_changed(stage: Stage) -> None:
    """Deadlines never move without an event."""
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    await stage.passes(days=6)
    await stage.wang.writes("/still 1")
    await stage.wang.presses(stage.wang.heard[-2], "修好了")
    request = await stage.request(1)
    async with stage.app.store.read() as store:
        rows = await store.scalars(
            select(Event).where(Event.request_id == request.id).order_by(Event.id)
        )
        said = [each.data.get("clocks", {}) for each in rows.all()]
    promised: dict[str, str | None] = {}
    for each in said:
        promised.update(each)
    for name in ("answer_due", "solve_due", "progress_due", "callback_due"):
        found = getattr(request, name)
        assert promised.get(name) == (found.isoformat() if found else None), name


async def test_every_path_in_sets_the_clocks(stage: Stage) -> None:
    """R40. After each step the stage itself looks whether a request lacks one of its clocks."""
    await stage.li.says(LAMP)
    await stage.li.writes("电梯坏了")
    await stage.feng.writes("/new 3栋 没水了")
    await stage.feng.writes("/split 1 垃圾没人收")
    await stage.zhao.says("/report 煤气有问题")
    await stage.feng.writes("/settings mode suggest")
    requests = await stage.requests()
    assert len(requests) >= 5
    for request in requests:
        assert request.answer_due is not None
        assert request.solve_due is not None
        assert request.climb_at is not None
        assert request.ages_at is not None
        assert request.due_at == min(request.climb_at, request.solve_due, request.ages_at)


def _made_by(call: ast.Call) -> set[str]:
    """Whose class is called, or given to `fresh` to be laid."""
    makers = [call.func, *call.args] if ast.unparse(call.func).endswith("fresh") else [call.func]
    return {each.id for each in makers if isinstance(each, ast.Name)}


def test_a_request_is_made_in_one_place_only() -> None:
    """R40: whoever makes one goes through `opening`, which turns the clocks."""
    root = Path(handlers.__path__[0])
    makers = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and "Request" in _made_by(node)
    }
    assert makers == {"requests/opening.py", "requests/simulating.py"}, "the second keeps none"


# Working time -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "answer", "solve"),
    [
        ("2026-03-02 10:00", "03-02 14:00", "03-05 10:00"),  # a Monday
        ("2026-03-02 17:00", "03-03 12:00", "03-05 17:00"),  # over a night
        ("2026-03-06 17:00", "03-09 12:00", "03-11 17:00"),  # over a weekend
        ("2026-03-07 11:00", "03-09 13:00", "03-11 18:00"),  # begun on a Saturday
        ("2026-03-02 23:50", "03-03 13:00", "03-05 18:00"),  # begun before midnight
        ("2026-03-03 00:10", "03-03 13:00", "03-05 18:00"),  # and after it
        ("2026-02-13 17:00", "02-14 12:00", "02-25 17:00"),  # a made-up Saturday, then the festival
        ("2026-02-27 17:00", "02-28 12:00", "03-03 17:00"),  # the made-up Saturday after it
        ("2026-09-30 17:00", "10-08 12:00", "10-10 17:00"),  # National Day, and its made-up day
    ],
)
async def test_working_time_knows_nights_weekends_holidays_and_made_up_days(
    tmp_path: Path, start: str, answer: str, solve: str
) -> None:
    """R39"""
    async with governed(tmp_path, WORKING, start=at(start)) as stage:
        await opened(stage)
        request = await stage.request(1)
        assert (local(request.answer_due), local(request.solve_due)) == (answer, solve)


async def test_the_community_s_own_days_off_are_no_working_days(tmp_path: Path) -> None:
    async with governed(tmp_path, WORKING, start=at("2026-03-02 17:00")) as stage:
        await stage.feng.writes("/settings days_off 2026-03-03 03-04")
        await opened(stage)
        assert local((await stage.request(1)).answer_due) == "03-05 12:00"
        await stage.feng.writes("/设置 休息日 下周")
        assert "2026-05-20" in stage.feng.last.text, "what to write instead"
        await stage.feng.writes("/settings days_off off")
        await stage.sun.says("楼道的灯坏了")
        assert local((await stage.request(2)).answer_due) == "03-03 12:00"


async def test_a_neighbourhood_has_a_policy_of_its_own(tmp_path: Path) -> None:
    own = '[places."和平里".deadlines]\nnormal = { answer = "1 hour", solve = "6 hours" }\n'
    own += '[places."别处".deadlines]\nnormal = { answer = "2 hours" }\n'
    async with governed(tmp_path, own) as stage:
        await opened(stage)
        request = await stage.request(1)
        assert local(request.answer_due) == "03-02 10:00"
        assert local(request.solve_due) == "03-02 15:00"


async def test_special_deadlines_by_place_and_governance(tmp_path: Path) -> None:
    own = """
[deadlines.special.stairs]
places = ["unit"]
governance = ["self"]
answer = "3 hours"
[deadlines.special.elsewhere]
governance = ["baseline"]
answer = "1 hour"
"""
    async with governed(tmp_path, own) as stage:
        await stage.sun.says("楼道的灯坏了")
        assert local((await stage.request(1)).answer_due) == "03-02 12:00"
        await stage.li.says("我家灯坏了")
        assert local((await stage.request(2)).answer_due) == "03-03 09:00"


async def test_entrapment_in_a_lift_has_minutes(stage: Stage) -> None:
    await stage.li.says("有人困在电梯里")
    request = await stage.request(1)
    assert (request.category, request.urgency) == ("lift", "emergency")
    assert local(request.answer_due) == "03-02 09:10"
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert local((await stage.request(1)).progress_due) == "03-02 09:30", "on site in 30 minutes"


# Nights and clock changes -------------------------------------------------------------------


async def test_what_is_reported_at_night_is_due_by_day(tmp_path: Path) -> None:
    """R37"""
    async with governed(tmp_path, start=at("2026-03-02 23:30")) as stage:
        await opened(stage)
        request = await stage.request(1)
        assert local(request.answer_due) == "03-04 07:00"
        await stage.passes(hours=8)
        assert stage.page(stage.wang), "told in the morning"


async def test_a_deadline_that_falls_into_the_night_comes_in_the_morning(tmp_path: Path) -> None:
    own = '[deadlines]\nnormal = { answer = "10 hours", solve = "7 days" }\n'
    async with governed(tmp_path, own, start=at("2026-03-02 15:00")) as stage:
        await opened(stage)
        assert local((await stage.request(1)).climb_at) == "03-03 07:00"
        await stage.passes(hours=15)
        assert not stage.zhou.heard
        await stage.passes(hours=2)
        assert stage.page(stage.zhou)


async def test_over_a_clock_change_quiet_hours_end_by_the_wall_clock(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, the night of the change
    async with governed(tmp_path, start=start) as stage:
        async with stage.app.store.write() as store:
            await store.execute(update(Area).values(timezone="Europe/Berlin"))
        stage.app.store.remembered.forget()
        await opened(stage)
        await stage.passes(hours=6, minutes=20)
        assert not stage.wang.heard
        await stage.passes(minutes=15)
        assert stage.page(stage.wang), "07:00 summer time is 05:00 UTC"


# Pauses -------------------------------------------------------------------------------------


async def test_waiting_is_lawful_with_a_reason_and_a_day_shown_and_told(stage: Stage) -> None:
    """R41"""
    await taken(stage)
    before = (await stage.request(1)).solve_due
    await stage.wang.writes("/wait 1 等配件 周五")
    request = await stage.request(1)
    assert (request.state, request.reason_code) == ("waiting", "parts")
    assert request.paused_at == stage.clock.now()
    assert request.progress_due is None
    assert "等配件" in stage.card(1).text
    assert "3月6日" in stage.card(1).text
    assert "等配件" in stage.li.last.text, "those who wait for it are told"
    await stage.passes(days=5)
    request = await stage.request(1)
    assert request.state == "taken"
    assert before is not None
    assert local(request.solve_due) == "03-13 18:00", "put off by the time it waited"
    assert request.paused_at is None


async def test_going_on_early_gives_back_only_what_was_waited(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    await stage.passes(days=1)
    await stage.wang.writes("/resume 1")
    assert local((await stage.request(1)).solve_due) == "03-10 09:00"


async def test_a_pause_in_working_time_keeps_what_was_left_of_it(tmp_path: Path) -> None:
    async with governed(tmp_path, WORKING, start=at("2026-03-05 10:00")) as stage:
        await taken(stage)
        assert local((await stage.request(1)).solve_due) == "03-10 10:00"
        await stage.wang.writes("/wait 1 等配件 周六")
        await stage.passes(days=3)
        assert local((await stage.request(1)).solve_due) == "03-11 18:00"


async def test_waiting_is_not_for_ever(stage: Stage) -> None:
    """R41"""
    await taken(stage)
    await stage.wang.writes("/wait 1 等天气 2026-04-30")
    assert "3月16日" in stage.wang.last.text, "the last day there may be"
    assert (await stage.request(1)).state == "taken"
    await stage.wang.writes("/wait 1 等开会决定 2026-04-20")
    assert (await stage.request(1)).state == "waiting"


async def test_waiting_again_and_again_has_an_end(stage: Stage) -> None:
    await taken(stage)
    for _ in range(3):
        await stage.wang.writes("/wait 1 等配件 明天")
        assert (await stage.request(1)).state == "waiting"
        await stage.wang.writes("/resume 1")
    await stage.wang.writes("/wait 1 等配件 明天")
    assert "3 次" in stage.wang.last.text
    assert (await stage.request(1)).state == "taken"


async def test_the_limits_of_waiting_are_policy(tmp_path: Path) -> None:
    own = '[pauses]\nmost = 1\nlongest = { parts = "2 days" }\n'
    async with governed(tmp_path, own) as stage:
        await taken(stage)
        await stage.wang.writes("/wait 1 等配件 周五")
        assert "3月4日" in stage.wang.last.text
        await stage.wang.presses(stage.page(stage.wang), "要等等")
        await stage.wang.presses(stage.wang.last, "等配件")
        assert len([each for each in stage.wang.last.labels if "3月" in each]) == 2
        await stage.wang.presses(stage.wang.last, "3月4日")
        assert (await stage.request(1)).state == "waiting"


async def test_a_reminder_at_the_end_of_the_wait_asks_whoever_holds_it(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 明天")
    before = len(stage.wang.heard)
    await stage.passes(days=2)
    assert len(stage.wang.heard) == before + 1
    assert (await stage.events(1))[-1] == "resume"


# Restarts and two processes ------------------------------------------------------------------


async def test_a_restart_in_the_middle_loses_no_deadline(stage: Stage) -> None:
    await opened(stage)
    await stage.passes(hours=20)
    await stage.restarts()
    await stage.passes(hours=5)
    assert (await stage.request(1)).rung == 1


async def test_what_was_due_while_the_program_was_down_is_done_once_at_the_start(
    stage: Stage,
) -> None:
    """R56"""
    await opened(stage)
    await stage.sleeps(days=2)
    assert (await stage.events(1)).count("climb") == 1
    assert (await stage.request(1)).rung == 1


async def test_two_processes_ticking_at_once_do_each_thing_once(stage: Stage) -> None:
    await opened(stage)
    await stage.sun.says("楼道的灯坏了")
    store = Store(stage.app.settings.database_url)
    second = App(stage.app.settings, store, [stage.rooms], clock=stage.clock, reader=PlainReader())
    for _ in range(3):
        stage.clock.turn(timedelta(days=1, minutes=1))
        await asyncio.gather(*(app.ticks.tick() for app in (stage.app, second) * 2))
        await stage.app.settle()
    assert (await stage.events(1)).count("climb") == 3
    assert (await stage.events(2)).count("climb") == 3
    await second.crew.close()
    await store.close()


async def test_one_request_that_fails_stops_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(stage)
    await stage.sun.says("楼道的灯坏了")
    async with stage.app.store.write() as store:
        await store.execute(update(Request).where(Request.number == 1).values(category="lift"))
        await store.execute(
            update(Request).where(Request.number == 1).values(urgency="x" * 16, state="odd")
        )
    stage.clock.turn(timedelta(days=1, minutes=1))
    await stage.app.ticks.tick()
    await stage.app.settle()
    assert (await stage.events(2)).count("climb") == 1
    broken = await stage.request(1)
    assert broken.due_at == stage.clock.now() + timedelta(minutes=10), "looked at again later"


# Never backwards ----------------------------------------------------------------------------

ACTS = ("take", "still", "wait", "resume", "pass", "done", "no", "hours", "days")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(ACTS), min_size=3, max_size=9))
async def test_no_deadline_moves_back_whatever_people_do_and_however_time_passes(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    async with governed(tmp_path_factory.mktemp("acts")) as stage:
        await opened(stage)
        before = await stage.request(1)
        seen = len(await stage.events(1))
        for act in acts:
            await _do(stage, act)
            now, events = await stage.request(1), await stage.events(1)
            if len(events) == seen:
                assert now.answer_due == before.answer_due
                assert now.solve_due == before.solve_due
            assert now.answer_due is not None
            assert now.solve_due is not None
            assert before.answer_due is not None
            assert before.solve_due is not None
            assert now.answer_due >= before.answer_due
            assert now.solve_due >= before.solve_due
            assert (now.due_at is None) == (now.state == "closed")
            before, seen = now, len(events)


async def _do(stage: Stage, act: str) -> None:
    said = {
        "take": "/take 1",
        "still": "/still 1",
        "wait": "/wait 1 等配件 后天",
        "resume": "/resume 1",
        "pass": "/busy 1",
        "done": "/done 1 换了门机",
    }
    if act in said:
        await stage.wang.writes(said[act])
    elif act == "no":
        await stage.li.writes("/unsolved 1 没修好")
    else:
        await stage.passes(**{act: 5 if act == "hours" else 2})
