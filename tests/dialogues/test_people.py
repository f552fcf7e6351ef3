"""People: invited, at home, in office, on leave; in the language they read."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from storage.queries.homes import flats_of
from storage.tables import Account, Area, Leave, Person, Residence, RoleHeld
from tests.harness import GROUP, Stage


async def test_a_staff_member_binds_an_account_with_a_single_use_invite(stage: Stage) -> None:
    await stage.feng.writes("/invite 周叔")
    found = re.search(r"start\?(\S+)", stage.feng.last.text)
    assert found
    await stage.does("@zhou2", "zhou2", "message", text=f"/start {found[1]}", name="老周")
    said = stage.said("@zhou2")[-1].text
    assert "周叔" in said
    assert "楼长" in said
    async with stage.app.store.read() as store:
        owner = await store.scalar(
            select(Person.name).join(Account).where(Account.external_id == "zhou2")
        )
    assert owner == "周叔"
    await stage.does("@thief", "thief", "message", text=f"/start {found[1]}", name="别人")
    assert "用过" in stage.said("@thief")[-1].text


async def test_an_invite_expires(stage: Stage) -> None:
    await stage.feng.writes("/invite 周叔")
    found = re.search(r"start\?(\S+)", stage.feng.last.text)
    assert found
    await stage.passes(days=8)
    await stage.does("@zhou2", "zhou2", "message", text=f"/start {found[1]}")
    assert "过期" in stage.said("@zhou2")[-1].text


async def test_a_made_up_invite_is_refused(stage: Stage) -> None:
    await stage.li.writes("/start not-a-ticket")
    assert "不对" in stage.li.last.text


async def test_invites_are_not_made_in_a_group(stage: Stage) -> None:
    await stage.feng.says("/invite 周叔")
    assert "私聊" in stage.last().text


async def test_a_resident_says_where_they_live_and_a_captain_confirms(stage: Stage) -> None:
    await stage.does("g3", "new", "message", text="/home 2-602", name="小新")
    assert "王姨" in stage.last().text
    ask = stage.wang.last
    assert "小新" in ask.text
    assert "602" in ask.text
    await stage.wang.presses(ask, "是的")
    async with stage.app.store.read() as store:
        confirmed = await store.scalar(
            select(Residence.confirmed_at)
            .join(Person, Person.id == Residence.person_id)
            .where(Person.name == "小新")
        )
    assert confirmed is not None


async def test_the_group_does_not_see_the_room_number_of_an_answered_question(
    stage: Stage,
) -> None:
    await stage.does("g3", "new", "message", text="/home 2-602", name="小新")
    assert "602" not in stage.last().text


async def test_a_denied_home_is_forgotten_and_the_person_told(stage: Stage) -> None:
    await stage.does("@new", "new", "message", text="/start", name="小新")
    await stage.does("g3", "new", "message", text="/home 2-602", name="小新")
    await stage.wang.presses(stage.wang.last, "不是")
    async with stage.app.store.read() as store:
        left = await store.scalar(
            select(func.count())
            .select_from(Residence)
            .join(Person, Person.id == Residence.person_id)
            .where(Person.name == "小新")
        )
    assert left == 0
    assert "没有通过" in stage.said("@new")[-1].text


async def test_a_neighbour_cannot_confirm_a_home(stage: Stage) -> None:
    await stage.does("g3", "new", "message", text="/home 2-602", name="小新")
    toast = await stage.li.presses_data(stage.wang.last, "home:ok:1")
    assert "确认" in toast or "权限" in toast


async def test_home_is_asked_by_buttons(stage: Stage) -> None:
    await stage.does("g3", "new", "message", text="/home", name="小新")
    units = stage.last()
    assert units.labels == ["1单元", "2单元"]
    await stage.does(
        "g3", "new", "press", message_id=units.id, data=units.button("2单元").data, name="小新"
    )
    rooms = stage.last()
    assert "602" in rooms.labels
    assert rooms.id == units.id, "the question is edited, not repeated"
    await stage.does(
        "g3", "new", "press", message_id=rooms.id, data=rooms.button("602").data, name="小新"
    )
    assert "谢谢" in stage.last().text


async def test_an_unknown_home_is_told(stage: Stage) -> None:
    await stage.li.says("/home 9-999")
    assert "9-999" in stage.last().text


async def test_staff_are_listed_with_place_and_role(stage: Stage) -> None:
    await stage.li.says("/staff 3栋")
    listing = stage.last()
    assert "王姨" in listing.text
    assert "单元长" in listing.text


async def test_a_coordinator_adds_and_removes_a_captain_and_undoes_it(stage: Stage) -> None:
    await stage.feng.writes("/staff add 孙姐 单元长 3栋1单元")
    assert "孙姐" in stage.feng.last.text
    assert "单元长" in stage.sun.last.text

    async def held() -> int:
        async with stage.app.store.read() as store:
            found = await store.scalar(
                select(func.count())
                .select_from(RoleHeld)
                .join(Person, Person.id == RoleHeld.person_id)
                .where(Person.name == "孙姐")
            )
        return found or 0

    assert await held() == 1
    await stage.feng.presses(stage.feng.last, "撤销")
    assert await held() == 0


async def test_a_captain_cannot_make_captains(stage: Stage) -> None:
    await stage.wang.writes("/staff add 李娜 单元长 3栋2单元")
    async with stage.app.store.read() as store:
        rows = await store.scalars(
            select(RoleHeld)
            .join(Person, Person.id == RoleHeld.person_id)
            .where(Person.name == "李娜")
        )
    assert not rows.all()


async def test_an_unknown_role_is_told_with_the_known_ones(stage: Stage) -> None:
    await stage.feng.writes("/staff add 李娜 大王 3栋")
    assert "单元长" in stage.feng.last.text


async def test_a_captain_goes_on_leave_and_names_a_deputy(stage: Stage) -> None:
    await stage.wang.writes("/leave 03-05 03-08 周叔")
    assert "周叔" in stage.wang.last.text
    assert "代班" in stage.zhou.last.text
    async with stage.app.store.read() as store:
        leave = await store.scalar(select(Leave))
    assert leave is not None
    assert (leave.ends - leave.starts).days == 4


async def test_an_impossible_day_is_told(stage: Stage) -> None:
    await stage.wang.writes("/leave 02-30 03-08 周叔")
    assert "02-30" in stage.wang.last.text


async def test_leave_the_wrong_way_round_is_told(stage: Stage) -> None:
    await stage.wang.writes("/leave 2026-03-08 2026-03-05 周叔")
    assert "日期不对" in stage.wang.last.text


async def test_leave_is_called_off(stage: Stage) -> None:
    await stage.wang.writes("/leave 03-05 03-08 周叔")
    await stage.wang.writes("/leave off")
    async with stage.app.store.read() as store:
        assert await store.scalar(select(Leave)) is None


async def test_a_person_chooses_their_language(stage: Stage) -> None:
    await stage.li.writes("/language en")
    await stage.li.writes("/help")
    assert "What I can do" in stage.li.last.title


async def test_a_stranger_is_spoken_to_in_the_language_of_their_client(stage: Stage) -> None:
    await stage.does("@bob", "bob", "message", text="/start", language="en-GB", name="Bob")
    assert "Hello" in stage.said("@bob")[-1].text


async def test_a_group_has_its_own_language(stage: Stage) -> None:
    await stage.feng.says("/settings language en")
    await stage.joins_group("g3", administrator=True, hears_all=False)
    assert "administrator" in stage.last().text


async def test_an_anonymous_admin_is_asked_to_show_themselves(stage: Stage) -> None:
    await stage.feng.writes("/invite 周叔")
    found = re.search(r"start\?(\S+)", stage.feng.last.text)
    assert found
    await stage.does("@anon", "anon", "message", text=f"/start {found[1]}", anonymous=True)
    assert "匿名" in stage.said("@anon")[-1].text


async def homes_of(stage: Stage, name: str) -> list[str]:
    async with stage.app.store.read() as store:
        person = await store.scalar(select(Person.id).where(Person.name == name))
        assert person is not None
        paths = [flat.path for _, flat in await flats_of(store, person)]
        names = {f"{each.id}": each.name for each in await store.scalars(select(Area))}
    return ["".join(names[part] for part in path.split("/")[4:-1]) for path in paths]


async def test_a_wrong_home_is_put_right_by_telling_it_again(stage: Stage) -> None:
    await stage.does("g3", "new", "message", text="/home 2-602", name="小新")
    await stage.does("g3", "new", "message", text="/home 2-601", name="小新")
    assert await homes_of(stage, "小新") == ["3栋2单元601"]


@pytest.mark.parametrize(("label", "left"), [("搬家", ["4栋1单元202"]), ("两处", None)])
async def test_who_has_a_confirmed_home_is_asked_whether_they_moved(
    stage: Stage, label: str, left: list[str] | None
) -> None:
    await stage.li.writes("/home 4-1-202")
    assert "3栋2单元501" in stage.li.last.text
    await stage.li.presses(stage.li.last, label)
    found = await homes_of(stage, "李娜")
    assert found == (left or ["3栋2单元501", "4栋1单元202"])


async def test_in_the_group_it_is_asked_without_naming_a_home(stage: Stage) -> None:
    await stage.li.says("/home 4-1-202")
    assert "搬家" in stage.last().text
    assert "501" not in stage.last().whole
    assert "202" not in stage.last().whole


async def test_home_alone_says_what_is_known(stage: Stage) -> None:
    await stage.li.writes("/home")
    assert "您家：和平里小区3栋2单元501" in stage.li.last.text
    await stage.li.presses(stage.li.last, "换一处")
    assert "4栋" in stage.li.last.labels


async def test_where_a_home_was_looked_for_is_told_by_its_whole_name(stage: Stage) -> None:
    for where in (GROUP, stage.li.private):
        await stage.li.says("/home 9-9-9", where)
        assert "在和平里小区里找的" in stage.last(where).text
