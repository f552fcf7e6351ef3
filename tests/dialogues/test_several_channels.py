"""One building, groups in two apps: one request, a card in each, people who are one in both."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from handlers.chat.platform import Capabilities, PassingError, PermanentError
from storage.tables import Account, Area, Audit, Chat, Letter
from tests.conformance.rooms_house import CARDS, LEAST
from tests.fakes.rooms import Rooms, Shown
from tests.harness import GROUP, Actor, Stage, staged

THERE = "w3"  #: building 3's group in the other app


async def neighbours(stage: Stage, name: str, *rooms: str) -> Rooms:
    """Building 3 has a group in another app as well."""
    async with stage.app.store.write() as store:
        area = await store.scalar(select(Area.id).where(Area.kind == "building", Area.code == "3"))
        for room in rooms or (THERE,):
            store.add(
                Chat(
                    platform=name,
                    external_id=room,
                    kind="group",
                    title="3栋群",
                    area_id=area,
                    greeted_at=stage.clock.now(),
                )
            )
    return stage.others[name]


async def says(stage: Stage, app: Rooms, who: str, text: str, room: str = THERE) -> list[Shown]:
    """Somebody calls the bot in the other app; gives what it says there then."""
    before = len(app.from_bot(room))
    await app.act(room, who, "message", text=text, name=who, to_bot=not room.startswith("@"))
    await stage.app.settle()
    await stage.nothing_failed()
    assert not app.wrong
    return app.from_bot(room)[before:]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, others={"cards": CARDS, "least": LEAST}) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    return await neighbours(stage, "cards")


def texts(app: Rooms, room: str = THERE) -> str:
    return "\n".join(each.whole for each in app.from_bot(room))


async def person_of(stage: Stage, platform: str, external: str) -> int | None:
    async with stage.app.store.read() as store:
        return await store.scalar(
            select(Account.person_id).where(
                Account.platform == platform, Account.external_id == external
            )
        )


async def test_a_request_stands_in_both_groups(stage: Stage, cards: Rooms) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    (there,) = cards.from_bot(THERE)
    assert "#1" in there.title
    assert "咱们楼电梯又坏了" in there.text
    assert "#1" in stage.card(1).title


async def test_what_is_said_in_the_other_app_is_the_same_matter(stage: Stage, cards: Rooms) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await says(stage, cards, "老孙", "2单元电梯坏了")
    assert [each.number for each in await stage.requests()] == [1]
    assert "2 户" in stage.card(1).text
    assert "2 户" in texts(cards)


async def test_it_is_joined_by_households_from_either_and_taken_from_either(
    stage: Stage, cards: Rooms
) -> None:
    await says(stage, cards, "老孙", "2单元电梯坏了")
    await stage.li.says("我家也是", reply_to=stage.card(1))
    assert "2 户" in texts(cards)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
    assert "王姨在办" in texts(cards)


async def test_the_answer_goes_to_where_each_one_is(stage: Stage, cards: Rooms) -> None:
    await says(stage, cards, "老孙", "你好", "@sun-there")
    await cards.act(THERE, "sun-there", "message", text="2单元电梯坏了", name="老孙", to_bot=True)
    await stage.app.settle()
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了阀门")
    both = texts(cards) + texts(cards, "@sun-there")
    assert "换了阀门" in both
    assert "换了阀门" in stage.card(1).text


async def test_nobody_is_called_by_a_name_of_another_app(tmp_path: Path) -> None:
    """王姨 has no account in the other app: she is named there, and called where she is."""
    shy = Capabilities(speaks_first=False)
    async with staged(tmp_path, capabilities=shy, others={"cards": CARDS}) as stage:
        cards = await neighbours(stage, "cards")
        async with stage.app.store.write() as store:
            await store.execute(update(Account).values(private_chat=None))
        await stage.li.says("咱们楼电梯又坏了")
        assert "@wang" in stage.card(1).text
        assert "王姨（单元长）" in texts(cards)
        assert "@wang" not in texts(cards)


async def code_of(actor: Actor) -> str:
    await actor.writes("/account")
    return actor.last.text.splitlines()[-1]


async def test_a_code_makes_two_accounts_one_person_once_it_is_asked_back(
    stage: Stage, cards: Rooms
) -> None:
    await says(stage, cards, "li-there", "2单元电梯坏了")
    code = await code_of(stage.li)
    (asked,) = await says(stage, cards, "li-there", code, "@li-there")
    assert "李娜" in asked.whole
    assert "做的事留在李娜那里" in asked.whole
    li = await person_of(stage, "rooms", "li")
    assert await person_of(stage, "cards", "li-there") != li, "nobody said yes"
    (answer,) = await says(stage, cards, "li-there", "是", "@li-there")
    assert "已绑定" in answer.whole
    assert "li-there" in stage.li.last.text, "the other account hears of it"
    assert "不是您的" in stage.li.last.text
    assert await person_of(stage, "cards", "li-there") == li
    assert (await stage.request(1)).reporter_id == li
    await stage.li.says("我家也是", reply_to=stage.card(1))
    assert "2 户" not in stage.card(1).text


async def test_who_was_sent_somebody_s_link_and_drops_it_stays_who_they_are(stage: Stage) -> None:
    code = await code_of(stage.li)
    before = await person_of(stage, "rooms", "zhao")
    await stage.zhao.writes(code)
    assert "别人发来的" in stage.zhao.last.text
    await stage.zhao.presses(stage.zhao.last, "算了")
    assert await person_of(stage, "rooms", "zhao") == before
    await stage.zhao.writes(code)
    assert "用过" in stage.zhao.last.text


async def test_who_used_a_code_is_told_to_its_maker_and_stands_in_the_record(
    stage: Stage, cards: Rooms
) -> None:
    await stage.feng.writes("/invite 李娜")
    code = stage.feng.last.text.rsplit("?", 1)[-1]
    await says(stage, cards, "thief", f"/start {code}", "@thief")
    assert "thief" in stage.li.last.text
    async with stage.app.store.read() as store:
        bound = (await store.scalars(select(Audit).where(Audit.command == "bind"))).one()
        thief = await store.scalar(select(Account.id).where(Account.external_id == "thief"))
    assert bound.detail["account"] == thief
    await stage.feng.writes("/audit")
    assert "账号绑定到本人" in stage.feng.last.text


@pytest.mark.parametrize("who", ["feng", "wang"])
async def test_nobody_gets_an_office_by_a_code_that_its_holder_taps(stage: Stage, who: str) -> None:
    code, victim = await code_of(stage.li), stage.cast[who]
    before = await person_of(stage, "rooms", who)
    await victim.writes(code)
    assert "/同一人" in victim.last.text
    assert not victim.last.labels
    await victim.writes("是")
    assert await person_of(stage, "rooms", who) == before != await person_of(stage, "rooms", "li")
    await stage.li.writes("/invite 周叔")
    assert "/start" not in stage.li.last.text


async def test_who_was_given_an_office_since_the_question_keeps_it(stage: Stage) -> None:
    before = await person_of(stage, "rooms", "zhao")
    await stage.zhao.writes(await code_of(stage.li))
    asked = stage.zhao.last
    await stage.feng.writes("/staff add 赵强 volunteer 3栋")
    await stage.zhao.presses(asked, "是我本人")
    assert await person_of(stage, "rooms", "zhao") == before


async def test_an_own_code_is_asked_back_in_the_group_where_nobody_is_alone(stage: Stage) -> None:
    least = await neighbours(stage, "least")
    code = await code_of(stage.li)
    (asked,) = await says(stage, least, "li-there", code)
    assert "是我本人" in asked.whole
    (late,) = await says(stage, least, "thief", code)
    assert "用过" in late.whole, "who reads it there comes too late"
    await says(stage, least, "li-there", "是")
    li = await person_of(stage, "rooms", "li")
    assert await person_of(stage, "least", "li-there") == li
    assert await person_of(stage, "least", "thief") != li


async def test_a_coordinator_s_code_binds_where_there_is_no_private_chat(stage: Stage) -> None:
    least = await neighbours(stage, "least")
    await stage.feng.writes("/invite 王姨")
    code = stage.feng.last.text.rsplit("?", 1)[-1]
    await says(stage, least, "wang-there", f"/start {code}")
    assert await person_of(stage, "least", "wang-there") == await person_of(stage, "rooms", "wang")
    await stage.li.says("咱们楼电梯又坏了")
    number = texts(least).split("我来")[0].split()[-1].split("　")[-1]
    await says(stage, least, "wang-there", number)
    assert (await stage.request(1)).state == "taken"


async def test_a_used_code_is_worth_nothing(stage: Stage, cards: Rooms) -> None:
    code = await code_of(stage.wang)
    await says(stage, cards, "wang-there", code, "@wang-there")
    await says(stage, cards, "wang-there", "是", "@wang-there")
    await says(stage, cards, "thief", code, "@thief")
    wang = await person_of(stage, "rooms", "wang")
    assert await person_of(stage, "cards", "wang-there") == wang
    assert await person_of(stage, "cards", "thief") != wang


async def test_reminders_and_notices_go_to_each_group_in_its_own_form(stage: Stage) -> None:
    least = await neighbours(stage, "least")
    await stage.feng.writes("/remind 每天 10:00 3栋 今晚停水")
    await stage.feng.presses(stage.feng.last, "保存")
    await stage.passes(hours=2)
    assert "今晚停水" in stage.last(GROUP).whole
    assert "今晚停水" in texts(least)
    await stage.feng.writes("/announce 3栋 各位邻居：\n" + "明天停电检修，\n" * 90)
    await stage.feng.presses(stage.feng.last, "发送")
    await stage.passes(minutes=5)
    whole = stage.last(GROUP).whole.count("明天停电检修")
    assert whole > 70
    assert texts(least).count("明天停电检修") == whole
    assert not least.too_long
    assert sum("明天停电检修" in each.whole for each in stage.said(GROUP)) == 1


async def test_an_app_that_is_down_does_not_touch_the_other(stage: Stage, cards: Rooms) -> None:
    cards.faults = [PassingError("down") for _ in range(50)]
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
    assert not cards.from_bot(THERE)
    cards.faults = []
    await stage.passes(minutes=10)
    assert "王姨在办" in texts(cards)


async def test_an_app_from_which_it_was_put_out_is_left_alone(stage: Stage, cards: Rooms) -> None:
    cards.faults = [PermanentError("kicked", unreachable=True)]
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text


async def test_no_card_waits_for_an_app_that_was_turned_off(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        area = await store.scalar(select(Area.id).where(Area.kind == "building", Area.code == "3"))
        store.add(Chat(platform="gone", external_id="w9", kind="group", title="3栋", area_id=area))
    await stage.li.says("3栋2单元电梯又坏了")
    async with stage.app.store.read() as store:
        assert not (await store.scalars(select(Letter).where(Letter.platform == "gone"))).all()
    assert stage.card(1)
