"""Stories with a line that fails: nothing is said twice, nothing is lost that was handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dialogues.wecom.stage import WeComStage

REPORT = "咱们楼电梯又坏了"


@pytest.mark.fault("wecom")
@pytest.mark.parametrize("code", [1000, 1001, 1011, 0], ids=["1000", "1001", "1011", "drop"])
async def test_a_line_that_is_cut_before_the_answer(stage: WeComStage, code: int) -> None:
    await stage.wecom.says(stage.li.id, REPORT, stage.group)
    if code:
        await stage.wecom.closes(code)
    else:
        stage.wecom.drops()
    await stage.comes_back()
    await stage.settles()
    assert len(await stage.requests()) == 1
    assert len(stage.cards(1)) == 1
    assert stage.page(stage.wang)


@pytest.mark.fault("wecom")
async def test_what_is_due_while_the_line_is_away_is_said_when_it_is_back(
    stage: WeComStage,
) -> None:
    await stage.li.says(REPORT)
    await stage.wecom.goes()
    await stage.passes(hours=3)
    before = len(stage.wang.heard)
    await stage.wecom.comes()
    await stage.comes_back()
    await stage.passes(minutes=3)
    await stage.settles()
    assert len(stage.wang.heard) + len(stage.zhou.heard) > before


@pytest.mark.fault("wecom")
async def test_a_restart_answers_what_waited(stage: WeComStage) -> None:
    await stage.wecom.says(stage.li.id, REPORT, stage.group)
    await stage.until(stage.all_kept)
    await stage.restarts()
    assert len(stage.cards(1)) == 1


@pytest.mark.fault("wecom")
async def test_a_repeat_after_a_restart_is_known(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    body = stage.wecom.last_body
    await stage.restarts()
    await stage.wecom.repeats(body)
    await stage.settles()
    assert len(await stage.requests()) == 1


@pytest.mark.fault("wecom")
async def test_a_send_that_was_not_acknowledged_is_marked_uncertain(
    stage: WeComStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line: object = stage.platform.line._connection._client._ws_manager  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess] - the SDK's five seconds
    monkeypatch.setattr(line, "_reply_ack_timeout", 0.02)
    stage.wecom.faults.mute_acks = True
    await stage.wecom.says(stage.li.id, REPORT, stage.group)
    await stage.until(stage.all_kept)
    await stage.app.settle()
    stage.wecom.faults.mute_acks = False
    stage.clock.turn(timedelta(seconds=5))
    await stage.settles()
    assert stage.cards(1)
    assert len(await stage.requests()) == 1


async def test_the_limits_are_kept_ahead_of_time(stage: WeComStage) -> None:
    """Thirty a minute and a thousand an hour, to each conversation: the fake refuses more."""
    for number in range(40):
        await stage.wecom.says(stage.li.id, f"帮助 {number}", stage.group)
        await stage.wecom.says(stage.zhao.id, "帮助")
    await stage.settles()
    assert len(stage.said) >= 40
    assert not stage.wecom.refused
