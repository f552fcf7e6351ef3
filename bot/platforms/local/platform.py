"""The web chat as the bot sees it: what it hears there, and how it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from bot import pictures
from bot.clock import Clock
from bot.platforms.local.doing import BOT
from bot.platforms.local.happening import Happening
from bot.platforms.local.people import People
from handlers.chat.incoming import Incoming, Media, MediaKind
from handlers.chat.outgoing import Acknowledge, Content, Mark, React, Say, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    GoneError,
    Intake,
    Lent,
    PermanentError,
)
from storage.engine import Store
from storage.queries import local as query
from storage.tables import LocalMessage

#: It can do everything that the bot does, without limits.
CAPABILITIES = Capabilities(
    deep_links=True,
    media_in=frozenset({MediaKind.PHOTO}),  # what the page lets people send
    media_in_private=frozenset({MediaKind.PHOTO}),
    media_out=frozenset({MediaKind.PHOTO, MediaKind.FILE}),  # and what it plays nothing of
)
BOT_NAME = "邻里"
MARKS = {Mark.HEARD: "👀", Mark.TAKEN: "👌", Mark.DONE: "👍", Mark.UNCLEAR: "🤔"}


class LocalPlatform(People):
    """Rooms, people and the bot on one page."""

    name = "local"
    capabilities = CAPABILITIES

    def __init__(self, store: Store, clock: Clock, public_url: str = "") -> None:
        super().__init__(store, clock)
        self._url = public_url.rstrip("/")

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; what was done just before a crash comes first."""
        await self.attach(intake)
        await asyncio.Event().wait()

    async def attach(self, intake: Intake) -> None:
        """Hand over what is owed, and from now on what people do."""
        async with self._in_order:
            self._intake = intake
            await self._hand_over()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What an update of ours says. Raises ValidationError (a ValueError) for anything else."""
        return [Happening.model_validate(body).incoming()]

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Put it into the room and onto every page that shows it. Raises DeliveryError."""
        if isinstance(out, Acknowledge):
            self._notify(out)
            return Delivered()
        async with self._store.write() as store:
            await _require_bot(store, out.chat)
            row = await self._put(store, out, message_id)
            await store.flush()
        self._show(row)
        return Delivered("" if isinstance(out, React) else str(row.id))

    def _notify(self, out: Acknowledge) -> None:
        person, page_id, _ = out.press_id.split("|")
        event = {
            "type": "toast",
            "person": person,
            "room": out.chat,
            "text": out.text,
            "alert": out.alert,
        }
        self.pages.tell_presser(person, page_id, event)

    async def _put(
        self, store: AsyncSession, out: Say | Show | React | SendFile, message_id: str | None
    ) -> LocalMessage:
        if isinstance(out, React):
            return await _mark(store, out)
        if isinstance(out, SendFile):
            return self._file(store, out)
        if isinstance(out, Show) and message_id is not None:
            return await _change(store, out, message_id)
        row = self._new(store, out.chat)
        _fill(row, out.content)
        if out.reply_to and out.reply_to.isdigit():
            row.reply_to = int(out.reply_to)
        return row

    def _new(self, store: AsyncSession, room: str) -> LocalMessage:
        row = LocalMessage(
            room=room,
            sender=BOT,
            name=BOT_NAME,
            title="",
            text="",
            buttons=[],
            media=[],
            reactions={},
            forwarded=False,
            edited=False,
            recalled=False,
            at=self._clock.now(),
        )
        store.add(row)
        return row

    def _file(self, store: AsyncSession, out: SendFile) -> LocalMessage:
        kind = pictures.type_of(out.body) if out.picture else None
        key = self._keep_file(store, out.name, kind or "application/octet-stream", out.body)
        row = self._new(store, out.chat)
        media = MediaKind.PHOTO if kind else MediaKind.FILE
        row.media = [{"kind": media.value, "ref": key, "name": out.name, "size": len(out.body)}]
        row.text = out.caption
        return row

    async def fetched(self, media: Media) -> Lent | None:
        """A kept picture; it was cleaned when it was kept."""
        kept = await self.file(media.ref)
        return Lent(kept.body) if kept is not None else None

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """Whether the bot is in the room; where it is, it may do everything."""
        if chat_id is None:
            return ChatFacts(reachable=True, administrator=True)
        async with self._store.read() as store:
            room = await query.room(store, chat_id)
        there = room is not None and room.has_bot
        return ChatFacts(reachable=there, administrator=there, hears_all=there, can_speak=there)

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A link that opens the page with a payload."""
        return f"{self._url}/?{'group' if group else 'start'}={quote(payload)}"

    async def close(self) -> None:
        """Nothing is open: the pages' sockets are the web app's."""


async def _require_bot(store: AsyncSession, key: str) -> None:
    room = await query.room(store, key)
    if room is None:
        raise PermanentError("no such room", unreachable=True)
    if not room.has_bot:
        raise PermanentError("the bot is not in this room", unreachable=True)


async def _mark(store: AsyncSession, out: React) -> LocalMessage:
    row = await _find(store, out.chat, out.message_id)
    if row is None or row.recalled:
        raise PermanentError("no such message")
    others = {who: sign for who, sign in row.reactions.items() if who != BOT}
    row.reactions = others if out.mark is None else {**others, BOT: MARKS[out.mark]}
    return row


async def _change(store: AsyncSession, out: Show, message_id: str) -> LocalMessage:
    row = await _find(store, out.chat, message_id)
    if row is None or row.sender != BOT:
        raise GoneError("no such message")
    _fill(row, out.content)
    row.edited = True
    return row


async def _find(store: AsyncSession, room: str, message_id: str) -> LocalMessage | None:
    if not message_id.isdigit():
        return None
    return await query.message(store, room, int(message_id))


def _fill(row: LocalMessage, content: Content) -> None:
    row.title, row.text = content.title, content.text
    row.buttons = [
        [button.model_dump(exclude_none=True) for button in line] for line in content.buttons
    ]
    row.media = [each.model_dump(mode="json", exclude_none=True) for each in content.media]
