"""From something that somebody did to the context in which it is answered: who, where, when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.words import best_language
from handlers.chat.incoming import Message, Press, Reaction, Recalled
from handlers.context import Book, Context
from handlers.directory import bases, people
from handlers.scenes import Scenes
from handlers.work import Desk, Work
from storage.queries import areas as areas_query
from storage.tables import Chat, Person

#: What somebody can do that is answered to them.
Doing = Message | Press | Reaction | Recalled


class Meeting:
    """Meets the chat and the person of what came in."""

    def __init__(self, desk: Desk, book: Book, scenes: Scenes) -> None:
        self._desk = desk
        self._book = book
        self._scenes = scenes

    async def context(self, did: Doing, store: AsyncSession, now: datetime) -> Context:
        """The context; chat and person are made when they are met for the first time."""
        work = Work(self._desk, store, now)
        chat = await people.meet_chat(work, did.chat)
        account, person = await people.meet_sender(work, did.chat, did.sender, chat)
        community = await self._language_of_place(work, chat, person)
        default = self._desk.defaults.language
        group = best_language(chat.language, community, default=default)
        mine = best_language(person.language, default=group)
        if chat.kind == "private" and person.language is None:
            mine = best_language(account.language, default=group)
        return Context(
            desk=self._desk,
            store=store,
            now=now,
            tray=work.tray,
            touched=work.touched,
            grown=work.grown,
            directory_changed=work.directory_changed,
            chat=chat,
            person=person,
            account=account,
            language=mine,
            group_language=group,
            incoming=did,
            book=self._book,
            memory=self._scenes.memory(store, chat, now),
        )

    async def _language_of_place(self, work: Work, chat: Chat, person: Person) -> str | None:
        """What the community reads: the chat's, in private that of the role or of the home."""
        if chat.area_id is not None:
            return (await areas_query.facts_at(work.store, chat.area_id)).language
        if chat.kind != "private" or person.language is not None:
            return None
        area = await bases.own_place(work, person.id)
        return (await areas_query.facts_at(work.store, area.id)).language if area else None
