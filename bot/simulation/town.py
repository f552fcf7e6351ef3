"""The places and people of a simulated neighbourhood, written into an empty database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.simulation.crowd import NAME
from storage.engine import Store
from storage.tables import Account, Area, Chat, Person, Residence, RoleHeld

#: Households of a stairwell, stairwells of a building.
A_UNIT, UNITS = 14, 4


@dataclass(frozen=True, slots=True)
class Household:
    """Somebody who lives somewhere and writes in a group."""

    name: str
    group: str
    unit: str


@dataclass(slots=True)
class Town:
    """Who is there; helpers by name with their role."""

    households: list[Household] = field(default_factory=list[Household])
    helpers: dict[str, str] = field(default_factory=dict[str, str])
    groups: list[str] = field(default_factory=list[str])

    def neighbours(self, group: str) -> list[Household]:
        """The households of a group."""
        return [each for each in self.households if each.group == group]


class _Builder:
    """Ids are given by hand, for the database is its own."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.town = Town()
        self.areas: list[Area] = []
        self.people: list[Person] = []
        self.more: list[Account | Residence | RoleHeld | Chat] = []

    def area(self, parent: Area | None, kind: str, name: str, code: str) -> Area:
        number = len(self.areas) + 1
        path = f"{parent.path if parent else '/'}{number}/"
        above = parent.id if parent else None
        made = Area(id=number, parent_id=above, kind=kind, name=name, code=code, path=path)
        made.settings = {"mode": "act"} if parent is None else {}
        self.areas.append(made)
        return made

    def person(self, key: str, home: Area | None = None) -> int:
        number = len(self.people) + 1
        self.people.append(Person(id=number, key=key, name=key, skills=[], created_at=self.now))
        known = {"name": key, "username": key, "private_chat": f"@{key}"}
        self.more.append(Account(platform=NAME, external_id=key, person_id=number, **known))
        if home is not None:
            lives = Residence(person_id=number, area_id=home.id, since=self.now)
            lives.confirmed_at = self.now
            self.more.append(lives)
        return number

    def helper(self, key: str, role: str, area: Area) -> None:
        self.town.helpers[key] = role
        held = RoleHeld(person_id=self.person(key), role=role, area_id=area.id, since=self.now)
        self.more.append(held)

    def group(self, key: str, area: Area) -> None:
        self.town.groups.append(key)
        chat = Chat(platform=NAME, external_id=key, kind="group", title=key, area_id=area.id)
        chat.administrator, chat.greeted_at, chat.acts_since = True, self.now, self.now
        self.more.append(chat)


async def settle(store: Store, households: int, now: datetime) -> Town:
    """Write the neighbourhood; gives who is in it."""
    made = _Builder(now)
    community = made.area(None, "community", "模拟社区", "模拟")
    community.timezone, community.language = "Asia/Shanghai", "zh"
    top = made.area(community, "neighbourhood", "模拟小区", "模拟小区")
    top.governance = "self"
    made.helper("coordinator", "coordinator", community)
    for role in ("neighbourhood_captain", "grid_worker", "property_manager"):
        made.helper(role, role, top)
    for number in range(-(-households // (A_UNIT * UNITS))):
        left = households - number * A_UNIT * UNITS
        _building(made, top, str(number + 1), min(left, A_UNIT * UNITS))
    async with store.write() as session:
        for some in (made.areas, made.people, made.more):
            session.add_all(some)
            await session.flush()
    return made.town


def _building(made: _Builder, top: Area, code: str, households: int) -> None:
    building = made.area(top, "building", f"{code}栋", code)
    group = f"group-{code}"
    made.group(group, building)
    made.helper(f"building_captain-{code}", "building_captain", building)
    for unit in range(1, -(-households // A_UNIT) + 1):
        stair = made.area(building, "unit", f"{unit}单元", str(unit))
        made.helper(f"unit_captain-{code}-{unit}", "unit_captain", stair)
        for n in range(min(A_UNIT, households - (unit - 1) * A_UNIT)):
            room = f"{n // 2 + 1}0{n % 2 + 1}"
            home = made.area(stair, "household", room, room)
            name = f"home-{code}-{unit}-{room}"
            made.person(name, home)
            made.town.households.append(Household(name, group, str(unit)))
