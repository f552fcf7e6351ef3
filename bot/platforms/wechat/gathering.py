"""From an event of the stream to a raw update: what the event only names is fetched at once.

The gateway keeps messages in memory and may forget them; so a row holds all that reading needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from bot.platforms.wechat.identity import Identity
from bot.platforms.wechat.quotes import Memory, quote_of
from bot.platforms.wechat.wire import EventKind, Happened, RefusedError, Said, Wire, seconds
from handlers.chat.platform import RawUpdate

log = structlog.get_logger("linli.wechat")

#: How often what the gateway does not know yet is asked for.
TRIES = 3
#: What fits into a key.
LONGEST_KEY = 100


@dataclass(slots=True)
class Gathering:
    """Fetches what belongs to an event."""

    wire: Wire
    me: Identity
    memory: Memory = field(default_factory=Memory)

    async def update(self, event: Happened, now: datetime) -> RawUpdate | None:
        """The update; None for what does not concern us, or is the bot's own. Raises AwayError."""
        if event.kind is EventKind.MESSAGE:
            return await self._message(str(event.told.get("messageId", "")), now)
        if event.kind in MOVES:
            return await self._move(event, now)
        return None

    async def _message(self, message_id: str, now: datetime) -> RawUpdate | None:
        said = await self._fetched(message_id)
        if said is None:
            return None
        chat = said.room or said.talker
        key = key_of(message_id or said.id, said)
        if said.talker == self.me.id:  # the bot's own words come back as an event
            self._note_own(said, key)
            return None
        quote = quote_of(said.text)
        body = {
            "kind": "message",
            "id": key,
            "type": said.kind,
            "talker": said.talker,
            "name": await self._name(said.talker, said.room),
            **await self._place(said.room),
            "text": said.text,
            "file": said.name,
            "mentions": list(said.mentions),
            "called": await self._called(said.room),
            "reply_to": self.memory.find(chat, quote.what) if quote else None,
            "at": said.at or now.timestamp(),
            "me": self.me.id,
        }
        self.memory.keep(chat, quote.own if quote else said.text, key)
        return RawUpdate(key, chat, body)

    def _note_own(self, said: Said, key: str) -> None:
        """What was sent from elsewhere in the bot's name; what we sent has its id already."""
        chat = said.room or said.listener
        if self.memory.find(chat, said.text) is None:
            self.memory.keep(chat, said.text, key)

    async def _fetched(self, message_id: str) -> Said | None:
        """What was said; a puppet may tell of a message before it can show it."""
        for left in reversed(range(TRIES)):
            try:
                return await self.wire.message(message_id)
            except RefusedError as error:
                if not left:
                    log.warning("wechat.message_not_shown", error=str(error))
        return None

    async def _move(self, event: Happened, now: datetime) -> RawUpdate:
        kind, people, by = MOVES[event.kind]
        room, told = str(event.told["roomId"]), event.told
        at = seconds(float(told.get("timestamp") or 0))
        body: dict[str, Any] = {
            "kind": kind,
            **await self._place(room),
            "people": [(each, await self._name(each, room)) for each in told.get(people) or ()],
            "by": str(told.get(by) or ""),
            "at": at or now.timestamp(),
            "me": self.me.id,
        }
        if event.kind is EventKind.TITLE:
            body["title"] = str(told["newTopic"])
        return RawUpdate(key_of("", body), room, body)

    async def _place(self, room: str) -> Mapping[str, str]:
        if not room:
            return {"room": "", "title": ""}
        try:
            return {"room": room, "title": (await self.wire.room(room)).title}
        except RefusedError:  # put out of it
            return {"room": room, "title": ""}

    async def _called(self, room: str) -> Sequence[str]:
        """The names by which the bot is called here."""
        alias = await self._alias(room, self.me.id)
        return [each for each in dict.fromkeys((self.me.name, alias)) if each]

    async def _name(self, contact: str, room: str) -> str:
        if alias := await self._alias(room, contact):
            return alias
        try:
            return await self.wire.name(contact)
        except RefusedError:
            return ""

    async def _alias(self, room: str, contact: str) -> str:
        if not room or not contact:
            return ""
        try:
            return await self.wire.alias(room, contact)
        except RefusedError:
            return ""


#: Our kind, and where the event tells who moved and by whose doing.
MOVES: Mapping[EventKind, tuple[str, str, str]] = {
    EventKind.JOINED: ("joined", "inviteeIdList", "inviterId"),
    EventKind.LEFT: ("left", "removeeIdList", "removerId"),
    EventKind.TITLE: ("renamed", "", "changerId"),
}


def key_of(message_id: str, told: object) -> str:
    """The id of a message; made of what it says where the puppet gives none."""
    if message_id and len(message_id) <= LONGEST_KEY:
        return message_id
    return f"made:{hashlib.sha256(f'{message_id}{told}'.encode()).hexdigest()[:32]}"
