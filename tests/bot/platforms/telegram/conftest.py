"""What the tests of the Telegram platform share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.telegram.intake import Pace
from bot.platforms.telegram.platform import TelegramPlatform
from handlers.chat.platform import RawUpdate
from tests.fakes.bot_api import FakeTelegram

PAYLOADS = Path(__file__).parent / "payloads"
#: No test waits for a pause, and a hung poll is given up at once.
FAST = Pace(poll=20, grace=5, turn=0.001, first_pause=0.001, longest_pause=0.01)

Payload = Callable[[str], dict[str, Any]]


class Kept:
    """An intake that remembers what it was given, and fails as often as it is told."""

    def __init__(self) -> None:
        self.updates: list[RawUpdate] = []
        self.failures = 0

    async def our_turn(self, platform: str) -> bool:
        return True

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        assert platform == "telegram"
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.updates.extend(updates)

    @property
    def texts(self) -> list[str]:
        return [each.body.get("message", {}).get("text", "") for each in self.updates]


def waking(tg: FakeTelegram) -> Any:
    """A processor for `capture_logs`: whoever waits for the fake looks at the log as well."""

    def wake(_logger: object, _name: str, event: Any) -> Any:
        asyncio.get_running_loop().call_soon(tg.world.changes.happened)
        return event

    return wake


@pytest.fixture
def payload() -> Payload:
    def read(name: str) -> dict[str, Any]:
        return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))

    return read


@pytest.fixture
async def platform(tg: FakeTelegram) -> AsyncIterator[TelegramPlatform]:
    platform = TelegramPlatform(tg.token, tg.base_url, pace=FAST)
    yield platform
    await platform.close()


@pytest.fixture
def kept() -> Kept:
    return Kept()
