"""What is to be said, as commands of WeCom's: answered where a callback is open, else pushed.

A message may take several commands: its pictures, its words, its buttons. They go one by one, each
counted by the chat's limits; what arrived already is not said again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.platforms.half_arrived import HalfArrived
from bot.platforms.wecom import cards
from bot.platforms.wecom.calls import Call, Calls
from bot.platforms.wecom.errors import (
    NO_SUCH_MEDIA,
    NOT_SUBSCRIBED,
    PUSH_INSTEAD,
    RefusedError,
    delivery_error,
    refusal,
)
from bot.platforms.wecom.line import Line
from bot.platforms.wecom.markdown import escaped, markdown
from bot.platforms.wecom.media import KINDS, MediaError, MediaRoom
from bot.platforms.wecom.quotes import Quotes
from bot.platforms.wecom.unheard import Unheard
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Acknowledge, Content, React, Say, Sendable, SendFile, Show
from handlers.chat.platform import (
    Delivered,
    DeliveryError,
    EmptiedError,
    GoneError,
    PassingError,
)

log = structlog.get_logger("linli.wecom")

Done = TypeVar("Done")
Body = dict[str, Any]
#: One command's worth of a message, made when its turn comes: as markup knows it, and its words.
Piece = tuple[Body, str]
Part = Callable[[], Awaitable[Piece | None]]

RESPOND, WELCOME, UPDATE = (
    "aibot_respond_msg",
    "aibot_respond_welcome_msg",
    "aibot_respond_update_msg",
)
A_MOMENT = timedelta(seconds=1)


class Saying:
    """Sends what handlers say, and tells its failures apart."""

    def __init__(self, line: Line, calls: Calls, quotes: Quotes, choose: str) -> None:
        """`choose`: the words on the button below a list."""
        self.media = MediaRoom(line)
        self._line = line
        self._calls = calls
        self._quotes = quotes
        self._choose = choose
        self._arrived = HalfArrived()
        self._unheard = Unheard()

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send; what stands already is changed in place or said anew. Raises DeliveryError."""
        try:
            done = await self._deliver(out, message_id)
        except (RefusedError, RuntimeError, TimeoutError) as error:
            raise self._told(out, error) from error
        self._unheard.heard(out.letter)
        return done

    def _told(self, out: Sendable, error: Exception) -> DeliveryError:
        if isinstance(error, RefusedError) and error.code == NOT_SUBSCRIBED:
            self._line.renew()
        told = delivery_error(error, self._line.away)
        if isinstance(told, PassingError) and told.uncertain:
            return self._unheard.again(out.letter, told)
        return told

    async def _deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        if isinstance(out, React | Acknowledge):
            return Delivered()  # there are none: what they tell is said in words
        if isinstance(out, SendFile):
            return await self._file(out)
        if isinstance(out, Show) and message_id is not None:
            return await self._changed(out, message_id)
        return await self._say(out)

    async def _say(self, out: Say | Show) -> Delivered:
        task = cards.new_task()
        await self._in_parts(out, self._parts(out.content, task))
        whole = f"{out.content.title}{out.content.text}"
        for words in (whole, out.content.title, out.content.text):
            if words:
                self._quotes.say(out.chat, words, task)
        return Delivered(task)

    def _parts(self, content: Content, task: str) -> list[Part]:
        parts: list[Part] = [_copied(self.media, each) for each in content.media]
        buttons = cards.buttons_of(content)
        if not (buttons and cards.fits(content)):
            body = {"msgtype": "markdown", "markdown": {"content": markdown(content)}}
            parts.append(_made((body, f"{content.title}\n{content.text}".strip())))
        if buttons:
            card = cards.card(content, task, self._choose)
            parts.append(_made(({"msgtype": "template_card", "template_card": card}, "")))
        return parts

    async def _in_parts(self, out: Say | Show | SendFile, parts: Sequence[Part]) -> None:
        """Send the next part; raises PassingError while there are more: each waits for its turn."""
        for number in range(self._arrived.of(out), len(parts)):
            piece = await parts[number]()
            if piece is not None and not await self._arrives(out, piece):
                piece = None
            if number + 1 < len(parts):
                self._arrived.came(out, number + 1)
                if piece is not None:
                    raise PassingError("a part of it arrived, the rest follows", A_MOMENT)
        self._arrived.over(out)

    async def _arrives(self, out: Say | Show | SendFile, piece: Piece) -> bool:
        """Send a part; False: it was a picture that WeCom has no longer, and the words go on."""
        try:
            await self._send(out, piece)
        except RefusedError as error:
            if error.code != NO_SUCH_MEDIA:
                raise
            log.warning("wecom.media_not_passed_on", error="no longer there")
            return False
        return True

    async def _send(self, out: Say | Show | SendFile, piece: Piece) -> None:
        call = None
        if not isinstance(out, SendFile):
            call = self._calls.take(out.reply_to or (None if out.group else out.chat))
        if call is None or not await self._answered(call, piece):
            await _checked(self._line.push(out.chat, piece[0]))

    async def _answered(self, call: Call, piece: Piece) -> bool:
        """Answer a callback; False: it cannot be answered so, and is to be pushed."""
        answer = _as_welcome(*piece) if call.welcome else _as_answer(piece[0])
        if answer is None:
            return False
        try:
            await _checked(self._line.answer(call.id, WELCOME if call.welcome else RESPOND, answer))
        except RefusedError as error:
            if error.code not in PUSH_INSTEAD:
                raise
            log.info("wecom.pushed_instead", code=error.code)
            return False
        return True

    async def _changed(self, out: Show, message_id: str) -> Delivered:
        """In place, within seconds of a press. Raises GoneError: it is to be said anew."""
        call = self._calls.take(message_id)
        if call is None or not await self._updated(call, out, message_id):
            raise GoneError("a card changes within seconds of a press only")
        return Delivered(message_id)

    async def _updated(self, call: Call, out: Show, task: str) -> bool:
        """Change the pressed card; whether it was.

        Where it cannot show all, it keeps its title alone. Raises EmptiedError then: what follows
        has the buttons.
        """
        whole = cards.fits(out.content) and not out.content.media
        shown = out.content if whole else cards.without_buttons(out.content)
        card = cards.card(shown, task, self._choose)
        body = {"response_type": "update_template_card", "template_card": card}
        try:
            await _checked(self._line.answer(call.id, UPDATE, body))
        except RefusedError as error:
            log.info("wecom.card_not_changed", code=error.code)
            return False
        if not whole:
            raise EmptiedError("a card does not hold so much: its title stands alone")
        return True

    async def _file(self, out: SendFile) -> Delivered:
        """Its caption is a message of its own, which counts and is sent again by itself."""
        parts: list[Part] = [partial(self._handed_in, out)]
        if out.caption:
            words = {"content": escaped(out.caption)}
            parts.append(_made(({"msgtype": "markdown", "markdown": words}, "")))
        await self._in_parts(out, parts)
        return Delivered(cards.new_task())

    async def _handed_in(self, out: SendFile) -> Piece:
        kind = "image" if out.picture else "video" if _is_video(out) else "file"
        try:
            media_id = await _checked(self.media.handed_in(out.body, out.name, kind))
        except MediaError as error:
            raise RefusedError(0, str(error)) from error
        return {"msgtype": kind, kind: {"media_id": media_id}}, ""


def _is_video(out: SendFile) -> bool:
    return out.played is MediaKind.VIDEO


def _made(piece: Piece) -> Part:
    async def made() -> Piece:
        return piece

    return made


def _copied(room: MediaRoom, media: Media) -> Part:
    async def copied() -> Piece | None:
        try:
            media_id = await _checked(room.copy_of(media))
        except MediaError as error:
            log.warning("wecom.media_not_passed_on", kind=media.kind, error=str(error))
            return None
        kind = KINDS[media.kind]
        return {"msgtype": kind, kind: {"media_id": media_id}}, ""

    return copied


def _as_answer(body: Body) -> Body | None:
    """A pushed body as the answer to a message: words are a stream of one piece there."""
    if body["msgtype"] == "markdown":
        stream = {"id": cards.new_task(), "finish": True, "content": body["markdown"]["content"]}
        return {"msgtype": "stream", "stream": stream}
    return body


def _as_welcome(body: Body, words: str) -> Body | None:
    """A welcome is plain text or a card."""
    if body["msgtype"] == "markdown":
        return {"msgtype": "text", "text": {"content": words}}
    return body if body["msgtype"] == "template_card" else None


async def _checked(calling: Awaitable[Done]) -> Done:
    """What WeCom answers. Raises RefusedError for a refusal, else what the line raises."""
    try:
        return await calling
    except RuntimeError as error:
        refused = refusal(error)
        raise (refused or error) from None
