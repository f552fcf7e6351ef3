"""Telegram as a chat platform: receives, sends, and tells what it can do where."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.platforms.accounts import name_of
from bot.platforms.telegram import menus
from bot.platforms.telegram.cleaning import lent
from bot.platforms.telegram.escaping import TEXT_LIMIT
from bot.platforms.telegram.identity import PLATFORM, Identity
from bot.platforms.telegram.intake import Pace, Polling
from bot.platforms.telegram.reading import LEADERS, read_update, rights_of
from bot.platforms.telegram.request import AiohttpRequest
from bot.platforms.telegram.saying import Saying
from config.settings import Settings, SettingsError
from config.words import catalogue
from handlers.chat.incoming import Incoming, Media
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    Hears,
    Intake,
    Lent,
    Limits,
    Told,
)
from handlers.commands import Command

if TYPE_CHECKING:  # the web's library is loaded where there is a webhook
    from starlette.routing import Route

    from bot.platforms.telegram.webhook import Webhook

log = structlog.get_logger("linli.telegram")

CAPABILITIES = Capabilities(
    speaks_first=False,
    deep_links=True,
    people=PLATFORM,
    tells=frozenset(Told) - {Told.RECALLED},  # of deleted messages Telegram tells nothing
    hears=Hears.MENTIONS,  # privacy mode is on unless its owner turned it off
    text_limit=TEXT_LIMIT,
    limits=Limits(chat_per_second=1, group_per_minute=20, overall_per_second=30),
    contact=timedelta(seconds=Pace().poll + Pace().grace),
)
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What an install link asks for. Being an administrator at all is what matters: then everything
#: is heard, reactions as well.
RIGHTS_ASKED_FOR = "pin_messages"
REFUSED = (
    "LINLI_TELEGRAM_TOKEN: Telegram refuses this token. Get a new one from @BotFather "
    "(/mybots, API Token), or leave it empty to run without Telegram"
)
REFUSED_OF_SEVERAL = (
    "LINLI_TELEGRAM_TOKENS: Telegram refuses the token {name}. Get a new one from @BotFather "
    "(/mybots, API Token); the other accounts go on meanwhile"
)


class TelegramPlatform:
    """One bot on Telegram, by polling or by webhook."""

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.telegram.org/bot",
        *,
        webhook: tuple[str, str] | None = None,
        menu: tuple[Sequence[Command], str] = ((), "zh"),
        pace: Pace | None = None,
        account: str = "",
    ) -> None:
        """`webhook`: public address and secret; without it updates are polled.

        `account`: the name of one of several bots; each has chats and people of its own.

        `menu`: its commands, and the language for people of one that we do not speak.
        """
        self.name = name_of(PLATFORM, account)
        self.me = Identity.of_token(token, self.name)
        self._account = account
        self._commands, self._language = menu
        self._pace = pace or Pace()
        self._request = AiohttpRequest()
        self._polling = AiohttpRequest(connections=2)
        self._bot = Bot(
            token,
            base_url=base_url,
            base_file_url=re.sub(r"/bot$", "/file/bot", base_url),
            request=self._request,
            get_updates_request=self._polling,
        )
        self._saying = Saying(self._bot)
        self._webhook = _webhook(self.me, *webhook) if webhook else None
        every = self._pace.webhook if webhook else self._pace.poll + self._pace.grace
        self.capabilities = replace(CAPABILITIES, contact=timedelta(seconds=every))

    @classmethod
    def from_settings(cls, settings: Settings, account: str = "") -> Self:
        """One account as the operator set it. Raises SettingsError in words."""
        found = settings.telegram_tokens.get(account) if account else settings.telegram_token
        if found is None:
            raise SettingsError("LINLI_TELEGRAM_TOKEN: is empty")
        token = found.get_secret_value()
        webhook = _address_of(settings, token) if settings.telegram_webhook else None
        try:
            return cls(
                token,
                settings.telegram_base_url,
                webhook=webhook,
                menu=(_all_commands(), settings.language),
                account=account,
            )
        except ValueError as error:
            raise SettingsError(str(error)) from None

    def routes(self) -> list[Route]:
        """What the web app must serve for this platform: the webhook, if there is one."""
        return self._webhook.routes() if self._webhook else []

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled. Raises SettingsError at once for a refused token."""
        try:
            await self._introduce()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publish_menus())
                group.create_task(self._receive(intake))
        finally:
            await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._request.shutdown()
        await self._polling.shutdown()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What a raw update says. Raises ValueError for one that cannot be understood."""
        return read_update(body, self.me)

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send; for a `Show` that stands already, edit `message_id`. Raises DeliveryError."""
        return await self._saying.deliver(out, message_id)

    async def fetched(self, media: Media) -> Lent | None:
        """What somebody sent; pictures drawn anew (R50). Raises OSError: try it no more."""
        try:
            body = await lent(self._bot, media)
        except TelegramError as error:
            raise OSError(type(error).__name__) from None  # its text may carry the address
        return Lent(body) if body is not None else None

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """What the bot can do in this chat (None: the account itself)."""
        try:
            if chat_id is None:
                return await self._examine_account()
            return await self._examine_chat(int(chat_id))
        except InvalidToken:
            return ChatFacts(reachable=False, note="token_bad")
        except (BadRequest, Forbidden):
            return ChatFacts(reachable=False, note="group_gone")
        except TelegramError as error:
            log.warning("telegram.not_examined", error=str(error))
            # Of a group nothing is known then; that Telegram is down is told of the account.
            note = "platform_down" if chat_id is None else ""
            return ChatFacts(reachable=chat_id is not None, note=note, known=False)

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A t.me link with a payload of 1 to 64 of `A-Za-z0-9_-`.

        None for any other payload, and until the bot's name is known (`run` or `examine(None)`).
        """
        if not self.me.username or not PAYLOAD.fullmatch(payload):
            return None
        start = f"https://t.me/{self.me.username}?"
        if group:
            return f"{start}startgroup={payload}&admin={RIGHTS_ASKED_FOR}"
        return f"{start}start={payload}"

    async def _examine_account(self) -> ChatFacts:
        self.me.learn(await self._bot.get_me())
        note = "" if self.me.hears_all else "privacy_on"
        return ChatFacts(reachable=True, hears_all=self.me.hears_all, note=note)

    async def _examine_chat(self, chat_id: int) -> ChatFacts:
        if chat_id > 0:
            await self._bot.get_chat(chat_id)
            return ChatFacts(reachable=True)
        member = (await self._bot.get_chat_member(chat_id, self.me.id)).to_dict()
        leads = member["status"] in LEADERS
        return ChatFacts(
            reachable=member["status"] not in {"left", "kicked"},
            hears_all=leads or self.me.hears_all,
            administrator=leads,
            can_speak=await self._may_speak(chat_id, member),
            rights=rights_of(member),
        )

    async def _may_speak(self, chat_id: int, member: Mapping[str, Any]) -> bool:
        """A plain member may what all may: who changed that told the bot nothing."""
        if member["status"] != "member":
            return bool(member.get("can_send_messages", True))
        everybody = (await self._bot.get_chat(chat_id)).permissions
        return everybody is None or everybody.can_send_messages is not False

    async def _introduce(self) -> None:
        """Learn who we are. A wrong token is told at once; a network that is down is awaited."""
        pause = self._pace.first_pause
        while True:
            try:
                self.me.learn(await self._bot.get_me())
                if self._webhook is None:
                    # Polling is refused while a webhook is set. What waits there is kept.
                    await self._bot.delete_webhook(drop_pending_updates=False)
            except InvalidToken:
                if not self._account:
                    raise SettingsError(REFUSED) from None
                # One district's token must not stop the others.
                remedy = REFUSED_OF_SEVERAL.format(name=self._account)
                log.warning("telegram.token_refused", platform=self.name, remedy=remedy)
            except TelegramError as error:
                log.warning("telegram.unreachable", error=str(error), pause=pause)
            else:
                log.info("telegram.started", bot=self.me.username, hears_all=self.me.hears_all)
                return
            await asyncio.sleep(pause)
            pause = min(self._pace.longest_pause, pause * 2)

    async def _receive(self, intake: Intake) -> None:
        if self._webhook is not None:
            await self._webhook.run(self._bot, intake)
            return
        polling = Polling(self._polling, self._bot.base_url, self.me, self._pace)
        await polling.run(intake)

    async def _publish_menus(self) -> None:
        await menus.publish(self._bot, self._commands, catalogue(), self._language)


def _all_commands() -> list[Command]:
    # Imported late: the subjects pull in all of handlers, of which the rest here needs nothing.
    from handlers.subjects import SUBJECTS

    return [command for subject in SUBJECTS for command in subject.commands]


def _webhook(me: Identity, public_url: str, secret: str) -> Webhook:
    from bot.platforms.telegram.webhook import Webhook

    return Webhook(me, public_url, secret)


def _address_of(settings: Settings, token: str) -> tuple[str, str]:
    """The public address and the secret of the webhook."""
    from bot.platforms.telegram.webhook import secret_of

    given = settings.telegram_webhook_secret
    return settings.public_url, given.get_secret_value() if given else secret_of(token)
