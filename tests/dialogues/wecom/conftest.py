"""The stage with WeCom as a fixture."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.wecom.stage import WeComStage, on_wecom


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[WeComStage]:
    """The program in three internal groups; the whole cast wrote to it once."""
    async with on_wecom(tmp_path) as made:
        yield made
