"""What people do in the web chat: talk, press, react, change their mind, come and go.

Each doing is shown and owed to the inbox in one transaction, then handed over in order: a process
that dies between the two hands over what it still owes when it starts again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.platforms.local import shown
from bot.platforms.local.doing import Doing, NotPossibleError
from bot.platforms.local.town import LONGEST_NAME, Town
from handlers.chat.platform import Intake, RawUpdate
from storage.engine import Store
from storage.queries import local as query
from storage.tables import LocalMember, LocalMessage, LocalRoom

LONGEST_TEXT = 4096
MOST_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says, with what belongs to it."""

    text: str
    reply_to: int | None = None
    photos: Sequence[str] = ()  #: keys of kept files
    album: str | None = None
    forwarded: bool = False


class People(Town):
    """A town in which people do things."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock)
        self._intake: Intake | None = None
        self._in_order = asyncio.Lock()

    async def say(
        self,
        person: str,
        room: str,
        text: str,
        *,
        reply_to: int | None = None,
        photos: Sequence[str] = (),
        album: str | None = None,
    ) -> int:
        """Somebody says something in a room they sit in; gives the message's id.

        `photos` are keys of kept files. Raises NotPossibleError for a stranger to the room, for
        nothing said, and for a reply to what is not there.
        """
        return await self._say(person, room, Words(text, reply_to, photos, album))

    async def _say(self, person: str, room: str, words: Words) -> int:
        async with self._doing(person, room) as doing:
            media = await self._photos(doing.store, words.photos[:MOST_PHOTOS])
            if not words.text.strip() and not media:
                raise NotPossibleError("page.nothing_said")
            if words.reply_to is not None:
                await doing.message(words.reply_to)
            row = _new(doing, words)
            row.media = media
            doing.store.add(row)
            await doing.store.flush()
            doing.shown = row
            await doing.tell_bot_said(row)
        return row.id

    async def forward(self, person: str, room: str, message_id: int, to_room: str) -> int:
        """Somebody passes a message on to another room of theirs; gives the new one's id."""
        async with self._store.read() as store:
            await _seat(store, person, room)
            row = await query.message(store, room, message_id)
        if row is None or row.recalled:
            raise NotPossibleError("page.message_gone")
        text = f"{row.title}\n{row.text}".strip()
        photos = [each["ref"] for each in row.media if each["kind"] == "photo"]
        return await self._say(person, to_room, Words(text, photos=photos, forwarded=True))

    async def press(
        self, person: str, room: str, message_id: int, data: str, *, page_id: str = ""
    ) -> None:
        """Somebody presses a button; the bot's notice goes to the browser `page_id` alone."""
        async with self._doing(person, room) as doing:
            await doing.message(message_id)
            press_id = f"{person}|{page_id}|{secrets.token_hex(4)}"
            doing.tell_bot("press", message_id=message_id, data=data, press_id=press_id)

    async def react(
        self, person: str, room: str, message_id: int, emoji: str, *, removed: bool = False
    ) -> None:
        """Somebody puts an emoji on a message (one each), or takes it away."""
        async with self._doing(person, room) as doing:
            row = await doing.message(message_id)
            others = {who: sign for who, sign in row.reactions.items() if who != person}
            row.reactions = others if removed else {**others, person: emoji}
            doing.shown = row
            doing.tell_bot("reaction", message_id=row.id, emoji=emoji, removed=removed)

    async def edit(self, person: str, room: str, message_id: int, text: str) -> None:
        """Somebody changes what they said."""
        async with self._doing(person, room) as doing:
            row = await doing.own(message_id)
            if not text.strip() and not row.media:
                raise NotPossibleError("page.nothing_said")
            row.text, row.edited = text[:LONGEST_TEXT], True
            doing.shown = row
            await doing.tell_bot_said(row)

    async def recall(self, person: str, room: str, message_id: int) -> None:
        """Somebody takes back what they said: words and pictures are forgotten."""
        async with self._doing(person, room) as doing:
            row = await doing.own(message_id)
            await query.drop_files(doing.store, [each["ref"] for each in row.media])
            row.text, row.media, row.reactions, row.recalled = "", [], {}, True
            doing.shown = row
            doing.tell_bot("recalled", message_id=row.id)

    async def join(self, person: str, room: str) -> None:
        """Somebody comes into a group."""
        async with self._store.write() as store:
            place = await query.room(store, room)
            if place is None or place.kind != "group":
                raise NotPossibleError("page.room_gone")
            if await query.seat(store, person, room) is not None:
                return
            store.add(LocalMember(person=person, room=room))
        async with self._doing(person, room) as doing:
            doing.tell_bot("member", present=True)
        self._changed()

    async def leave(self, person: str, room: str) -> None:
        """Somebody leaves a group."""
        async with self._doing(person, room) as doing:
            if doing.room.kind != "group":
                raise NotPossibleError("page.only_groups")
            doing.tell_bot("member", present=False)
            seat = await query.seat(doing.store, person, room)
            await doing.store.delete(seat)
        self._changed()

    async def add_bot(self, person: str, room: str) -> None:
        """Somebody brings the bot into a group, or unblocks it in private."""
        await self._seat_bot(person, room, present=True)

    async def remove_bot(self, person: str, room: str) -> None:
        """Somebody puts the bot out of a group, or blocks it in private."""
        await self._seat_bot(person, room, present=False)

    async def _seat_bot(self, person: str, room: str, *, present: bool) -> None:
        async with self._doing(person, room) as doing:
            doing.room.has_bot = present
            doing.tell_bot("standing", present=present)
        self._changed()

    async def rename(self, person: str, room: str, title: str) -> None:
        """Somebody gives a group a new title."""
        async with self._doing(person, room) as doing:
            if doing.room.kind != "group":
                raise NotPossibleError("page.only_groups")
            doing.room.title = title.strip()[:LONGEST_NAME] or doing.room.title
            doing.tell_bot("renamed")
        self._changed()

    async def found(self, person: str, title: str) -> str:
        """Somebody makes a new group and brings the bot into it; gives its key."""
        if not (title := title.strip()[:LONGEST_NAME]):
            raise NotPossibleError("page.needs_name")
        key = f"g{secrets.token_hex(4)}"
        async with self._store.write() as store:
            store.add(LocalRoom(key=key, kind="group", title=title, has_bot=False))
            store.add(LocalMember(person=person, room=key))
        await self.add_bot(person, key)
        return key

    # How a doing becomes an update ----------------------------------------------------------

    @asynccontextmanager
    async def _doing(self, person: str, room: str) -> AsyncGenerator[Doing]:
        async with self._in_order:
            async with self._store.write() as store:
                place = await _seat(store, person, room)
                who = await query.person(store, person)
                if who is None:
                    raise NotPossibleError("page.nobody")
                doing = Doing(store, who, place, self._clock.now())
                yield doing
            if doing.shown is not None:
                self._show(doing.shown)
            await self._hand_over()

    async def _hand_over(self) -> None:
        """Give the inbox all that it is owed, in order. It knows repeats by their keys."""
        if self._intake is None:
            return
        async with self._store.read() as store:
            owed = await query.waiting(store)
        if not owed:
            return
        updates = [RawUpdate(each.key, each.room, each.body) for each in owed]
        await self._intake.receive("local", updates)
        async with self._store.write() as store:
            await query.handed_over(store, [each.id for each in owed])

    def _show(self, row: LocalMessage) -> None:
        self.pages.tell_room(row.room, {"type": "message", "message": shown.message(row)})


async def _seat(store: AsyncSession, person: str, room: str) -> LocalRoom:
    place = await query.room(store, room)
    if place is None:
        raise NotPossibleError("page.room_gone")
    if await query.seat(store, person, room) is None:
        raise NotPossibleError("page.not_here")
    return place


def _new(doing: Doing, words: Words) -> LocalMessage:
    return LocalMessage(
        room=doing.room.key,
        sender=doing.person.key,
        name=doing.person.name,
        title="",
        text=words.text[:LONGEST_TEXT],
        reply_to=words.reply_to,
        album=words.album,
        buttons=[],
        media=[],
        reactions={},
        forwarded=words.forwarded,
        edited=False,
        recalled=False,
        at=doing.at,
    )
