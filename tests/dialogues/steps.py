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
