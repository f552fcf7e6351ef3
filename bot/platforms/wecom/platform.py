"""WeCom (企业微信) as a chat platform: one robot on its long connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, SystemClock
from bot.platforms.accounts import name_of
from bot.platforms.wecom import probing
from bot.platforms.wecom.calls import ANSWER_WITHIN, AT_ONCE, Calls
from bot.platforms.wecom.cards import MOST_CHOICES
from bot.platforms.wecom.identity import PLATFORM, Identity
from bot.platforms.wecom.line import Line, Pace, State
from bot.platforms.wecom.media import KINDS, LARGEST_VIDEO, MediaError
from bot.platforms.wecom.quotes import Quotes
from bot.platforms.wecom.reading import (
    chat_of,
    clicked,
    event_of,
    message_id_of,
    raw_update,
    read_callback,
)
from bot.platforms.wecom.saying import Saying
from bot.platforms.wecom.sdk import Frame
from config.settings import Settings, SettingsError
from config.words import catalogue
from handlers.chat.incoming import Incoming, Media, MediaKind, Message
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    Edits,
    Hears,
    Intake,
    Lent,
    Limits,
    Proof,
    RawUpdate,
    Speaks,
)

log = structlog.get_logger("linli.wecom")

#: Markdown takes 20,480 bytes: so many signs fit with what escaping adds.
TEXT_LIMIT, TEXT_BYTES = 4096, 14_000
CAPABILITIES = Capabilities(
    buttons=MOST_CHOICES,
    toasts=False,
    edits=Edits.AFTER_PRESS,
    edit_window=AT_ONCE,
    reactions=False,
    reactions_heard=False,
    replies_heard=False,  # a quote tells the words, not which message it was
    mentions=False,
    speaks_first=False,
    speaks=Speaks.ONCE_SPOKEN_TO,
    media_in=frozenset(),
    media_in_private=frozenset(KINDS),
    media_out=frozenset(KINDS),
    largest_video=LARGEST_VIDEO,
    tells=frozenset(),
    hears=Hears.MENTIONS,
    may_hear_all=False,
    called="@邻里",
    one_line=True,
    text_limit=TEXT_LIMIT,
    text_bytes=TEXT_BYTES,
    proof=Proof.ACCEPTED,
    catches_up=False,
    limits=Limits(chat_per_minute=30, chat_per_hour=1000),
    contact=timedelta(seconds=100),  # a dead line is noticed after two pings of 30 s, at the latest
)
NOTES = {State.REFUSED: "secret_bad", State.TAKEN: "taken_over", State.AWAY: "platform_down"}
#: Seconds between two tries to keep what came, while the database is away.
AGAIN = 1.0


class WeComPlatform:
    """One robot. Nothing of it is lost that WeCom handed over: it is kept before it is read."""

    def __init__(
        self,
        me: Identity,
        secret: str,
        url: str = "",
        *,
        clock: Clock | None = None,
        pace: Pace | None = None,
        language: str = "zh",
    ) -> None:
        """`url`: another server than WeCom's own; `language`: of the few words of its own."""
        self.me, self.name = me, me.platform
        self._clock = clock or SystemClock()
        self._url = url
        self.capabilities = replace(CAPABILITIES, called=f"@{me.robot}")
        words = catalogue()
        self._unnamed = words.say(language, "channels.unnamed")
        self.line = Line(me.platform, (me.bot_id, secret), url, self._clock, pace or Pace())
        self._calls = Calls(self._clock.now)
        self._quotes = Quotes()
        choose = words.say(language, "channels.choose")
        self._saying = Saying(self.line, self._calls, self._quotes, choose)
        self._came: asyncio.Queue[RawUpdate] = asyncio.Queue()
        self._in_hand: list[RawUpdate] = []

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock, account: str = "") -> Self:
        """One robot as the operator set it. Raises SettingsError in words."""
        if account:
            bot_id, _, secret = settings.wecom_bots[account].get_secret_value().partition(":")
        else:
            bot_id = settings.wecom_bot_id
            given = settings.wecom_secret
            secret = given.get_secret_value() if given else ""
        if not bot_id or not secret:
            raise SettingsError("LINLI_WECOM_BOT_ID: needs LINLI_WECOM_SECRET beside it")
        called = settings.wecom_names.get(account, settings.wecom_name)
        me = Identity(bot_id, name_of(PLATFORM, account), called)
        url, language = settings.wecom_url, settings.language
        return cls(me, secret, url, clock=clock, language=language)

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; a refused secret or a second program is told, and awaited."""

        async def turn() -> bool:
            return await intake.our_turn(self.name)

        async def contact() -> None:
            await intake.receive(self.name, ())

        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(self._keep(intake))
            try:
                await self.line.run(self._hear, turn, contact)
            finally:
                keeping.cancel()
                await self._keep_rest(intake)

    async def close(self) -> None:
        """`run` closes what it opened."""

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What a kept callback says. Raises ValueError for one that cannot be understood."""
        return read_callback(body, self.me, self._quotes, self._unnamed)

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send; a `Show` that stands already is changed or said anew. Raises DeliveryError."""
        return await self._saying.deliver(out, message_id)

    async def fetched(self, media: Media) -> Lent | None:
        """What somebody sent, pictures drawn anew (R50); for five minutes it can be had."""
        try:
            return await self._saying.media.lent(media)
        except MediaError as error:
            raise OSError(str(error)) from None

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """Of the account: whether it has its line. WeCom tells nothing of groups.

        Beside the running program (`linli doctor`) the server is only greeted: to show the secret
        would take the robot away from the program that has it.
        """
        if chat_id is not None:
            return ChatFacts(reachable=True, hears_all=False, known=False)
        state = self.line.state
        if state is State.OFF:
            there = await probing.answers(self._url)
            return ChatFacts(there, hears_all=False, note="" if there else "platform_down")
        return ChatFacts(state is State.ON, hears_all=False, note=NOTES.get(state, ""))

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """There are no links into a robot's chat."""
        return None

    def _hear(self, frame: Frame) -> None:
        """A callback came: it may be answered for a while, and waits to be kept."""
        try:
            body: Mapping[str, Any] = frame["body"]
            if self._remember(frame, body):
                self._came.put_nowait(raw_update(frame, self.me, self._clock.now()))
        except (KeyError, TypeError, AttributeError) as error:
            log.warning("wecom.callback_without_form", error=type(error).__name__)

    def _remember(self, frame: Frame, body: Mapping[str, Any]) -> bool:
        """Note what may be answered; whether it concerns anybody but the line."""
        call = str(frame["headers"]["req_id"])
        event = event_of(body)
        if event == "disconnected_event":
            return False
        if task := clicked(body):
            self._calls.came(task, call, AT_ONCE)
        elif event == "enter_chat":
            self._calls.came(chat_of(body), call, AT_ONCE, welcome=True)
        elif event is None:
            self._calls.came(message_id_of(body), call, ANSWER_WITHIN)
            if body.get("chattype") != "group":
                self._calls.came(chat_of(body), call, ANSWER_WITHIN)
        return True

    async def _keep(self, intake: Intake) -> None:
        """Put what came into the inbox, as it came; while the database is away, it waits here."""
        async with asyncio.TaskGroup() as group:
            while True:
                updates = self._in_hand = [await self._came.get(), *self._waiting()]
                while not await self._put(intake, updates):
                    await self._clock.sleep(AGAIN)
                self._in_hand = []
                group.create_task(self._take_over(updates))

    async def _keep_rest(self, intake: Intake) -> None:
        """What came in the last moment before the end."""
        if updates := [*self._in_hand, *self._waiting()]:
            await self._put(intake, updates)

    def _waiting(self) -> list[RawUpdate]:
        return [self._came.get_nowait() for _ in range(self._came.qsize())]

    async def _put(self, intake: Intake, updates: Sequence[RawUpdate]) -> bool:
        try:
            await intake.receive(self.name, updates)
        except (
            SQLAlchemyError,
            OSError,
        ) as error:  # WeCom does not hand it over again: it must not be dropped
            log.warning("wecom.not_kept_yet", error=type(error).__name__, n=len(updates))
            return False
        return True

    async def _take_over(self, updates: Sequence[RawUpdate]) -> None:
        """Pictures can be fetched for five minutes only: those that came are taken over now."""
        for each in updates:
            for media in self._pictures(each):
                try:
                    await self._saying.media.copy_of(media)
                except (MediaError, RuntimeError, TimeoutError) as error:
                    log.warning("wecom.media_not_taken_over", error=type(error).__name__)

    def _pictures(self, update: RawUpdate) -> list[Any]:
        try:
            said = [each for each in self.read(update.body) if isinstance(each, Message)]
        except ValueError:
            return []
        found = [media for each in said for media in each.media]
        return [each for each in found if each.kind is MediaKind.PHOTO]
