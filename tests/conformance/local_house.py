"""The whole program with the web chat, for the stories that are told on every platform."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import bindparam, select, update

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from storage.tables import Account, Chat, Request
from tests.conformance.house import G3, G4, House, How, Where
from tests.conformance.venue import Stood
from tests.conformance.venues import JPEG, LocalVenue
from tests.harness import CAST, staged


class LocalHouse(House):
    """The web chat."""

    can = LocalVenue.can

    def __init__(self, app: App, local: LocalPlatform, clock: VirtualClock) -> None:
        self.app, self.local, self.clock = app, local, clock
        self._page = local.pages.open()
        self._told: list[str] = []

    async def watches(self) -> None:
        """Somebody looks at a page with everybody on it."""
        await self.local.watch(self._page, [key for key, *_ in CAST])

    async def say(self, who: str, text: str, how: How) -> None:
        photos = [await self.local.keep_file("p.jpg", "image/jpeg", JPEG)] if how.photo else []
        await self.local.say(who, who if how.private else how.group, text, photos=photos)
        await self.app.settle()

    async def presses(self, who: str, where: Where, label: str) -> None:
        room = where.who or where.group
        rows = await self.local.messages(room)
        (row,) = [each for each in rows if str(each["id"]) == where.stood.id]
        data = next(b["data"] for line in row["buttons"] for b in line if label in b["text"])
        await self.local.press(who, room, int(where.stood.id), data, page_id=self._page.id)
        await self.app.settle()

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        rows = await self.local.messages(who or group)
        return [
            Stood(
                str(row["id"]),
                f"{row['title']}\n{row['text']}".strip(),
                tuple(each["text"] for line in row["buttons"] for each in line),
                pictures=sum(each["kind"] == "photo" for each in row["media"]),
            )
            for row in rows
            if row["sender"] == "bot"
        ]

    async def passes(self, **span: float) -> None:
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(minutes=5)))
            await self.app.ticks.tick()
            await self.app.settle()

    async def fails(self, times: int) -> None:
        raise AssertionError("nothing fails between the program and its own database")

    async def state(self, number: int) -> str:
        async with self.app.store.read() as store:
            found = await store.scalar(select(Request.state).where(Request.number == number))
        assert found is not None, f"no request {number}"
        return found

    async def notices(self) -> list[str]:
        events = [self._page.events.get_nowait() for _ in range(self._page.events.qsize())]
        self._told += [str(each["text"]) for each in events if each["type"] == "toast"]
        return self._told


@asynccontextmanager
async def local(folder: Path) -> AsyncGenerator[House]:
    """The whole program with the web chat."""
    async with staged(folder) as seed:
        platform = LocalPlatform(seed.app.store, seed.clock, "http://127.0.0.1:8080")
        async with seed.app.store.engine.begin() as connection:
            renamed = [
                update(Account)
                .where(Account.external_id == bindparam("was"))
                .values(platform="local", private_chat=bindparam("was")),
            ]
            for each in renamed:
                await connection.execute(each, [{"was": key} for key, *_ in CAST])
            await connection.execute(update(Chat).values(platform="local"))
        for key, name, *_ in CAST:
            for group in (G3, G4):
                await platform.ensure_room(group, f"和平里{group[1]}栋邻里群")
                await platform.ensure_member(key, group, name)
        given = seed.app
        app = App(
            given.settings, given.store, [platform], clock=seed.clock, reader=given.desk.reader
        )
        await platform.attach(app.inbox)
        house = LocalHouse(app, platform, seed.clock)
        await house.watches()
        yield house
        await app.close()
