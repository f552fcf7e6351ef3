"""Dialogues through WeChat."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.dialogues.wechat.stage import WechatStage, on_wechat


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[WechatStage]:
    """The program behind a gateway, in three groups."""
    async with on_wechat(tmp_path) as made:
        yield made
