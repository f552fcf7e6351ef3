"""A town with two neighbours and their staff, served on loopback, with an inbox that only keeps."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.applications import Starlette

from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from bot.web.assembly import assembled
from bot.web.site import Site, Turn
from config.policy import default_policy
from config.words import catalogue
from handlers.chat.platform import RawUpdate
from storage.engine import Store
from storage.tables import Account, Area, Residence, RoleHeld
from tests.fakes.databases import DATABASES, make_tables
from tests.fakes.places import add_area, add_person
from tests.patience import PATIENCE

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
GROUP = "g3"

#: key, name, home, role, where
CAST: tuple[tuple[str, str, str | None, str | None, str | None], ...] = (
    ("li", "李娜", "3-2-501", None, None),
    ("zhao", "赵强", "3-2-401", None, None),
    ("wang", "王姨", "3-2-101", "unit_captain", "3-2"),
    ("wu", "吴工", None, "property_manager", "和平里"),
    ("feng", "冯书记", None, "coordinator", "南京街社区"),
)
PLACES = (
    ("南京街", "subdistrict", "南京街街道", None),
    ("南京街社区", "community", "南京街社区", "南京街"),
    ("和平里", "neighbourhood", "和平里小区", "南京街社区"),
    ("3", "building", "3栋", "和平里"),
    ("3-2", "unit", "2单元", "3"),
    ("3-2-101", "household", "101", "3-2"),
    ("3-2-401", "household", "401", "3-2"),
    ("3-2-501", "household", "501", "3-2"),
)


@dataclass(slots=True)
class Kept:
    """An inbox that keeps what it is given and handles nothing."""

    updates: list[RawUpdate] = field(default_factory=list[RawUpdate])
    fails: bool = False
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def our_turn(self, platform: str) -> bool:
        return True

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        assert platform == "local"
        if self.fails:
            raise OSError("the inbox is out of order")
        known = {each.key for each in self.updates}
        async with self.more:
            self.updates += [each for each in updates if each.key not in known]
            self.more.notify_all()

    async def hears(self, **wanted: object) -> Mapping[str, Any]:
        """Wait until the last update says this; gives its body. The page shows before it tells."""

        def said() -> bool:
            body: Mapping[str, Any] = self.updates[-1].body if self.updates else {}
            return all(body.get(key) == value for key, value in wanted.items())

        async with asyncio.timeout(PATIENCE), self.more:
            await self.more.wait_for(said)
        return self.updates[-1].body


@dataclass(slots=True)
class Town:
    """The web chat with its people, over an inbox that only keeps."""

    store: Store
    clock: VirtualClock
    inbox: Kept
    local: LocalPlatform

    async def turn(self, moment: datetime, stopped: Callable[[], None]) -> None:
        """Turn the clock, as a demonstration would."""
        self.clock.set(moment)
        stopped()


@contextlib.asynccontextmanager
async def town_in(folder: Path) -> AsyncGenerator[Town]:
    """A town over a database in this folder."""
    async with new_store(folder) as store:
        clock, inbox = VirtualClock(MONDAY), Kept()
        local = LocalPlatform(store, clock, "http://127.0.0.1:8080")
        await people_town(local)
        await people_directory(store)
        await local.attach(inbox)
        yield Town(store, clock, inbox, local)


@contextlib.asynccontextmanager
async def new_store(folder: Path) -> AsyncGenerator[Store]:
    """A database with tables and nothing in them."""
    async with DATABASES.fresh("tables", make_tables, folder) as url:
        store = Store(url)
        try:
            yield store
        finally:
            await store.close()


async def people_town(local: LocalPlatform) -> None:
    """Everybody in building 3's group."""
    await local.ensure_room(GROUP, "和平里3栋邻里群")
    for key, name, *_ in CAST:
        await local.ensure_member(key, GROUP, name)


async def people_directory(store: Store) -> None:
    """Where everybody lives, and what they hold."""
    async with store.write() as session:
        areas: dict[str, Area] = {}
        for key, kind, name, parent in PLACES:
            above = areas[parent] if parent else None
            areas[key] = await add_area(session, above, kind, name, key)
            if above is None:
                areas[key].settings = {"mode": "act"}  # nobody is asked first
        for key, name, home, role, where in CAST:
            person = await add_person(session, name, MONDAY, key)
            account = Account(platform="local", external_id=key, person_id=person.id, name=name)
            session.add(account)
            if home:
                session.add(Residence(person_id=person.id, area_id=areas[home].id, since=MONDAY))
            if role and where:
                session.add(
                    RoleHeld(person_id=person.id, role=role, area_id=areas[where].id, since=MONDAY)
                )


def site_of(
    local: LocalPlatform, store: Store, clock: VirtualClock, turn: Turn | None = None
) -> Site:
    """The web app's parts over a town."""
    return Site(
        local=local,
        store=store,
        clock=clock,
        words=catalogue(),
        policy=default_policy(),
        zone=ZoneInfo("Asia/Shanghai"),
        turn=turn,
    )


@contextlib.asynccontextmanager
async def serving(web: Starlette, port: int = 0) -> AsyncGenerator[str]:
    """The app on a port of its own (or this one); gives its address."""
    config = uvicorn.Config(
        web,
        port=port,
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=2,
    )
    server = Quiet(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.listening.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True


class Quiet(uvicorn.Server):
    """Leaves signals alone, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def page_app(site: Site) -> Starlette:
    return assembled(site, ())


def client_of(web: Starlette) -> httpx.AsyncClient:
    """A client on the app itself, with the page's own origin."""
    url = "http://127.0.0.1:8080"
    transport = httpx.ASGITransport(app=web)
    return httpx.AsyncClient(transport=transport, base_url=url, headers={"origin": url})
