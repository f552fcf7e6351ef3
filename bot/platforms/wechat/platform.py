"""WeChat as a chat platform: receives, sends, and tells what it can do where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import structlog

from bot.clock import Clock
from bot.platforms.accounts import name_of
from bot.platforms.wechat.door import Door, within_reach
from bot.platforms.wechat.identity import PLATFORM, Identity
from bot.platforms.wechat.intake import Listening, Pace
from bot.platforms.wechat.reading import read_update
from bot.platforms.wechat.saying import TEXT_LIMIT, Saying
from bot.platforms.wechat.wire import Endpoint, TokenRefusedError, Wire, WireError
from config.settings import Settings
from config.words import catalogue
from handlers.chat.incoming import Incoming, Media, MediaKind
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    Edits,
    Intake,
    Lent,
    Limits,
    Proof,
    Speaks,
    Told,
)
from storage.engine import Store
from storage.queries import intake

if TYPE_CHECKING:  # the web's library is loaded where there is a page
    from starlette.routing import Route

log = structlog.get_logger("linli.wechat")

CAPABILITIES = Capabilities(
    buttons=0,
    toasts=False,
    edits=Edits.NEVER,
    reactions=False,
    reactions_heard=False,
    replies=False,
    speaks_first=False,
    speaks=Speaks.ANSWERING,
    media_out=frozenset({MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.FILE}),
    tells=frozenset({Told.RECALLED, Told.RENAMED, Told.MEMBERS, Told.STANDING}),
    text_limit=TEXT_LIMIT,
    # Slow on purpose: unofficial accounts that talk much are put out (R18).
    limits=Limits(
        chat_per_second=0.25, group_per_minute=8, overall_per_second=0.5, group_per_hour=60
    ),
    proof=Proof.ACCEPTED,  # few puppets tell under which id something stands
    captions=False,
    catches_up=False,
    private_unasked=False,
)

Last = Callable[[], Awaitable[datetime | None]]


async def _never() -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Manner:
    """How one account behaves."""

    account: str = ""  #: the name of one of several; each has chats and people of its own
    proactive: bool = False  #: may also say something where nobody asked
    language: str = "zh"  #: what whoever runs it reads
    host: str = "127.0.0.1"  #: where the web app with the page to log in is
    port: int = 8080
    folder: Path | None = None  #: where the address of that page is told


class WechatPlatform:
    """One account behind one gateway."""

    def __init__(
        self,
        to: Endpoint,
        clock: Clock,
        manner: Manner | None = None,
        *,
        last: Last = _never,
        pace: Pace | None = None,
    ) -> None:
        """`last`: when something of this account was kept before the program started."""
        pace, manner = pace or Pace(), manner or Manner()
        self.name = name_of(PLATFORM, manner.account)
        self.me = Identity(self.name)
        self._wire = Wire(to)
        self._talk = Wire(to)  # a stream that is made anew must not cut what is being said
        self.listening = Listening(self._wire, self.me, clock, pace)
        self.listening.scanned = self._show_code
        self.door = Door(self.name, manner.host, manner.port, manner.folder)
        self.listening.entered = self.door.shut
        self.listening.begins = partial(self.door.shut, ours=False)
        self._saying = Saying(self._talk, self.me, self.listening.gathering.memory)
        self._language = manner.language
        self._page_reached = within_reach(manner.host)
        self._last = last
        self.capabilities = replace(
            CAPABILITIES,
            speaks=Speaks.ANY_TIME if manner.proactive else Speaks.ANSWERING,
            private_unasked=manner.proactive,
            contact=timedelta(seconds=2 * pace.look),
        )

    @classmethod
    def from_settings(
        cls, settings: Settings, store: Store, clock: Clock, account: str = ""
    ) -> Self:
        """One account as the operator set it."""
        return cls(
            endpoint_of(settings, account),
            clock,
            Manner(
                account,
                settings.wechat_proactive,
                settings.language,
                settings.host,
                settings.port,
                settings.data_dir,
            ),
            last=partial(_last_kept, store, name_of(PLATFORM, account)),
        )

    def routes(self) -> list[Route]:
        """What the web app must serve: the page with the code to scan."""
        from bot.platforms.wechat.page import LoginPage

        return LoginPage(self.me, self.door, catalogue(), self._language).routes()

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; that the account is at risk is told at each start (R18)."""
        log.warning("wechat.account_at_risk", platform=self.name, remedy=self._word("risk"))
        if not self._page_reached:
            log.warning(
                "wechat.page_out_of_reach", platform=self.name, remedy=self._word("no_page")
            )
        try:
            await self.listening.run(intake, self._last)
        finally:
            self.door.shut(ours=True)
            await self.close()

    async def close(self) -> None:
        """Close all connections."""
        self._wire.let_go()
        self._talk.let_go()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What a raw update says. Raises ValueError for one that cannot be understood."""
        return read_update(body, self.name)

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send; a standing message is said anew. Raises DeliveryError."""
        return await self._saying.deliver(out)

    async def fetched(self, media: Media) -> Lent | None:
        """What somebody sent; pictures drawn anew (R50). Raises OSError where it is not there."""
        try:
            return Lent(await self._saying.body_of(media))
        except WireError as error:
            raise OSError(type(error).__name__) from None

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """Whether the gateway answers; of a chat, whether the bot is in it."""
        only_answers = self.capabilities.speaks is Speaks.ANSWERING
        warns = ("wechat_risk", *(("answers_only",) if only_answers else ()))
        if self.door.told:
            warns += ("wechat_scan",)
        if not self._page_reached:
            warns += ("wechat_no_page",)
        try:
            version = await self._talk.version()
        except TokenRefusedError:
            return ChatFacts(reachable=False, note=f"wechat_token{self.me.several}", warns=warns)
        except WireError as error:
            log.warning("wechat.not_examined", error=str(error))
            note = f"wechat_gateway{self.me.several}" if chat_id is None else ""
            return ChatFacts(reachable=chat_id is not None, note=note, known=False, warns=warns)
        if chat_id is None:
            log.debug("wechat.gateway", version=version)
            return ChatFacts(reachable=True, warns=warns)
        reaches = await self._saying.reaches(chat_id, group=True) or (
            await self._saying.reaches(chat_id, group=False)
        )
        return ChatFacts(reachable=reaches, note="" if reaches else "group_gone")

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """There are no links."""
        return None

    def _show_code(self) -> None:
        from bot.platforms.wechat.page import draw

        self.door.tell()
        told = str(self.door.file) if self.door.told else "-"
        log.warning("wechat.scan_needed", told_in=told, remedy=self._word("scan_at"))
        draw(self.me.code, self.door.address)

    def _word(self, key: str) -> str:
        return catalogue().say(self._language, f"puppet.{key}")


def endpoint_of(settings: Settings, account: str) -> Endpoint:
    """Where an account's gateway is. The settings saw to it that it has a token."""
    where = settings.wechat_gateways[account] if account else settings.wechat_gateway
    token = settings.wechat_tokens.get(account) if account else settings.wechat_token
    assert token is not None
    bare = where.removeprefix("tls://")
    host, _, port = bare.rpartition(":")
    return Endpoint(
        host.strip("[]"),
        int(port),
        token.get_secret_value(),
        tls=bare != where,
        ca_file=settings.wechat_ca_file,
    )


async def _last_kept(store: Store, platform: str) -> datetime | None:
    async with store.read() as session:
        return await intake.last_kept(session, platform)
