"""What somebody sent in another app, fetched there when it is to be shown here.

It passes through memory alone: the letter in the outbox carries its reference and no body, and of
each app a few at a time are on their way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot.names import name_of
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, Sendable, SendFile
from handlers.chat.platform import DeliveryError, Lent, Platform

log = structlog.get_logger("linli.carrying")

#: Seconds that the other platform may take; then the words go without it.
PATIENCE = 30.0
#: So many are in memory for one app.
AT_ONCE = 2


class Carrier:
    """Brings what other platforms have."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        # Of each app its own: one that takes long holds up no other.
        self._room = {name: asyncio.Semaphore(AT_ONCE) for name in platforms}

    @asynccontextmanager
    async def carried(self, out: Sendable) -> AsyncGenerator[Sendable]:
        """What is to be sent, with what another platform has as a file; words where that cannot
        be had, or is too large here."""
        media = _foreign(out)
        if media is None or not isinstance(out, Say):
            yield out
            return
        async with AsyncExitStack() as held:
            await held.enter_async_context(self._room[out.platform])
            yield await self._brought(out, media)

    async def _brought(self, out: Say, media: Media) -> Sendable:
        lent = await self._fetched(media)
        can = self._platforms[out.platform].capabilities
        shown = can.shows(media.kind, len(lent.body)) if lent and lent.body else None
        if lent is None or shown is None:
            text = out.instead or out.content.text
            return out.model_copy(update={"content": Content(text=text)})
        return SendFile(
            platform=out.platform,
            chat=out.chat,
            group=out.group,
            about=out.about,
            urgent=out.urgent,
            letter=out.letter,
            name=name_of(media.model_copy(update={"name": media.name or lent.name}), lent.body),
            body=lent.body,
            caption=out.content.text,
            picture=shown is MediaKind.PHOTO,
            played=shown if shown in (MediaKind.VIDEO, MediaKind.VOICE) else None,
        )

    async def _fetched(self, media: Media) -> Lent | None:
        """The thing alone; None where it cannot be had (any more)."""
        there = self._platforms.get(media.of or "")
        if there is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                return await there.fetched(media)
        except (DeliveryError, OSError, TimeoutError, ValueError) as error:
            log.warning(
                "media.not_carried",
                platform=there.name,
                kind=media.kind.value,
                error=type(error).__name__,
            )
            return None


def _foreign(out: Sendable) -> Media | None:
    given = out.content.media if isinstance(out, Say) else ()
    return next((each for each in given if each.of not in (None, out.platform)), None)
