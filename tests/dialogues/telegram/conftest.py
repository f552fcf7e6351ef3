"""The stage with Telegram as a fixture."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.telegram.stage import TelegramStage, on_telegram


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """The program in administrator's place in three supergroups."""
    async with on_telegram(tmp_path) as made:
        yield made
