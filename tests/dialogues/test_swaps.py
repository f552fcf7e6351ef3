"""Swaps of turns and stand-ins: asked and agreed in chat by both, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from handlers.chat.platform import Capabilities
from storage.queries.moves import move_everything
from storage.tables import Person, Swap, TurnChange
from tests.dialogues.duty_steps import DESK, NIGHT, at, both_tick_at, made, now, rows, told
from tests.harness import GROUP, Actor, Shown, Stage, staged


async def asks(stage: Stage, who: Actor, gives: str, takes: str, room: str | None = None) -> Shown:
    """Somebody offers a turn for another; gives the question as it was put last."""
    where = room or who.private
    await who.says("/换班", where)
    shown = stage.last(where)
    await who.presses(shown, gives)
    await who.presses(stage.last(where), takes)
    return stage.last(where)


async def test_two_swap_their_nights_and_everybody_concerned_knows(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    assert "王姨的 3月4日（周三）22:00–07:00" in question.text
    assert "您的 3月5日（周四）22:00–07:00" in question.text
    assert not await rows(stage, TurnChange), "it counts when the other agrees"
    await stage.zhou.presses(question, "可以")
    assert "周叔同意了" in stage.wang.last.text
    assert "周叔值" in stage.wang.last.text
    assert "王姨 ⇄ 周叔" in stage.feng.last.text
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：周叔" in await now(stage, stage.li)
    await at(stage, 2026, 3, 5, 23, 0)
    assert "：王姨" in await now(stage, stage.li)
    await at(stage, 2026, 3, 6, 23, 0)
    assert "：王姨" in await now(stage, stage.li), "the others stay as they were"


async def test_who_declines_changes_nothing(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await stage.zhou.presses(stage.zhou.last, "不方便")
    assert "还是您的班" in stage.wang.last.text
    assert not await rows(stage, TurnChange)


async def test_the_answer_may_be_typed(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await stage.zhou.writes("/换班 同意")
    assert [each.state for each in await rows(stage, Swap)] == ["agreed"]
    assert len(await rows(stage, TurnChange)) == 2
    await stage.zhou.writes("/swap no")
    assert "没有人等您答复" in stage.zhou.last.text


async def test_it_is_asked_and_agreed_in_the_group(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日", GROUP)
    question = next(each for each in stage.said() if "想和您换班" in each.text)
    assert question.text.startswith("@zhou")
    assert "问别人" in await stage.sun.presses(question, "可以")
    assert not await rows(stage, TurnChange)
    await stage.zhou.presses(question, "可以")
    assert "班换好了" in stage.rooms.message(question.id).text
    assert len(await rows(stage, TurnChange)) == 2


async def test_who_cannot_be_written_to_is_asked_in_the_group(tmp_path: Path) -> None:
    """R24"""
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await made(stage, NIGHT)
        await stage.does(stage.zhou.private, "zhou", "standing", present=False)
        await asks(stage, stage.wang, "3月4日", "3月5日")
        question = stage.last(GROUP)
        assert "@zhou" in question.text
        await stage.zhou.presses(question, "可以")
        assert len(await rows(stage, TurnChange)) == 2


async def test_somebody_stands_in_as_a_favour(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "不换，请人代班")
    await stage.wang.presses(stage.wang.last, "郑网格")
    asked = stage.zheng
    assert "想请您代班" in asked.last.text
    await asked.presses(asked.last, "可以")
    await asked.writes("/值班日历")
    assert (asked.last.file or b"").count(b"BEGIN:VEVENT") == 1
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：郑网格" in await now(stage, stage.li)


async def test_a_neighbour_without_a_role_may_be_named(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "不换，请人代班")
    await stage.wang.writes("李娜")
    await stage.li.presses(stage.li.last, "可以")
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：李娜" in await now(stage, stage.li)


async def test_a_whole_week_is_swapped_in_one_step(stage: Stage) -> None:
    await made(stage)
    await asks(stage, stage.zhou, "3月9日（周一）09:00–17:00 起连续 5 班", "孙姐 3月16日")
    assert "3月9日（周一）09:00–17:00 起连续 5 班" in stage.sun.last.text
    await stage.sun.presses(stage.sun.last, "可以")
    assert len(await rows(stage, TurnChange)) == 10
    await at(stage, 2026, 3, 13, 10, 0)
    assert "：孙姐" in await now(stage, stage.li)
    await at(stage, 2026, 3, 20, 10, 0)
    assert "：周叔" in await now(stage, stage.li)


async def test_a_swapped_turn_may_be_swapped_again(stage: Stage) -> None:
    await made(stage, DESK)
    await asks(stage, stage.zhou, "红管家 3月10日", "不换，请人代班")
    await stage.zhou.presses(stage.zhou.last, "孙姐")
    await stage.sun.presses(stage.sun.last, "可以")
    await asks(stage, stage.sun, "红管家 3月10日", "不换，请人代班")
    await stage.sun.presses(stage.sun.last, "王姨")
    await stage.wang.presses(stage.wang.last, "可以")
    changed = await rows(stage, TurnChange)
    assert len(changed) == 1
    await at(stage, 2026, 3, 10, 10, 0)
    assert "：王姨" in await now(stage, stage.li)


async def test_who_took_a_turn_and_falls_ill_has_a_deputy(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await stage.zhou.presses(stage.zhou.last, "可以")
    await stage.zhou.writes("/请假 03-04 03-04 李娜")
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：李娜" in await now(stage, stage.li)


async def test_the_question_can_be_taken_back(stage: Stage) -> None:
    await made(stage, NIGHT)
    sent = await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    await stage.wang.presses(sent, "不换了")
    assert "撤回" in stage.zhou.last.text
    assert "撤回" in await stage.zhou.presses(question, "可以")
    assert not await rows(stage, TurnChange)


async def test_asking_somebody_else_takes_the_first_question_back(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    await asks(stage, stage.wang, "3月4日", "3月7日")
    assert [each.state for each in await rows(stage, Swap)] == ["withdrawn", "asked"]
    assert "撤回" in await stage.zhou.presses(question, "可以")


async def test_without_an_answer_the_turn_stays_and_who_asked_is_told(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    await at(stage, 2026, 3, 4, 22, 0)
    assert told(stage.wang, "没有等到答复，还是您的班")
    assert "时间已过" in await stage.zhou.presses(question, "可以")
    assert "：王姨" in await now(stage, stage.li)


async def test_what_changed_meanwhile_is_not_swapped(stage: Stage) -> None:
    """R28"""
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    await stage.feng.writes("/值班表")
    await stage.feng.presses(stage.feng.last, "夜间热线")
    await stage.feng.presses(stage.feng.last, "安排代班")
    await stage.feng.presses(stage.feng.last, "3月4日")
    await stage.feng.writes("孙姐")
    assert "已经变了" in await stage.zhou.presses(question, "可以")
    assert len(await rows(stage, TurnChange)) == 1


async def test_a_second_press_is_told_what_became_of_it(stage: Stage) -> None:
    """R28"""
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    question = stage.zhou.last
    await stage.zhou.presses(question, "可以")
    assert "已经同意" in await stage.zhou.presses(question, "不方便") if question.labels else True
    await stage.zhou.presses_data(question, "swap:no:1")
    assert "已经同意" in stage.rooms.toasts[-1].text
    assert [each.state for each in await rows(stage, Swap)] == ["agreed"]


async def test_an_agreement_survives_a_restart(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await stage.restarts()
    await stage.zhou.presses(stage.zhou.last, "可以")
    await stage.restarts()
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：周叔" in await now(stage, stage.li)


async def test_two_processes_let_a_swap_expire_once(stage: Stage) -> None:
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await both_tick_at(stage, datetime(2026, 3, 4, 14, 0, tzinfo=UTC))
    assert len(told(stage.wang, "没有等到答复")) == 1


async def test_who_has_no_turn_has_nothing_to_swap(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.li.writes("/换班")
    assert "没有班" in stage.li.last.text


async def test_a_form_that_was_left_says_so(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.wang.writes("/换班")
    old = stage.wang.last
    await stage.wang.writes("/换班")
    await stage.wang.presses_data(old, old.buttons[0][0].data)
    assert "过时" in stage.rooms.toasts[-1].text


async def test_who_binds_another_account_keeps_their_turns(stage: Stage) -> None:
    """Two rows turn out to be one person: turns, changes and questions go along."""
    await made(stage, NIGHT)
    await asks(stage, stage.wang, "3月4日", "3月5日")
    await stage.zhou.presses(stage.zhou.last, "可以")
    async with stage.app.store.write() as store:
        old = await store.scalar(select(Person.id).where(Person.name == "王姨"))
        new = Person(name="王淑芬", skills=[], created_at=stage.clock.now())
        store.add(new)
        await store.flush()
        await move_everything(store, old or 0, new.id)
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：周叔" in await now(stage, stage.li)
    await at(stage, 2026, 3, 6, 23, 0)
    assert "：王淑芬" in await now(stage, stage.li)
