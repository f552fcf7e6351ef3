"""Whole stories on SQLite and on PostgreSQL: the same words, the same end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.outbox import keep_said
from bot.sample import SAMPLE
from config.policy import default_policy
from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.neighbourhood.exporting import export_directory
from handlers.neighbourhood.file import read_file
from handlers.neighbourhood.importing import apply_import, plan_import
from handlers.work import Work
from storage.engine import Store
from storage.migrate import upgrade
from storage.queries.noise import HeldBack, held_back
from storage.queries.promises import Kept, promises_by_role
from storage.secrets import Secrets
from storage.tables import Area, Audit, Chat, Occurrence, Person
from tests.dialogues.duty_steps import NIGHT, at, made, now, told
from tests.harness import GROUP, GROUP4, MONDAY, Stage

REPORT = "咱们楼电梯又坏了"


async def test_from_the_report_to_the_confirmation(stage: Stage) -> None:
    await stage.li.says(REPORT)
    assert "电梯" in stage.card(1).title
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
    await stage.wang.writes("/done 1 换了门机")
    await stage.li.presses(stage.li.last, "解决了")
    request = await stage.request(1)
    assert (request.state, request.ending) == ("closed", "solved")
    assert (await stage.events(1))[-1] == "confirm"
    assert len(stage.said(GROUP)) == 1, "one standing card, edited in place"


async def test_neighbours_join_and_not_solved_goes_one_rung_up(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhao.says("我家也是")
    await stage.sun.presses(stage.card(1), "我家也是")
    assert "3 户" in stage.card(1).text
    await stage.wang.writes("/done 1 重启了")
    await stage.zhao.presses(stage.zhao.last, "没解决")
    request = await stage.request(1)
    assert (request.state, request.rung) == ("open", 1)
    assert stage.page(stage.zhou)


async def test_what_nobody_takes_climbs_and_a_wait_ends_by_itself(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.passes(days=2)
    assert "climb" in await stage.events(1)
    await stage.zhou.writes("/take 1")
    await stage.zhou.writes("/wait 1 等配件 周五")
    assert (await stage.request(1)).state == "waiting"
    await stage.passes(days=3)
    assert "resume" in await stage.events(1)


async def test_a_reminder_is_posted_once_and_comes_again(stage: Stage) -> None:
    await stage.feng.writes("/remind 每天 9:30 3栋 喝水")
    await stage.feng.presses(stage.feng.last, "保存")
    await stage.passes(minutes=40)
    await stage.restarts()
    await stage.app.ticks.tick()
    await stage.app.settle()
    assert [each.text for each in stage.said(GROUP)] == ["喝水"]
    async with stage.app.store.read() as store:
        kept = (await store.scalars(select(Occurrence))).all()
    assert [(each.outcome, each.due_at.isoformat()) for each in kept] == [
        ("posted", "2026-03-02T01:30:00+00:00")
    ]
    await stage.passes(days=1)
    assert len(stage.said(GROUP)) == 2


async def test_lists_words_and_history_are_found(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.sun.says("1单元的灯又不亮了")
    await stage.feng.writes("/find 电梯")
    assert "#1" in stage.feng.last.whole
    assert "#2" not in stage.feng.last.whole
    await stage.feng.writes("/open")
    assert "#2" in stage.feng.last.whole
    await stage.li.writes("/history 1")
    assert "李娜" in stage.li.last.whole


async def test_pages_of_a_long_search_keep_within_a_button(stage: Stage) -> None:
    for n in range(8):
        await stage.li.says(f"/report 电梯{n}号按钮坏了")
    await stage.feng.writes("/find " + "电梯" * 40)
    await stage.feng.writes("/find 电梯")
    first = stage.feng.last.whole
    assert "#1" in first
    await stage.feng.presses(stage.feng.last, "下一页")
    assert "#8" in stage.feng.last.whole


async def test_merged_moved_and_undone(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.sun.says("1单元的灯又不亮了")
    await stage.feng.writes("/merge 2 1")
    states = [each.state for each in await stage.requests()]
    assert sorted(states) == ["closed", "open"]


async def test_an_announcement_reaches_every_group_below(stage: Stage) -> None:
    await stage.feng.writes("/announce 和平里 今晚停水")
    await stage.feng.presses(stage.feng.last, "发")
    for room in (GROUP, GROUP4):
        assert "今晚停水" in stage.last(room).text
    await stage.passes(minutes=2)
    async with stage.app.store.read() as store:
        found = (await store.scalars(select(Audit).where(Audit.command == "announce"))).all()
    assert [each.detail["open"] for each in found] == [False]


async def test_a_group_that_moves_takes_everything_along(stage: Stage) -> None:
    """R15"""
    await stage.li.says(REPORT)
    await stage.does(GROUP, "li", "moved", new_id="g3-new")
    assert "电梯" in stage.card(1, "g3-new").title


async def test_the_sample_is_imported_and_the_second_time_nothing_changes(
    database_url: str, tmp_path: Path
) -> None:
    wanted = read_file(SAMPLE, frozenset(default_policy().roles))
    secrets = Secrets(Fernet.generate_key().decode())
    store = Store(database_url)
    await upgrade(store)
    for first in (True, False):
        async with store.write() as session:
            plan = await plan_import(
                session, wanted, now=MONDAY, secrets=secrets, zone="Asia/Shanghai"
            )
            assert plan.empty is not first
            await apply_import(session, plan, MONDAY)
    async with store.read() as session:
        kinds = select(func.count()).where(Area.kind == "building")
        assert await session.scalar(kinds) == 41
        out = await export_directory(session, secrets=secrets, zone="Asia/Shanghai")
    assert len(out.people) == len(wanted.people)
    await store.close()


async def test_two_imports_at_once_are_one_after_the_other(database_url: str) -> None:
    wanted = read_file(SAMPLE, frozenset(default_policy().roles))
    secrets = Secrets(Fernet.generate_key().decode())
    stores = Store(database_url), Store(database_url)
    await upgrade(stores[0])

    async def brings(store: Store) -> bool:
        async with store.write() as session:
            plan = await plan_import(
                session, wanted, now=MONDAY, secrets=secrets, zone="Asia/Shanghai"
            )
            await apply_import(session, plan, MONDAY)
        return plan.empty

    assert sorted(await asyncio.gather(*(brings(each) for each in stores))) == [False, True]
    async with stores[0].write() as session:
        session.add(Person(name="李娜", skills=[], created_at=MONDAY))  # numbered after them
    for store in stores:
        await store.close()


async def test_long_names_and_odd_characters_are_kept_as_far_as_there_is_room(
    stage: Stage,
) -> None:
    name = "名" * 300
    stage.rooms.titles["gnew"] = "群" * 300
    await stage.joins_group("gnew")
    odd = "3栋电梯\x00坏了\ud83d"
    await stage.does(GROUP, "stranger", "message", text=odd, name=name, language="zh-" + "x" * 60)
    request = await stage.request(1)
    assert request.words.startswith("3栋电梯")
    await stage.does(GROUP, "stranger", "message", text="/report " + "水" * 4000, name=name)
    assert len((await stage.request(2)).words) == 4000
    await stage.does(GROUP, "stranger", "renamed", title="群" * 300)


async def test_duty_is_swapped_stood_in_for_and_walked(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.wang.writes("/换班")
    await stage.wang.presses(stage.wang.last, "3月4日")
    await stage.wang.presses(stage.wang.last, "3月5日")
    await stage.zhou.presses(stage.zhou.last, "可以")
    await stage.zhou.writes("/请假 03-04 03-04 李娜")
    await stage.wang.writes("/请假 03-06 03-06 -")
    await stage.passes(seconds=5)
    assert "＋ 3月4日（周三）22:00–07:00" in stage.li.last.text
    assert told(stage.feng, "这些班没有人")
    await stage.feng.presses(stage.feng.last, "有意不安排")
    await stage.li.writes("/值班日历")
    assert (stage.li.last.file or b"").count(b"BEGIN:VEVENT") == 1
    await made(stage, "/值班表 3栋 巡逻 每天 20:00：王姨；点位：大门、车棚")
    await at(stage, 2026, 3, 3, 20, 0)
    await stage.wang.presses(stage.wang.last, "大门")
    await stage.wang.sends_photo(room=stage.wang.private)
    await at(stage, 2026, 3, 3, 21, 0)
    assert told(stage.feng, "没到：车棚")
    await stage.feng.writes("/值班表 记录 巡逻")
    await stage.feng.presses(stage.feng.last, "看照片")
    await stage.feng.writes("/值班表 工时 夜间热线")
    assert "王姨：已值" in stage.feng.last.text
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：李娜" in await now(stage, stage.sun)


async def test_a_promise_is_noted_moved_and_broken(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("明天修好", reply_to=stage.page(stage.wang))
    await stage.wang.presses(stage.wang.last, "记下")
    await stage.wang.writes("/承诺 1 后天 等配件")
    assert "3月4日" in stage.card(1).text
    await stage.passes(days=3)
    async with stage.app.store.read() as store:
        path = await store.scalar(select(Area.path).where(Area.code == "和平里"))
        assert path is not None
        counted = await promises_by_role(store, path, MONDAY, MONDAY + timedelta(days=9))
    assert counted == [Kept("unit_captain", 0, 1, 0, 1)]
    assert "抱歉" in stage.card(1).text
    await stage.feng.writes("/stats 2026-03")
    assert "承诺兑现\n单元长：兑现 0，没兑现 1" in stage.feng.last.text


async def test_a_week_s_digest_and_what_was_held_back(stage: Stage) -> None:
    await stage.feng.says("/settings noise 0")
    await stage.li.says(REPORT)
    async with stage.app.store.write() as store:
        chat = await store.scalar(select(Chat).where(Chat.external_id == GROUP))
        assert chat is not None
        work = Work(stage.app.desk, store, stage.clock.now())
        for text in ("一", "二"):
            work.say(chat, Content(text=text), Manner(low=True))
        await keep_said(store, [work])
    before = len(stage.said(GROUP))
    await stage.passes(days=1)
    assert [each.text for each in stage.said(GROUP)[before:]] == ["· 二\n· 一"]
    await stage.passes(days=6)
    assert "小结" in stage.last(GROUP).title
    async with stage.app.store.read() as store:
        counted = await held_back(store, "/", MONDAY - timedelta(days=1), stage.clock.now())
    assert counted == HeldBack(posted=1, held=2, folded=2)
    await stage.feng.writes("/stats 2026-03")
    assert "发出 1 条，压下 2 条，其中合并告知 2 条" in stage.feng.last.text
