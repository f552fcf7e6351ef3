"""WeCom's message push: groups that are only spoken to, each by an address that is its secret.

The simpler way into an internal group, for announcements and reminders: nobody is heard there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

import aiohttp
import structlog

from bot.platforms.inside import Inside
from bot.platforms.wecom.markdown import escaped, markdown
from config.settings import Settings
from handlers.chat.incoming import Incoming
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    Edits,
    Hears,
    Limits,
    PassingError,
    PermanentError,
    Proof,
)

NAME = "wecom-webhook"
MOST_BYTES = 4096  #: of markdown; of plain text WeCom takes half as much
CAPABILITIES = Capabilities(
    buttons=0,
    toasts=False,
    edits=Edits.NEVER,
    reactions=False,
    reactions_heard=False,
    replies=False,
    replies_heard=False,
    mentions=False,
    private=False,
    speaks_first=False,
    files=False,
    media_in=frozenset(),
    media_in_private=frozenset(),
    media_out=frozenset(),
    lends=False,
    tells=frozenset(),
    hears=Hears.NOTHING,
    may_hear_all=False,
    text_limit=1000,
    text_bytes=3000,  # and room for what escaping adds
    limits=Limits(chat_per_minute=20),
    proof=Proof.ACCEPTED,
)
TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=10)
TOO_OFTEN = frozenset((45009, 45033))
#: The address is no group's (any more): a robot taken out, a key made anew.
GONE = frozenset((93000, 93004, 93008))
A_WHILE = timedelta(seconds=60)
#: Of what kind it is stands nowhere: WeCom looks whose address it is, and refuses the rest.
NOTHING: Mapping[str, Any] = {}

log = structlog.get_logger("linli.wecom")


class WebhookPlatform(Inside):
    """Groups by name; each has its own address."""

    name = NAME
    capabilities = CAPABILITIES

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = dict(addresses)
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The groups as the operator set them."""
        given = settings.wecom_webhooks.items()
        return cls({name: address.get_secret_value() for name, address in given})

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """Nothing ever comes. Raises ValueError."""
        raise ValueError("no update comes from a webhook")

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send its words; what it showed before stays as it is. Raises DeliveryError."""
        address = self._addresses.get(out.chat)
        if address is None:
            raise PermanentError("no webhook has this name", unreachable=True)
        if isinstance(out, Say | Show):
            content = markdown(out.content, MOST_BYTES)
        elif isinstance(out, SendFile) and out.caption:
            content = escaped(out.caption)
        else:
            return Delivered()
        await self._post(address, {"msgtype": "markdown", "markdown": {"content": content}})
        return Delivered()

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """Whether WeCom takes the address, or which of all it does not; nothing is said there."""
        if chat_id is not None and chat_id not in self._addresses:
            return ChatFacts(reachable=False, hears_all=False, note="group_gone")
        asked = [chat_id] if chat_id is not None else list(self._addresses)
        told = {name: await self._takes(name) for name in asked}
        if asked and all(takes is None for takes in told.values()):
            return ChatFacts(reachable=False, hears_all=False, note="platform_down")
        refused = tuple(name for name, takes in told.items() if takes is False)
        note = "webhook_refused" if refused else ""
        reachable = chat_id is None or not refused  # one dead address is not the platform's end
        return ChatFacts(reachable, hears_all=False, note=note, names=refused)

    async def _takes(self, name: str) -> bool | None:
        """Whether WeCom takes this address; None: it does not say so now."""
        try:
            await self._post(self._addresses[name], NOTHING)
        except PassingError as error:
            log.warning("wecom.webhook_not_examined", group=name, error=str(error))
            return None
        except PermanentError as error:
            return not error.unreachable
        return True

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, address: str, body: Mapping[str, Any]) -> None:
        """Post it. No error carries the address: its key lets anybody speak there."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        try:
            async with self._session.post(address, json=body) as answer:
                fine = answer.status == 200
                code = int((await answer.json(content_type=None))["errcode"]) if fine else 0
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise PassingError(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise PassingError(type(error).__name__, uncertain=True) from None
        _check(answer.status, code)


def _check(status: int, code: int) -> None:
    if status == 429 or code in TOO_OFTEN:
        raise PassingError(f"too often: {code or status}", A_WHILE)
    if status >= 500 or code == -1:
        raise PassingError(f"WeCom is in trouble: {code or status}", uncertain=status >= 500)
    if status != 200 or code:
        raise PermanentError(f"refused: {code or status}", unreachable=code in GONE)
