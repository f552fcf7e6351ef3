"""A building on WeChat: what is heard, what is answered, and what is honestly missed."""

from __future__ import annotations

from tests.dialogues.wechat.stage import WechatStage

REPORT = "咱们楼电梯又坏了"


async def test_a_report_becomes_a_request_with_a_card(stage: WechatStage) -> None:
    await stage.says("li", REPORT)
    (request,) = await stage.requests()
    assert request.words == REPORT
    assert any("#1" in text and "电梯" in text for text in stage.said())
