"""Groups as tests see them: who joins, what the bot becomes, new titles, topics, migration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tests.fakes.bot_api.chats import Chat, Topic
from tests.fakes.bot_api.records import Json, Member, Message
from tests.fakes.bot_api.world import World

Standing = Literal["administrator", "member", "restricted", "left", "kicked"]
#: A migration is told twice: in the group that was, and in the one that is.
Notice = Literal["old", "new"]


class Somebody(Protocol):
    """A person, as far as a group must know."""

    @property
    def id(self) -> int:
        """The user's id."""
        ...

    @property
    def user(self) -> Json:
        """As a User."""
        ...


@dataclass(eq=False, slots=True)
class Group:
    """A group or supergroup. Setting up is silent; what happens later the bot is told."""

    world: World
    chat: Chat

    @property
    def id(self) -> int:
        """Its id as the bot sees it."""
        return self.chat.id

    @property
    def title(self) -> str:
        """Its title now."""
        return self.chat.title

    @property
    def messages(self) -> list[Message]:
        """All that stands in it, of people and the bot."""
        return self.chat.messages

    @property
    def said(self) -> list[Message]:
        """What the bot said and still stands."""
        return self.chat.said

    @property
    def last(self) -> Message:
        """The last thing the bot said."""
        return self.chat.last

    def seat(self, people: Iterable[Somebody], status: str = "member") -> None:
        """They were in it all along: nobody is told."""
        for person in people:
            self.chat.members[person.id] = Member(status)

    def topic(self, name: str) -> Topic:
        """A forum's topic that was there all along."""
        made = self.world.add(self.chat, self._owner(), _created(name))
        made.body |= {"message_thread_id": made.id, "is_topic_message": True}
        self.chat.topics[made.id] = Topic(self.chat, made.id, name)
        return self.chat.topics[made.id]

    async def joined(self, person: Somebody) -> None:
        """Somebody comes in by themselves."""
        self.world.change_member(self.chat, person.user, Member(), person.user)
        self._service(person.user, new_chat_members=[person.user])

    async def left(self, person: Somebody) -> None:
        """Somebody goes."""
        self.world.change_member(self.chat, person.user, Member("left"), person.user)
        self._service(person.user, left_chat_member=person.user)

    async def bot_added(
        self, by: Somebody, *, payload: str = "", administrator: bool = False
    ) -> None:
        """The bot is added; by a link with a payload it is also sent "/start@bot payload"."""
        await self.bot_becomes("administrator" if administrator else "member", by)
        self._service(by.user, new_chat_members=[self.world.bot])
        if payload:
            text = f"/start@{self.world.bot['username']} {payload}"
            self.world.speak(self.chat, by.user, {"text": text})

    async def bot_becomes(
        self, status: Standing, by: Somebody | None = None, **rights: bool
    ) -> None:
        """The bot is promoted, restricted, made a plain member again, or thrown out."""
        user = by.user if by else self._owner()
        self.world.change_member(self.chat, self.world.bot, Member(status, rights), user)

    async def renamed(self, title: str, by: Somebody | None = None) -> None:
        """It has a new title."""
        self.chat.title = title
        self._service(by.user if by else self._owner(), new_chat_title=title)

    async def becomes_supergroup(self, notices: Sequence[Notice] = ("old", "new")) -> Group:
        """It lives on under a new id; ids of its messages are void.

        `notices`: in which of the two the bot is told, and where first.
        """
        old, world = self.chat, self.world
        new = world.open_chat(-1_000_000_000_000 + old.id, kind="supergroup", title=old.title)
        new.members.update(old.members)
        moved = Group(world, new)
        told: dict[Notice, Callable[[], None]] = {
            "old": lambda: self._service(self._owner(), migrate_to_chat_id=new.id),
            "new": lambda: moved._service(self._owner(), migrate_from_chat_id=old.id),
        }
        for where in notices:
            told[where]()
        old.migrated_to = new.id
        return moved

    def _service(self, by: Json, **body: object) -> None:
        self.world.speak(self.chat, by, dict(body))

    def _owner(self) -> Json:
        for user_id, member in self.chat.members.items():
            if member.status == "creator":
                return self.world.users[user_id]
        return {"id": 1, "is_bot": False, "first_name": "群主"}


def _created(name: str) -> Json:
    return {"forum_topic_created": {"name": name, "icon_color": 7322096}}
