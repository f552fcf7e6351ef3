"""Pictures and files on their way through: fetched, decrypted, made harmless, and handed in anew.

WeCom lets a file be fetched for five minutes; what is handed in may be sent for three days. So a
picture is taken over as soon as it comes, and nothing of it is kept here but the id of the copy.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import aiohttp
import structlog

from bot import pictures
from bot.names import name_of
from bot.platforms.wecom.line import Line
from bot.platforms.wecom.sdk import decrypted, new_call
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.platform import Lent

log = structlog.get_logger("linli.wecom")

CHUNK = 512 * 1024
MOST_CHUNKS = 100
#: Of a video WeCom takes so many bytes, of a file twice as many.
LARGEST_VIDEO = 10 * 1024 * 1024
FETCH = aiohttp.ClientTimeout(total=30)
MOST_REMEMBERED = 500
#: How a name is told: in UTF-8 first, else plainly.
NAME_TOLD = (
    re.compile(r"filename\*=UTF-8''([^;\s]+)", re.IGNORECASE),
    re.compile(r'filename="([^"]+)"', re.IGNORECASE),
    re.compile(r"filename=([^;\s]+)", re.IGNORECASE),
)
#: Our kinds that are sent on, and what WeCom calls them.
KINDS = {MediaKind.PHOTO: "image", MediaKind.FILE: "file", MediaKind.VIDEO: "video"}


class MediaError(Exception):
    """It cannot be had or passed on (any more): the words go without it."""


class MediaRoom:
    """Takes files over and hands files in."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._copies: OrderedDict[str, str] = OrderedDict()

    async def copy_of(self, media: Media) -> str:
        """The id of a copy that may be sent. Raises MediaError; RuntimeError as the line does."""
        known = self._copies.get(media.ref)
        if known is not None:
            return known
        lent = await self.lent(media)
        named = media.model_copy(update={"name": lent.name})
        made = await self.handed_in(lent.body, name_of(named, lent.body), KINDS[media.kind])
        self._copies[media.ref] = made
        while len(self._copies) > MOST_REMEMBERED:
            self._copies.popitem(last=False)
        return made

    async def lent(self, media: Media) -> Lent:
        """What somebody sent, harmless; who tells its name is often the download alone.

        Raises MediaError.
        """
        if media.kind not in KINDS or not media.ref.startswith(("https://", "http://")):
            raise MediaError("of another platform, or of a kind that is not sent on")
        return await self._fetched(media)

    async def handed_in(self, body: bytes, name: str, kind: str) -> str:
        """Hand a file in; gives its id. Raises MediaError for one that is too large."""
        chunks = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
        if not 0 < len(chunks) <= MOST_CHUNKS:
            raise MediaError("empty, or larger than WeCom takes")
        told = await self._tell(
            "aibot_upload_media_init",
            type=kind,
            filename=name,
            total_size=len(body),
            total_chunks=len(chunks),
            md5=hashlib.md5(body, usedforsecurity=False).hexdigest(),
        )
        upload = str(told["upload_id"])
        for number, chunk in enumerate(chunks):
            await self._tell(
                "aibot_upload_media_chunk",
                upload_id=upload,
                chunk_index=number,
                base64_data=base64.b64encode(chunk).decode(),
            )
        told = await self._tell("aibot_upload_media_finish", upload_id=upload)
        return str(told["media_id"])

    async def _tell(self, command: str, **body: Any) -> Mapping[str, Any]:
        told = await self._line.answer(new_call(command), command, body)
        return told.get("body") or {}

    async def _fetched(self, media: Media) -> Lent:
        """The file as it was sent; a picture without anything that was hidden in it (R50)."""
        url, _, key = media.ref.partition(" ")
        try:
            body, told = await _download(url)
            name = media.name or told
            body = await asyncio.to_thread(decrypted, body, key) if key else body
            if media.kind is MediaKind.PHOTO or pictures.is_picture(name, body):
                body, _ = await asyncio.to_thread(pictures.clean, body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise MediaError(type(error).__name__) from None  # its text may carry the address
        return Lent(body, name)


async def _download(url: str) -> tuple[bytes, str]:
    """What lies there, and what it is called."""
    async with (
        aiohttp.ClientSession(timeout=FETCH, trust_env=True) as session,
        session.get(url) as answer,
    ):
        answer.raise_for_status()
        body = bytearray()
        async for part in answer.content.iter_chunked(CHUNK):
            body += part
            if len(body) > pictures.LARGEST_BODY:
                raise MediaError("too large")
        return bytes(body), _name_told(answer.headers.get("Content-Disposition", ""))


def _name_told(header: str) -> str:
    """The name in what the server says of a file, read as WeCom's own SDK reads it."""
    for shape in NAME_TOLD:
        if found := shape.search(header):
            return unquote(found.group(1)).strip()
    return ""
