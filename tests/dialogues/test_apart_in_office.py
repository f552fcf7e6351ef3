"""Who takes apart the accounts of those on whom others rely, and which go together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.tables import Account
from tests.conformance.rooms_house import CARDS, LEAST
from tests.dialogues.test_apart import roles
from tests.dialogues.test_several_channels import code_of, neighbours, person_of, says
from tests.fakes.rooms import Rooms, Shown
from tests.harness import Stage, staged

ALIKE = replace(CARDS, people="one network")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Two bots on one network beside the usual app, and one app without private chats."""
    others = {"cards": ALIKE, "cards2": ALIKE, "least": LEAST}
    async with staged(tmp_path, others=others) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    await neighbours(stage, "cards2", "w4")
    return await neighbours(stage, "cards")


async def invited(stage: Stage, app: Rooms, who: str, name: str = "王姨") -> None:
    """An account becomes somebody's by the coordinator's invite."""
    await stage.feng.writes(f"/invite {name}")
    code = stage.feng.last.text.rsplit("?", 1)[-1]
    await says(stage, app, who, f"/start {code}", f"@{who}")


async def without_account(stage: Stage, who: str) -> None:
    """They stand in the list of staff, and were never met."""
    async with stage.app.store.write() as store:
        await store.delete(
            (await store.scalars(select(Account).where(Account.external_id == who))).one()
        )
    stage.app.dispatcher.forget_all()


async def asks(stage: Stage, app: Rooms, who: str) -> Shown:
    (asked,) = await says(stage, app, who, "/account apart", f"@{who}")
    return asked


def offered(asked: Shown) -> list[str]:
    return [each for each in asked.labels if "分开" in each]


async def presses(stage: Stage, app: Rooms, who: str, asked: Shown, label: str) -> None:
    data = asked.button(label).data
    await app.act(f"@{who}", who, "press", message_id=asked.id, data=data, name=who)
    await stage.app.settle()
    await stage.nothing_failed()


async def test_nobody_takes_an_office_along_or_puts_its_holder_out(
    stage: Stage, cards: Rooms
) -> None:
    """Whoever got hold of an invite, first or last: of two who accuse each other none decides."""
    await without_account(stage, "wang")
    await invited(stage, cards, "thief")
    await invited(stage, cards, "wang-there")
    told = cards.from_bot("@thief")[-1].text
    assert "请马上告诉社区工作者" in told
    assert "发 /account 分开" not in told
    for who in ("thief", "wang-there"):
        asked = await asks(stage, cards, who)
        assert not offered(asked)
        assert "请告诉社区工作者" in asked.whole
        (known, *_) = await says(stage, cards, who, "/account", f"@{who}")
        assert f"账号 @{who}（就是这个）" in known.whole
        assert "发 /account 分开" not in known.whole
    await stage.feng.writes("/apart 王姨")
    await stage.feng.presses(stage.feng.last, "thief")
    wang = await person_of(stage, "cards", "wang-there")
    assert await person_of(stage, "cards", "thief") != wang
    await stage.li.says("咱们楼电梯又坏了")
    assert "王姨（单元长）" in stage.card(1).text


async def test_nobody_walks_off_with_an_office_or_what_they_hold(
    stage: Stage, cards: Rooms
) -> None:
    await without_account(stage, "wang")
    await invited(stage, cards, "wang-there")
    (known,) = await says(stage, cards, "wang-there", "/account", "@wang-there")
    assert "分开" not in known.whole, "there is but one"
    assert not offered(await asks(stage, cards, "wang-there"))
    await stage.li.says("咱们楼电梯又坏了")
    assert "王姨（单元长）" in stage.card(1).text


async def test_the_last_account_of_somebody_stays(stage: Stage, cards: Rooms) -> None:
    await without_account(stage, "zhao")
    await invited(stage, cards, "zhao-there", "赵强")
    asked = await asks(stage, cards, "zhao-there")
    assert not offered(asked)
    assert "没有您能分开的账号" in asked.whole


async def test_who_was_given_an_office_since_the_question_is_not_taken_apart(
    stage: Stage, cards: Rooms
) -> None:
    await invited(stage, cards, "zhao-there", "赵强")
    asked = await asks(stage, cards, "zhao-there")
    await stage.feng.writes("/staff add 赵强 volunteer 3栋")
    await presses(stage, cards, "zhao-there", asked, "zhao-there")
    assert await person_of(stage, "cards", "zhao-there") == await person_of(stage, "rooms", "zhao")


async def test_who_came_later_does_not_put_out_who_was_there(stage: Stage, cards: Rooms) -> None:
    for who in ("zhao-there", "thief"):
        await invited(stage, cards, who, "赵强")
    assert offered(await asks(stage, cards, "thief")) == ["分开 账号 @thief（就是这个）"]
    assert offered(await asks(stage, cards, "zhao-there")) == [
        "分开 账号 @thief",
        "分开 账号 @zhao-there（就是这个）",
    ]


async def opens_the_other_bot(stage: Stage, who: str) -> Rooms:
    other = stage.others["cards2"]
    await says(stage, other, who, "你好", f"@{who}")
    assert await person_of(stage, "cards2", who) == await person_of(stage, "cards", who)
    return other


async def test_another_bot_of_the_network_makes_nobody_older(stage: Stage, cards: Rooms) -> None:
    for who in ("zhao-there", "thief"):
        await invited(stage, cards, who, "赵强")
    other = await opens_the_other_bot(stage, "thief")
    assert offered(await asks(stage, other, "thief")) == [
        "分开 账号 @thief、账号 @thief（就是这个）"
    ]


@pytest.mark.parametrize("by_coordinator", [False, True])
async def test_what_one_is_to_another_bot_of_the_network_goes_along(
    stage: Stage, cards: Rooms, by_coordinator: bool
) -> None:
    await invited(stage, cards, "thief", "赵强")
    await opens_the_other_bot(stage, "thief")
    who = stage.feng if by_coordinator else stage.zhao
    await who.writes("/apart 赵强" if by_coordinator else "/account apart")
    await who.presses(who.last, "thief")
    zhao = await person_of(stage, "rooms", "zhao")
    gone = {await person_of(stage, app, "thief") for app in ("cards", "cards2")}
    assert len(gone) == 1
    assert zhao not in gone


async def test_other_coordinators_hear_of_an_office_s_accounts(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/staff add 周叔 coordinator 南京街社区")
    await stage.feng.writes("/same 李娜 = 王姨")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.feng.writes("/apart 李娜")
    await stage.feng.presses(stage.feng.last, "wang")
    assert await roles(stage, stage.wang) == {"unit_captain"}
    assert "李娜名下的账号，冯书记刚分开了一部分" in stage.zhou.last.text
    heard = len(stage.said(stage.zhou.private))
    await invited(stage, cards, "zhao-there", "赵强")
    await stage.feng.writes("/apart 赵强")
    await stage.feng.presses(stage.feng.last, "zhao-there")
    assert len(stage.said(stage.zhou.private)) == heard, "nobody relies on him"


async def test_who_was_one_before_goes_as_one(stage: Stage, cards: Rooms) -> None:
    """What they did went along with the last of their accounts."""
    await says(stage, cards, "b1", "2单元电梯坏了")
    await says(stage, cards, "b1", "/account", "@b1")
    await says(stage, cards, "b2", cards.from_bot("@b1")[-1].whole.splitlines()[-1], "@b2")
    await says(stage, cards, "b2", "是", "@b2")
    for who in ("b1", "b2"):
        await says(stage, cards, who, await code_of(stage.li), f"@{who}")
        await says(stage, cards, who, "是", f"@{who}")
    li = await person_of(stage, "rooms", "li")
    assert (await stage.request(1)).reporter_id == li
    await stage.li.writes("/account apart")
    await stage.li.presses(stage.li.last, "b1")
    gone = await person_of(stage, "cards", "b1")
    assert gone == await person_of(stage, "cards", "b2") != li
    assert (await stage.request(1)).reporter_id == gone


async def test_accounts_are_called_by_name(stage: Stage, cards: Rooms) -> None:
    await invited(stage, cards, "zhao-there", "赵强")
    async with stage.app.store.write() as store:
        await store.execute(
            update(Account)
            .where(Account.external_id == "zhao-there")
            .values(external_id="woLZabcdefghijklmnopqrstuvwxyz0", username=None, name="小赵")
        )
    stage.app.dispatcher.forget_all()
    await stage.zhao.writes("/account apart")
    assert offered(stage.zhao.last) == ["分开 账号 小赵（woLZ…xyz0）"]


async def test_where_nobody_is_alone_it_is_said_from_where_it_is_done(stage: Stage) -> None:
    least = await neighbours(stage, "least")
    await says(stage, least, "li-there", await code_of(stage.li))
    await says(stage, least, "li-there", "是")
    (told,) = await says(stage, least, "li-there", "/account apart")
    assert "在另一个软件里私聊我" in told.whole


async def test_a_coordinator_puts_out_who_came_later_and_is_not_put_out(
    stage: Stage, cards: Rooms
) -> None:
    await invited(stage, cards, "thief", "冯书记")
    await says(stage, cards, "thief", "是", "@thief")
    (asked,) = await says(stage, cards, "thief", "/apart 冯书记", "@thief")
    assert offered(asked) == ["分开 账号 @thief（就是这个）"]
    await stage.feng.writes("/apart 冯书记")
    await stage.feng.presses(stage.feng.last, "thief")
    feng = await person_of(stage, "rooms", "feng")
    assert await person_of(stage, "cards", "thief") != feng
    assert await roles(stage, stage.feng) == {"coordinator"}
