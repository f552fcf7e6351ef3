"""A flood: merged, not refused; no first report is lost, and nobody else waits."""

from __future__ import annotations

from sqlalchemy import func, select

from handlers.chat.platform import RawUpdate
from storage.tables import RequestMessage, Supporter, Update
from tests.harness import GROUP, GROUP4, Stage

WORDS = "楼道灯不亮了"
BINS = "垃圾桶满了没人收"  # said twice, it may well be two bins: two requests, where few speak


async def pours(stage: Stage, lines: list[tuple[str, str]], room: str = GROUP) -> None:
    """All of it comes in at once: (who, what); nothing of it is handled yet."""
    first = stage.app.figures.received["rooms"]
    raws = [
        RawUpdate(
            f"f{n}",
            room,
            {
                "kind": "message",
                "room": room,
                "person": who,
                "at": stage.clock.now().isoformat(),
                "message_id": f"f{n}",
                "text": text,
            },
        )
        for n, (who, text) in enumerate(lines, first)
    ]
    await stage.app.inbox.receive("rooms", raws)


async def count(stage: Stage, table: type[RequestMessage | Supporter]) -> int:
    async with stage.app.store.read() as store:
        return await store.scalar(select(func.count()).select_from(table)) or 0


async def waiting(stage: Stage) -> int:
    """Updates that nobody handled yet."""
    async with stage.app.store.read() as store:
        new = select(func.count()).select_from(Update).where(Update.state == "new")
        return await store.scalar(new) or 0


async def test_one_who_says_it_fifty_times_makes_one_request_and_no_noise(stage: Stage) -> None:
    await stage.li.says(WORDS)
    said, kept = stage.rooms.messages[:], await count(stage, RequestMessage)
    await pours(stage, [("li", WORDS)] * 50)
    await stage.app.settle()
    assert len(await stage.requests()) == 1
    assert (stage.rooms.messages, await count(stage, RequestMessage)) == (said, kept)
    assert stage.app.dispatcher.hearing.folded == 50


async def test_what_they_say_between_and_afterwards_is_heard(stage: Stage) -> None:
    await stage.li.says(WORDS)
    await pours(stage, [("li", WORDS), ("li", "我家没水了"), ("li", WORDS)])
    await stage.app.settle()
    assert len(await stage.requests()) == 2
    before = await count(stage, RequestMessage)
    await stage.passes(hours=3)
    await stage.li.says(WORDS)
    assert await count(stage, RequestMessage) > before, "said again after hours, it is news"


async def test_a_solved_matter_said_again_at_once_is_no_repeat(stage: Stage) -> None:
    await stage.li.says(WORDS)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.li.says(WORDS)
    states = [each.state for each in await stage.requests()]
    assert any(each in ("open", "taken") for each in states), states


async def test_a_hundred_at_once_are_few_requests_in_which_each_is_counted(stage: Stage) -> None:
    """First reports are never dropped: who says it first is a supporter, or its reporter."""
    await pours(stage, [(f"p{n}", "哈哈") for n in range(40)])
    people = [f"n{n}" for n in range(60)]
    await pours(stage, [(who, (BINS, WORDS)[n % 2]) for n, who in enumerate(people)])
    await stage.app.settle()
    await stage.nothing_failed()
    requests = await stage.requests()
    assert len(requests) <= 4
    assert await count(stage, Supporter) + len(requests) >= len(people)


async def test_another_group_is_answered_while_the_flood_is_handled(stage: Stage) -> None:
    await pours(stage, [(f"p{n}", f"{n % 2 + 1}单元{n % 6 + 1}楼漏水") for n in range(60)])
    await pours(stage, [("qian", "咱们楼电梯又坏了")], room=GROUP4)
    for _ in range(3):  # lanes take turns; of several processes one takes them first
        await stage.app.inbox.step()
    await stage.app.delivery.drain()
    assert stage.card(2, GROUP4) or stage.said(GROUP4)
    assert await waiting(stage) > 50
    await stage.app.settle()
    await stage.nothing_failed()
