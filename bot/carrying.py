"""What somebody sent in another app, fetched there when it is to be shown here.

It passes through memory alone: the letter in the outbox carries its reference and no body, and of
each app a few at a time are on their way.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import PurePath

import structlog

from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, Sendable, SendFile
from handlers.chat.platform import DeliveryError, Platform

log = structlog.get_logger("linli.carrying")

#: Seconds that the other platform may take; then the words go without it.
PATIENCE = 30.0
#: So many are in memory for one app.
AT_ONCE = 2
LONGEST_NAME = 80
#: What something without a name is called.
NAMES: Mapping[MediaKind, str] = {
    MediaKind.PHOTO: "picture.jpg",
    MediaKind.VIDEO: "video.mp4",
    MediaKind.VOICE: "voice",
    MediaKind.FILE: "file",
}
#: How forms of voices begin, and what they are called.
VOICES = {b"OggS": ".ogg", b"#!AMR": ".amr", b"ID3": ".mp3", b"\x02#!SILK": ".silk"}


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
        body = await self._fetched(media)
        can = self._platforms[out.platform].capabilities
        shown = can.shows(media.kind, len(body)) if body else None
        if body is None or shown is None:
            text = out.instead or out.content.text
            return out.model_copy(update={"content": Content(text=text)})
        return SendFile(
            platform=out.platform,
            chat=out.chat,
            group=out.group,
            about=out.about,
            urgent=out.urgent,
            letter=out.letter,
            name=name_of(media, body),
            body=body,
            caption=out.content.text,
            picture=shown is MediaKind.PHOTO,
            played=shown if shown in (MediaKind.VIDEO, MediaKind.VOICE) else None,
        )

    async def _fetched(self, media: Media) -> bytes | None:
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


def name_of(media: Media, body: bytes) -> str:
    """What it is called here: what its sender called it, as far as that is nothing but a name."""
    if media.kind is MediaKind.PHOTO:
        return NAMES[media.kind]  # it was drawn anew, whatever it was before
    # A name goes into headers, paths and people's eyes: no folders, and no signs that hide others.
    seen = "".join(each for each in media.name if unicodedata.category(each)[0] != "C")
    name = PurePath(seen.replace("\\", "/")).name.strip(" .")
    if not name:
        ending = next((end for begins, end in VOICES.items() if body.startswith(begins)), "")
        return NAMES[media.kind] + ending
    ending = PurePath(name).suffix[:12]
    return name.removesuffix(ending)[: LONGEST_NAME - len(ending)] + ending


def _foreign(out: Sendable) -> Media | None:
    given = out.content.media if isinstance(out, Say) else ()
    return next((each for each in given if each.of not in (None, out.platform)), None)
