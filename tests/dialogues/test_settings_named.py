"""Settings and their values are typed by the names under which they are shown."""

from __future__ import annotations

import pytest

from handlers.administration.preferences import FIELDS
from tests.harness import Stage

TYPED = [
    ("/设置 语言 英文", "English"),
    ("/设置 听到报事时 先问一句", "先问一句"),
    ("/设置 方式 看准头", "看准头"),
    ("/设置 多有把握就直接登记 0.7", "0.7"),
    ("/设置 立案 0.7", "0.7"),
    ("/设置 安静时段：22:00-07:00", "22:00-07:00"),
    ("/设置 休息日 2026-05-20", "2026-05-20"),
    ("/设置 每周小结 周五 9:30", "09:30"),
    ("/设置 每天最多主动发几条 10", "10"),
    ("/设置 条数 不限", "不限"),
    ("/settings Quiet hours 22:00-07:00", "22:00-07:00"),
    ("/settings mode Ask first", "先问一句"),
]


@pytest.mark.parametrize(("line", "value"), TYPED)
async def test_what_is_shown_may_be_typed(stage: Stage, line: str, value: str) -> None:
    await stage.feng.writes(line)
    assert value in stage.feng.last.text
    assert stage.feng.last.labels, "it can be taken back"


async def test_every_name_that_is_shown_is_known(stage: Stage) -> None:
    for language in ("zh", "en"):
        await stage.feng.writes(f"/settings language {language}")
        await stage.feng.writes(f"/language {language}")
        await stage.feng.writes("/settings")
        shown = stage.feng.last.text.splitlines()[: len(FIELDS)]
        for line in shown:
            name = line.replace("：", ":").split(":")[0]
            await stage.feng.writes(f"/settings {name.partition('（')[0].partition(' (')[0]}")
            assert any(each in stage.feng.last.text for each in ("/settings ", "/设置 ")), name
            assert "没有" not in stage.feng.last.text


@pytest.mark.parametrize(
    "line", ["/设置 安静时间段 22:00-07:00", "/设置 立案号 0.7", "/设置 天气 晴"]
)
async def test_what_is_no_name_is_told_with_those_that_are(stage: Stage, line: str) -> None:
    await stage.feng.writes(line)
    assert "可以设：语言、方式" in stage.feng.last.text


async def test_talk_that_begins_so_sets_nothing(stage: Stage) -> None:
    await stage.feng.writes("设置 闹钟 7:00")
    assert "安静" not in stage.feng.last.text
