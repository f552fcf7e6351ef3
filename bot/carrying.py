"""A picture of another platform, fetched there when it is to be shown here.

It passes through memory alone: the letter in the outbox carries its reference and no picture.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from handlers.chat.incoming import Media
from handlers.chat.outgoing import Say, Sendable, SendFile
from handlers.chat.platform import DeliveryError, Platform

log = structlog.get_logger("linli.carrying")

#: Seconds that the other platform may take; then the words go without it.
PATIENCE = 30.0


async def carried(platforms: Mapping[str, Platform], out: Sendable) -> Sendable:
    """What is to be sent, with a picture of another platform as a file; its words where that
    cannot be had."""
    media = _foreign(out)
    if media is None or not isinstance(out, Say):
        return out
    body = await _fetched(platforms.get(media.of or ""), media)
    if body is None:
        content = out.content.model_copy(update={"media": ()})
        return out.model_copy(update={"content": content})
    return SendFile(
        platform=out.platform,
        chat=out.chat,
        group=out.group,
        about=out.about,
        urgent=out.urgent,
        letter=out.letter,
        name="picture.jpg",
        body=body,
        caption=out.content.text,
        picture=True,
    )


def _foreign(out: Sendable) -> Media | None:
    given = out.content.media if isinstance(out, Say) else ()
    return next((each for each in given if each.of not in (None, out.platform)), None)


async def _fetched(there: Platform | None, media: Media) -> bytes | None:
    """The picture alone, cleaned by its platform; None where it cannot be had (any more)."""
    if there is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await there.picture(media)
    except (DeliveryError, OSError, TimeoutError, ValueError) as error:
        log.warning("picture.not_carried", platform=there.name, error=type(error).__name__)
        return None
