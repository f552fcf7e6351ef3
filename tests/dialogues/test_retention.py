"""What is kept no longer goes at night by itself; facts and numbers stay (R55)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.policy import default_policy
from handlers.privacy import retention
from handlers.work import Work
from storage.queries import sweeps
from storage.tables import (
    Audit,
    Look,
    Notice,
    Reading,
    Request,
    RequestMessage,
    Sweep,
    Update,
)
from tests.dialogues.numbers import figures
from tests.harness import MONDAY, Stage, staged
from tests.rows import a_request

SHORT = """
[retention]
texts = { days = 10 }
photos = { days = 5 }
looks = { days = 20 }
cues = { days = 10 }
inbox = { days = 3 }
notices = { days = 3 }
commands = { days = 20 }
letters = { days = 3 }
chat = { days = 3 }
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy in which everything goes soon."""
    file = tmp_path / "policy.toml"
    file.write_text(SHORT, encoding="utf-8")
    return file


async def ended(stage: Stage) -> None:
    """Li reported with a picture, Wang looked at her home, it was done, and closed."""
    await stage.li.sends_photo("3栋2单元501 电梯又坏了", ref="p9")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/contact 1")
    asked = next(each for each in stage.li.heard if "可以吗" in each.text)
    await stage.li.presses(asked, "可以")
    await stage.wang.writes("/contact 1")
    await stage.wang.writes("/done 1 换了李娜家旁边的按钮")
    await stage.li.says("解决了", reply_to=stage.card(1))
    assert (await stage.request(1)).state == "closed"
    await stage.passes(hours=1)  # the chores of the night are begun


async def rows(stage: Stage, what: Any) -> list[Any]:
    async with stage.app.store.read() as store:
        return list((await store.scalars(select(what))).all())


async def test_words_and_pictures_of_what_ended_go_and_the_facts_stay(
    tmp_path: Path, policy: Path
) -> None:
    async with staged(tmp_path, policy_file=policy) as stage:
        await ended(stage)
        told = await figures(stage)
        await stage.passes(days=4)
        assert any(await rows(stage, RequestMessage.media))
        await stage.passes(days=3)
        assert not any(await rows(stage, RequestMessage.media))
        assert "电梯又坏了" in (await stage.request(1)).words
        await stage.passes(days=6)
        request = await stage.request(1)
        assert (request.words, request.reason, request.reasons) == ("", None, [])
        assert "room" not in request.place
        assert not any(await rows(stage, RequestMessage.text))
        assert request.number == 1
        assert request.category == "lift"
        assert await figures(stage) == told
        async with stage.app.store.read() as store:
            assert await retention.late(Work(stage.app.desk, store, stage.clock.now())) == {}


async def test_looks_cues_notices_and_commands_go_each_in_its_time(
    tmp_path: Path, policy: Path
) -> None:
    async with staged(tmp_path, policy_file=policy) as stage:
        await ended(stage)
        await stage.feng.says("/settings language en")
        assert await rows(stage, Look.id)
        assert any(await rows(stage, Reading.seen))
        await stage.passes(days=12)
        assert not any(await rows(stage, Reading.seen))
        assert await rows(stage, Look.id)
        assert await rows(stage, Audit.id)
        await stage.passes(days=10)
        assert not await rows(stage, Look.id)
        assert not await rows(stage, Audit.id)
        await stage.li.writes("/who_saw_me")
        assert stage.li.last.text


async def test_nothing_goes_before_its_time_by_the_shipped_policy(stage: Stage) -> None:
    await ended(stage)
    await stage.passes(days=60)
    assert "电梯又坏了" in (await stage.request(1)).words
    assert await rows(stage, Look.id)


async def test_an_update_that_failed_loses_its_body(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        at = MONDAY - timedelta(days=20)
        for key, body in (("old", "13912345678"), ("new", "{}")):
            moment = at if key == "old" else MONDAY
            store.add(
                Update(platform="p", key=key, lane="l", body=body, state="dead", received_at=moment)
            )
    async with stage.app.store.write() as store:
        assert await sweeps.inbox(store, MONDAY - timedelta(days=14)) == 1
        assert await sweeps.inbox(store, MONDAY - timedelta(days=14)) == 0
    assert set(await rows(stage, Update.body)) == {None, "{}"}


async def test_batches_are_whole_though_they_are_small_and_killed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of the same moment, more than a batch, are each swept once."""
    monkeypatch.setattr(sweeps, "AT_ONCE", 2)
    async with stage.app.store.write() as store:
        for number in range(5):
            store.add(
                Notice(person_id=1, kind="said", values={}, at=MONDAY + timedelta(days=number // 4))
            )
        for number in range(5):
            store.add(request_ended(number + 1))
    done: list[int] = []
    for _ in range(5):
        async with stage.app.store.write() as store:
            done.append(await sweeps.notices(store, MONDAY + timedelta(hours=1)))
    assert done == [2, 2, 0, 0, 0]
    swept: list[int] = []
    for _ in range(3):
        async with stage.app.store.write() as store:
            swept.append(await sweeps.texts(store, MONDAY + timedelta(days=9)))
    assert swept == [5, 0, 0]
    assert set(await rows(stage, Request.words)) == {""}
    assert len(await rows(stage, Sweep.name)) == 2


def request_ended(number: int) -> Request:
    return a_request(number, words="李娜家漏水", state="closed", ended_at=MONDAY)


async def test_the_doctor_says_what_is_late(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        row = request_ended(1)
        row.ended_at = MONDAY - timedelta(days=400)
        store.add(row)
    await stage.feng.writes("/doctor")
    assert "texts 1" in stage.feng.last.text
    assert "photos 1" in stage.feng.last.text


def test_each_class_has_a_source_and_a_sweep() -> None:
    kept = default_policy().retention
    classes = set(type(kept).model_fields)
    assert classes == {*sweeps.SWEEPS, "copies"}, "copies are files: bot/leftovers.py"
    for name in classes:
        rule = getattr(kept, name)
        assert rule.source
        assert rule.date
        assert rule.days >= 1
