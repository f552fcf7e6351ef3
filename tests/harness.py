"""The stage for dialogues: the whole program, a virtual clock, and people who talk.

A dialogue reads like the conversation it is:

    await li.says("电梯又坏了")
    assert "电梯" in stage.card(1).text
    await wang.presses(stage.page(wang), "我来")
    await stage.passes(hours=2)
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select

from bot.app import App
from bot.clock import VirtualClock
from config.settings import Settings
from handlers.chat.platform import Capabilities
from storage.base import Base
from storage.engine import Store
from storage.sealing import seal_open
from storage.tables import (
    Account,
    Area,
    Chat,
    Chore,
    Draft,
    Erasure,
    Event,
    Letter,
    Noise,
    Notice,
    Promise,
    Pulse,
    Reminder,
    Request,
    Residence,
    RoleHeld,
    Rota,
    Round,
    Swap,
    Update,
)
from tests.fakes.databases import DATABASES
from tests.fakes.places import add_area, add_person
from tests.fakes.reader import shipped_reader
from tests.fakes.rooms import Rooms, Shown, photo

#: A Monday morning in China, a working day.
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai

#: A request that has not ended and lacks a deadline or the moment to be looked at (R40).
UNDATED = (Request.state != "closed") & (
    Request.answer_due.is_(None) | Request.solve_due.is_(None) | Request.due_at.is_(None)
)
#: A request whose clocks are not those of its state (R38).
ASTRAY = or_(
    (Request.state == "open") & Request.climb_at.is_(None),
    (Request.state == "taken") & Request.progress_due.is_(None),
    (Request.state == "waiting") & (Request.paused_at.is_(None) | Request.resume_at.is_(None)),
    (Request.state == "done") & Request.callback_due.is_(None),
    (Request.state == "closed") & Request.due_at.is_not(None),
)

GROUP = "g3"  #: building 3
GROUP4 = "g4"  #: building 4
ALL = "gall"  #: the whole neighbourhood

#: key, name, home, role, where. One cast for all tests (STYLE.md, convention 11).
CAST: tuple[tuple[str, str, str | None, str | None, str | None], ...] = (
    ("li", "李娜", "3-2-501", None, None),
    ("zhao", "赵强", "3-2-401", None, None),
    ("sun", "孙姐", "3-1-302", None, None),
    ("qian", "钱伯", "4-1-101", None, None),
    ("wang", "王姨", "3-2-101", "unit_captain", "3-2"),
    ("zhou", "周叔", "3-1-101", "building_captain", "3"),
    ("wu", "吴工", None, "property_manager", "和平里"),
    ("zheng", "郑网格", None, "grid_worker", "3"),
    ("feng", "冯书记", None, "coordinator", "南京街社区"),
    ("chen", "陈姐", "4-1-201", "building_captain", "4"),
)


@dataclass(slots=True)
class Actor:
    """A person of the cast; speaks in building 3's group unless told otherwise."""

    stage: Stage
    key: str
    name: str

    @property
    def private(self) -> str:
        """The room of this person and the bot."""
        return f"@{self.key}"

    async def says(
        self, text: str, room: str = GROUP, *, reply_to: Shown | str | None = None, **more: Any
    ) -> str:
        """Say something; gives the message's id after the bot has done all it had to."""
        target = reply_to.id if isinstance(reply_to, Shown) else reply_to
        if isinstance(reply_to, Shown) and reply_to.sender == "bot":
            more.setdefault("to_bot", True)
        return await self.stage.does(
            room, self.key, "message", text=text, name=self.name, reply_to=target, **more
        )

    async def writes(self, text: str, **more: Any) -> str:
        """Say something to the bot in private."""
        return await self.says(text, self.private, **more)

    async def sends_photo(self, text: str = "", room: str = GROUP, **more: Any) -> str:
        """Send a picture with or without words."""
        ref = str(more.pop("ref", "p1"))
        return await self.says(text, room, media=[photo(ref)], **more)

    async def edits(self, message_id: str, text: str, room: str = GROUP) -> None:
        """Change what was said."""
        await self.stage.does(
            room,
            self.key,
            "message",
            text=text,
            name=self.name,
            message_id=message_id,
            edited=True,
        )

    async def recalls(self, message_id: str, room: str = GROUP) -> None:
        """Take back what was said."""
        await self.stage.does(room, self.key, "recalled", message_id=message_id)

    async def presses(self, shown: Shown, label: str) -> str:
        """Press the button that says `label`; gives the toast."""
        button = shown.button(label)
        before = len(self.stage.rooms.toasts)
        await self.stage.does(
            shown.room,
            self.key,
            "press",
            message_id=shown.id,
            data=button.data,
            name=self.name,
        )
        new = self.stage.rooms.toasts[before:]
        assert new, "a press must be acknowledged"
        return new[-1].text

    async def presses_data(self, shown: Shown, data: str) -> str:
        """Press with data of one's own making (a forged or an old button)."""
        await self.stage.does(
            shown.room, self.key, "press", message_id=shown.id, data=data, name=self.name
        )
        return self.stage.rooms.toasts[-1].text

    async def reacts(self, shown: Shown | str, emoji: str, room: str = GROUP) -> None:
        """Put an emoji on a message."""
        target = shown.id if isinstance(shown, Shown) else shown
        where = shown.room if isinstance(shown, Shown) else room
        await self.stage.does(
            where, self.key, "reaction", message_id=target, emoji=emoji, name=self.name
        )

    @property
    def heard(self) -> list[Shown]:
        """What the bot said to this person in private."""
        return self.stage.rooms.from_bot(self.private)

    @property
    def last(self) -> Shown:
        """The last thing the bot said to this person in private."""
        assert self.heard, f"the bot said nothing to {self.name}"
        return self.heard[-1]


class Stage:
    """The program on stage."""

    def __init__(self, app: App, rooms: Rooms, clock: VirtualClock, *others: Rooms) -> None:
        self.app = app
        self.rooms = rooms
        self.others = {each.name: each for each in others}  #: further platforms, by name
        self.clock = clock
        self.cast = {key: Actor(self, key, name) for key, name, *_ in CAST}

    def __getattr__(self, key: str) -> Actor:
        try:
            return self.cast[key]
        except KeyError:
            raise AttributeError(key) from None

    async def does(self, room: str, person: str, kind: str, **more: Any) -> str:
        """Something happens in a room, and the bot does all that follows at this moment."""
        message_id = await self.rooms.act(room, person, kind, **more)
        await self.app.settle()
        await self.nothing_failed()
        return message_id

    async def nothing_failed(self) -> None:
        """No update was parked (our error must never be silent), and every request is dated."""
        async with self.app.store.read() as store:
            failed = (await store.scalars(select(Update).where(Update.error.is_not(None)))).all()
            bare = (await store.scalars(select(Request.number).where(UNDATED | ASTRAY))).all()
        assert not failed, f"{failed[0].error}: {failed[0].body}"
        assert not self.rooms.wrong, f"the platform cannot do this: {self.rooms.wrong}"
        assert not bare, f"open without deadlines (R40): {bare}"

    async def passes(self, **span: float) -> None:
        """Time passes; whatever becomes due on the way is done at its own minute."""
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            self.clock.set(min(end, await self._next_moment() or end))
            await self.app.ticks.tick()
            await self.app.settle()

    async def _next_moment(self) -> datetime | None:
        """When anything is due next: nothing happens before, so no minute is missed."""
        now = self.clock.now()
        columns = (
            Request.due_at,
            Notice.due_at,
            Chore.next_at,
            Reminder.next_at,
            Promise.next_at,
            Chat.digest_at,
            Noise.fold_at,
            Rota.next_at,
            Rota.check_at,
            Round.due_at,
            Swap.due_at,
            Erasure.due_at,
            Pulse.look_at,
            Letter.not_before,
            Draft.expires_at,
        )
        async with self.app.store.read() as store:
            found = [
                await store.scalar(select(func.min(each)).where(each > now)) for each in columns
            ]
        return min((each for each in (*found, self.app.delivery.resumes_at) if each), default=None)

    async def sleeps(self, **span: float) -> None:
        """The program is down for so long, then starts again."""
        self.clock.turn(timedelta(**span))
        await self.restarts()
        await self.app.ticks.tick()
        await self.app.settle()

    async def restarts(self) -> None:
        """The program dies and starts again on the same database."""
        await self.app.close()
        old = self.app
        all_ = [self.rooms, *self.others.values()]
        app = App(old.settings, old.store, all_, clock=self.clock, reader=old.desk.reader)
        for each in all_:
            each.intake = app.inbox
        self.app = app
        await app.inbox.resume()
        await app.settle()

    async def joins_group(self, room: str, by: str = "feng", **more: Any) -> None:
        """Somebody adds the bot to a group."""
        self.rooms.titles.setdefault(room, f"群{room}")
        await self.does(room, by, "standing", **more)

    def said(self, room: str = GROUP) -> list[Shown]:
        """What the bot said in a room."""
        return self.rooms.from_bot(room)

    def last(self, room: str = GROUP) -> Shown:
        """The last message of the bot in a room."""
        assert self.said(room), f"the bot said nothing in {room}"
        return self.said(room)[-1]

    def card(self, number: int, room: str = GROUP) -> Shown:
        """The card of a request in a room."""
        found = [each for each in self.said(room) if f"#{number}" in each.title]
        assert found, f"no card #{number} in {room}: {[each.title for each in self.said(room)]}"
        return found[0]

    def page(self, actor: Actor, number: int = 1) -> Shown:
        """What a person asked to help was sent in private about a request."""
        found = [each for each in actor.heard if f"#{number}" in each.whole]
        assert found, f"{actor.name} was not asked about #{number}"
        return found[0]

    async def request(self, number: int = 1) -> Request:
        """A request as it stands in the database."""
        async with self.app.store.read() as store:
            found = await store.scalar(select(Request).where(Request.number == number))
        assert found is not None, f"no request {number}"
        return found

    async def requests(self) -> list[Request]:
        """All requests."""
        async with self.app.store.read() as store:
            return list((await store.scalars(select(Request).order_by(Request.id))).all())

    async def events(self, number: int = 1) -> list[str]:
        """The moves of a request, in order."""
        request = await self.request(number)
        async with self.app.store.read() as store:
            rows = await store.scalars(
                select(Event.move).where(Event.request_id == request.id).order_by(Event.id)
            )
            return list(rows.all())

    async def kept_text(self) -> str:
        """Everything that stands in text columns of updates and letters (for privacy tests)."""
        async with self.app.store.read() as store:
            bodies = [*(await store.scalars(select(Update.body))).all()]
            bodies += (await store.scalars(select(Letter.body))).all()
        return "\n".join(body or "" for body in bodies)


#: The key of all stages.
SECRET = "a" * 43 + "="


async def prepare(database_url: str) -> None:
    """Make the tables in an empty database, and in them the sample places and the cast."""
    store = Store(database_url)
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await fill(store)
    await store.close()


async def fill(store: Store) -> None:
    """The sample places, the cast and their groups, in tables with nothing in them."""
    async with store.write() as session:
        areas = await _places(session)
        await _people(session, areas)
        for room, area in ((GROUP, "3"), (GROUP4, "4"), (ALL, "和平里")):
            session.add(
                Chat(
                    platform="rooms",
                    external_id=room,
                    kind="group",
                    title=f"和平里{area}栋邻里群" if area != "和平里" else "和平里大群",
                    area_id=areas[area].id,
                    administrator=True,
                    greeted_at=MONDAY,
                )
            )


async def _places(session: Any) -> dict[str, Area]:
    areas: dict[str, Area] = {}

    async def add(key: str, kind: str, name: str, code: str, parent: str | None, **m: Any) -> None:
        above = areas[parent] if parent else None
        areas[key] = await add_area(session, above, kind, name, code, **m)

    await add("南京街", "subdistrict", "南京街街道", "南京街", None, timezone="Asia/Shanghai")
    areas["南京街"].settings = {"mode": "act"}  # no group of the stage is asked first
    await add("南京街社区", "community", "南京街社区", "南京街社区", "南京街", language="zh")
    await add(
        "和平里",
        "neighbourhood",
        "和平里小区",
        "和平里",
        "南京街社区",
        governance="self",
        hotline="0432-12345678",
    )
    for building in ("3", "4"):
        await add(building, "building", f"{building}栋", building, "和平里")
        for unit in ("1", "2"):
            key = f"{building}-{unit}"
            await add(key, "unit", f"{unit}单元", unit, building)
            for floor in range(1, 7):
                for door in (1, 2):
                    room = f"{floor}0{door}"
                    await add(f"{key}-{room}", "household", room, room, key)
    return areas


async def _people(session: Any, areas: dict[str, Area]) -> None:
    for key, name, home, role, where in CAST:
        person = await add_person(session, name, MONDAY, key)
        session.add(
            Account(
                platform="rooms",
                external_id=key,
                person_id=person.id,
                name=name,
                username=key,
                private_chat=f"@{key}",
            )
        )
        if home:
            session.add(
                Residence(
                    person_id=person.id,
                    area_id=areas[home].id,
                    since=MONDAY,
                    confirmed_at=MONDAY,
                )
            )
        if role and where:
            session.add(
                RoleHeld(person_id=person.id, role=role, area_id=areas[where].id, since=MONDAY)
            )


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    capabilities: Capabilities | None = None,
    start: datetime = MONDAY,
    reader: Any = None,
    kind: str = "",
    database_url: str | None = None,
    others: Mapping[str, Capabilities] | None = None,
    **given: Any,
) -> AsyncGenerator[Stage]:
    """The program with the sample neighbourhood and its people, at a moment of one's choice.

    On the database that this run is for, or of a kind of one's own; or on one that was given (and
    prepared: see `prepare`). `others`: further platforms by name, with nobody on them yet.
    """
    given_one = nullcontext(database_url) if database_url else None
    async with given_one or DATABASES.fresh("cast", prepare, folder, kind) as url:
        clock = VirtualClock(start)
        rooms = Rooms(clock, capabilities)
        given.setdefault("secret_key", SECRET)
        settings = Settings(database_url=url, web_chat=False, **given)
        store = Store(settings.database_url)
        if reader is None and settings.policy_file is None:
            reader = shipped_reader()
        try:
            more = [Rooms(clock, can, name) for name, can in (others or {}).items()]
            app = App(settings, store, [rooms, *more], clock=clock, reader=reader)
            await seal_open(store)
            for each in (rooms, *more):
                each.intake = app.inbox
            stage = Stage(app, rooms, clock, *more)
            try:
                yield stage
            finally:
                await stage.app.close()
        finally:
            await store.close()
