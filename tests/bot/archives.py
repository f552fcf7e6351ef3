"""A stage on which some requests ended long ago, and the file into which they go."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import desk_archive, desk_numbers
from bot.app import App
from tests.dialogues.numbers import month
from tests.dialogues.policies import governed
from tests.harness import GROUP4, Stage

MARCH = month("2026-03")
FILE = Path("archive/linli-archive-0001.jsonl.gz")


@asynccontextmanager
async def old(folder: Path, patch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """Four requests that ended long ago, one that ended lately, one that is open."""
    policy = "[archive]\ndays = 30\n[digest]\non = false\n"
    async with governed(folder, policy, data_dir=folder) as made:

        class Held:
            async def __aenter__(self) -> App:
                return made.app

            async def __aexit__(self, *error: object) -> None:
                """It goes on."""

        for desk in (desk_archive, desk_numbers):
            patch.setattr(desk, "desk_app", Held)
        patch.chdir(folder)
        await lived(made)
        yield made


async def lived(stage: Stage) -> None:
    """What happened until then."""
    for number, text in enumerate(("楼道的灯坏了", "电梯坏了", "3单元没水了"), 1):
        await stage.li.says(text)
        await stage.wang.writes(f"/take {number}")
        await stage.wang.writes("明天修好", reply_to=stage.page(stage.wang, number))
        await stage.wang.presses(stage.wang.last, "记下")
        await stage.wang.writes(f"/done {number} 换了零件{number}")
        await stage.li.presses(stage.li.last, "解决了")
    await stage.qian.says("门口的灯坏了", GROUP4)
    await stage.chen.writes("/cannot 4 没有经费")
    await stage.passes(days=4)
    await stage.sleeps(days=40)
    await stage.sun.says("1单元的灯又不亮了")
    await stage.zhou.writes("/take 5")
    await stage.zhou.writes("/done 5 换了")
    await stage.sun.presses(stage.sun.last, "解决了")
    await stage.li.says("电梯又坏了")
    assert [each.state for each in await stage.requests()] == ["closed"] * 5 + ["open"]


def there(file: Path) -> bool:
    """Whether a file stands there."""
    return file.exists()


def body() -> str:
    """What stands in the file."""
    return gzip.decompress(FILE.read_bytes()).decode()
