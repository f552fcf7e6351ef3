"""The noise budget of a group: danger, cards and answers always; the rest folded (R59)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot.app import App
from bot.outbox import keep_said
from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.work import Work
from storage.engine import Store
from storage.queries.noise import HeldBack, held_back
from storage.tables import Chat, Letter
from tests.dialogues.policies import at, governed
from tests.fakes.reader import PlainReader
from tests.harness import GROUP, GROUP4, Shown, Stage

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
LAMP = "楼道的灯坏了"


@asynccontextmanager
async def budget(folder: Path, daily: int) -> AsyncGenerator[Stage]:
    async with governed(folder, f"[noise]\ndaily = {daily}\n[digest]\non = false\n") as stage:
        await stage.passes(minutes=1)
        yield stage


@pytest.fixture
async def two(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Two posts a day; Monday, 2 March, 09:01."""
    async with budget(tmp_path, 2) as stage:
        yield stage


async def post(stage: Stage, *texts: str, room: str = GROUP, manner: Manner | None = None) -> None:
    """The bot says something in a group that nobody asked for."""
    for text in texts:
        async with stage.app.store.write() as store:
            work = Work(stage.app.desk, store, stage.clock.now())
            chat = await store.scalar(select(Chat).where(Chat.external_id == room))
            assert chat is not None
            work.say(chat, Content(text=text), manner or Manner(low=True))
            await keep_said(store, [work])
    stage.app.delivery.wake()
    await stage.app.settle()


async def counted(stage: Stage) -> HeldBack:
    async with stage.app.store.read() as store:
        return await held_back(store, "/", LONG_AGO, FAR_AHEAD)


def texts(stage: Stage, room: str = GROUP) -> list[str]:
    return [each.whole for each in stage.said(room)]


def folded(stage: Stage, room: str = GROUP) -> list[Shown]:
    return [each for each in stage.said(room) if "攒在一起" in each.title]


async def test_what_is_beyond_the_budget_is_held_back_and_told_together(two: Stage) -> None:
    await post(two, "一", "二", "三", "四")
    assert texts(two) == ["一", "二"]
    assert await counted(two) == HeldBack(posted=2, held=2, folded=0)
    await two.passes(days=1)
    [told] = folded(two)
    assert told.text.splitlines() == ["· 四", "· 三"], "the newest first"
    assert await counted(two) == HeldBack(posted=3, held=2, folded=2)


async def test_a_long_post_counts_once_and_is_held_back_whole(two: Stage) -> None:
    long = "长" * 5000
    await post(two, long, long)
    assert len(texts(two)) == 4, "two posts of two messages"
    await post(two, long)
    assert len(texts(two)) == 4
    assert await counted(two) == HeldBack(posted=2, held=1, folded=0)


async def test_each_group_has_its_own(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await post(two, "一", "二", room=GROUP4)
    assert len(texts(two, GROUP4)) == 2


async def test_a_new_day_begins_at_midnight_of_the_place(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await two.passes(hours=14, minutes=58)
    await post(two, "四")
    assert len(texts(two)) == 2
    await two.passes(minutes=2)  # 00:01 in Shanghai
    await post(two, "五")
    assert texts(two)[-1] == "五"


async def test_danger_is_never_held_back(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await post(two, "煤气泄漏", manner=Manner(low=True, urgent=True))
    assert texts(two)[-1] == "煤气泄漏"


async def test_what_is_not_of_little_weight_goes_and_counts(two: Stage) -> None:
    await post(two, "一", "二", "通知", manner=Manner())
    assert len(texts(two)) == 3
    await post(two, "零")
    assert len(texts(two)) == 3


async def test_cards_of_new_requests_always_stand_at_once(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await two.li.says(LAMP)
    assert two.card(1)
    assert (await counted(two)).posted == 2, "nobody's question is noise"


async def test_answers_to_a_person_are_never_held_back(two: Stage) -> None:
    await post(two, "一", "二", "三")
    before = len(texts(two))
    await two.feng.says("/settings")
    assert len(texts(two)) == before + 1


async def test_no_budget_holds_nothing_back_and_counts_nothing(two: Stage) -> None:
    await two.feng.says("/settings noise off")
    before = len(texts(two))
    await post(two, *"一二三四五")
    assert len(texts(two)) == before + 5
    assert await counted(two) == HeldBack(0, 0, 0)


async def test_a_group_sets_its_own_and_goes_back_to_the_usual(two: Stage) -> None:
    await two.feng.says("/设置 条数 1")
    assert "1" in two.last().text
    before = len(texts(two))
    await post(two, "一", "二")
    assert len(texts(two)) == before + 1
    await two.feng.says("/settings noise default")
    await post(two, "三")
    assert texts(two)[-1] != "三", "of today's two, both were said or held"


async def test_a_number_that_is_none_is_told_how_to_write(two: Stage) -> None:
    await two.feng.says("/settings noise 很多")
    assert "例如 10" in two.last().text


async def test_nothing_at_all_but_danger(tmp_path: Path) -> None:
    async with budget(tmp_path, 0) as none:
        await post(none, "一")
        assert not texts(none)
        await none.passes(days=1)
        assert folded(none)[0].text == "· 一"


async def test_what_is_held_over_a_weekend_is_told_once_after_a_restart(two: Stage) -> None:
    await two.passes(days=4)
    await post(two, "一", "二", "三")
    await two.sleeps(days=3)
    assert len(folded(two)) == 1
    await two.restarts()
    await two.app.ticks.tick()
    await two.app.settle()
    assert len(folded(two)) == 1


async def test_what_comes_up_in_the_night_waits_for_the_morning(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await two.sleeps(days=1, hours=16)
    assert not folded(two)
    await two.passes(hours=6)
    assert len(folded(two)) == 1


async def test_two_processes_fold_it_once(two: Stage) -> None:
    await post(two, "一", "二", "三")
    store = Store(two.app.settings.database_url)
    second = App(two.app.settings, store, [two.rooms], clock=two.clock, reader=PlainReader())
    two.clock.set(at("2026-03-03 08:30"))
    await asyncio.gather(*(app.ticks.tick() for app in (two.app, second) * 2))
    await two.app.settle()
    assert len(folded(two)) == 1
    await second.crew.close()
    await store.close()


async def test_what_is_held_goes_into_the_digest_that_comes_first(tmp_path: Path) -> None:
    policy = '[noise]\ndaily = 1\n[digest]\nday = 1\nat = "18:00"\n'
    async with governed(tmp_path, policy) as stage:
        await stage.passes(minutes=1)
        await post(stage, "一", "二")
        await stage.passes(hours=9)
        digest = stage.last()
        assert "小结" in digest.title
        assert "· 二" in digest.text
        await stage.passes(days=1)
        assert not folded(stage)
        assert await counted(stage) == HeldBack(posted=1, held=1, folded=1)


async def test_words_of_what_was_folded_are_forgotten(two: Stage) -> None:
    await post(two, "一", "二", "三")
    await two.passes(days=1)
    async with two.app.store.read() as store:
        found = (await store.scalars(select(Letter).where(Letter.state == "folded"))).all()
    assert [each.body for each in found] == [""]


async def test_a_group_that_moved_is_told_what_was_held(two: Stage) -> None:
    """R15"""
    await post(two, "一", "二", "三")
    await two.does(GROUP, "feng", "moved", new_id="g3new")
    await two.passes(days=1)
    assert len(folded(two, "g3new")) == 1


async def test_a_post_costs_one_statement_more_and_a_card_none(two: Stage) -> None:
    asked: list[str] = []

    @event.listens_for(two.app.store.engine.sync_engine, "before_cursor_execute")
    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    await post(two, "一")
    asked.clear()
    await post(two, "二")
    assert len([each for each in asked if "noise" in each]) == 1
    assert not [each for each in asked if "FROM area" in each], "what holds at places is remembered"
    asked.clear()
    await two.li.says(LAMP)
    assert not [each for each in asked if "noise" in each]
