"""What somebody sent in another app, fetched there when it is to be shown here.

It passes through memory alone: the letter in the outbox carries its reference and no body, and
from one app to another a few at a time are on their way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

import structlog

from bot.names import name_of
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, Sendable, SendFile
from handlers.chat.platform import Delivered, DeliveryError, Lent, PermanentError, Platform

log = structlog.get_logger("linli.carrying")

#: Seconds that the other platform may take; then the words go without it.
PATIENCE = 30.0
#: So many are in memory from one app to another.
AT_ONCE = 2

#: Where it comes from, and where it goes.
Way = tuple[str, str]


class Carrier:
    """Brings what other platforms have."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        # Of each way its own: an app that hangs holds up what comes from no other.
        self._on_their_way: Counter[Way] = Counter()

    @contextmanager
    def place(self, way: Way | None) -> Generator[bool]:
        """Whether there is a place on this way now, kept until the end; nobody waits for it."""
        if way is None:
            yield True
            return
        if self._on_their_way[way] >= AT_ONCE:
            yield False
            return
        self._on_their_way[way] += 1
        try:
            yield True
        finally:
            self._on_their_way[way] -= 1

    async def forms(self, out: Sendable) -> Sequence[Sendable]:
        """As what it is sent: what another platform has as a file, as a document where that is
        refused, and in words where that is refused too, cannot be had, or is too large here."""
        media = _foreign(out)
        if media is None or not isinstance(out, Say):
            return (out,)
        brought = await self._brought(out, media)
        words = out.model_copy(update={"content": Content(text=out.instead or out.content.text)})
        if brought is None:
            return (words,)
        can = self._platforms[out.platform].capabilities
        if brought.picture or brought.played:
            document = brought.model_copy(update={"picture": False, "played": None})
            if can.shows(MediaKind.FILE, len(brought.body)):
                return (brought, document, words)
        return (brought, words)

    async def _brought(self, out: Say, media: Media) -> SendFile | None:
        lent = await self._fetched(media)
        can = self._platforms[out.platform].capabilities
        shown = can.shows(media.kind, len(lent.body)) if lent and lent.body else None
        if lent is None or shown is None:
            return None
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


def way_of(out: Sendable) -> Way | None:
    """From where to where something is carried for this; None: nothing is."""
    media = _foreign(out)
    return (media.of, out.platform) if media is not None and media.of is not None else None


async def first_taken(
    forms: Sequence[Sendable], deliver: Callable[[Sendable], Awaitable[Delivered]]
) -> Delivered:
    """Send it in the first form that the platform takes. Raises DeliveryError."""
    *better, last = forms
    for form in better:
        try:
            return await deliver(form)
        except PermanentError as error:
            if error.unreachable:
                raise
            log.warning("media.refused", platform=form.platform, error=str(error)[:300])
    return await deliver(last)


def _foreign(out: Sendable) -> Media | None:
    given = out.content.media if isinstance(out, Say) else ()
    return next((each for each in given if each.of not in (None, out.platform)), None)
