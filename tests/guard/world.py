"""Two communities of one subdistrict with all that a command or a button could be about."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.reminders.phrases import parse_when
from handlers.reminders.rules import to_data
from handlers.requests.promised import SOLVE
from storage.queries import homes
from storage.tables import (
    Account,
    Area,
    Audit,
    Chat,
    Consent,
    Draft,
    DutyGap,
    Invite,
    Leave,
    Person,
    Promise,
    Reminder,
    Request,
    Residence,
    RoleHeld,
    Rota,
    Round,
    Shift,
    Swap,
)
from tests.fakes.places import add_area, add_person
from tests.harness import GROUP, GROUP4, MONDAY, Actor, Stage

GROUP5 = "g5"  #: building 5 of the other community
#: Of somebody else's form; whoever guesses it is not helped by it.
THEIRS = "feedf00d"
#: Where the actors are at home, where their neighbours are, where strangers are.
OWN, OTHER, FOREIGN = "own", "other", "foreign"

#: key, name, home, role, where: those of the other community, and who stands in for a captain.
MORE: tuple[tuple[str, str, str | None, str | None, str | None], ...] = (
    ("he", "何伯", "5-1-301", None, None),
    ("xu", "许姐", "5-1-302", "unit_captain", "5-1"),
    ("han", "韩书记", None, "coordinator", "北化社区"),
    ("tang", "唐叔", None, "unit_captain", "3-1"),
    ("dai", "戴姐", None, None, None),
    ("mo", "莫生", None, None, None),
)


@dataclass(slots=True)
class Spot:
    """A place with who reports there, who is asked and who coordinates."""

    building: str
    home: str  #: a household in which nobody lives
    group: str
    reporter: str
    asked: str
    captain: str  #: holds unit_captain or building_captain there
    coordinator: str
    things: dict[str, object] = field(
        default_factory=dict[str, object]
    )  #: by name, as in the table


SPOTS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "3-2": ("3", "3-2-601", GROUP, "li", "wang", "wang", "feng"),
    "3-1": ("3", "3-1-601", GROUP, "sun", "dai", "tang", "feng"),
    "4-1": ("4", "4-1-601", GROUP4, "qian", "chen", "chen", "feng"),
    "5-1": ("5", "5-1-601", GROUP5, "he", "xu", "xu", "han"),
}
WORDS = {
    "open": "下水道有点堵",
    "taken": "楼道灯坏了好几天",
    "waiting": "单元门禁刷不开",
    "done": "垃圾堆在门口没人清",
}


async def build(stage: Stage) -> dict[str, Spot]:
    """Put everything there; gives the spots by their unit."""
    stage.cast |= {key: Actor(stage, key, name) for key, name, *_ in MORE}
    areas = await _areas(stage)
    spots = {unit: Spot(*given) for unit, given in SPOTS.items()}
    for unit, spot in spots.items():
        await _requests(stage, unit, spot)
        await _rota(stage, unit, spot)
    async with stage.app.store.write() as store:
        for unit, spot in spots.items():
            await _rest(store, areas, unit, spot)
    stage.app.dispatcher.forget_all()
    return spots


async def _areas(stage: Stage) -> dict[str, Area]:
    async with stage.app.store.write() as store:
        found = {each.code: each for each in await store.scalars(select(Area))}
        areas = {"南京街": found["南京街"]}
        for key, kind, above in (
            ("北化社区", "community", "南京街"),
            ("北化", "neighbourhood", "北化社区"),
            ("5", "building", "北化"),
            ("5-1", "unit", "5"),
            *((f"5-1-{room}", "household", "5-1") for room in ("301", "302", "601")),
        ):
            code = key.rpartition("-")[2]
            areas[key] = await add_area(store, areas[above], kind, code, code)
        every = {each.path: each for each in await store.scalars(select(Area))}
        for each in every.values():
            line = [every[path].code for path in _paths_to(each) if _is_small(every[path])]
            areas.setdefault("-".join(line) or each.code, each)
        await _people(store, areas)
        store.add(_group(GROUP5, areas["5"]))
    await stage.restarts()
    return areas


def _is_small(area: Area) -> bool:
    return area.kind in ("building", "unit", "household")


def _paths_to(area: Area) -> list[str]:
    parts = [part for part in area.path.split("/") if part]
    return ["/" + "/".join(parts[: i + 1]) + "/" for i in range(len(parts))]


def _group(key: str, area: Area) -> Chat:
    return Chat(
        platform="rooms",
        external_id=key,
        kind="group",
        title="北化5栋群",
        area_id=area.id,
        administrator=True,
        greeted_at=MONDAY,
        settings={},
    )


async def _people(store: AsyncSession, areas: dict[str, Area]) -> None:
    people: dict[str, Person] = {}
    for key, name, home, role, where in MORE:
        person = people[key] = await add_person(store, name, MONDAY, key)
        store.add(_account(key, person))
        if home:
            store.add(await _lives(store, person, areas[home], confirmed=True))
        if role and where:
            area = areas[where]
            store.add(RoleHeld(person_id=person.id, role=role, area_id=area.id, since=MONDAY))
    end = MONDAY + timedelta(days=30)
    tang, dai = people["tang"].id, people["dai"].id
    store.add(Leave(person_id=tang, starts=MONDAY, ends=end, deputy_id=dai))


def _account(key: str, person: Person) -> Account:
    return Account(
        platform="rooms",
        external_id=key,
        person_id=person.id,
        name=person.name,
        username=key,
        private_chat=f"@{key}",
    )


async def _lives(store: AsyncSession, person: Person, home: Area, *, confirmed: bool) -> Residence:
    at = MONDAY if confirmed else None
    sealed = await homes.sealed(store, home)
    return Residence(person_id=person.id, since=MONDAY, confirmed_at=at, **sealed)


async def _requests(stage: Stage, unit: str, spot: Spot) -> None:
    """One in each state, reported in the group and taken by who is asked."""
    reporter, asked = stage.cast[spot.reporter], stage.cast[spot.asked]
    for words in WORDS.values():
        await reporter.says(f"/报事 {unit.rpartition('-')[2]}单元{words}", spot.group)
    async with stage.app.store.read() as store:
        rows = await store.scalars(select(Request).order_by(Request.id.desc()).limit(len(WORDS)))
        requests = dict(zip(WORDS, reversed(rows.all()), strict=True))
    number = {state: each.number for state, each in requests.items()}
    for state in ("taken", "waiting", "done"):
        await asked.writes(f"/接单 {number[state]}")
    await asked.writes(f"/等待 {number['waiting']} 等配件 周五")
    await asked.writes(f"/办结 {number['done']} 清走了")
    for state, each in requests.items():
        spot.things |= {state: each.number, f"{state}_id": each.id}


async def _rota(stage: Stage, unit: str, spot: Spot) -> None:
    names = "、".join(stage.cast[each].name for each in (spot.asked, spot.reporter))
    coordinator = stage.cast[spot.coordinator]
    await coordinator.writes(
        f"/值班表 {spot.building}栋 红管家{unit} 每天轮换 每天 9:00-17:00：{names}"
    )
    await coordinator.presses(coordinator.last, "保存")


async def _rest(store: AsyncSession, areas: dict[str, Area], unit: str, spot: Spot) -> None:
    building, home = areas[spot.building], areas[spot.home]
    people = {each.key: each for each in await store.scalars(select(Person))}
    chat = await store.scalar(select(Chat).where(Chat.external_id == spot.group))
    assert chat is not None
    captain = people[spot.captain].id
    held = await store.scalar(select(RoleHeld).where(RoleHeld.person_id == captain))
    assert held is not None
    newcomer = await add_person(store, f"新住户{unit}", MONDAY)
    rows = {
        "residence": await _lives(store, newcomer, home, confirmed=False),
        "reminder": _reminder(building),
        "promise": _promise(spot, people[spot.asked]),
        "consent": _consent(spot, people, "taken", given=None),
        "agreed": _consent(spot, people, "waiting", given=True),
        "draft": _draft(chat, newcomer),
        "undo": _settings(chat, people[spot.coordinator], building),
        "ann": _announced(chat, people[spot.coordinator], building),
        "code": _code(unit, people[spot.reporter]),
        **await _duty(store, unit, spot, people),
    }
    for row in rows.values():
        store.add(row)
    await store.flush()
    spot.things |= {name: row.id for name, row in rows.items()}
    spot.things |= {
        "building": building.id,
        "home": home.id,
        "chat": chat.id,
        "captain": captain,
        "role": held.role,
        "held": held.area_id,
        "reporter": people[spot.reporter].id,
        "theirs": THEIRS,
        "code": f"code-of-{unit}",
    }


def _reminder(area: Area) -> Reminder:
    rule, _ = parse_when("每天 9:00", MONDAY, "Asia/Shanghai")
    return Reminder(area_id=area.id, text="浇花", rule=to_data(rule), state="on", created_at=MONDAY)


def _promise(spot: Spot, person: Person) -> Promise:
    return Promise(
        request_id=int(str(spot.things["taken_id"])),
        person_id=person.id,
        role="unit_captain",
        kind=SOLVE,
        state="asked",
        due=MONDAY + timedelta(days=2),
        first_due=MONDAY + timedelta(days=2),
        said_at=MONDAY,
    )


def _consent(
    spot: Spot, people: dict[str | None, Person], state: str, *, given: bool | None
) -> Consent:
    """The helper asked the reporter how to reach them."""
    return Consent(
        request_id=int(str(spot.things[f"{state}_id"])),
        person_id=people[spot.reporter].id,
        helper_id=people[spot.asked].id,
        asked_at=MONDAY,
        given=given,
        answered_at=MONDAY if given is not None else None,
    )


def _draft(chat: Chat, person: Person) -> Draft:
    data = {"token": THEIRS, "words": "灯坏了", "area_id": 0}
    return Draft(
        chat_id=chat.id,
        person_id=person.id,
        form="question",
        step="sure",
        data=data,
        expires_at=MONDAY + timedelta(days=1),
    )


def _settings(chat: Chat, actor: Person, area: Area) -> Audit:
    undo = {"kind": "Chat", "id": chat.id, "field": "language", "old": None}
    detail = {"field": "language", "chat": chat.id}
    return Audit(
        at=MONDAY,
        actor_id=actor.id,
        command="settings",
        detail=detail,
        undo=undo,
        area_path=area.path,
    )


def _announced(chat: Chat, actor: Person, area: Area) -> Audit:
    detail = {"area": area.id, "chat": chat.id, "language": "zh", "open": False}
    return Audit(
        at=MONDAY, actor_id=actor.id, command="announce", detail=detail, area_path=area.path
    )


def _code(unit: str, person: Person) -> Invite:
    """What /account gave the reporter."""
    return Invite(
        token_hash=hashlib.sha256(f"code-of-{unit}".encode()).hexdigest(),
        purpose="person",
        person_id=person.id,
        created_by=person.id,
        expires_at=MONDAY + timedelta(days=7),
    )


async def _duty(
    store: AsyncSession, unit: str, spot: Spot, people: dict[str | None, Person]
) -> dict[str, Any]:
    asked, reporter = people[spot.asked], people[spot.reporter]
    start, end = MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=8)
    rota = await store.scalar(select(Rota).where(Rota.name == f"红管家{unit}"))
    assert rota is not None
    store.add(Shift(rota_id=rota.id, starts=start, ends=end, person_id=asked.id, how="rota"))
    return {
        "rota": rota,
        "gap": DutyGap(rota_id=rota.id, starts=end, ends=end + timedelta(hours=1), told_at=MONDAY),
        "swap": Swap(
            rota_id=rota.id,
            asker_id=reporter.id,
            asked_id=asked.id,
            gives=end,
            state="asked",
            at=MONDAY,
            due_at=end,
        ),
        "round": Round(
            rota_id=rota.id,
            starts=start,
            ends=end,
            points=["东门"],
            state="open",
            due_at=end,
        ),
    }
