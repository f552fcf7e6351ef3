"""Stages with a community's own policy, for stories of clocks and ladders."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.reader import PlainReader
from tests.harness import MONDAY, Stage, staged

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment in Shanghai: "2026-03-06 17:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def local(moment: datetime | None) -> str:
    """A moment as people in Shanghai read it: "03-06 17:00"."""
    assert moment is not None
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


@asynccontextmanager
async def governed(
    folder: Path, policy: str = "", *, start: datetime = MONDAY, **more: Any
) -> AsyncGenerator[Stage]:
    """The stage, its policy differing from the shipped one by this text.

    What is said is read by few words, so that these stories stand whatever understanding learns.
    """
    if policy:
        file = folder / "policy.toml"
        file.write_text(policy, encoding="utf-8")
        more["policy_file"] = file
    more = {"reader": PlainReader(), **more}
    async with staged(folder, start=start, **more) as stage:
        yield stage
