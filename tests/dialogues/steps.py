"""What many dialogues begin with."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import Area, RoleHeld
from tests.fakes.places import add_area, add_person
from tests.harness import MONDAY, Stage

REPORT = "咱们楼电梯又坏了"


async def opened(stage: Stage) -> None:
    """A request #1 of Li Na's, of which Wang is asked."""
    await stage.li.says(REPORT)


async def taken(stage: Stage) -> None:
    """Wang takes it."""
    await opened(stage)
    await stage.wang.presses(stage.page(stage.wang), "我来")


async def hires(
    stage: Stage,
    *names: str,
    role: str = "volunteer",
    where: str = "和平里",
    key: str | None = None,
) -> None:
    """More people with a role, whom no platform knows yet."""
    async with stage.app.store.write() as store:
        area = await store.scalar(select(Area).where(Area.code == where))
        assert area is not None
        for name in names:
            person = await add_person(store, name, MONDAY, key)
            store.add(RoleHeld(person_id=person.id, role=role, area_id=area.id, since=MONDAY))


async def town(stage: Stage) -> None:
    """A second neighbourhood of the same community, with buildings of the same numbers."""
    async with stage.app.store.write() as store:
        community = await store.scalar(select(Area).where(Area.kind == "community"))
        assert community is not None
        other = await add_area(store, community, "neighbourhood", "北化小区", "北化")
        for building in ("3", "5"):
            block = await add_area(store, other, "building", f"{building}栋", building)
            for unit in ("1", "2"):
                stair = await add_area(store, block, "unit", f"{unit}单元", unit)
                await add_area(store, stair, "household", "301", "301")
    await stage.restarts()
