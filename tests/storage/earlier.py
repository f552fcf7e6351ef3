"""A neighbourhood as it stands in the database of an earlier version: rows for whatever tables and
columns its revision has, plausible where the program reads them, and at least one row in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, Table, func, insert, select

from tests.harness import CAST, GROUP, MONDAY

Row = dict[str, Any]
AT_ONCE = 5000
#: From when on requests were made, one after another until MONDAY.
BEGIN = MONDAY - timedelta(days=700)
#: The newest requests are in these states, all others are closed.
STATES = ("open", "taken", "waiting", "done")
LIVES = {
    "open": ("open",),
    "taken": ("open", "take"),
    "waiting": ("open", "take", "wait"),
    "done": ("open", "take", "done"),
    "closed": ("open", "take", "done", "confirm"),
}
AFTER = {
    "open": "open",
    "take": "taken",
    "wait": "waiting",
    "done": "done",
    "confirm": "closed",
}
CATEGORIES = ("lift", "electricity", "water", "sanitation", "noise", "parking")


@dataclass(frozen=True, slots=True)
class Size:
    """How large."""

    households: int = 24
    requests: int = 60
    a_building: int = 60  #: households of one


class Earlier:
    """Fills the tables of the revision that a database stands at."""

    def __init__(self, connection: Connection, size: Size = Size()) -> None:
        self._connection = connection
        self._size = size
        self._known = MetaData()
        self._known.reflect(connection)
        self._naive = connection.dialect.name == "sqlite"
        self.buildings: list[tuple[int, str]] = []  #: id and path
        self.homes: list[tuple[int, str]] = []
        self.people: list[int] = []  #: one in each home
        self.roles: dict[str, int] = {}  #: who holds it

    def fill(self) -> None:
        """All of it."""
        self._put("area", self._areas())
        self._people()
        self._chats()
        self._requests()
        self._rest()
        if not self._naive:
            self._set_sequences()

    def _at(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC).replace(tzinfo=None) if self._naive else moment

    def _put(self, name: str, rows: Iterable[Row]) -> None:
        table = self._known.tables.get(name)
        if table is None:
            return
        left = iter(rows)
        while some := list(islice(left, AT_ONCE)):
            whole = [_whole(table, row, self._at(MONDAY)) for row in some]
            self._connection.execute(insert(table), whole)

    def _areas(self) -> Iterator[Row]:
        top = (("subdistrict", "南京街街道", "南京街"), ("community", "南京街社区", "南京街社区"))
        above, path, next_id = None, "/", 1
        for kind, name, code in (*top, ("neighbourhood", "和平里小区", "和平里")):
            path = f"{path}{next_id}/"
            more = {"timezone": "Asia/Shanghai", "settings": {"mode": "act"}}
            yield _area(next_id, above, kind, (name, code), path) | (more if above is None else {})
            above, next_id = next_id, next_id + 1
        for n in range(self._size.households):
            if n % self._size.a_building == 0:
                code = str(n // self._size.a_building + 3)
                building = (next_id, f"{path}{next_id}/")
                self.buildings.append(building)
                yield _area(next_id, above, "building", (f"{code}栋", code), building[1])
                next_id += 1
            building = self.buildings[-1]
            room = str(n % self._size.a_building + 101)
            home = (next_id, f"{building[1]}{next_id}/")
            self.homes.append(home)
            yield _area(next_id, building[0], "household", (room, room), home[1])
            next_id += 1

    def _people(self) -> None:
        cast = [(key, name, role) for key, name, _, role, _ in CAST]
        self.people = list(range(1, len(self.homes) + 1))
        names = [
            cast[n] if n < len(cast) else (f"p{n}", f"居民{n}", None)
            for n in range(len(self.people))
        ]
        since = self._at(BEGIN)
        rows = zip(self.people, names, self.homes, strict=True)
        people: list[Row] = []
        accounts: list[Row] = []
        homes: list[Row] = []
        for person, (key, name, role), home in rows:
            people.append({"id": person, "key": key, "name": name, "created_at": since})
            known = {"external_id": key, "name": name, "username": key, "private_chat": f"@{key}"}
            accounts.append({"platform": "rooms", "person_id": person, **known})
            homes.append({"person_id": person, "area_id": home[0], "since": since})
            if role:
                self.roles[role] = person
        self._put("person", people)
        self._put("account", accounts)
        self._put("residence", homes)
        held = [
            {"person_id": person, "role": role, "area_id": 3 if role != "coordinator" else 2}
            for role, person in self.roles.items()
        ]
        self._put("role_held", [{**each, "since": since} for each in held])

    def _chats(self) -> None:
        self._put(
            "chat",
            (
                {
                    "id": n,
                    "platform": "rooms",
                    "external_id": GROUP if n == 1 else f"g{n + 2}",
                    "kind": "group",
                    "title": f"{n + 2}栋邻里群",
                    "area_id": building,
                    "present": True,
                    "administrator": True,
                    "hears_all": True,
                    "can_speak": True,
                    "greeted_at": self._at(BEGIN),
                }
                for n, (building, _) in enumerate(self.buildings, 1)
            ),
        )

    def _requests(self) -> None:
        count = self._size.requests
        self._put("request", (self._request(n) for n in range(1, count + 1)))
        self._put("request_counter", [{"root_id": 1, "last": count}])
        self._put("event", (row for n in range(1, count + 1) for row in self._events(n)))
        self._put("supporter", (self._supporter(n) for n in range(1, count + 1)))
        self._put("request_message", (self._report(n) for n in range(1, count + 1)))
        self._put("page", (self._page(n) for n in range(1, count + 1)))

    def _life(self, n: int) -> tuple[str, datetime, int, tuple[int, str]]:
        """State, beginning, reporter, building."""
        left = self._size.requests - n
        state = STATES[left % len(STATES)] if left < 2 * len(STATES) else "closed"
        opened = BEGIN + (MONDAY - BEGIN) * n / (self._size.requests + 1)
        if state != "closed":
            opened = MONDAY - timedelta(hours=left + 1)
        person = (n * 7) % len(self.people)
        return state, opened, self.people[person], self.buildings[person // self._size.a_building]

    def _chat_of(self, person: int) -> int:
        return (person - 1) // self._size.a_building + 1

    def _request(self, n: int) -> Row:
        state, opened, person, (area, path) = self._life(n)
        chat = self._chat_of(person)
        captain = self.roles["unit_captain"]
        ended = opened + timedelta(days=2) if state == "closed" else None
        due = {"open": 24, "taken": 72, "waiting": 200, "done": 48}.get(state)
        moments = {
            "opened_at": opened,
            "changed_at": ended or opened,
            "ended_at": ended,
            "answer_due": opened + timedelta(days=1),
            "solve_due": opened + timedelta(days=7),
            "ages_at": opened + timedelta(days=30) if state != "closed" else None,
            "due_at": MONDAY + timedelta(hours=due) if due else None,
            **self._clocks(state, opened, due),
        }
        return {
            "id": n,
            "root_id": 1,
            "number": n,
            "words": f"电梯又坏了，第{n}次",
            "category": CATEGORIES[n % len(CATEGORIES)],
            "kind": "repair",
            "urgency": "normal",
            "area_id": area,
            "area_path": path,
            "chat_id": chat,
            "reporter_id": person,
            "state": state,
            "ending": "solved" if state == "closed" else None,
            "reason": "等配件" if state == "waiting" else None,
            "holder_id": captain if state in ("taken", "waiting", "done") else None,
            "card_chats": [chat],
            "confidence": 0.9,
            "wanted": 1,
            "version": 3,
            **{name: self._at(at) if at else None for name, at in moments.items()},
        }

    def _clocks(self, state: str, opened: datetime, due: int | None) -> dict[str, datetime | None]:
        """What a version with three clocks has; an earlier one has no columns for it."""
        at = MONDAY + timedelta(hours=due) if due else None
        return {
            "climb_at": at if state == "open" else None,
            "progress_due": at if state == "taken" else None,
            "callback_due": at if state == "done" else None,
            "resume_at": at if state == "waiting" else None,
            "paused_at": opened + timedelta(hours=2) if state == "waiting" else None,
            "answered_at": opened + timedelta(hours=1) if state != "open" else None,
        }

    def _events(self, n: int) -> Iterator[Row]:
        state, opened, person, _ = self._life(n)
        before = None
        for step, move in enumerate(LIVES[state]):
            yield {
                "request_id": n,
                "at": self._at(opened + timedelta(hours=step)),
                "move": move,
                "actor_id": person if move in ("open", "confirm") else self.roles["unit_captain"],
                "state_from": before,
                "state_to": AFTER[move],
                # The newest alone was counted, as `_rest` says.
                "uncounted": 2 if move == "open" and n < self._size.requests else None,
            }
            before = AFTER[move]

    def _supporter(self, n: int) -> Row:
        state, opened, person, _ = self._life(n)
        verdict = {"closed": "solved", "done": "asked"}.get(state)
        return {
            "request_id": n,
            "person_id": person,
            "household_id": self.homes[person - 1][0],
            "at": self._at(opened),
            "verdict": verdict,
            "verdict_at": self._at(opened + timedelta(hours=3)) if verdict else None,
        }

    def _report(self, n: int) -> Row:
        _, opened, person, _ = self._life(n)
        return {
            "request_id": n,
            "chat_id": self._chat_of(person),
            "message_id": f"old-{n}",
            "role": "report",
            "person_id": person,
            "text": f"电梯又坏了，第{n}次",
            "at": self._at(opened),
        }

    def _page(self, n: int) -> Row:
        state, opened, _, _ = self._life(n)
        return {
            "request_id": n,
            "person_id": self.roles["unit_captain"],
            "role": "unit_captain",
            "how": "private",
            "at": self._at(opened),
            "tell_at": self._at(opened),
            "ended_at": None if state == "open" else self._at(opened + timedelta(hours=1)),
        }

    def _rest(self) -> None:
        """Whatever else there is has a row: no migration may stumble over one."""
        quiet: Mapping[str, Row] = {
            "letter": {"state": "sent", "body": "{}", "platform": "rooms", "chat": GROUP},
            "update_in": {"state": "done", "platform": "rooms", "key": "old"},
            "draft": {"form": "announce", "step": "text"},
            "reminder": {"text": "喝水", "rule": {"days": "daily"}, "state": "ended"},
            "occurrence": {"outcome": "posted"},
            "rota": {"name": "值班室", "rule": {}, "state": "ended"},
            "swap": {"state": "declined"},
            "round": {"state": "done"},
            "notice": {"kind": "said"},
            "chore": {"name": "nightly"},
            "gap": {"ladder": "default", "rung": "unit_captain"},
            "counted": {"request_id": self._size.requests, "marks": "n"},  # the older ones later
            "counting": {"id": 2},  # the first is there with the table
            "tally": {"month": MONDAY.date().replace(day=1), "mark": "n", "n": 1},
            "total": {"period": f"{MONDAY:%Y-%m}", "whole": {"n": 1}, "own": {"n": 1}},
            "promise": {"kind": "solve", "state": "kept", "role": "unit_captain", "moves": 0},
        }
        for table in self._known.sorted_tables:
            empty = self._connection.execute(select(func.count()).select_from(table)).scalar() == 0
            if empty and table.name != "alembic_version":
                keys = {each.parent.name: self._any(each.column) for each in table.foreign_keys}
                self._put(table.name, [{**keys, **quiet.get(table.name, {})}])

    def _any(self, column: Column[Any]) -> int | None:
        return self._connection.execute(select(func.min(column))).scalar()

    def _set_sequences(self) -> None:
        """Rows were given their numbers by hand."""
        for table in self._known.tables.values():
            if "id" in table.columns:
                last = select(func.max(table.columns["id"])).scalar_subquery()
                name = func.pg_get_serial_sequence(table.name, "id")
                self._connection.execute(select(func.setval(name, last)))


def _area(number: int, above: int | None, kind: str, names: tuple[str, str], path: str) -> Row:
    row = {"id": number, "parent_id": above, "kind": kind, "path": path}
    return {**row, "name": names[0], "code": names[1], "settings": {}, "timezone": None}


def _whole(table: Table, row: Row, now: datetime) -> Row:
    """What the table has of a row, with something in each column that must not be empty."""
    found = {name: value for name, value in row.items() if name in table.columns}
    for column in table.columns:
        own = column.primary_key and column.name == "id"
        if not column.nullable and column.name not in found and not own:
            found[column.name] = _something(column, now)
    return found


def _something(column: Column[Any], now: datetime) -> Any:
    if isinstance(column.type, JSON):
        return [] if column.name in ("skills", "points", "reasons", "media", "card_chats") else {}
    kind = column.type.python_type
    if kind in (datetime, str):
        return now if kind is datetime else "x"
    return now.date() if kind is type(now.date()) else kind()
