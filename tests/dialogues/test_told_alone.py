"""What somebody told the bot alone is a request too; its words stay with who is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from handlers.chat.platform import Capabilities
from storage.tables import Account
from tests.dialogues.steps import opened, taken
from tests.harness import GROUP, Actor, Stage, staged

WORDS = "我家门口楼道灯坏了，物业一直不理我"
KEPT = "原话只给被请来办的人看"


async def test_the_group_hears_nothing_of_it_by_itself(stage: Stage) -> None:
    await stage.li.writes(WORDS)
    assert WORDS in stage.li.last.text
    assert WORDS in stage.page(stage.wang).text
    assert not stage.said(GROUP)


async def test_who_asks_in_the_group_sees_the_matter_without_the_words(stage: Stage) -> None:
    await stage.li.writes(WORDS)
    await stage.sun.says("/未结")
    assert "#1" in stage.last().text
    assert "不理我" not in stage.last().text
    await stage.sun.says("/metoo 1")
    assert KEPT in stage.card(1).text
    assert "不理我" not in "".join(each.whole for each in stage.said())


async def test_a_neighbour_who_tells_the_same_sees_their_own_card(stage: Stage) -> None:
    await stage.li.writes(WORDS)
    await stage.zhao.writes("2单元5楼楼道灯坏了")
    assert [each.number for each in await stage.requests()] == [1]
    shown = stage.zhao.last
    assert "#1" in shown.title
    assert "2 户" in shown.text
    assert KEPT in shown.text
    assert WORDS in stage.li.last.text, "what they said themselves stands"
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.zhao.last.text


async def test_who_is_asked_and_tells_the_same_keeps_the_page(stage: Stage) -> None:
    await stage.li.writes("2单元5楼楼道灯坏了")
    before = len(stage.wang.heard)
    await stage.wang.writes("2单元5楼楼道灯坏了")
    assert len(await stage.requests()) == 1
    assert len(stage.wang.heard) == before


@pytest.mark.parametrize(
    ("who", "reads"), [("li", True), ("wang", True), ("feng", True), ("sun", False)]
)
async def test_whose_list_has_the_words(stage: Stage, who: str, reads: bool) -> None:
    await stage.li.writes(WORDS)
    actor: Actor = stage.cast[who]
    await actor.writes("/未结")
    assert "#1" in actor.last.text
    assert ("不理我" in actor.last.text) == reads


async def test_who_can_only_be_named_is_named_without_the_words(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        async with stage.app.store.write() as store:
            await store.execute(update(Account).values(private_chat=None))
        await stage.li.writes(WORDS)
        assert "@wang" in "".join(each.whole for each in stage.said())
        assert KEPT in stage.card(1).text
        await stage.wang.writes("你好")
        assert WORDS in stage.page(stage.wang).text


async def test_words_told_alone_are_found_by_those_who_may_read_them(stage: Stage) -> None:
    await stage.li.writes("/report 我家楼上李老头半夜拖椅子，吵得睡不着")
    await stage.zhou.writes("/find 拖椅子")
    assert "#1" in stage.zhou.last.text
    await stage.sun.writes("/find 拖椅子")
    assert "#1" not in stage.sun.last.text
    await stage.zhou.says("/find 拖椅子")
    assert "#1" not in stage.said(GROUP)[-1].text


SECRET = "我妈刚出院走不动"


async def everywhere(stage: Stage) -> str:
    """All that stands in the group, with the request's history."""
    await stage.zhao.says("/history 1")
    return "\n".join(each.whole for each in stage.said())


@pytest.mark.parametrize("words", [f"没有，还在响，{SECRET}", f"还是坏的，{SECRET}"])
@pytest.mark.parametrize("replies", [True, False])
async def test_what_is_said_besides_no_is_read_by_who_works_on_it_alone(
    stage: Stage, words: str, replies: bool
) -> None:
    await taken(stage)
    await stage.wang.says("修好了", reply_to=stage.card(1))
    await stage.li.writes(words, reply_to=stage.li.last if replies else None)
    assert (await stage.request()).state == "open"
    assert SECRET in stage.page(stage.zhou).text
    assert SECRET not in await everywhere(stage)


async def test_what_is_said_besides_yes_is_nobody_s(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("电梯好了")
    await stage.li.writes(f"修好了，{SECRET}", reply_to=stage.li.last)
    assert (await stage.request()).ending == "solved"
    assert "修好了" in stage.card(1).text
    assert SECRET not in await everywhere(stage)


async def test_who_did_it_tells_all_what_was_done(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("修好了，换了继电器")
    assert "换了继电器" in stage.card(1).text
