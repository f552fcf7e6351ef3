"""What is to be said, as calls of the gateway: one for each turn that a chat's budget gives."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from bot import pictures
from bot.platforms.half_arrived import HalfArrived
from bot.platforms.wechat.boxes import boxed
from bot.platforms.wechat.identity import Identity
from bot.platforms.wechat.quotes import Memory
from bot.platforms.wechat.reading import BEHIND
from bot.platforms.wechat.wire import (
    AwayError,
    RefusedError,
    TokenRefusedError,
    Wire,
    WireError,
)
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Acknowledge, Content, React, Say, SendFile, Show
from handlers.chat.platform import Delivered, DeliveryError, PassingError, PermanentError

log = structlog.get_logger("linli.wechat")

#: Signs of one message, cautiously: WeChat names no number.
TEXT_LIMIT = 2000
MORE = "…"
#: After a part of a letter the rest waits for its next turn.
A_TURN = timedelta(seconds=4)
#: A token or a login is a matter for the operator: letters wait until it is put right.
UNTIL_PUT_RIGHT = timedelta(minutes=5)

Sendable = Say | Show | Acknowledge | React | SendFile
#: One call: sends, and gives the message's id; None: it cannot be had and is passed over.
Part = Callable[[], Awaitable[str | None]]


class Saying:
    """Sends what handlers say, and tells its failures apart."""

    def __init__(self, wire: Wire, me: Identity, memory: Memory) -> None:
        self._wire = wire
        self._me = me
        self._memory = memory
        self._arrived = HalfArrived()

    async def deliver(self, out: Sendable) -> Delivered:
        """Send; a standing message is said anew. Raises DeliveryError."""
        try:
            return await self._deliver(out)
        except WireError as error:
            raise await self._failed(out, error) from error

    async def _deliver(self, out: Sendable) -> Delivered:
        parts = self._parts(out)
        if not parts:
            return Delivered()
        done = self._arrived.of(out)
        for number, part in enumerate(parts[done:], start=done + 1):
            sent = await part()
            if number == len(parts):
                self._arrived.over(out)
                return Delivered(sent or _made())
            self._arrived.came(out, number)
            if sent is not None:
                raise PassingError("a part of it arrived, the rest follows", A_TURN)
        return Delivered()

    def _parts(self, out: Sendable) -> Sequence[Part]:
        if isinstance(out, SendFile):
            file = partial(self._box, out.chat, out.name, out.body)
            return [file, *self._words(out.chat, Content(text=out.caption))]
        if isinstance(out, Say | Show):
            media = [partial(self._media, out.chat, each) for each in out.content.media]
            return [*media, *self._words(out.chat, out.content)]
        return []  # there is nothing to acknowledge, and there are no marks

    def _words(self, chat: str, content: Content) -> Sequence[Part]:
        text, mentions = shown(content)
        return [partial(self._say, chat, text, mentions)] if text else []

    async def _say(self, chat: str, text: str, mentions: Sequence[str]) -> str:
        sent = await self._wire.say(chat, text, mentions) or _made()
        self._memory.keep(chat, text, sent)
        return sent

    async def _media(self, chat: str, media: Media) -> str | None:
        """A picture or file that somebody sent is shown to others; pictures without their past."""
        try:
            if media.kind is MediaKind.PHOTO:
                body = await self.body_of(media)
                kind = pictures.type_of(body) or ""
                return await self._box(chat, f"picture.{kind.partition('/')[2]}", body)
            if media.kind in PASSED_ON:
                body = await self.body_of(media)
                return await self._box(chat, media.name or PASSED_ON[media.kind], body)
        except (pictures.PictureError, RefusedError) as error:
            log.warning("wechat.not_passed_on", kind=media.kind.value, error=str(error))
        return None

    async def body_of(self, media: Media) -> bytes:
        """What somebody sent, pictures without their past. Raises WireError, PictureError."""
        if media.kind is MediaKind.PHOTO:
            body = await self._wire.picture(media.ref)
        else:
            body = await self._wire.file(media.ref)
        if media.kind is MediaKind.PHOTO or pictures.is_picture(media.name, body):
            body, _ = await asyncio.to_thread(pictures.clean, body)
        return body

    async def _box(self, chat: str, name: str, body: bytes) -> str:
        return await self._wire.send_file(chat, boxed(name, body)) or _made()

    async def _failed(self, out: Sendable, error: WireError) -> DeliveryError:
        told = str(error)
        if isinstance(error, TokenRefusedError):
            return PassingError(told, UNTIL_PUT_RIGHT)
        if isinstance(error, RefusedError):
            if not self._me.logged_in:
                return PassingError("WeChat is not logged in", UNTIL_PUT_RIGHT)
            if not await self.reaches(out.chat, group=out.group):
                return PermanentError(told, unreachable=True)
        # A lost answer says nothing about whether the call was applied (R23).
        uncertain = not isinstance(error, AwayError) or error.uncertain
        return PassingError(told, uncertain=uncertain)

    async def reaches(self, chat: str, *, group: bool) -> bool:
        """Whether a chat is there, and the bot in it; where nobody can tell, it is."""
        try:
            if group:
                members = (await self._wire.room(chat)).members
                # At the desk nobody listens, so who the bot is was not told.
                return not (members and self._me.id) or self._me.id in members
            await self._wire.name(chat)
        except RefusedError:
            return False
        except WireError:
            return True
        return True


#: What is passed on as it is, and what it is called where it has no name.
PASSED_ON = {
    MediaKind.VIDEO: "video.mp4",
    MediaKind.FILE: "file",
}


def shown(content: Content, limit: int = TEXT_LIMIT) -> tuple[str, Sequence[str]]:
    """Title and text cut to what fits, and the accounts whose names in it call their owners."""
    title = content.title.strip()[:limit]
    text = _cut(content.text.strip(), limit - len(title) - 1 if title else limit)
    called: list[str] = []
    for each in content.mentions:
        if each.name and each.name in text:
            text = text.replace(each.name, f"@{each.name}{BEHIND}", 1)
            called.append(each.account)
    return "\n".join(part for part in (title, text) if part), called


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - len(MORE))] + MORE


def _made() -> str:
    """An id of our own, where the puppet tells none."""
    return f"own:{uuid.uuid4().hex[:16]}"
