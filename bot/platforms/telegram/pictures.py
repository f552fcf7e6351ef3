"""Pictures and other files that go before a message's words, sent once even over retries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import structlog
from telegram import Bot, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from bot.platforms.telegram import errors
from bot.platforms.telegram.errors import says
from handlers.chat import Content, Media, MediaKind

log = structlog.get_logger("linli.telegram")

Given = dict[str, Any]
Key = tuple[int, tuple[Media, ...], str]

MOST_IN_AN_ALBUM = 10
MOST_REMEMBERED = 500
IN_ALBUMS = (MediaKind.PHOTO, MediaKind.VIDEO)


class Pictures:
    """Sends media. An album carries no buttons, so the words follow as a message of their own."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        #: What arrived while its words did not yet: a retry does not send it again.
        self._arrived: OrderedDict[Key, None] = OrderedDict()

    async def send(self, content: Content, where: Given) -> Key:
        """Send all media of a content; a file that Telegram does not know is passed over."""
        key = (where["chat_id"], content.media, content.text)
        if key not in self._arrived:
            for group in _groups(content.media):
                await self._send_known(group, where)
            self._arrived[key] = None
            while len(self._arrived) > MOST_REMEMBERED:
                self._arrived.popitem(last=False)
        return key

    def done(self, key: Key) -> None:
        """The words arrived as well."""
        self._arrived.pop(key, None)

    async def _send_known(self, group: Sequence[Media], where: Given) -> None:
        try:
            await self._send(group, where)
        except BadRequest as error:
            if not says(error, errors.BAD_FILE):
                raise
            log.warning("telegram.bad_file", error=str(error))

    async def _send(self, group: Sequence[Media], where: Given) -> None:
        if len(group) > 1:
            await self._bot.send_media_group(media=[_item(each) for each in group], **where)
            return
        first = group[0]
        if first.kind is MediaKind.LOCATION:
            place = {"latitude": first.latitude or 0.0, "longitude": first.longitude or 0.0}
            await self._bot.send_location(**place, **where)
            return
        send = {
            MediaKind.PHOTO: self._bot.send_photo,
            MediaKind.VIDEO: self._bot.send_video,
            MediaKind.VOICE: self._bot.send_voice,
            MediaKind.STICKER: self._bot.send_sticker,
            MediaKind.FILE: self._bot.send_document,
        }[first.kind]
        await send(where["chat_id"], first.ref, **_without_chat(where))


def _groups(media: Sequence[Media]) -> list[list[Media]]:
    """Photos and videos as albums, everything else one by one."""
    seen = [each for each in media if each.kind in IN_ALBUMS]
    albums = [
        seen[start : start + MOST_IN_AN_ALBUM] for start in range(0, len(seen), MOST_IN_AN_ALBUM)
    ]
    return [*albums, *([each] for each in media if each.kind not in IN_ALBUMS)]


def _item(media: Media) -> InputMediaPhoto | InputMediaVideo:
    return (InputMediaVideo if media.kind is MediaKind.VIDEO else InputMediaPhoto)(media.ref)


def _without_chat(where: Given) -> Given:
    return {name: value for name, value in where.items() if name != "chat_id"}
