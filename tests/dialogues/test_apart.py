"""Accounts that were made one person are taken apart again (docs/platforms.md)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.base import Base
from storage.queries.homes import flats_of
from storage.queries.moves import MARKS
from storage.queries.traces import columns_of_people
from storage.tables import Account, Audit, Person, RoleHeld, Supporter
from tests.conformance.rooms_house import CARDS
from tests.dialogues.test_same_person import are_one
from tests.dialogues.test_several_channels import code_of, neighbours, person_of, says
from tests.fakes.rooms import Rooms
from tests.harness import Actor, Stage, staged

THERE = "@li-there"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, others={"cards": CARDS}) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    """A neighbour reported in the other app, whom the coordinator took for 李娜."""
    app = await neighbours(stage, "cards")
    await says(stage, app, "li-there", "2单元电梯坏了")
    await says(stage, app, "li-there", "你好", THERE)
    await stage.feng.writes("/same 李娜 = @li-there")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    assert await are_one(stage)
    return app


async def reporters(stage: Stage) -> dict[int, int | None]:
    return {each.number: each.reporter_id for each in await stage.requests()}


async def test_what_was_before_goes_back_and_what_was_done_since_stays(
    stage: Stage, cards: Rooms
) -> None:
    await says(stage, cards, "li-there", "4楼楼道灯不亮了")
    li = await person_of(stage, "rooms", "li")
    assert await reporters(stage) == {1: li, 2: li}
    await stage.feng.writes("/apart 李娜")
    asked = stage.feng.last
    assert "并进来以后做的事留在李娜这里" in asked.text
    assert await are_one(stage), "nothing is done before the button"
    await stage.feng.presses(asked, "li-there")
    assert not await are_one(stage)
    assert await reporters(stage) == {1: await person_of(stage, "cards", "li-there"), 2: li}
    await stage.li.says("我家也是", reply_to=stage.card(1))
    async with stage.app.store.read() as store:
        voices = (await store.scalars(select(Supporter.person_id))).all()
    assert len(set(voices)) == 2, "two people have two voices"


async def test_it_stands_in_the_record_and_both_are_told(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/分开 李娜")
    await stage.feng.presses(stage.feng.last, "li-there")
    assert "不再算李娜" in stage.feng.last.text
    for told in (stage.li.last.text, cards.from_bot(THERE)[-1].text):
        assert "账号分开了" in told
    assert "li-there" not in stage.li.last.text, "each hears of its own"
    await stage.feng.writes("/audit")
    first, second = stage.feng.last.text.splitlines()[:2]
    assert "把账号分开 李娜" in first
    assert "认定两个账号是同一个人 李娜（已撤销）" in second
    async with stage.app.store.read() as store:
        line = (await store.scalars(select(Audit).where(Audit.command == "apart"))).one()
        there = await store.scalar(select(Account.id).where(Account.external_id == "li-there"))
    assert line.detail["accounts"] == [there]


async def test_a_person_does_it_alone(stage: Stage, cards: Rooms) -> None:
    await stage.li.writes("/account")
    assert "li-there" in stage.li.last.text
    assert "/account 分开" in stage.li.last.text
    await stage.li.writes("我的账号 分开")
    await stage.li.presses(stage.li.last, "li-there")
    assert not await are_one(stage)
    await stage.li.writes("/account")
    assert "li-there" not in stage.li.last.text


async def test_the_other_account_goes_by_itself_as_well(stage: Stage, cards: Rooms) -> None:
    (asked,) = await says(stage, cards, "li-there", "/account apart", THERE)
    pressed = asked.button("li-there")
    await cards.act(THERE, "li-there", "press", message_id=asked.id, data=pressed.data, name="李娜")
    await stage.app.settle()
    assert not await are_one(stage)
    assert (await stage.request(1)).reporter_id == await person_of(stage, "cards", "li-there")


async def test_who_said_it_takes_it_back(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/undo")
    await stage.feng.presses(stage.feng.last, "同一个人")
    assert not await are_one(stage)
    assert (await stage.request(1)).reporter_id == await person_of(stage, "cards", "li-there")


async def test_a_button_is_for_what_it_was_asked_about(stage: Stage, cards: Rooms) -> None:
    """Meanwhile another coordinator took them apart and put them together again."""
    await stage.feng.writes("/staff add 周叔 coordinator 南京街社区")
    await stage.feng.writes("/apart 李娜")
    asked = stage.feng.last
    await stage.zhou.writes("/apart 李娜")
    await stage.zhou.presses(stage.zhou.last, "li-there")
    assert not await are_one(stage)
    await stage.zhou.writes("/same 李娜 = @li-there")
    await stage.zhou.presses(stage.zhou.last, "是同一个人")
    await stage.feng.presses(asked, "li-there")
    assert await are_one(stage)
    assert "过时" in stage.rooms.toasts[-1].text


async def roles(stage: Stage, who: Actor) -> set[str]:
    async with stage.app.store.read() as store:
        mine = select(Account.person_id).where(Account.external_id == who.key)
        held = select(RoleHeld.role).where(RoleHeld.person_id.in_(mine))
        return set((await store.scalars(held)).all())


async def test_an_office_goes_back_to_whose_it_was(stage: Stage) -> None:
    await stage.feng.writes("/same 赵强 = 王姨")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    assert await roles(stage, stage.zhao) == {"unit_captain"}
    await stage.feng.writes("/apart 赵强")
    await stage.feng.presses(stage.feng.last, "wang")
    assert await roles(stage, stage.zhao) == set()
    assert await roles(stage, stage.wang) == {"unit_captain"}


async def test_an_office_that_was_given_since_stays_where_it_is(stage: Stage) -> None:
    """A database gives the number of the office that is gone out to the next one."""
    await stage.feng.writes("/staff add 王姨 volunteer 3栋")
    await stage.feng.writes("/same 赵强 = 王姨")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.feng.writes("/staff remove 赵强 volunteer 3栋")
    await stage.feng.writes("/staff add 赵强 building_captain 3栋")
    await stage.feng.writes("/apart 赵强")
    await stage.feng.presses(stage.feng.last, "wang")
    assert await roles(stage, stage.zhao) == {"building_captain"}
    assert await roles(stage, stage.wang) == {"unit_captain"}


async def test_who_was_dismissed_gets_no_office_back(stage: Stage) -> None:
    """Both held it, and the one person was dismissed from it."""
    await stage.feng.writes("/staff add 赵强 unit_captain 3栋2单元")
    await stage.feng.writes("/same 赵强 = 王姨")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.feng.writes("/staff remove 赵强 unit_captain 3栋2单元")
    await stage.feng.writes("/apart 赵强")
    await stage.feng.presses(stage.feng.last, "wang")
    assert await roles(stage, stage.zhao) == await roles(stage, stage.wang) == set()


@pytest.mark.parametrize(("name", "known"), [("赵强", "王姨"), ("王姨", "赵强")])
async def test_an_office_is_brought_back_to_nobody_who_never_held_it(
    stage: Stage, name: str, known: str
) -> None:
    await stage.feng.writes(f"/same {name} = {known}")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.feng.writes(f"/staff remove {name} unit_captain 3栋2单元")
    removed = stage.feng.last
    await stage.feng.writes(f"/apart {name}")
    await stage.feng.presses(stage.feng.last, "分开")
    await stage.feng.presses(removed, "撤销")
    assert "没法撤销" in stage.rooms.toasts[-1].text
    assert await roles(stage, stage.zhao) == set()


async def test_a_home_that_was_told_since_stays_where_it_is(stage: Stage, cards: Rooms) -> None:
    await stage.feng.writes("/apart 李娜")
    await stage.feng.presses(stage.feng.last, "li-there")
    await says(stage, cards, "li-there", "/home 和平里3栋2单元502", THERE)
    await stage.feng.writes("/same 李娜 = @li-there")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.passes(minutes=1)
    await stage.li.writes("/home 和平里3栋2单元601")
    await stage.li.presses(stage.li.last, "搬家了")
    await stage.feng.writes("/apart 李娜")
    await stage.feng.presses(stage.feng.last, "li-there")
    assert await homes(stage, "rooms", "li") == ["601"]
    assert await homes(stage, "cards", "li-there") == []


async def homes(stage: Stage, platform: str, external: str) -> list[str]:
    person = await person_of(stage, platform, external)
    assert person is not None
    async with stage.app.store.read() as store:
        return [flat.name for _, flat in await flats_of(store, person)]


def test_of_every_table_it_is_known_what_tells_its_rows_from_others() -> None:
    tables = {each.table for each in columns_of_people()}
    assert {each.name for each in tables} - set(MARKS) == {"draft"}, "a form lasts for minutes"
    for table in tables - {Base.metadata.tables["draft"]}:
        assert set(MARKS[table.name]) <= set(table.c.keys())


async def test_of_an_account_of_which_nobody_knows_how_it_came_the_coordinator_decides(
    stage: Stage, cards: Rooms
) -> None:
    li = await person_of(stage, "rooms", "li")
    async with stage.app.store.write() as store:
        store.add(Account(platform="cards", external_id="old", person_id=li, name="老李"))
    await stage.li.writes("/account apart")
    assert not any("old" in each for each in stage.li.last.labels)
    await stage.feng.writes("/apart 李娜")
    await stage.feng.presses(stage.feng.last, "old")
    now = await person_of(stage, "cards", "old")
    assert now != li
    async with stage.app.store.read() as store:
        assert (await store.get_one(Person, now)).name == "老李"


async def test_what_cannot_be_taken_apart_is_told(stage: Stage) -> None:
    await stage.feng.writes("/apart 王姨")
    assert "没有可以分开的账号" in stage.feng.last.text
    await stage.zhao.writes("/account apart")
    assert "没有您能分开的账号" in stage.zhao.last.text
    await stage.zhao.writes("/apart 王姨")
    assert not stage.zhao.last.labels


async def test_a_code_of_one_s_own_is_taken_back_alike(stage: Stage) -> None:
    cards = await neighbours(stage, "cards")
    await says(stage, cards, "li-there", "2单元电梯坏了")
    await says(stage, cards, "li-there", await code_of(stage.li), THERE)
    await says(stage, cards, "li-there", "是", THERE)
    assert await are_one(stage)
    await stage.li.writes("/account apart")
    await stage.li.presses(stage.li.last, "li-there")
    assert not await are_one(stage)
    assert (await stage.request(1)).reporter_id == await person_of(stage, "cards", "li-there")


async def are_called(stage: Stage, **names: str) -> dict[str, int]:
    """People of the other app by their account there, with names by which they are known again."""
    found: dict[str, int] = {}
    async with stage.app.store.write() as store:
        for key, name in names.items():
            person = await store.scalar(select(Account.person_id).where(Account.external_id == key))
            assert person is not None
            (await store.get_one(Person, person)).name = name
            found[key] = person
    return found


async def names_left(stage: Stage) -> set[str]:
    async with stage.app.store.read() as store:
        return set((await store.scalars(select(Person.name))).all())


async def test_who_is_forgotten_was_nobody_before_either(stage: Stage) -> None:
    """Not in the second place either: one who was two before became one with a third."""
    cards = await neighbours(stage, "cards")
    for who in ("first", "second"):
        await says(stage, cards, who, "你好", f"@{who}")
    await are_called(stage, first="欧阳兰芝", second="司徒美玉")
    for line in ("/same @first = @second", "/same 李娜 = @first"):
        await stage.feng.writes(line)
        await stage.feng.presses(stage.feng.last, "是同一个人")
    await stage.li.writes("/forget_me")
    await stage.li.presses(stage.li.last, "忘记我")
    assert not {"李娜", "欧阳兰芝", "司徒美玉"} & await names_left(stage)
    async with stage.app.store.read() as store:
        kept = select(Audit.command).where(Audit.command == "same", Audit.undo.is_not(None))
        assert not (await store.scalars(kept)).all(), "the database knows it as nothing"
    await stage.feng.writes("/undo")
    assert not any("同一个人" in each for each in stage.feng.last.labels)


async def test_who_has_an_account_again_is_not_forgotten_with_another(stage: Stage) -> None:
    """One of two accounts was bound to 李娜: whose it was has the other one still."""
    cards = await neighbours(stage, "cards")
    for who in ("first", "second"):
        await says(stage, cards, who, "你好", f"@{who}")
    await stage.feng.writes("/same @first = @second")
    await stage.feng.presses(stage.feng.last, "是同一个人")
    await are_called(stage, first="欧阳兰芝")
    await says(stage, cards, "second", await code_of(stage.li), "@second")
    await says(stage, cards, "second", "是", "@second")
    await stage.li.writes("/forget_me")
    await stage.li.presses(stage.li.last, "忘记我")
    left = await names_left(stage)
    assert "李娜" not in left
    assert "欧阳兰芝" in left
