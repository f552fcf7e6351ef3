"""From talk to a request, to the right person, and back."""

from __future__ import annotations

from tests.harness import GROUP, Stage


async def test_a_report_in_plain_talk_becomes_a_card_in_reply(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    for message in stage.rooms.messages:
        print(message.room, message.sender, "|", message.whole, message.labels)
    card = stage.card(1)
    assert "电梯" in card.title
    assert "3栋" in card.title
    assert stage.said(GROUP) == [card]
