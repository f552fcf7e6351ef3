"""Builds everything, starts it and stops it: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from importlib.metadata import version

import structlog

from bot.alarm_post import AlarmPost
from bot.clock import Clock, SystemClock, Ticker
from bot.delivery import Delivery
from bot.figures import Figures
from bot.inbox import Inbox
from bot.opinions import opinions_of
from bot.platforms.local import LocalPlatform
from bot.ticks import Ticks
from bot.undelivered import Returns
from bot.watch import Watch
from bot.weights import reader_of
from config.policy import Policy, load_policy
from config.settings import Settings
from config.words import catalogue
from handlers.chat import ChatFacts, Platform
from handlers.context import Defaults, Desk, Understands
from handlers.dispatch import Dispatcher
from handlers.duty.present import on_duty
from handlers.duty.retelling import retell
from handlers.subjects import SUBJECTS
from storage.engine import Store
from storage.secrets import Secrets, load_secrets
from storage.wire import News, Wire

log = structlog.get_logger("linli.app")

TICK_SECONDS = 5.0
LOOK = 0.01  #: seconds between two looks at whether the first answers are given


class App:
    """The whole program on one database, with the platforms that are configured."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        platforms: Sequence[Platform],
        *,
        clock: Clock | None = None,
        reader: Understands | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock: Clock = clock or SystemClock()
        key = settings.secret_key
        self._key = key.get_secret_value() if key else None
        self.platforms: Mapping[str, Platform] = {each.name: each for each in platforms}
        self.desk = self._desk(load_policy(settings.policy_file), reader)
        self.dispatcher = Dispatcher(self.desk, SUBJECTS)
        returns = Returns(store, self.clock, self.desk, self.dispatcher.forget)
        self.wire = Wire(store, self._heard)
        store.changed_elsewhere = lambda: self._heard(News(everything=True))
        self.delivery = Delivery(
            store, self.clock, self.platforms, returns.undelivered, returns.moved, self.wire
        )
        self.inbox = Inbox(
            store, self.clock, self.platforms, self.dispatcher, self.delivery.wake, self.wire
        )
        self.opinions = opinions_of(settings, self.clock, self.desk.policy.categories)
        if self.opinions is not None:
            self.inbox.consult(self.opinions)
        self.ticks = Ticks(store, self.clock, self.desk, self.dispatcher.forget, self.delivery.wake)
        self.figures = self.inbox.figures = self.delivery.figures = self.ticks.figures = Figures()
        self.watch = self._watch()
        self.alarm_post = (
            AlarmPost(settings.alarm_url, store, self.clock, self.desk)
            if settings.alarm_url
            else None
        )

    def _watch(self) -> Watch:
        watch = Watch(
            self.store,
            self.clock,
            self.desk,
            self.platforms,
            self.inbox.our_turn,
            self.dispatcher.forget,
            self.delivery.wake,
        )
        self.inbox.contact, self.inbox.noticed = watch.contact, watch.heard
        self.ticks.first = watch.tick
        return watch

    @cached_property
    def secrets(self) -> Secrets:
        """Seals phone numbers; its key file is made when first needed."""
        return load_secrets(self._key, self.settings.data_dir)

    @property
    def local(self) -> LocalPlatform | None:
        """The built-in web chat, if it is on."""
        found = self.platforms.get("local")
        return found if isinstance(found, LocalPlatform) else None

    def _heard(self, news: News) -> None:
        """Another process changed something, and may have laid letters into the outbox."""
        if news.everything:
            self.store.remembered.forget()
        self.dispatcher.forget_chats(news.chats, everything=news.everything)
        self.delivery.wake()

    def _desk(self, policy: Policy, reader: Understands | None) -> Desk:
        return Desk(
            policy=policy,
            words=catalogue(),
            reader=reader or reader_of(self.settings, policy),
            capabilities={name: each.capabilities for name, each in self.platforms.items()},
            link=self._link,
            examine=self._examine,
            in_touch=lambda platform: self.watch.in_touch(platform),
            on_duty=on_duty,
            retell=retell,
            defaults=Defaults(
                language=self.settings.language,
                timezone=self.settings.timezone,
                public_url=self.settings.public_url,
                version=version("linli"),
                font=self.settings.font_file,
                alarm_post=bool(self.settings.alarm_url),
            ),
        )

    def _link(self, platform: str, payload: str, group: bool) -> str | None:
        found = self.platforms.get(platform)
        return found.link(payload, group=group) if found else None

    async def _examine(self, platform: str, chat: str | None) -> ChatFacts:
        found = self.platforms.get(platform)
        if found is None:
            return ChatFacts(reachable=False, note="platform_off")
        return await found.examine(chat)

    async def run(self) -> None:
        """Receive, handle, send and tick until cancelled."""
        kept = await self.inbox.resume()
        log.info("app.started", platforms=list(self.platforms), kept_updates=kept)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.inbox.run())
            group.create_task(self.delivery.run())
            for platform in self.platforms.values():
                group.create_task(platform.run(self.inbox))
            group.create_task(Ticker(self.ticks.tick, TICK_SECONDS).run())
            group.create_task(self.watch.run())
            if self.alarm_post is not None:
                group.create_task(self.alarm_post.run())

    async def caught_up(self, longest: float) -> None:
        """Return when what waited was heard and answered; `longest` seconds for each, at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.inbox.heard.wait(), longest)
        looks = int(longest / LOOK)
        for _ in range(looks):
            if not (self.inbox.backlog or self.delivery.busy):
                return
            await asyncio.sleep(LOOK)

    async def close(self) -> None:
        """Close all connections but those to the database."""
        for platform in self.platforms.values():
            await platform.close()
        if self.opinions is not None:
            await self.opinions.close()
        if self.alarm_post is not None:
            await self.alarm_post.close()
        await self.wire.close()

    async def settle(self) -> None:
        """Handle and send everything that is there now (tests and replays)."""
        while True:
            await self.inbox.drain()
            await self.delivery.drain()
            if not self.inbox.backlog:
                return


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock | None = None, reader: Understands | None = None
) -> AsyncGenerator[App]:
    """The program as the settings say, on a migrated database; closed at the end."""
    from bot.platforms import configured
    from storage.migrate import upgrade

    store = Store(settings.database_url)
    try:
        await upgrade(store)
        at = clock or SystemClock()
        app = App(settings, store, configured(settings, store, at), clock=at, reader=reader)
        try:
            yield app
        finally:
            await app.close()
    finally:
        await store.close()
