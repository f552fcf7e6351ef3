"""Two rows turn out to be one person: all that the one did is the other's."""

from __future__ import annotations

from sqlalchemy import select

from storage.queries.moves import move_everything
from storage.queries.traces import columns_of_people
from storage.tables import Person, RoleHeld, Supporter
from tests.fakes.places import add_person
from tests.guard import world
from tests.harness import MONDAY, Stage


async def named(stage: Stage, person: int) -> set[str]:
    """Where somebody stands in the tables."""
    async with stage.app.store.read() as store:
        return {
            str(each)
            for each in columns_of_people()
            if await store.scalar(select(each).where(each == person).limit(1)) is not None
        }


async def turns_out(stage: Stage, key: str, known_as: int) -> int:
    """Who has this key is known by another row; gives the number of the one that was left."""
    async with stage.app.store.write() as store:
        old = await store.scalar(select(Person.id).where(Person.key == key))
        assert old is not None
        await move_everything(store, old, known_as)
    return old


async def newcomer(stage: Stage) -> int:
    async with stage.app.store.write() as store:
        return (await add_person(store, "王淑芬", MONDAY)).id


async def test_wherever_they_stood_the_other_stands_from_then_on(stage: Stage) -> None:
    """Else what they promised and agreed to would be nobody's, and outlive /forget_me."""
    await world.build(stage)
    async with stage.app.store.read() as store:
        ids = dict((await store.execute(select(Person.key, Person.id))).all())
    before = {key: await named(stage, ids[key]) for key in ("wang", "li", "feng")}
    found = set[str]().union(*before.values())
    for column in ("promise.person_id", "consent.helper_id", "consent.person_id", "audit.actor_id"):
        assert column in found
    for key in before:
        new = await newcomer(stage)
        assert await named(stage, await turns_out(stage, key, new)) == set()
        assert await named(stage, new) == before[key]


async def test_what_there_is_once_a_person_stays_where_it_is_there_already(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.sun.says("我家也是", reply_to=stage.card(1))
    await stage.wang.says("我家也是", reply_to=stage.card(1))
    async with stage.app.store.write() as store:
        sun = await store.scalar(select(Person.id).where(Person.key == "sun"))
        captain = await store.scalar(
            select(RoleHeld).join(Person).where(Person.key == "wang").limit(1)
        )
        assert sun is not None
        assert captain is not None
        unit = captain.area_id
        for person in (sun, captain.person_id):
            store.add(RoleHeld(person_id=person, role="volunteer", area_id=unit, since=MONDAY))
    wang = await turns_out(stage, "wang", sun)
    async with stage.app.store.read() as store:
        held = await store.scalars(
            select(RoleHeld.role).where(RoleHeld.person_id == sun, RoleHeld.area_id == unit)
        )
        assert sorted(held) == ["unit_captain", "volunteer"]
        voices = await store.scalars(select(Supporter.person_id).where(Supporter.request_id == 1))
        assert set(voices) == {sun, wang, (await stage.request(1)).reporter_id}
