"""The built-in web chat: a platform like any other, with rooms and messages of its own.

It is its own server: what people do becomes raw updates for the inbox, what the bot says
is kept in its tables, and both are pushed to every open page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.clock import Clock
from handlers.chat import (
    Acknowledge,
    Capabilities,
    ChatFacts,
    ChatKind,
    ChatRef,
    Content,
    Delivered,
    GoneError,
    Incoming,
    Intake,
    Mark,
    Media,
    MediaKind,
    MemberChange,
    Message,
    Press,
    RawUpdate,
    React,
    Reaction,
    Recalled,
    Renamed,
    Say,
    Sender,
    SendFile,
    Show,
    Standing,
)
from handlers.context import Sendable
from storage.engine import Store
from storage.queries import local as query
from storage.tables import LocalFile, LocalMember, LocalMessage, LocalRoom

BOT = "bot"
BOT_NAME = "邻里 Linli"
MARKS = {Mark.HEARD: "👀", Mark.TAKEN: "👌", Mark.DONE: "👍", Mark.UNCLEAR: "🤔"}
#: Repeats of updates are recognised for two days (bot/ticks.py); offers stay well within.
OFFERED_AGAIN = timedelta(hours=24)


class LocalPlatform:
    """Rooms, people and the bot on one page."""

    name = "local"
    capabilities = Capabilities(deep_links=True)

    def __init__(self, store: Store, clock: Clock, public_url: str = "") -> None:
        self._store = store
        self._clock = clock
        self._url = public_url
        self._intake: Intake | None = None
        self._pages: set[asyncio.Queue[dict[str, Any]]] = set()
        self._count = 0

    async def run(self, intake: Intake) -> None:
        """Take what people do, until cancelled; what was said just before a crash comes again."""
        self._intake = intake
        await self._offer_again()
        await asyncio.Event().wait()

    def attach(self, intake: Intake) -> None:
        """Where updates go, for a program that is not run but stepped (tests)."""
        self._intake = intake

    async def _offer_again(self) -> None:
        since = self._clock.now() - OFFERED_AGAIN
        async with self._store.read() as store:
            rows = await store.scalars(
                select(LocalMessage)
                .where(LocalMessage.sender != BOT, LocalMessage.at > since)
                .order_by(LocalMessage.id)
            )
            said = [(row, await query.room(store, row.room)) for row in rows.all()]
        await self._receive([_update(row, room) for row, room in said if room is not None])

    async def _receive(self, updates: Sequence[RawUpdate]) -> None:
        if self._intake is None:
            raise RuntimeError("the web chat is not running yet")
        await self._intake.receive(self.name, updates)

    # What people do -------------------------------------------------------------------------

    async def ensure_room(self, key: str, title: str, kind: str = "group") -> None:
        """A room of this key exists, with this title."""
        async with self._store.write() as store:
            room = await query.room(store, key)
            if room is None:
                store.add(LocalRoom(key=key, kind=kind, title=title))
            else:
                room.title = title

    async def ensure_member(
        self, key: str, room: str, name: str, language: str | None = None
    ) -> None:
        """Somebody sits in a room."""
        async with self._store.write() as store:
            seat = await query.member(store, key, room)
            if seat is None:
                store.add(LocalMember(key=key, room=room, name=name, language=language))
            else:
                seat.name, seat.language = name, language or seat.language

    async def say(
        self,
        member: str,
        room: str,
        text: str,
        *,
        reply_to: int | None = None,
        media: Sequence[Mapping[str, Any]] = (),
        forwarded: bool = False,
    ) -> int:
        """Somebody says something in a room they sit in; gives the message's id.

        Raises LookupError for a stranger to the room.
        """
        async with self._store.write() as store:
            seat, place = await query.member(store, member, room), await query.room(store, room)
            if seat is None or place is None:
                raise LookupError(f"{member} does not sit in {room}")
            row = LocalMessage(
                room=room,
                sender=member,
                name=seat.name,
                text=text[:4096],
                reply_to=reply_to,
                media=[dict(each) for each in media],
                buttons=[],
                reactions={"forwarded": forwarded, "language": seat.language},
                at=self._clock.now(),
            )
            store.add(row)
            await store.flush()
        self._tell(row)
        await self._receive([_update(row, place)])
        return row.id

    async def press(self, member: str, room: str, message_id: int, data: str) -> None:
        """Somebody presses a button."""
        await self._do(member, room, "press", message_id=message_id, data=data)

    async def react(
        self, member: str, room: str, message_id: int, emoji: str, *, removed: bool = False
    ) -> None:
        """Somebody puts an emoji on a message, or takes it away."""
        async with self._store.write() as store:
            row = await self._message(store, room, message_id)
            who = dict(row.reactions.get("emoji", {}))
            who.pop(member, None) if removed else who.update({member: emoji})
            row.reactions = {**row.reactions, "emoji": who}
        self._tell(row)
        await self._do(
            member, room, "reaction", message_id=message_id, emoji=emoji, removed=removed
        )

    async def edit(self, member: str, room: str, message_id: int, text: str) -> None:
        """Somebody changes what they said."""
        async with self._store.write() as store:
            row = await self._own(store, member, room, message_id)
            row.text, row.edited = text[:4096], True
        self._tell(row)
        await self._do(member, room, "message", message_id=message_id, text=text, edited=True)

    async def recall(self, member: str, room: str, message_id: int) -> None:
        """Somebody takes back what they said."""
        async with self._store.write() as store:
            row = await self._own(store, member, room, message_id)
            row.text, row.media, row.recalled = "", [], True
        self._tell(row)
        await self._do(member, room, "recalled", message_id=message_id)

    async def bot_standing(self, member: str, room: str, *, present: bool) -> None:
        """Somebody adds the bot to a room, or removes it."""
        await self._do(member, room, "standing", present=present)

    async def rename(self, member: str, room: str, title: str) -> None:
        """Somebody renames a room."""
        await self.ensure_room(room, title)
        await self._do(member, room, "renamed", title=title)

    async def _do(self, member: str, room: str, kind: str, **more: Any) -> None:
        async with self._store.read() as store:
            seat, place = await query.member(store, member, room), await query.room(store, room)
        if seat is None or place is None:
            raise LookupError(f"{member} does not sit in {room}")
        now = self._clock.now()
        self._count += 1
        body: dict[str, Any] = {
            "kind": kind,
            **_where(place),
            "sender": member,
            "name": seat.name,
            "language": seat.language,
            "at": now.isoformat(),
            **more,
        }
        key = f"{kind}:{now.timestamp():.6f}:{self._count}"
        await self._receive([RawUpdate(key, room, body)])

    async def _message(self, store: Any, room: str, message_id: int) -> LocalMessage:
        row = await store.get(LocalMessage, message_id)
        if row is None or row.room != room:
            raise LookupError(f"no message {message_id} in {room}")
        return row

    async def _own(self, store: Any, member: str, room: str, message_id: int) -> LocalMessage:
        row = await self._message(store, room, message_id)
        if row.sender != member:
            raise LookupError(f"message {message_id} is not by {member}")
        return row

    async def messages(self, room: str, since: int = 0) -> list[dict[str, Any]]:
        """What stands in a room, as the page shows it."""
        async with self._store.read() as store:
            return [shown(row) for row in await query.messages(store, room, since)]

    # Pages ----------------------------------------------------------------------------------

    def open_page(self) -> asyncio.Queue[dict[str, Any]]:
        """A page is open: what happens from now on comes into this queue."""
        page: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
        self._pages.add(page)
        return page

    def close_page(self, page: asyncio.Queue[dict[str, Any]]) -> None:
        """The page was closed."""
        self._pages.discard(page)

    def _push(self, event: dict[str, Any]) -> None:
        for page in list(self._pages):
            if page.full():
                self.close_page(page)  # it will connect again and read all
            else:
                page.put_nowait(event)

    def _tell(self, row: LocalMessage) -> None:
        self._push({"type": "message", "message": shown(row)})

    # The platform protocol ------------------------------------------------------------------

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What a raw update of ours says."""
        return [READERS[body["kind"]](body)]

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        """Put it into the room and onto every open page."""
        if isinstance(out, Acknowledge):
            self._push(
                {"type": "toast", "press": out.press_id, "text": out.text, "alert": out.alert}
            )
            return Delivered()
        async with self._store.write() as store:
            row = await self._apply(store, out, message_id)
            await store.flush()
        self._tell(row)
        return Delivered(str(row.id) if not isinstance(out, React) else "")

    async def _apply(self, store: Any, out: Sendable, message_id: str | None) -> LocalMessage:
        if isinstance(out, React):
            row = await self._standing(store, out.message_id)
            emoji = {k: v for k, v in row.reactions.get("emoji", {}).items() if k != BOT}
            if out.mark is not None:
                emoji[BOT] = MARKS[out.mark]
            row.reactions = {**row.reactions, "emoji": emoji}
        elif isinstance(out, SendFile):
            row = await self._file(store, out)
        elif message_id is not None and isinstance(out, Show):
            row = await self._standing(store, message_id)
            _fill(row, out.content)
            row.edited = True
        else:
            assert isinstance(out, Say | Show)
            row = self._new(out.chat)
            _fill(row, out.content)
            row.reply_to = int(out.reply_to) if out.reply_to else None
            store.add(row)
        return row

    def _new(self, room: str) -> LocalMessage:
        return LocalMessage(
            room=room,
            sender=BOT,
            name=BOT_NAME,
            media=[],
            buttons=[],
            reactions={},
            at=self._clock.now(),
        )

    async def _standing(self, store: Any, message_id: str) -> LocalMessage:
        row = await store.get(LocalMessage, int(message_id))
        if row is None:
            raise GoneError("no such message")
        return row

    async def _file(self, store: Any, out: SendFile) -> LocalMessage:
        self._count += 1
        key = f"f{self._clock.now().timestamp():.0f}-{self._count}"
        kind = "image/png" if out.picture else "application/octet-stream"
        store.add(LocalFile(key=key, name=out.name, type=kind, body=out.body, at=self._clock.now()))
        row = self._new(out.chat)
        media = MediaKind.PHOTO if out.picture else MediaKind.FILE
        row.media = [{"kind": media.value, "ref": key, "name": out.name}]
        row.text = out.caption
        store.add(row)
        return row

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """The web chat hears and can do everything."""
        if chat_id is None:
            return ChatFacts(reachable=True)
        async with self._store.read() as store:
            found = await query.room(store, chat_id)
        return ChatFacts(reachable=found is not None, administrator=True)

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A link that opens the page with a payload."""
        if not self._url:
            return None
        return f"{self._url}/?{'group' if group else 'start'}={payload}"


def shown(row: LocalMessage) -> dict[str, Any]:
    """A message as the page shows it."""
    return {
        "id": row.id,
        "room": row.room,
        "sender": row.sender,
        "name": row.name,
        "title": row.title or "",
        "text": row.text or "",
        "reply_to": row.reply_to,
        "buttons": row.buttons,
        "media": row.media,
        "reactions": row.reactions.get("emoji", {}),
        "forwarded": bool(row.reactions.get("forwarded")),
        "edited": bool(row.edited),
        "recalled": bool(row.recalled),
        "at": row.at.isoformat(),
    }


def _fill(row: LocalMessage, content: Content) -> None:
    row.title, row.text = content.title, content.text
    row.buttons = [[b.model_dump(exclude_none=True) for b in line] for line in content.buttons]
    row.media = [each.model_dump(mode="json", exclude_none=True) for each in content.media]


def _where(room: LocalRoom) -> dict[str, Any]:
    return {"room": room.key, "room_kind": room.kind, "title": room.title}


def _update(row: LocalMessage, room: LocalRoom) -> RawUpdate:
    body = {
        "kind": "message",
        **_where(room),
        "sender": row.sender,
        "name": row.name,
        "language": row.reactions.get("language"),
        "at": row.at.isoformat(),
        "message_id": row.id,
        "text": row.text,
        "reply_to": row.reply_to,
        "media": row.media,
        "forwarded": bool(row.reactions.get("forwarded")),
    }
    return RawUpdate(f"m:{row.id}", room.key, body)


def _chat(body: Mapping[str, Any]) -> ChatRef:
    return ChatRef("local", body["room"], ChatKind(body["room_kind"]), body["title"])


def _sender(body: Mapping[str, Any]) -> Sender:
    return Sender(body["sender"], body["name"], body["sender"], body.get("language"))


def _at(body: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(body["at"])


def _message(body: Mapping[str, Any]) -> Message:
    reply = body.get("reply_to")
    return Message(
        chat=_chat(body),
        sender=_sender(body),
        at=_at(body),
        message_id=str(body["message_id"]),
        text=body.get("text", ""),
        reply_to=str(reply) if reply else None,
        media=tuple(Media.model_validate(each) for each in body.get("media", ())),
        album=f"local:{body['message_id']}" if len(body.get("media", ())) > 1 else None,
        forwarded=bool(body.get("forwarded")),
        to_bot="@邻里" in body.get("text", "") or "@linli" in body.get("text", "").lower(),
        edited=bool(body.get("edited")),
    )


def _press(body: Mapping[str, Any]) -> Press:
    press_id = f"{body['sender']}|{body['room']}"
    return Press(
        _chat(body), _sender(body), _at(body), str(body["message_id"]), body["data"], press_id
    )


def _reaction(body: Mapping[str, Any]) -> Reaction:
    return Reaction(
        _chat(body),
        _sender(body),
        _at(body),
        str(body["message_id"]),
        body["emoji"],
        bool(body.get("removed")),
    )


def _recalled(body: Mapping[str, Any]) -> Recalled:
    return Recalled(_chat(body), _sender(body), _at(body), str(body["message_id"]))


def _bot_standing(body: Mapping[str, Any]) -> Standing:
    present = bool(body["present"])
    return Standing(
        _chat(body),
        _sender(body),
        _at(body),
        present=present,
        administrator=present,
        hears_all=present,
    )


def _renamed(body: Mapping[str, Any]) -> Renamed:
    return Renamed(_chat(body), _at(body), body["title"], _sender(body))


def _member(body: Mapping[str, Any]) -> MemberChange:
    return MemberChange(_chat(body), _sender(body), _at(body), bool(body["joined"]))


READERS = {
    "message": _message,
    "press": _press,
    "reaction": _reaction,
    "recalled": _recalled,
    "standing": _bot_standing,
    "renamed": _renamed,
    "member": _member,
}
