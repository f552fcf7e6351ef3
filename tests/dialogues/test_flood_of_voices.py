"""Hundreds join one request: each voice counts, and none is dearer than the first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from storage.prepared import Question
from storage.tables import Letter, Supporter
from tests.dialogues.test_overload import WORDS, pours
from tests.harness import GROUP, Actor, Stage

VOICES = 100
STAIRS = "楼梯间的灯都不亮"


async def many_join(stage: Stage, voices: int, name: str = "p") -> None:
    """Li reports, then so many of the building say the same within a moment."""
    await stage.li.says(WORDS)
    await pours(stage, [(f"{name}{n}", WORDS) for n in range(voices)])
    await stage.app.settle()
    await stage.nothing_failed()
    assert len(await stage.requests()) == 1


async def verdicts(stage: Stage) -> list[str | None]:
    async with stage.app.store.read() as store:
        rows = await store.scalars(select(Supporter.verdict).where(Supporter.request_id == 1))
        return list(rows.all())


async def waiting_in_slots(stage: Stage) -> list[str | None]:
    """The standing messages of which a picture waits to be shown."""
    waits = select(Letter.slot).where(Letter.state == "new", Letter.slot.is_not(None))
    async with stage.app.store.read() as store:
        return list((await store.scalars(waits)).all())


class Reads:
    """What is asked of the database, and how many rows come back."""

    def __init__(self, stage: Stage, patch: pytest.MonkeyPatch) -> None:
        self.statements = self.rows = 0
        self._stage = stage
        asked: Callable[..., Awaitable[list[Any]]] = Question[..., Any].rows

        async def counted(question: Any, store: Any, *values: Any) -> list[Any]:
            found = await asked(question, store, *values)
            self.rows += len(found)
            return found

        patch.setattr(Question, "rows", counted)
        event.listen(stage.app.store.engine.sync_engine, "before_cursor_execute", self._said)

    def _said(self, *_: Any) -> None:
        self.statements += 1

    async def of_a_voice(self, who: str) -> tuple[int, int]:
        """Of one more who joins (what is said then is not counted)."""
        before = self.statements, self.rows
        await pours(self._stage, [(who, WORDS)])
        await self._stage.app.inbox.drain()
        return self.statements - before[0], self.rows - before[1]


async def test_a_voice_reads_no_more_the_more_have_joined(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_join(stage, 5)
    reads = Reads(stage, monkeypatch)
    few = [await reads.of_a_voice(f"early{n}") for n in range(4)]
    await pours(stage, [(f"q{n}", WORDS) for n in range(VOICES)])
    await stage.app.settle()
    many = [await reads.of_a_voice(f"late{n}") for n in range(4)]
    await stage.app.settle()
    assert f"{VOICES + 14} 户" in stage.card(1).text
    for before, after in zip(sorted(few), sorted(many), strict=True):
        assert after[0] <= before[0] + 3, "statements"
        assert after[1] <= before[1] + 3, "rows"


async def test_the_card_is_edited_once_for_all_who_joined_before_it_could_be(
    stage: Stage,
) -> None:
    said = len(stage.said())
    await stage.li.says(WORDS)
    await pours(stage, [(f"p{n}", WORDS) for n in range(VOICES)])
    await stage.app.inbox.drain()
    waits = await waiting_in_slots(stage)
    assert "r1" in waits
    assert len(waits) == len(set(waits)), "one picture of each, however often it changed"
    await stage.app.settle()
    assert f"{VOICES + 1} 户" in stage.card(1).text
    assert f"{VOICES + 1} 户" in stage.page(stage.wang).text
    assert stage.card(1).edits <= 2
    assert len(stage.said()) == said + 1
    assert not await waiting_in_slots(stage)


async def test_each_of_many_is_known_to_have_joined(stage: Stage) -> None:
    await many_join(stage, VOICES)
    one = Actor(stage, "p7", "p7")
    await one.says(WORDS)
    assert f"{VOICES + 1} 户" in stage.card(1).text, "nobody counts twice"
    await one.writes("/my_data")
    assert one.last.file is not None
    assert WORDS in one.last.file.decode()


async def test_one_of_many_takes_the_voice_back(stage: Stage) -> None:
    await many_join(stage, 30)
    one = Actor(stage, "new", "New")
    await one.reacts(stage.card(1), "👍")
    assert "32 户" in stage.card(1).text
    await stage.does(
        GROUP, "new", "reaction", message_id=stage.card(1).id, emoji="👍", removed=True, name="New"
    )
    assert "31 户" in stage.card(1).text


async def test_many_go_along_with_a_merge_and_come_back(stage: Stage) -> None:
    await many_join(stage, 30)
    await stage.sun.writes(f"/report 3栋{STAIRS}")
    await stage.feng.writes("/merge 1 2")
    assert "32 户" in stage.card(2, "@sun").text
    undo = next(each for each in reversed(stage.feng.heard) if "撤销" in each.labels)
    await stage.feng.presses(undo, "撤销")
    assert "31 户" in stage.card(1).text
    assert "户" not in stage.card(2, "@sun").text
    await pours(stage, [("after", WORDS)])
    await stage.app.settle()
    assert "32 户" in stage.card(1).text


async def test_all_of_many_are_asked_and_the_last_answer_closes_it(stage: Stage) -> None:
    await many_join(stage, 12)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了灯泡")
    assert await verdicts(stage) == ["asked"] * 13
    await Actor(stage, "late", "late").says("我家也是", reply_to=stage.card(1))  # is asked as well
    assert await verdicts(stage) == ["asked"] * 14
    people = [stage.li, *(Actor(stage, f"p{n}", f"p{n}") for n in range(12))]
    for n, each in enumerate(people, 1):
        await each.presses(stage.card(1), "解决了")
        assert f"已有 {n} 户确认" in stage.card(1).text
        assert (await stage.request(1)).state == "done"
    await Actor(stage, "late", "late").presses(stage.card(1), "解决了")
    request = await stage.request(1)
    assert (request.state, request.ending) == ("closed", "solved")
    assert await verdicts(stage) == ["solved"] * 14


async def test_one_of_many_says_that_it_is_not_solved(stage: Stage) -> None:
    await many_join(stage, 30)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了灯泡")
    await Actor(stage, "p3", "p3").presses(stage.card(1), "没解决")
    request = await stage.request(1)
    assert request.state == "open"
    assert sorted(map(str, await verdicts(stage))) == ["None"] * 30 + ["not_solved"]
    assert "31 户" in stage.card(1).text
