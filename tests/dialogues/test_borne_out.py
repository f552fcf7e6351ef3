"""What somebody said half-aloud is opened as theirs when a neighbour says the same."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.understanding.meaning import Heard, Meaning, Outcome, Reason, Scene
from handlers.understanding.opinion import is_unsure
from storage.tables import RequestMessage
from tests.fakes.reader import PlainReader
from tests.harness import Actor, Stage, staged

HALF = "水好像有点黄"
TOO = "我家也是，洗脸都不敢"


class Listening(PlainReader):
    """ "好像" is nearly a report; what begins with "我家也是" bears out the newest of these."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        if "是不是" in heard.text:
            report = super().read(heard, scene)
            return replace(report, outcome=Outcome.ASK, confidence=0.6, leaning=0.6)
        if "好像" in heard.text:
            return Meaning(Outcome.TALK, 0.4, leaning=0.6)
        near = next((said for said in reversed(scene.recent) if said.leaning > 0), None)
        if heard.text.startswith("我家也是") and near is not None and not scene.requests:
            report = self.report(near.heard, scene)
            reasons = (Reason("request", "borne_out", weight=1.0),)
            key = near.heard.key
            return replace(report, confidence=0.75, bears_out=key, reasons=reasons)
        return super().read(heard, scene)

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        return super().read(heard, scene)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, reader=Listening()) as made:
        yield made


async def person_of(stage: Stage, actor: Actor) -> int:
    """Who somebody is: the reporter of what they report."""
    await actor.says("灯坏了")
    (*_, request) = await stage.requests()
    assert request.reporter_id is not None
    return request.reporter_id


async def test_the_first_has_reported_it_and_the_other_joined(stage: Stage) -> None:
    first = await stage.li.says(HALF)
    assert not await stage.requests()
    await stage.zhao.says(TOO)
    (request,) = await stage.requests()
    assert (request.words, request.category) == (HALF, "water")
    assert "2 户" in stage.card(1).text, stage.card(1).text
    await stage.zhao.says("现在清了", reply_to=first)
    assert len(await stage.requests()) == 1
    assert request.reporter_id == await person_of(stage, stage.li)


async def test_who_goes_on_with_it_adds_to_their_own(stage: Stage) -> None:
    await stage.li.says(HALF)
    await stage.li.says("我家也是昨天开始的，厨房最黄")
    (request,) = await stage.requests()
    assert (request.words, request.category) == (HALF, "water")
    assert "2 户" not in stage.card(1).text, stage.card(1).text
    assert request.reporter_id == await person_of(stage, stage.li)


class Wavering(PlainReader):
    """What is said after "好像" makes that likelier to have been a report, until "三" opens it."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        if "好像" in heard.text:
            return Meaning(Outcome.TALK, 0.4, leaning=0.2)
        said = next((each for each in scene.recent if "好像" in each.heard.text), None)
        if said is None or said.leaning == 0:
            return super().read(heard, scene)
        if said.leaning < 0.7:
            return Meaning(Outcome.TALK, leans=(said.heard.key, said.leaning + 0.3))
        return replace(super().read(said.heard, scene), bears_out=said.heard.key)


@pytest.fixture
async def wavering(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, reader=Wavering()) as made:
        yield made


async def test_what_each_line_says_of_it_is_remembered(wavering: Stage) -> None:
    await wavering.li.says("好像水管漏水")
    for text in ("是吗", "我看看"):
        await wavering.zhao.says(text)
        assert not await wavering.requests()
    await wavering.zhao.says("真的")
    (request,) = await wavering.requests()
    assert request.words == "好像水管漏水"


async def test_who_was_asked_need_not_answer_any_more(stage: Stage) -> None:
    await stage.li.says("水是不是有点黄")
    question = stage.last()
    assert question.labels
    await stage.zhao.says(TOO)
    (request,) = await stage.requests()
    assert request.words == "水是不是有点黄"
    assert not next(each for each in stage.said() if each.id == question.id).labels
    await stage.li.says("是")
    assert len(await stage.requests()) == 1


async def test_why_says_so(stage: Stage) -> None:
    await stage.li.says(HALF)
    await stage.zhao.says(TOO)
    await stage.feng.writes("/why 1")
    assert "邻居说到同样的事" in stage.feng.last.text


async def test_what_was_taken_back_is_not_opened(stage: Stage) -> None:
    first = await stage.li.says(HALF)
    await stage.li.recalls(first)
    await stage.zhao.says(TOO)
    assert not await stage.requests()


async def test_what_was_changed_is_not_opened(stage: Stage) -> None:
    first = await stage.li.says(HALF)
    await stage.li.edits(first, "早上好")
    await stage.zhao.says(TOO)
    assert not await stage.requests()


async def test_where_the_bot_asks_first_nobody_is_asked_about_what_another_said(
    stage: Stage,
) -> None:
    await stage.feng.says("/settings mode suggest")
    before = len(stage.said())
    await stage.li.says(HALF)
    await stage.zhao.says(TOO)
    assert not await stage.requests()
    assert len(stage.said()) == before


async def test_what_nobody_bears_out_is_kept_nowhere(stage: Stage) -> None:
    await stage.li.says(HALF)
    await stage.zhao.says("是吗")
    assert not await stage.requests()
    assert HALF not in await stage.kept_text()


def test_no_second_opinion_is_asked_for_it() -> None:
    borne_out = Meaning(Outcome.OPEN, 0.75, bears_out="1")
    assert not is_unsure(borne_out)
    assert is_unsure(replace(borne_out, bears_out=None))


async def forgets(stage: Stage, who: Actor) -> None:
    """Somebody has the bot forget them."""
    await who.writes("/忘记我")
    await who.presses(who.last, "确定，忘记我")


@pytest.fixture
def lan(stage: Stage) -> Actor:
    """A neighbour who has no home and no role."""
    return Actor(stage, "7700123456", "欧阳兰芝")


async def test_who_had_themselves_forgotten_is_not_made_a_reporter(
    stage: Stage, lan: Actor
) -> None:
    """Their last lines go from memory: what a neighbour says of them opens nothing of theirs."""
    await lan.says(HALF)
    await forgets(stage, lan)
    await stage.zhao.says(TOO)
    assert not [each for each in await stage.requests() if HALF in (each.words or "")]
    assert HALF not in await stage.kept_text()


async def test_a_picture_of_theirs_goes_as_well(stage: Stage, lan: Actor) -> None:
    await lan.sends_photo()
    await forgets(stage, lan)
    await lan.says("3栋2单元楼道灯坏了")
    assert await stage.requests()
    async with stage.app.store.read() as store:
        kept = (await store.scalars(select(RequestMessage.media))).all()
    assert not any(kept), "else it would have gone with what is said within minutes"


async def test_what_neighbours_said_stays(stage: Stage, lan: Actor) -> None:
    await lan.says("早上好")
    await stage.li.says(HALF)
    await forgets(stage, lan)
    await stage.zhao.says(TOO)
    (request,) = await stage.requests()
    assert request.words == HALF
