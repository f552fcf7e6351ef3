"""Traditional signs and Cantonese are heard in answers as Simplified ones are."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import hires, opened, taken
from tests.harness import Stage


@pytest.mark.parametrize("words", ["我來處理", "我來", "接單", "收到，馬上來", "現在就去，我來"])
async def test_who_is_asked_takes_it(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "taken"


@pytest.mark.parametrize(
    "words", ["修好咗", "辦好了", "解決了，謝謝", "換好燈了", "搞掂", "整好咗，多謝"]
)
async def test_who_has_it_says_that_it_is_done(stage: Stage, words: str) -> None:
    await taken(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "done"


@pytest.mark.parametrize("words", ["修好咗嗎", "還沒修好", "後天會修好", "未修好", "唔知修好咗未"])
async def test_what_is_asked_denied_or_to_come_is_not_done(stage: Stage, words: str) -> None:
    await taken(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "taken"


@pytest.mark.parametrize("words", ["沒修好", "沒解決", "還是壞的", "仲係壞的", "又壞了"])
async def test_who_is_asked_whether_it_is_solved_says_no(stage: Stage, words: str) -> None:
    await taken(stage)
    await stage.wang.writes("/done 1 換了")
    await stage.li.says(words, reply_to=stage.card(1))
    assert "not_solved" in await stage.events()


@pytest.mark.parametrize(("words", "day"), [("等配件，後天", 4), ("預約咗，禮拜五", 6)])
async def test_a_day_is_heard_as_well(stage: Stage, words: str, day: int) -> None:
    await taken(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    request = await stage.request()
    assert request.state == "waiting"
    assert request.resume_at is not None
    assert request.resume_at.day == day


@pytest.mark.parametrize(("words", "name"), [("轉給門衛", "門衛"), ("交給電工", "电工")])
async def test_a_name_is_found_as_it_is_written_and_in_simplified_signs(
    stage: Stage, words: str, name: str
) -> None:
    await hires(stage, name, where="3")
    await opened(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert "pass_on" in await stage.events()
    assert name in stage.card(1).text
