"""Who has no home in the roll reports all the same: staff, and somebody new (nothing is lost)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.queries.homes import flat_of
from storage.tables import Area, Draft, Residence
from tests.dialogues.steps import town
from tests.harness import GROUP, Stage


async def where(stage: Stage, number: int = 1) -> list[str]:
    """The names of the places down to that of a request."""
    request = await stage.request(number)
    ids = [int(part) for part in request.area_path.split("/") if part]
    async with stage.app.store.read() as store:
        names = {each.id: each.name for each in await store.scalars(select(Area))}
    return [names[each] for each in ids]


async def somebody(stage: Stage, text: str, room: str = "@new") -> str:
    return await stage.does(room, "new", "message", text=text, name="小新")


def told(stage: Stage) -> str:
    return stage.said("@new")[-1].text


async def test_a_manager_reports_in_private(stage: Stage) -> None:
    await stage.wu.writes("3栋1单元电梯坏了")
    assert (await stage.request(1)).category == "lift"
    assert (await where(stage))[-2:] == ["3栋", "1单元"]


async def test_a_grid_worker_is_placed_where_they_serve(stage: Stage) -> None:
    await stage.zheng.writes("2单元的电梯坏了")
    assert (await where(stage))[-2:] == ["3栋", "2单元"]


async def test_a_coordinator_names_the_neighbourhood_among_several(stage: Stage) -> None:
    await town(stage)
    await stage.feng.writes("北化小区3栋2单元楼道灯坏了")
    assert (await where(stage))[-3:] == ["北化小区", "3栋", "2单元"]
    await stage.feng.writes("/report 北化小区3栋1单元电梯坏了")
    assert (await where(stage, 2))[-3:] == ["北化小区", "3栋", "1单元"]


async def test_a_coordinator_who_names_none_is_asked_which_and_the_report_is_kept(
    stage: Stage,
) -> None:
    await town(stage)
    await stage.feng.writes("3栋2单元楼道灯坏了")
    assert not await stage.requests()
    assert "在哪里" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "北化小区")
    assert (await where(stage))[-3:] == ["北化小区", "3栋", "2单元"]
    assert (await stage.request(1)).words == "3栋2单元楼道灯坏了"


async def test_where_it_is_may_be_said_in_words_and_chosen_among_several(stage: Stage) -> None:
    await town(stage)
    await stage.feng.writes("楼道灯坏了")
    await stage.feng.writes("9栋9单元")
    assert "没找到" in stage.feng.last.text
    await stage.feng.writes("3栋2单元")
    await stage.feng.presses(stage.feng.last, "北化小区3栋2单元")
    assert (await where(stage))[-3:] == ["北化小区", "3栋", "2单元"]


async def test_where_it_is_can_be_looked_for_down_the_tree(stage: Stage) -> None:
    await town(stage)
    await stage.feng.writes("/report 楼道灯坏了")
    for label in ("北化小区", "3栋", "1单元"):
        await stage.feng.presses(stage.feng.last, label)
    assert (await where(stage))[-3:] == ["北化小区", "3栋", "1单元"]


async def test_somebody_new_who_names_the_full_place_has_a_request_at_once(stage: Stage) -> None:
    await somebody(stage, "和平里3栋2单元楼道灯坏了")
    assert (await where(stage))[-3:] == ["和平里小区", "3栋", "2单元"]


async def test_a_report_of_somebody_new_waits_for_its_place(stage: Stage) -> None:
    await somebody(stage, "楼道灯坏了")
    assert not await stage.requests()
    assert "小区和楼栋" in told(stage)
    await somebody(stage, "和平里3栋2单元")
    assert (await where(stage))[-2:] == ["3栋", "2单元"]
    assert (await stage.request(1)).words == "楼道灯坏了"


async def test_danger_of_somebody_new_brings_advice_and_then_a_request(stage: Stage) -> None:
    await somebody(stage, "有人晕倒了")
    assert any("120" in each.text for each in stage.said("@new"))
    await somebody(stage, "和平里3栋2单元")
    assert (await stage.request(1)).urgency == "emergency"


async def test_a_home_told_meanwhile_files_what_waits(stage: Stage) -> None:
    await somebody(stage, "有人晕倒了")
    await somebody(stage, "/home 和平里3栋2单元602")
    assert (await stage.request(1)).urgency == "emergency"
    assert (await where(stage))[-2:] == ["3栋", "2单元"]


async def test_a_second_word_before_the_place_is_known_is_added(stage: Stage) -> None:
    await somebody(stage, "电梯坏了")
    await somebody(stage, "有人困在电梯里了")
    await somebody(stage, "和平里3栋2单元")
    assert [each.words for each in await stage.requests()] == ["电梯坏了\n有人困在电梯里了"]
    assert (await stage.request(1)).urgency == "emergency"


async def test_somebody_new_is_placed_by_the_group_in_which_they_spoke(stage: Stage) -> None:
    await somebody(stage, "大家好", GROUP)
    await somebody(stage, "/start")
    await stage.does(
        "@new", "new", "press", message_id=stage.said("@new")[-1].id, data="home:ask", name="小新"
    )
    assert stage.said("@new")[-1].labels == ["1单元", "2单元"]
    await somebody(stage, "楼道灯坏了")
    assert (await where(stage))[-1] == "3栋"


async def test_somebody_whom_no_group_knows_writes_the_full_address(stage: Stage) -> None:
    await somebody(stage, "/start")
    await stage.does(
        "@new", "new", "press", message_id=stage.said("@new")[-1].id, data="home:ask", name="小新"
    )
    assert "小区" in told(stage)
    await somebody(stage, "和平里3栋2单元602")
    async with stage.app.store.read() as store:
        home = await store.scalar(select(Residence).where(Residence.confirmed_at.is_(None)))
        assert home is not None
        flat = await flat_of(store, home)
    assert flat is not None
    assert flat.name == "602"


@pytest.mark.parametrize(
    "line", ["/home 和平里小区3栋2单元602", "/home 和平里 3-2-602", "/报事 和平里3栋2单元电梯坏了"]
)
async def test_a_full_address_works_from_anywhere(stage: Stage, line: str) -> None:
    await somebody(stage, line)
    assert "还不知道" not in told(stage)
    async with stage.app.store.read() as store:
        homes = await store.scalars(select(Residence).where(Residence.confirmed_at.is_(None)))
    assert bool(homes.all()) != bool(await stage.requests())


async def test_the_form_asks_somebody_new_where(stage: Stage) -> None:
    await somebody(stage, "/report")
    await somebody(stage, "电梯")
    await somebody(stage, "对")
    assert "还不知道" in told(stage)
    await somebody(stage, "和平里3栋2单元")
    await somebody(stage, "按了没反应")
    await somebody(stage, "对")
    assert (await where(stage))[-2:] == ["3栋", "2单元"]


async def test_what_waits_for_a_place_can_be_dropped(stage: Stage) -> None:
    await somebody(stage, "楼道灯坏了")
    await somebody(stage, "算了")
    async with stage.app.store.read() as store:
        assert not (await store.scalars(select(Draft))).all()
