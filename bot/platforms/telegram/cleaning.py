"""A picture that was sent as a file carries where and when it was taken: it is passed on without.

Telegram takes that out of photos itself, never out of files (R50).
"""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import BadRequest

from bot import pictures
from bot.platforms.telegram.content import is_picture
from handlers.chat.incoming import Media, MediaKind

log = structlog.get_logger("linli.telegram")


def must_be_cleaned(media: Media) -> bool:
    """Whether it may not be passed on as it came."""
    return media.kind is MediaKind.FILE and is_picture(media.name)


async def cleaned(bot: Bot, media: Media) -> bytes | None:
    """The picture alone; None where it cannot be had or cleaned: then it is not passed on.

    Raises TelegramError when it may be had later.
    """
    return await _without_its_past(bot, media, always=True)


async def lent(bot: Bot, media: Media) -> bytes | None:
    """What somebody sent, for another app: what is a picture alone, all else as it is.

    None and TelegramError as above.
    """
    return await _without_its_past(bot, media, always=media.kind is MediaKind.PHOTO)


async def _without_its_past(bot: Bot, media: Media, *, always: bool) -> bytes | None:
    try:
        body = await _body(bot, media)
        if always or pictures.is_picture(media.name, body):
            body, _ = await asyncio.to_thread(pictures.clean, body)
    except (pictures.PictureError, BadRequest) as error:
        log.warning("telegram.not_passed_on", kind=media.kind.value, error=str(error))
        return None
    return body


async def _body(bot: Bot, media: Media) -> bytes:
    file = await bot.get_file(media.ref)
    if (file.file_size or media.size or 0) > pictures.LARGEST_BODY:
        raise pictures.PictureError("page.picture_too_large")
    return bytes(await file.download_as_bytearray())
