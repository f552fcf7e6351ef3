"""What is to be said, as calls of the Bot API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode, ReactionEmoji
from telegram.error import BadRequest, TelegramError

from bot.platforms.telegram import errors
from bot.platforms.telegram.errors import delivery_error, says
from bot.platforms.telegram.escaping import CAPTION_LIMIT, TEXT_LIMIT, Shown, fits, shown
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.leniency import Given, leniently
from bot.platforms.telegram.pictures import Pictures
from handlers.chat.incoming import MediaKind
from handlers.chat.outgoing import Acknowledge, Content, Mark, React, Say, SendFile, Show
from handlers.chat.platform import Delivered, DeliveryError, GoneError, PermanentError

log = structlog.get_logger("linli.telegram")

#: Bots may use only reactions of Telegram's list; ✅ is not on it.
EMOJI: Mapping[Mark, ReactionEmoji] = {
    Mark.HEARD: ReactionEmoji.WRITING_HAND,
    Mark.TAKEN: ReactionEmoji.EYES,
    Mark.DONE: ReactionEmoji.THUMBS_UP,
    Mark.UNCLEAR: ReactionEmoji.THINKING_FACE,
}
NOTICE_LIMIT = 200
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Saying:
    """Sends what handlers say, and tells its failures apart."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._pictures = Pictures(bot)

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send, or edit the message a `Show` stands in. Raises DeliveryError."""
        try:
            return await self._deliver(out, message_id)
        except TelegramError as error:
            raise _for(out, delivery_error(error)) from error
        except (KeyError, TypeError, AttributeError) as error:
            # It was sent, but the library cannot read the answer of a newer server: never again.
            raise PermanentError(f"unreadable answer: {error!r}") from error

    async def _deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        if isinstance(out, Acknowledge):
            return await self._acknowledge(out)
        if isinstance(out, React):
            return await self._react(out)
        if isinstance(out, SendFile):
            return await self._file(out)
        if isinstance(out, Show) and message_id is not None:
            return await self._edit(out, message_id)
        return await self._say(out)

    async def _say(self, out: Say | Show) -> Delivered:
        content, where = out.content, _where(out)
        lone = len(content.media) == 1 and content.media[0].kind is MediaKind.PHOTO
        if lone and fits(content, CAPTION_LIMIT):
            try:
                return await self._captioned(content, where)
            except BadRequest as error:
                if not says(error, errors.BAD_FILE):
                    raise
                log.warning("telegram.bad_file", error=str(error))
        elif content.media:
            key = await self._pictures.send(content, where)
            sent = await self._words(content, where)
            self._pictures.done(key)
            return sent
        return await self._words(content, where)

    async def _words(self, content: Content, where: Given) -> Delivered:
        text = shown(content)
        given = where | _worded("text", text) | {"link_preview_options": NO_PREVIEW}
        markup = {"reply_markup": keyboard(content.buttons)}
        return _sent(await leniently(self._bot.send_message, given | markup, text))

    async def _captioned(self, content: Content, where: Given) -> Delivered:
        text = shown(content, CAPTION_LIMIT)
        given = where | _worded("caption", text) | {"photo": content.media[0].ref}
        markup = {"reply_markup": keyboard(content.buttons)}
        return _sent(await leniently(self._bot.send_photo, given | markup, text))

    async def _edit(self, out: Show, message_id: str) -> Delivered:
        """Change a standing message; one with a picture has a caption instead of a text."""
        place: Given = {"chat_id": _number(out.chat), "message_id": _standing(message_id)}
        place["reply_markup"] = keyboard(out.content.buttons)
        text = shown(out.content, TEXT_LIMIT)
        given = place | _worded("text", text) | {"link_preview_options": NO_PREVIEW}
        try:
            await leniently(self._bot.edit_message_text, given, text)
        except BadRequest as error:
            if says(error, errors.NO_TEXT_THERE):
                await self._edit_caption(out.content, place)
            elif not says(error, errors.NOT_MODIFIED):
                raise
        return Delivered(message_id)

    async def _edit_caption(self, content: Content, place: Given) -> None:
        text = shown(content, CAPTION_LIMIT)
        try:
            await leniently(self._bot.edit_message_caption, place | _worded("caption", text), text)
        except BadRequest as error:
            if not says(error, errors.NOT_MODIFIED):
                raise

    async def _acknowledge(self, out: Acknowledge) -> Delivered:
        try:
            await self._bot.answer_callback_query(
                out.press_id, text=out.text[:NOTICE_LIMIT] or None, show_alert=out.alert
            )
        except BadRequest as error:
            if not says(error, errors.TOO_LATE):  # nobody waits for it any more
                raise
        return Delivered()

    async def _react(self, out: React) -> Delivered:
        emoji = [EMOJI[out.mark]] if out.mark is not None else []
        await self._bot.set_message_reaction(_number(out.chat), _standing(out.message_id), emoji)
        return Delivered()

    async def _file(self, out: SendFile) -> Delivered:
        where: Given = {"chat_id": _number(out.chat), "filename": out.name}
        caption = out.caption[:CAPTION_LIMIT] or None
        if out.picture:
            return _sent(await self._bot.send_photo(photo=out.body, caption=caption, **where))
        if out.played is MediaKind.VIDEO:
            return _sent(await self._bot.send_video(video=out.body, caption=caption, **where))
        if out.played is MediaKind.VOICE and is_played(out.body):
            return _sent(await self._bot.send_voice(voice=out.body, caption=caption, **where))
        return _sent(await self._bot.send_document(document=out.body, caption=caption, **where))


def is_played(body: bytes) -> bool:
    """Whether Telegram plays a voice of this form (OGG, MP3, M4A); others are files there."""
    return body.startswith((b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")) or body[4:8] == b"ftyp"


def _where(out: Say | Show) -> Given:
    """Chat, topic, and the message that is replied to."""
    where: Given = {"chat_id": _number(out.chat), "disable_notification": out.silent or None}
    if out.topic and out.topic.isdecimal():
        where["message_thread_id"] = int(out.topic)
    if out.reply_to and out.reply_to.isdecimal():
        where["reply_parameters"] = ReplyParameters(
            int(out.reply_to), allow_sending_without_reply=True
        )
    return where


def _worded(key: str, text: Shown) -> Given:
    return {key: text.html, "parse_mode": ParseMode.HTML}


def _number(chat: str) -> int:
    try:
        return int(chat)
    except ValueError:
        raise PermanentError(f"{chat!r} is no chat of Telegram's", unreachable=True) from None


def _standing(message_id: str) -> int:
    """A message's number; ids of a group that moved are void."""
    if not message_id.isdecimal():
        raise GoneError(f"message {message_id} is gone")
    return int(message_id)


def _sent(message: Any) -> Delivered:
    return Delivered(str(message.message_id))


def _for(out: object, error: DeliveryError) -> DeliveryError:
    """Only a standing message can be shown anew; for all else "gone" is the end."""
    if isinstance(error, GoneError) and not isinstance(out, Show):
        return PermanentError(str(error))
    return error
