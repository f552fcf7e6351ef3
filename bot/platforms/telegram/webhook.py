"""The webhook: Telegram posts updates; it is told 200 only after they are kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any, cast

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError

from bot.platforms.telegram.identity import PLATFORM, Identity
from bot.platforms.telegram.intake import Pace, raw_updates
from bot.platforms.telegram.reading import ALLOWED_UPDATES
from handlers.chat.platform import Intake

log = structlog.get_logger("linli.telegram")

PATH = f"/{PLATFORM}/updates"  #: of the one account; one with a name has a path of its own
GUARD_HEADER = "x-telegram-bot-api-secret-token"
MOST_BYTES = 1_000_000
LOOK_AGAIN_AFTER = Pace().webhook  #: seconds


class Webhook:
    """Takes what is posted, and sees to it that Telegram knows the address."""

    def __init__(self, me: Identity, public_url: str, secret: str) -> None:
        self._me = me
        self._path = f"/{me.platform}/updates"
        self._url = f"{public_url.rstrip('/')}{self._path}"
        self._secret = secret
        self._intake: Intake | None = None

    def routes(self) -> list[Route]:
        """What the web app must serve."""
        return [Route(self._path, self._posted, methods=["POST"])]

    async def run(self, bot: Bot, intake: Intake) -> None:
        """Take updates until cancelled; the address stays set, so that updates wait for us."""
        self._intake = intake
        try:
            while True:
                if await self._set(bot):
                    await _in_contact(intake, self._me.platform)
                await asyncio.sleep(LOOK_AGAIN_AFTER)
        finally:
            self._intake = None

    async def answer(self, secret: str, body: bytes) -> int:
        """Keep a posted update; gives the HTTP status."""
        if not self._secret or not hmac.compare_digest(secret.encode(), self._secret.encode()):
            return 403
        update = _parsed(body)
        if update is None:
            return 400
        if self._intake is None:
            return 503
        try:
            await self._intake.receive(self._me.platform, raw_updates([update], self._me))
        except Exception:
            log.exception("telegram.not_kept")  # Telegram will send it again
            return 500
        return 200

    async def _posted(self, request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return Response(status_code=413)
        secret = request.headers.get(GUARD_HEADER, "")
        return Response(status_code=await self.answer(secret, bytes(body)))

    async def _set(self, bot: Bot) -> bool:
        """See to it that the address is set; whether updates reach us as far as Telegram knows."""
        try:
            info = await bot.get_webhook_info()
            if info.last_error_message:
                log.warning("telegram.webhook_trouble", error=info.last_error_message)
            await bot.set_webhook(
                self._url,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
            )
        except TelegramError as error:
            log.warning("telegram.webhook_not_set", error=str(error))
            return False
        return not (info.last_error_message and info.pending_update_count)


async def _in_contact(intake: Intake, platform: str) -> None:
    """There is nothing new, but updates would reach us."""
    try:
        await intake.receive(platform, ())
    except Exception:
        log.exception("telegram.not_kept")  # the next look tells again


def secret_of(token: str) -> str:
    """A secret for the webhook that is the same after every start and tells nothing."""
    return hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except ValueError:
        return None
    return cast("dict[str, Any]", update) if isinstance(update, dict) else None
