"""Pictures and other files that go before a message's words, sent once even over retries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import structlog
from telegram import Bot, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from bot.platforms.telegram import errors
from bot.platforms.telegram.errors import says
from bot.platforms.telegram.leniency import Call, Given, leniently
from handlers.chat import Content, Media, MediaKind

log = structlog.get_logger("linli.telegram")

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
        self._calls: Mapping[MediaKind, tuple[str, Call]] = {
            MediaKind.PHOTO: ("photo", bot.send_photo),
            MediaKind.VIDEO: ("video", bot.send_video),
            MediaKind.VOICE: ("voice", bot.send_voice),
            MediaKind.STICKER: ("sticker", bot.send_sticker),
            MediaKind.FILE: ("document", bot.send_document),
        }

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
        first = group[0]
        if len(group) > 1:
            given: Given = {"media": [_item(each) for each in group]}
            await leniently(self._bot.send_media_group, given | where)
        elif first.kind is MediaKind.LOCATION:
            given = {"latitude": first.latitude or 0.0, "longitude": first.longitude or 0.0}
            await leniently(self._bot.send_location, given | where)
        else:
            name, call = self._calls[first.kind]
            await leniently(call, {name: first.ref, **where})


def _groups(media: Sequence[Media]) -> list[list[Media]]:
    """Photos and videos as albums, everything else one by one."""
    seen = [each for each in media if each.kind in IN_ALBUMS]
    albums = [
        seen[start : start + MOST_IN_AN_ALBUM] for start in range(0, len(seen), MOST_IN_AN_ALBUM)
    ]
    return [*albums, *([each] for each in media if each.kind not in IN_ALBUMS)]


def _item(media: Media) -> InputMediaPhoto | InputMediaVideo:
    return (InputMediaVideo if media.kind is MediaKind.VIDEO else InputMediaPhoto)(media.ref)
