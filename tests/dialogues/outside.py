"""What every stage does whose platform is somebody else's: begin, die, settle, let time pass."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import SecretStr
from sqlalchemy import bindparam, func, select, update

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms import configured
from config.settings import Settings
from handlers.chat.platform import Platform
from storage.engine import Store
from storage.tables import Account, Chat, Letter, Request, Update
from tests.harness import SECRET


class Outside(ABC):
    """The program on stage, with a fake of its platform around it."""

    #: How many seconds the stage lets go by where a limit asks for patience.
    patience: ClassVar[int]

    def __init__(self, store: Store, clock: VirtualClock, reader: Any) -> None:
        self.store = store
        self.clock = clock
        self.parked = 0  #: how many updates nobody can read a test sent
        self._reader = reader
        self._receiving: asyncio.Task[None] | None = None
        self.app = self._built()

    def given(self) -> dict[str, Any]:
        """What turns its platform on, as an operator sets it."""
        return {}

    def _platforms(self, settings: Settings) -> list[Platform]:
        return configured(settings, self.store, self.clock)

    def _built(self) -> App:
        settings = Settings(
            database_url="sqlite://",  # the store is given
            web_chat=False,
            secret_key=SecretStr(SECRET),
            **self.given(),
        )
        platforms = self._platforms(settings)
        return App(settings, self.store, platforms, clock=self.clock, reader=self._reader)

    @abstractmethod
    async def begins(self) -> None:
        """The program starts and is in contact."""

    @abstractmethod
    async def _all_read(self) -> None: ...

    def _more_to_come(self) -> bool:
        """Whether the platform has something that it did not hand over yet."""
        return False

    async def _receives(self, platform: Platform) -> None:
        await self.app.inbox.resume()
        self._receiving = asyncio.get_running_loop().create_task(platform.run(self.app.inbox))

    async def dies(self) -> None:
        """The program is gone at this moment."""
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.wait((self._receiving,))

    async def restarts(self, **down: float) -> None:
        """The program dies, is down for so long, and starts again on the same database."""
        await self.dies()
        # Nobody starts anew within a second.
        self.clock.turn(timedelta(**down) if down else timedelta(seconds=2))
        self.app = self._built()
        await self.begins()
        await self.settles()

    def ends(self) -> None:
        """What must be so whatever happened."""
        assert self._receiving is not None, "it never began"

    async def settles(self) -> None:
        """Until all is read, done and said; time goes by where a limit asks for patience."""
        for _ in range(self.patience):
            await self._all_read()
            await self.app.settle()
            if not self._more_to_come():
                if not await self._owed():
                    break
                self.clock.turn(timedelta(seconds=1))
        await self._all_read()
        await self._nothing_failed()

    async def passes(self, **span: float) -> None:
        """Time passes; whatever becomes due on the way is done."""
        end = self.clock.now() + timedelta(**span)
        step = max(timedelta(minutes=1), timedelta(**span) / 100)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + step))
            await self.app.ticks.tick()
            await self.app.settle()

    async def requests(self) -> list[Request]:
        """All requests."""
        async with self.store.read() as store:
            return list((await store.scalars(select(Request).order_by(Request.id))).all())

    async def kept_text(self) -> str:
        """All that stands in updates and letters."""
        async with self.store.read() as store:
            bodies = [*(await store.scalars(select(Update.body))).all()]
            bodies += (await store.scalars(select(Letter.body))).all()
        return "\n".join(body or "" for body in bodies)

    async def _owed(self) -> int:
        due = Letter.not_before <= self.clock.now()
        async with self.store.read() as store:
            counted = select(func.count()).select_from(Letter).where(Letter.state == "new", due)
            return await store.scalar(counted) or 0

    async def _nothing_failed(self) -> None:
        async with self.store.read() as store:
            failed = (await store.scalars(select(Update).where(Update.error.is_not(None)))).all()
        assert len(failed) == self.parked, [(each.error, each.body) for each in failed]


Actor = TypeVar("Actor")


class Peopled(Outside, Generic[Actor]):
    """A stage whose people act for themselves: `stage.li`."""

    cast: dict[str, Actor]

    def __getattr__(self, key: str) -> Actor:
        try:
            return self.cast[key]
        except KeyError:
            raise AttributeError(key) from None


Kind = TypeVar("Kind", bound=Outside)


@asynccontextmanager
async def playing(stage: Kind) -> AsyncGenerator[Kind]:
    """From the program's beginning to its end."""
    await stage.begins()
    try:
        yield stage
        await stage.settles()
    finally:
        await stage.dies()
        await stage.app.close()
    stage.ends()


def seated(key: str, now: str, *, named: str | None = None, alone: bool = True) -> dict[str, Any]:
    """Somebody of the cast as an account of the platform; `alone`: wrote to the bot before."""
    return {"was": key, "now": now, "named": named, "private": now if alone else None}


async def seat(
    store: Store,
    platform: str,
    people: Iterable[Mapping[str, Any]],
    groups: Mapping[str, str],
    **of_groups: Any,
) -> None:
    """The cast (`seated`) and their groups are on this platform, two calls instead of many."""
    accounts = (
        update(Account)
        .where(Account.external_id == bindparam("was"))
        .values(
            platform=platform,
            external_id=bindparam("now"),
            username=bindparam("named"),
            private_chat=bindparam("private"),
        )
    )
    chats = (
        update(Chat)
        .where(Chat.external_id == bindparam("was"))
        .values(platform=platform, external_id=bindparam("now"), **of_groups)
    )
    async with store.engine.begin() as connection:
        await connection.execute(accounts, [dict(each) for each in people])
        if groups:
            moved = [{"was": was, "now": now} for was, now in groups.items()]
            await connection.execute(chats, moved)
