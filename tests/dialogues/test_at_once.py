"""What is said in several groups at once, and handled together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from storage.queries import chats
from tests.harness import GROUP, GROUP4, Stage, staged


async def test_reports_of_two_groups_are_two_requests(stage: Stage) -> None:
    await _said_at_once(stage)
    assert [each.words for each in await stage.requests()] == ["3栋电梯坏了", "4栋停水了"]
    assert len(stage.said(GROUP)) == len(stage.said(GROUP4)) == 1


async def test_a_report_that_was_undone_with_another_s_is_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is remembered of it, or it would pass for something that was said before."""
    async with staged(tmp_path, kind="sqlite") as stage:
        await _undone_once(stage, monkeypatch)


async def _undone_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    handle, fails = stage.app.dispatcher.handle, [False, True]

    async def fails_once(*given: Any) -> Any:
        work = await handle(*given)
        if fails and fails.pop(0):
            raise LookupError("our own mistake")
        return work

    monkeypatch.setattr(stage.app.dispatcher, "handle", fails_once)
    with capture_logs():
        await _said_at_once(stage)
    assert [each.words for each in await stage.requests()] == ["3栋电梯坏了", "4栋停水了"]
    async with stage.app.store.read() as store:
        chat = await chats.chat(store, "rooms", GROUP)
        assert chat is not None
        memory = stage.app.dispatcher.scenes.memory(store, chat, stage.clock.now())
        assert [each.heard.text for each in memory.recent] == ["3栋电梯坏了"]


async def _said_at_once(stage: Stage) -> None:
    await stage.rooms.act(GROUP, "li", "message", text="3栋电梯坏了", name="李娜")
    await stage.rooms.act(GROUP4, "qian", "message", text="4栋停水了", name="钱伯")
    await stage.app.settle()
    await stage.nothing_failed()
