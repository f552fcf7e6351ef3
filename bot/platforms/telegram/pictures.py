"""Pictures and other files that go before a message's words: one call at a time, each once.

A chat may be sent one message a second, so after each of them the letter waits for its next turn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from telegram import Bot, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from bot.platforms.telegram import errors
from bot.platforms.telegram.cleaning import cleaned, must_be_cleaned
from bot.platforms.telegram.errors import says
from bot.platforms.telegram.leniency import Call, Given, leniently
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content
from handlers.chat.platform import PassingError

log = structlog.get_logger("linli.telegram")

Key = tuple[int, tuple[Media, ...], str]

MOST_IN_AN_ALBUM = 10
MOST_REMEMBERED = 500
A_MOMENT = timedelta(seconds=1)
IN_ALBUMS = (MediaKind.PHOTO, MediaKind.VIDEO)


class Pictures:
    """Sends media. An album carries no buttons, so the words follow as a message of their own."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        #: How many calls' worth of it arrived while its words did not yet.
        self._arrived: OrderedDict[Key, int] = OrderedDict()
        self._calls: Mapping[MediaKind, tuple[str, Call]] = {
            MediaKind.PHOTO: ("photo", bot.send_photo),
            MediaKind.VIDEO: ("video", bot.send_video),
            MediaKind.VOICE: ("voice", bot.send_voice),
            MediaKind.STICKER: ("sticker", bot.send_sticker),
            MediaKind.FILE: ("document", bot.send_document),
        }

    async def send(self, content: Content, where: Given) -> Key:
        """Send what did not arrive yet; a file that Telegram does not know is passed over.

        Raises PassingError after something was sent: the rest must wait for its turn.
        """
        key = (where["chat_id"], content.media, content.text)
        for group in _groups(content.media)[self._arrived.get(key, 0) :]:
            sent = await self._send_known(group, where)
            self._remember(key)
            if sent:
                raise PassingError("a part of it arrived, the rest follows", A_MOMENT)
        return key

    def done(self, key: Key) -> None:
        """The words arrived as well."""
        self._arrived.pop(key, None)

    def _remember(self, key: Key) -> None:
        self._arrived[key] = self._arrived.get(key, 0) + 1
        while len(self._arrived) > MOST_REMEMBERED:
            self._arrived.popitem(last=False)

    async def _send_known(self, group: Sequence[Media], where: Given) -> bool:
        try:
            if must_be_cleaned(group[0]):
                return await self._send_cleaned(group[0], where)
            await self._send(group, where)
        except BadRequest as error:
            if not says(error, errors.BAD_FILE):
                raise
            log.warning("telegram.bad_file", error=str(error))
            return False
        return True

    async def _send_cleaned(self, media: Media, where: Given) -> bool:
        body = await cleaned(self._bot, media)
        if body is None:
            return False
        await leniently(self._bot.send_photo, {"photo": body, **where})
        return True

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
