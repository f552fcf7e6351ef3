"""One transaction's worth of doing: at which desk, when, with what tray, and why it is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from config.policy import Policy
from config.words import Catalogue
from handlers.chat.outgoing import Button, Content, Mark, React, Say, Sendable, SendFile, Show
from handlers.chat.platform import Capabilities, ChatFacts, Hears
from handlers.manner import PLAINLY, Manner, Outbound, Unasked, given
from handlers.parting import parts_of
from handlers.understanding.meaning import Heard, Meaning, Scene
from storage.tables import Chat, Notice, Person

#: A platform that is not among those of this program: its chats are known and out of reach.
TURNED_OFF = Capabilities(hears=Hears.NOTHING, private=False)


class RefusalError(Exception):
    """Something is not done; the person is told why by the text `key` with `values`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Understands(Protocol):
    """Whoever reads messages (handlers.understanding.reader.Reader)."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means."""
        ...

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        """What it is about, where and how urgent, given that it is a request."""
        ...


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a community set nothing."""

    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    public_url: str = ""
    version: str = "0"
    font: Path | None = None  #: draws pictures; None: one of this machine's
    alarm_post: bool = False  #: an operator's address is told of alarms as well


class OnDuty(Protocol):
    """Whoever knows the rotas: who is on duty at a place at the moment of the work."""

    async def __call__(self, work: Work, path: str, rota: str | None) -> Sequence[Person]:
        """Who is on duty now at a place or above it, the nearest first; of one rota if named."""
        ...


async def nobody_on_duty(work: Work, path: str, rota: str | None) -> Sequence[Person]:
    """Where there are no rotas, nobody is on duty."""
    return ()


@dataclass(frozen=True, slots=True)
class Retold:
    """What another subject tells somebody who could not be told before."""

    content: Content
    opens: Button | None = None  #: under a message with other things in it


class Retells(Protocol):
    """Whoever reads the notices anew that are of no request."""

    async def __call__(
        self, work: Work, language: str, notices: Sequence[Notice]
    ) -> Sequence[Retold]:
        """What these notices of one person say now; maybe nothing any more."""
        ...


async def nothing_retold(work: Work, language: str, notices: Sequence[Notice]) -> Sequence[Retold]:
    """Where no subject but requests has people wait."""
    return ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What all handlers of a process share; built once by bot/app.py."""

    policy: Policy
    words: Catalogue
    reader: Understands
    capabilities: Mapping[str, Capabilities]
    #: platform, payload, for a group? -> deep link, where the platform has such links
    link: Callable[[str, str, bool], str | None]
    #: platform, chat (None: the account itself) -> what the bot can do there
    examine: Callable[[str, str | None], Awaitable[ChatFacts]]
    defaults: Defaults = Defaults()
    #: whether what is said on a platform reaches the bot now
    in_touch: Callable[[str], bool] = lambda _platform: True
    #: asked for the "duty" of a ladder's rung
    on_duty: OnDuty = nobody_on_duty
    #: asked for what waited until the morning and is of no request
    retell: Retells = nothing_retold


@dataclass(frozen=True, slots=True)
class Grown:
    """More was said of a request, and nothing else changed of what a chat knows of it."""

    chat_id: int
    request_id: int
    account: str  #: of who said so, on the chat's platform
    joined: bool  #: whether they have a voice now
    message_id: str | None  #: what they said in this chat; None: elsewhere, or without words
    at: datetime


@dataclass(slots=True)
class Work:
    """One transaction's worth of doing; the clock's ticks have no more than this."""

    desk: Desk
    store: AsyncSession
    now: datetime
    tray: list[Outbound] = field(default_factory=list[Outbound])
    #: ids of chats whose picture of open requests changed
    touched: set[int] = field(default_factory=set[int])
    #: requests of which more was said, in chats whose picture of them is the same but for that
    grown: list[Grown] = field(default_factory=list[Grown])
    #: places, people or roles changed: what is remembered of them is read anew
    directory_changed: bool = False
    #: what a batch of one subject has read of people once for all; None: nothing is kept
    memo: dict[object, Any] | None = None
    #: accounts (platform, id there) of who was forgotten: their last lines go from memory as well
    forgotten: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    #: something was dropped that is to leave no trace in the database's files
    forgot: bool = False

    @property
    def policy(self) -> Policy:
        """The community's policy."""
        return self.desk.policy

    def word(self, language: str, key: str, **values: object) -> str:
        """A text of the catalogue in a language."""
        return self.desk.words.say(language, key, **values)

    def app(self, language: str, platform: str) -> str:
        """A platform as people call it, whichever account; empty where they have no name for it."""
        keys = (f"watching.platform.{name}" for name in (platform, platform.partition("-")[0]))
        known = next((key for key in keys if self.desk.words.has(key)), None)
        return self.word(language, known) if known else ""

    def can(self, platform: str) -> Capabilities:
        """What a platform can do; one that was turned off hears nobody and writes to nobody."""
        return self.desk.capabilities.get(platform, TURNED_OFF)

    def put(
        self,
        out: Sendable,
        *,
        delay: timedelta | None = None,
        occasion: str | None = None,
        unasked: Unasked | None = None,
        first: bool = False,
    ) -> None:
        """Lay something into the tray: said after the commit, or not at all."""
        due = self.now + delay if delay else self.now
        self.tray.append(Outbound(out, due, occasion, unasked, first))

    def speaks_unasked(self, chat: Chat) -> bool:
        """Whether nobody in this chat said or pressed anything just now."""
        return chat.kind == "group"

    def say(self, chat: Chat, content: Content, manner: Manner = PLAINLY) -> None:
        """A message of its own in a chat; several, where it is too long for one."""
        *rest, last = self.parts(chat, content)
        unasked = Unasked(chat, manner.low) if self.speaks_unasked(chat) else None
        for number, part in enumerate(rest):
            said = Say(**given(chat, part, manner))
            occasion = f"{number}/{manner.occasion}" if manner.occasion else None
            self.put(said, delay=manner.delay, occasion=occasion, unasked=unasked)
            manner = replace(manner, reply_to=None)
        out = Say(**given(chat, last, manner), instead=manner.instead)
        self.put(out, delay=manner.delay, occasion=manner.occasion, unasked=unasked)

    def show(self, chat: Chat, slot: str, content: Content, manner: Manner = PLAINLY) -> None:
        """Make the standing message `slot` of a chat show `content` (sent once, then edited)."""
        *rest, last = self.parts(chat, content)
        for number, part in enumerate(rest):
            self.put(Show(slot=f"{slot}~{number}", **given(chat, part, manner)), delay=manner.delay)
        out = Show(slot=slot, **given(chat, last, manner))
        self.put(out, delay=manner.delay, first=manner.first)

    def send_file(
        self, chat: Chat, name: str, body: bytes, caption: str, *, picture: bool = False
    ) -> None:
        """A file for download, or a picture to be seen at once."""
        self.put(
            SendFile(
                platform=chat.platform,
                chat=chat.external_id,
                group=chat.kind == "group",
                name=name,
                body=body,
                caption=caption,
                picture=picture,
            )
        )

    def parts(self, chat: Chat, content: Content) -> Sequence[Content]:
        """The content as messages that are no longer than the chat's platform takes."""
        can = self.can(chat.platform)
        return parts_of(content, can.text_limit, can.text_bytes)

    def mark(self, chat: Chat, message_id: str, mark: Mark | None) -> None:
        """A quiet mark on a message; where the platform has none, a word to who waits for one."""
        self.put(
            React(
                platform=chat.platform,
                chat=chat.external_id,
                group=chat.kind == "group",
                message_id=message_id,
                mark=mark,
            )
        )
