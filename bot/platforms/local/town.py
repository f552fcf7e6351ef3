"""The web chat's rooms, people and files: made, found, and shown to browsers."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.platforms.local import shown
from bot.platforms.local.doing import NotPossibleError
from bot.platforms.local.pages import Page, Pages
from storage.engine import Store
from storage.queries import local as query
from storage.tables import LocalFile, LocalMember, LocalPerson, LocalRoom

LONGEST_NAME = 40


class Town:
    """Where people of the web chat live; knows nothing of what they do."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.pages = Pages()

    async def ensure_room(self, key: str, title: str, *, has_bot: bool = True) -> None:
        """A group of this key exists, with this title. Raises ValueError for somebody's key."""
        async with self._store.write() as store:
            room = await query.room(store, key)
            if room is None:
                store.add(LocalRoom(key=key, kind="group", title=title, has_bot=has_bot))
            elif room.kind != "group":
                raise ValueError(f"{key} is somebody's private chat")
            else:
                room.title = title
        self._changed()

    async def ensure_person(self, key: str, name: str, language: str | None = None) -> None:
        """Somebody exists, with a private chat whose key is theirs.

        Raises ValueError for the key of a group.
        """
        async with self._store.write() as store:
            await self._person(store, key, name, language)
        self._changed()

    async def ensure_member(
        self, key: str, room: str, name: str, language: str | None = None
    ) -> None:
        """Somebody exists and sits in a room; the bot is not told (see `join`)."""
        async with self._store.write() as store:
            await self._person(store, key, name, language)
            if await query.seat(store, key, room) is None:
                store.add(LocalMember(person=key, room=room))
        self._changed()

    async def _person(self, store: AsyncSession, key: str, name: str, language: str | None) -> None:
        person = await query.person(store, key)
        if person is not None:
            person.name, person.language = name, language or person.language
            return
        if await query.room(store, key) is not None:
            raise ValueError(f"{key} is a group")
        store.add(LocalPerson(key=key, name=name, language=language))
        store.add(LocalRoom(key=key, kind="private", title=name, has_bot=True))
        store.add(LocalMember(person=key, room=key))
        await store.flush()

    async def newcomer(self, name: str, language: str | None) -> str:
        """Somebody new comes by; gives their key."""
        if not (name := name.strip()[:LONGEST_NAME]):
            raise NotPossibleError("page.needs_name")
        key = f"p{secrets.token_hex(4)}"
        await self.ensure_person(key, name, language)
        return key

    async def speak(self, key: str, language: str) -> None:
        """Somebody switches their app to another language."""
        async with self._store.write() as store:
            person = await query.person(store, key)
            if person is None:
                raise NotPossibleError("page.nobody")
            person.language = language
        self._changed()

    def _changed(self) -> None:
        self.pages.tell_all({"type": "changed"})

    # What browsers are shown ----------------------------------------------------------------

    async def messages(
        self, room: str, since: int = 0, before: int | None = None
    ) -> list[dict[str, Any]]:
        """A room's last messages, oldest first (bot/platforms/local/shown.py)."""
        async with self._store.read() as store:
            rows = await query.messages(store, room, since=since, before=before)
        return [shown.message(row) for row in rows]

    async def rooms(self) -> list[dict[str, Any]]:
        """All groups."""
        async with self._store.read() as store:
            rows, sizes = await query.rooms(store), await query.sizes(store)
        return [shown.room(row, sizes.get(row.key, 0)) for row in rows if row.kind == "group"]

    async def people(self) -> list[dict[str, Any]]:
        """Everybody, with the keys of the groups they sit in."""
        async with self._store.read() as store:
            rows, seats = await query.people(store), await query.seats(store)
        groups: dict[str, list[str]] = {}
        for seat in seats:
            if seat.room != seat.person:
                groups.setdefault(seat.person, []).append(seat.room)
        return [{**shown.person(row), "groups": groups.get(row.key, [])} for row in rows]

    async def watch(self, page: Page, people: Iterable[str]) -> list[dict[str, Any]]:
        """This browser plays these people from now on; gives each with their rooms and messages.

        Strangers are passed over.
        """
        page.people, page.rooms = set(), set()
        views: list[dict[str, Any]] = []
        for key in people:
            view = await self._view(page, key)
            if view is not None:
                views.append(view)
        return views

    async def _view(self, page: Page, key: str) -> dict[str, Any] | None:
        async with self._store.read() as store:
            person = await query.person(store, key)
            rooms, sizes = await query.rooms_of(store, key), await query.sizes(store)
        if person is None:
            return None
        page.people.add(key)
        page.rooms.update(room.key for room in rooms)  # before reading, so that nothing is missed
        return {
            **shown.person(person),
            "rooms": [
                {**shown.room(room, sizes[room.key]), "messages": await self.messages(room.key)}
                for room in rooms
            ],
        }

    # Files ----------------------------------------------------------------------------------

    async def keep_file(self, name: str, kind: str, body: bytes) -> str:
        """Keep a file; gives its unguessable key."""
        async with self._store.write() as store:
            return self._keep_file(store, name, kind, body)

    def _keep_file(self, store: AsyncSession, name: str, kind: str, body: bytes) -> str:
        key = secrets.token_urlsafe(18)
        row = LocalFile(key=key, name=name[:200], type=kind, body=body, at=self._clock.now())
        store.add(row)
        return key

    async def file(self, key: str) -> LocalFile | None:
        """A kept file."""
        async with self._store.read() as store:
            return await query.file(store, key)

    async def _photos(self, store: AsyncSession, keys: Sequence[str]) -> list[dict[str, Any]]:
        found = [await query.file(store, key) for key in keys]
        return [
            {"kind": "photo", "ref": file.key, "name": file.name, "size": len(file.body)}
            for file in found
            if file is not None
        ]
