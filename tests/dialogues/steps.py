"""What many dialogues begin with."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import Area, Person, RoleHeld
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
            person = Person(key=key, name=name, skills=[], created_at=MONDAY)
            store.add(person)
            await store.flush()
            store.add(RoleHeld(person_id=person.id, role=role, area_id=area.id, since=MONDAY))


async def town(stage: Stage) -> None:
    """A second neighbourhood of the same community, with buildings of the same numbers."""
    async with stage.app.store.write() as store:

        async def add(kind: str, name: str, code: str, above: Area) -> Area:
            area = Area(parent_id=above.id, kind=kind, name=name, code=code, path="", settings={})
            store.add(area)
            await store.flush()
            area.path = f"{above.path}{area.id}/"
            return area

        community = await store.scalar(select(Area).where(Area.kind == "community"))
        assert community is not None
        other = await add("neighbourhood", "北化小区", "北化", community)
        for building in ("3", "5"):
            block = await add("building", f"{building}栋", building, other)
            for unit in ("1", "2"):
                stair = await add("unit", f"{unit}单元", unit, block)
                await add("household", "301", "301", stair)
    await stage.restarts()
