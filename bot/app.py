"""Builds everything, starts it and stops it: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property, partial
from importlib.metadata import version
from time import perf_counter
from typing import Any

import structlog

from bot import leftovers
from bot.alarm_post import AlarmPost
from bot.archive_purge import ArchivePurge
from bot.clock import Clock, SystemClock, Ticker
from bot.crew import Crew
from bot.delivery import Delivery
from bot.figures import Figures
from bot.inbox import Inbox
from bot.opinions import opinions_of
from bot.platforms.local import LocalPlatform
from bot.roles import ALL, Role
from bot.ticks import Ticks
from bot.undelivered import Returns
from bot.watch import Watch
from bot.weights import reader_of
from config.policy import Policy, load_policy
from config.settings import Settings, SettingsError
from config.words import catalogue
from handlers.chat.platform import ChatFacts, Hears, Platform
from handlers.dispatch import Dispatcher
from handlers.duty.present import on_duty
from handlers.duty.retelling import retell
from handlers.subjects import SUBJECTS
from handlers.work import Defaults, Desk, Understands
from storage.engine import Store
from storage.secrets import Secrets, account_name, load_secrets
from storage.wire import Left, News

log = structlog.get_logger("linli.app")

TICK_SECONDS = 5.0
DAY_SECONDS = 86_400.0
LOOK = 0.01  #: seconds between two looks at whether the first answers are given
BOTH_ROLES = "run one process with --role intake --role sender: this platform has a single line"
ASK_AGAIN = 15.0  #: seconds until a platform that did not answer is asked again who we are


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
        roles: frozenset[Role] = ALL,
    ) -> None:
        self.settings = settings
        self.roles = roles
        self.store = store
        self.clock: Clock = clock or SystemClock()
        key = settings.secret_key
        self._key = key.get_secret_value() if key else None
        self.platforms: Mapping[str, Platform] = {each.name: each for each in platforms}
        self.desk = self._desk(load_policy(settings.policy_file), reader)
        self.dispatcher = Dispatcher(self.desk, SUBJECTS)
        returns = Returns(store, self.clock, self.desk, self.dispatcher.forget)
        self.crew = Crew(store, self.clock, self._heard, self._woken)
        store.seals.load = lambda: self.secrets
        store.changed_elsewhere = lambda: self._heard(News(everything=True))
        self.delivery = Delivery(
            store, self.clock, self.platforms, returns.undelivered, returns.moved, self.crew
        )
        self.inbox = Inbox(
            store, self.clock, self.platforms, self.dispatcher, self._spoken, self.crew
        )
        self.opinions = opinions_of(settings, self.clock, self.desk.policy.categories)
        if self.opinions is not None:
            self.inbox.consult(self.opinions)
        self.ticks = Ticks(store, self.clock, self.desk, self.dispatcher.forget, self._spoken)
        self.ticks.before = self.crew.catch_up
        self.figures = self.inbox.figures = self.delivery.figures = self.ticks.figures = Figures()
        self.watch = self._watch()
        self.archives = ArchivePurge(settings, store, self.clock, self.desk)
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
            self.fetches,
            self.dispatcher.forget,
            self._spoken,
        )
        self.inbox.contact, self.inbox.noticed = watch.contact, watch.heard
        self.ticks.first = watch.tick
        return watch

    @cached_property
    def secrets(self) -> Secrets:
        """Seals phone numbers and homes; its key file is made when first needed."""
        return load_secrets(self._key, self.settings.data_dir)

    @property
    def local(self) -> LocalPlatform | None:
        """The built-in web chat, if it is on."""
        found = self.platforms.get("local")
        return found if isinstance(found, LocalPlatform) else None

    def _heard(self, news: News) -> None:
        """Another process changed something."""
        if news.everything:
            self.store.remembered.forget()
        self.dispatcher.forget_chats(news.chats, everything=news.everything)
        if news.people is None or news.people:
            self.dispatcher.forget_people(partial(self._is_among, news.people))
        self.delivery.wake()

    def _is_among(self, people: frozenset[str] | None, platform: str, account: str) -> bool:
        """Whether an account is one of these pseudonyms' (None: whoever it is)."""
        names = self.secrets.pseudonyms(account_name(platform, account))
        return people is None or not people.isdisjoint(names)

    def _woken(self, left: Left) -> None:
        """Another process kept something, or has something to say."""
        (self.inbox.look if left is Left.KEPT else self.delivery.wake)()

    def _spoken(self) -> None:
        """There is something to say, here or for another process."""
        self.delivery.wake()
        self.crew.wire.poke(Left.LAID)

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
        """Do the work of the roles until cancelled: receive, handle, send and tick."""
        kept = await self.inbox.resume()
        roles = sorted(self.roles)
        log.info("app.started", platforms=list(self.platforms), kept_updates=kept, roles=roles)
        async with asyncio.TaskGroup() as group:
            for work in self._work():
                group.create_task(work)

    def _work(self) -> Iterator[Coroutine[Any, Any, None]]:
        yield self.crew.run()
        if Role.WORKER in self.roles:
            yield self.inbox.run()
        if Role.SENDER in self.roles:
            yield self.delivery.run()
        for platform in self.platforms.values():
            if self._hears_on(platform):
                yield self._hear(platform)
            elif platform.capabilities.hears is not Hears.NOTHING:  # else it has no name to tell
                yield _met(platform)
        if Role.CLOCK in self.roles:
            yield Ticker(self.ticks.tick, TICK_SECONDS).run()
            if self.alarm_post is not None:
                yield self.alarm_post.run()
        else:
            yield Ticker(self._breathe, TICK_SECONDS).run()
        yield self.watch.run()
        yield self.archives.run()
        yield self._tidy()

    async def _hear(self, platform: Platform) -> None:
        """What breaks on one platform ends no other: it is told, and begun anew."""
        while True:
            try:
                await platform.run(self.inbox)
            except SettingsError as error:
                if not self._hears_elsewhere(platform):
                    raise  # its operator is told in words, and starts it again
                refused = str(error)
                break
            except Exception:
                log.exception("platform.broke", platform=platform.name)
                await self.clock.sleep(ASK_AGAIN)
            else:
                return
        log.error("platform.refused", platform=platform.name, remedy=refused)

    def _hears_elsewhere(self, platform: Platform) -> bool:
        """Whether another app is served, which need not end with this one; our own page is none."""
        others = (each for each in self.platforms.values() if each is not platform)
        return any(each.capabilities.contact is not None for each in others)

    def _hears_on(self, platform: Platform) -> bool:
        """What has a single line is heard where it can be spoken to as well."""
        if not platform.capabilities.one_line:
            return Role.INTAKE in self.roles
        if self.roles >= {Role.INTAKE, Role.SENDER}:
            return True
        if Role.INTAKE in self.roles or Role.SENDER in self.roles:
            log.warning("platform.needs_both_roles", platform=platform.name, remedy=BOTH_ROLES)
        return False

    async def _tidy(self) -> None:
        """At the start and every day: what killed commands left in the data folder."""
        while True:
            days = self.desk.policy.retention.days("copies")
            await asyncio.to_thread(leftovers.nightly, self.settings, self.clock.now(), days)
            await self.clock.sleep(DAY_SECONDS)

    async def _breathe(self) -> None:
        """A process without the clock writes down what it heard, and shows that it lives."""
        await self.watch.tick()
        self.figures.ticked = perf_counter()

    async def fetches(self, platform: str) -> bool:
        """Whether this process is the one that is in contact with a platform."""
        return Role.INTAKE in self.roles and await self.inbox.our_turn(platform)

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
        await self.crew.close()

    async def settle(self) -> None:
        """Handle and send everything that is there now (tests and replays)."""
        while True:
            await self.inbox.drain()
            await self.delivery.drain()
            if not self.inbox.backlog:
                return


async def _met(platform: Platform) -> None:
    """The platform tells who we are: whoever reads or greets must know the bot's own name."""
    while True:
        facts = await platform.examine(None)
        if facts.reachable:
            return
        log.warning("platform.not_met", platform=platform.name, note=facts.note)
        await asyncio.sleep(ASK_AGAIN)


@asynccontextmanager
async def opened(
    settings: Settings,
    clock: Clock | None = None,
    reader: Understands | None = None,
    roles: frozenset[Role] = ALL,
) -> AsyncGenerator[App]:
    """The program as the settings say, on a migrated database; closed at the end."""
    from bot.platforms import configured
    from bot.restored_files import check_not_cut_off
    from storage.migrate import upgrade
    from storage.sealing import check_key, seal_open

    check_not_cut_off(settings.data_dir)
    store = Store(settings.database_url)
    try:
        # What is refused of the settings is told before a database is made.
        at = clock or SystemClock()
        platforms = configured(settings, store, at)
        app = App(settings, store, platforms, clock=at, reader=reader, roles=roles)
        try:
            await upgrade(store)
            given = settings.secret_key
            await check_key(store, given.get_secret_value() if given else None, settings.data_dir)
            await seal_open(store)
            yield app
        finally:
            await app.close()
    finally:
        await store.close()
