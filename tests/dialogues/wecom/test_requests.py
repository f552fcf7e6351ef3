"""From a mention to a solved request in WeCom."""

from __future__ import annotations

from tests.dialogues.wecom.stage import WeComStage

REPORT = "咱们楼电梯又坏了"


async def test_try(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    for e in stage.wecom.chats.seen:
        print(e)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    for e in stage.wecom.chats.seen:
        print(e)
    await stage.passes(minutes=3)
    await stage.settles()
    for e in stage.wecom.chats.seen:
        print(e)
    assert 0
