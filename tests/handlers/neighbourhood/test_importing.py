"""Importing: shown, applied all or nothing, and the second time nothing changes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from config.policy import default_policy
from config.words import catalogue
from handlers.neighbourhood.exporting import export_directory
from handlers.neighbourhood.file import (
    FileProblemsError,
    Known,
    Neighbourhood,
    read_file,
    write_file,
)
from handlers.neighbourhood.file.model import DutyEntry, PersonEntry, PlaceEntry, ReminderEntry
from handlers.neighbourhood.importing import Plan, apply_import, known_places, plan_import
from storage.engine import Store
from storage.secrets import Secrets
from storage.tables import (
    Account,
    Area,
    Chat,
    Person,
    Reminder,
    Residence,
    RoleHeld,
    Rota,
    RotaMember,
)
from tests.fakes.databases import DATABASES, make_tables

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRETS = Secrets(Fernet.generate_key().decode())
SAMPLE = Path("config/sample/subdistrict.yaml")


@pytest.fixture
async def store(tables_url: str) -> AsyncGenerator[Store]:
    made = Store(tables_url)
    yield made
    await made.close()


async def brought(store: Store, wanted: Neighbourhood) -> Plan:
    async with store.write() as session:
        plan = await plan_import(session, wanted, now=NOW, secrets=SECRETS, zone="Asia/Shanghai")
        await apply_import(session, plan, NOW)
    return plan


def sample() -> Neighbourhood:
    return read_file(SAMPLE, frozenset(default_policy().roles))


async def test_the_sample_has_the_scale_of_one_subdistrict(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        counts = dict(
            (await session.execute(select(Area.kind, func.count()).group_by(Area.kind))).all()
        )
    assert counts["neighbourhood"] == 6
    assert counts["building"] == 41


async def test_the_second_time_nothing_changes(store: Store) -> None:
    assert (await brought(store, sample())).lines(catalogue(), "zh")
    again = await brought(store, sample())
    assert again.empty, again.names


async def test_what_is_exported_imports_to_nothing_new(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        found = await export_directory(session, secrets=SECRETS)
    assert (await brought(store, found)).empty


async def test_a_changed_name_and_a_new_role_are_the_only_changes(store: Store) -> None:
    await brought(store, sample())
    wanted = sample()
    wanted.people[0].name = "李娜娜"
    plan = await brought(store, wanted)
    assert plan.names == {"change person": ["李娜娜 (name)"]}


async def test_phone_numbers_are_sealed(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        phones = (
            await session.scalars(select(Person.phone).where(Person.phone.is_not(None)))
        ).all()
    assert phones
    assert all("1380" not in (phone or "") for phone in phones)
    assert SECRETS.open(str(phones[0])).startswith("1380")


async def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    wanted = sample()
    async with store.write() as session:
        plan = await plan_import(session, wanted, now=NOW, secrets=SECRETS, zone="Asia/Shanghai")
    plan.new["chat"][0]["area_id"] = 999_999
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        async with store.write() as session:
            await apply_import(session, plan, NOW)
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Area)) == 0


async def test_chats_and_reminders_come_with_the_file(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Chat)) == 4
        moments = (await session.scalars(select(Reminder.next_at))).all()
    assert len(moments) == 3
    assert all(moment and moment > NOW for moment in moments)


DUTY = DutyEntry(area="3栋", name="台", when="每周轮换 工作日 9:00-17:00", people=["wang", "zhou"])


async def staffed(store: Store) -> Neighbourhood:
    people = [PersonEntry(key="wang", name="王姨"), PersonEntry(key="zhou", name="周叔")]
    return Neighbourhood(places=[hood()], people=people, duty=[DUTY.model_copy()])


async def test_a_rota_comes_with_the_file_and_is_told_by_the_next_tick(store: Store) -> None:
    plan = await brought(store, await staffed(store))
    assert plan.names["add rota"] == ["台"]
    async with store.read() as session:
        rota = (await session.scalars(select(Rota))).one()
        people = (await session.scalars(select(RotaMember).order_by(RotaMember.position))).all()
    assert (rota.next_at, rota.check_at) == (NOW, NOW)
    assert [each.position for each in people] == [0, 1]


async def test_the_same_rota_again_changes_nothing_and_other_people_do(store: Store) -> None:
    wanted = await staffed(store)
    await brought(store, wanted)
    assert (await brought(store, wanted)).empty
    wanted.duty[0].people = ["zhou"]
    assert (await brought(store, wanted)).names == {"change rota": ["台"]}
    assert (await brought(store, wanted)).empty
    wanted.duty[0].days_off = [date(2026, 5, 4)]
    assert (await brought(store, wanted)).names == {"change rota": ["台"]}
    async with store.read() as session:
        assert len((await session.scalars(select(Rota))).all()) == 1
        assert len((await session.scalars(select(RotaMember))).all()) == 1


# Speed at scale is measured by bench/import_speed.py; here a tenth, in a tenth of the time.


async def test_six_thousand_households_fit_into_six_seconds(store: Store) -> None:
    buildings = [
        PlaceEntry(kind="building", name=f"{i}栋", units=["1单元", "2单元"], rooms=["101-3004"])
        for i in range(1, 26)
    ]
    wanted = Neighbourhood(places=[PlaceEntry(kind="neighbourhood", name="大院", places=buildings)])
    start = time.process_time()
    await brought(store, wanted)
    assert time.process_time() - start < 6
    async with store.read() as session:
        households = await session.scalar(
            select(func.count()).select_from(Area).where(Area.kind == "household")
        )
    assert households == 6_000


# What the database holds already


def hood(name: str = "和平里", **more: object) -> PlaceEntry:
    building = PlaceEntry(kind="building", name="3栋", units=["1单元"], rooms=["101-202"])
    return PlaceEntry.model_validate(
        {"kind": "neighbourhood", "name": name, "places": [building], **more}
    )


def community(*hoods: PlaceEntry) -> Neighbourhood:
    return Neighbourhood(places=[PlaceEntry(kind="community", name="社区", places=list(hoods))])


async def paths(store: Store) -> list[str]:
    async with store.read() as session:
        return await known_places(session)


async def test_a_file_may_begin_in_the_middle_of_the_tree(store: Store) -> None:
    await brought(store, community(hood()))
    before = await paths(store)
    assert (await brought(store, Neighbourhood(places=[hood()]))).empty
    plan = await brought(store, Neighbourhood(places=[hood(hotline="123456")]))
    assert plan.names == {"change area": ["社区/和平里 (hotline)"]}
    assert await paths(store) == before


async def test_a_top_that_stands_in_two_places_is_told(store: Store) -> None:
    both = [PlaceEntry(kind="community", name=name, places=[hood()]) for name in ("东", "西")]
    await brought(store, Neighbourhood(places=both))
    with pytest.raises(FileProblemsError) as caught:
        await brought(store, Neighbourhood(places=[hood()]))
    assert caught.value.errors[0].key == "many_areas"


async def test_a_place_written_another_way_is_renamed_with_all_below(store: Store) -> None:
    await brought(store, Neighbourhood(places=[hood()]))
    wanted = Neighbourhood(places=[hood()])
    wanted.places[0].places[0].name = "3号楼"
    plan = await brought(store, wanted)
    assert plan.names == {"change area": ["和平里/3号楼 (name)"]}
    assert "和平里/3号楼/1单元/101" in await paths(store)
    assert (await brought(store, wanted)).empty


async def test_a_place_of_another_kind_is_told(store: Store) -> None:
    await brought(store, Neighbourhood(places=[hood()]))
    wanted = Neighbourhood(places=[PlaceEntry(kind="community", name="和平里")])
    with pytest.raises(FileProblemsError, match="another kind of place: neighbourhood"):
        await brought(store, wanted)


async def test_people_alone_may_be_imported_for_places_that_exist(
    store: Store, tmp_path: Path
) -> None:
    await brought(store, community(hood("和平里"), hood("安居苑")))
    file = tmp_path / "people.yaml"
    text = (
        "people:\n- {key: w, name: 王, homes: [和平里/3栋/1单元/101], "
        "roles: [{role: 楼长, area: %s}]}\n"
    )
    async with store.read() as session:
        known = Known(default_policy().roles, places=await known_places(session))
    file.write_text(text % "3栋", encoding="utf-8")
    with pytest.raises(FileProblemsError, match=r"line 2, .*和平里/3栋; .*安居苑/3栋"):
        read_file(file, known)
    file.write_text(text % "安居苑/3栋", encoding="utf-8")
    await brought(store, read_file(file, known))
    async with store.read() as session:
        held = await session.scalar(select(Area.path).join(RoleHeld))
        place = await session.scalar(select(Area.path).where(Area.name == "安居苑"))
    assert held is not None
    assert place is not None
    assert held.startswith(place)


def person(**more: object) -> Neighbourhood:
    one = PersonEntry.model_validate({"key": "w", "name": "王姨", **more})
    return Neighbourhood(places=[hood()], people=[one])


async def met(store: Store, external: str = "7") -> int:
    async with store.write() as session:
        who = Person(name="502王", skills=[], created_at=NOW)
        session.add(who)
        await session.flush()
        session.add(Account(platform="telegram", external_id=external, person_id=who.id))
        return who.id


async def test_somebody_met_in_chat_becomes_the_person_of_the_file(store: Store) -> None:
    number = await met(store)
    plan = await brought(store, person(accounts={"telegram": 7}))
    assert plan.names["change person"] == ["王姨 (key, name)"]
    assert "add account" not in plan.names
    async with store.read() as session:
        keys = await session.execute(select(Person.id, Person.key))
    assert [tuple(row) for row in keys.all()] == [(number, "w")]
    assert (await brought(store, person(accounts={"telegram": 7}))).empty


async def test_what_they_said_before_goes_along(store: Store) -> None:
    await brought(store, person())
    old = await met(store)
    async with store.write() as session:
        area = await session.scalar(select(Area.id).where(Area.name == "102"))
        session.add(Residence(person_id=old, area_id=area, since=NOW))
    await brought(store, person(accounts={"telegram": [7]}))
    async with store.read() as session:
        homes = (await session.scalars(select(Residence.person_id))).all()
        owner = await session.scalar(select(Account.person_id))
    assert list(homes) == [owner]
    assert owner != old


async def test_an_account_of_somebody_else_is_told(store: Store) -> None:
    await brought(store, person(accounts={"telegram": 7}))
    other = person(key="z", name="赵", accounts={"telegram": 7})
    with pytest.raises(FileProblemsError, match="telegram: 7"):
        await brought(store, other)


async def test_leave_gets_its_deputy_and_a_reminder_its_time(store: Store) -> None:
    def file(deputy: str | None, when: str) -> Neighbourhood:
        leave = {"from": "2026-10-01", "to": "2026-10-07", "deputy": deputy}
        found = person(leave=[leave])
        found.people.append(PersonEntry(key="z", name="赵"))
        found.reminders.append(ReminderEntry(area="3栋", when=when, text="分类"))
        return found

    await brought(store, file(None, "每周五 19:00"))
    assert (await brought(store, file(None, "every Friday 19:00"))).empty
    plan = await brought(store, file("z", "每周六 19:00"))
    assert plan.names == {"change leave": ["王姨"], "change reminder": ["分类 (when)"]}


async def test_a_reminder_goes_by_the_clock_of_its_place(store: Store) -> None:
    found = Neighbourhood(places=[hood(timezone="Europe/Berlin")])
    found.reminders.append(ReminderEntry(area="3栋", when="每天 9:00", text="早"))
    await brought(store, found)
    async with store.read() as session:
        moment = await session.scalar(select(Reminder.next_at))
    assert moment == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


async def test_a_reminder_that_has_passed_is_told_once_and_kept_after(store: Store) -> None:
    found = Neighbourhood(places=[hood()])
    found.reminders.append(ReminderEntry(area="3栋", when="2026-03-02 10:00", text="停水"))
    await brought(store, found)
    async with store.write() as session:
        later = NOW.replace(day=3)
        plan = await plan_import(session, found, now=later, secrets=SECRETS, zone="Asia/Shanghai")
    assert plan.empty
    found.reminders[0].text = "停电"
    with pytest.raises(FileProblemsError, match="2026-03-02"):
        async with store.write() as session:
            await plan_import(session, found, now=later, secrets=SECRETS, zone="Asia/Shanghai")


# Round trips


async def again(store: Store, form: Literal["yaml", "xlsx"], tmp_path: Path) -> Neighbourhood:
    """What is exported, written and read back."""
    async with store.read() as session:
        found = await export_directory(session, secrets=SECRETS)
    file = tmp_path / f"again.{form}"
    file.write_bytes(write_file(found, form))
    assert read_file(file, frozenset(default_policy().roles)) == found
    return found


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
async def test_an_empty_community_goes_out_and_in(
    store: Store, form: Literal["yaml", "xlsx"], tmp_path: Path
) -> None:
    """R74: export of an empty community."""
    found = await again(store, form, tmp_path)
    assert found == Neighbourhood()
    assert (await brought(store, found)).empty


ODD = r"""
places:
- kind: neighbourhood
  name: "=1+1 \"里\", 'O''Neill' 🏠"
  places:
  - {kind: building, name: "101-202", places: [{kind: household, name: "3、4"}]}
  - {kind: building, name: "No", units: ["是"], rooms: ["0101", "门房", "-1"]}
  - {kind: building, name: "空楼"}
- {kind: household, name: "@独栋"}
people:
- {key: "'x", name: "+86", skills: ["水电、电梯", "a, b"], homes: ["101-202/3、4"]}
- key: "null"
  name: "- 王"
  leave: [{from: 2026-01-01, to: 2026-01-02}, {from: 2026-05-01, to: 2026-05-01, deputy: "'x"}]
  roles: [{role: volunteer, area: "No"}, {role: volunteer, area: "空楼"}]
  accounts: {telegram: [1, 2], local: ["a,b"]}
chats:
- {platform: telegram, id: -5, area: 空楼}
reminders:
- {area: 空楼, when: "cron 0 9 * * 5", text: "=两行\n第二行", paused: 是}
duty:
- {area: 空楼, name: "=值班", when: "每3天轮换 周一、三 22:00-6:00 节假日不值班",
   people: ["'x", "null"]}
- {area: 空楼, name: 巡, when: "20:00 1:00", people: ["周日 null"], points: ["-大门"], paused: 是}
- {area: "No", name: 全, when: "24小时", people: ["'x+null"], days_off: [2026-05-01],
   start: 2026-01-05}
"""


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
async def test_an_odd_community_goes_out_and_in(
    store: Store, form: Literal["yaml", "xlsx"], tmp_path: Path
) -> None:
    """R74: export of an odd community."""
    file = tmp_path / "odd.yaml"
    file.write_text(ODD, encoding="utf-8")
    await brought(store, read_file(file, frozenset(default_policy().roles)))
    assert (await brought(store, await again(store, form, tmp_path))).empty


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
async def test_an_export_fills_another_database_alike(
    store: Store, form: Literal["yaml", "xlsx"], tmp_path: Path
) -> None:
    await brought(store, sample())
    found = await again(store, form, tmp_path)
    async with DATABASES.fresh("others_tables", make_tables, tmp_path) as url:
        other = Store(url)
        await brought(other, found)
        assert await again(other, form, tmp_path) == found
        await other.close()


async def test_staff_named_in_chat_are_exported_with_a_key_of_their_own(store: Store) -> None:
    await brought(store, Neighbourhood(places=[hood()]))
    number = await met(store)
    await met(store, "8")  # a resident, no staff
    async with store.write() as session:
        area = await session.scalar(select(Area.id).where(Area.name == "3栋"))
        session.add(RoleHeld(person_id=number, role="building_captain", area_id=area, since=NOW))
    async with store.read() as session:
        found = await export_directory(session, secrets=SECRETS)
    assert [each.key for each in found.people] == [f"p{number}"]
    await brought(store, found)
    assert (await brought(store, found)).empty


async def test_a_phone_sealed_with_another_key_is_left_out(store: Store) -> None:
    await brought(store, sample())
    async with store.read() as session:
        found = await export_directory(session, secrets=Secrets(Fernet.generate_key().decode()))
    assert all(each.phone is None for each in found.people)
