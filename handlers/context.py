"""What a handler is given: the session, the moment, who speaks where, a tray for what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from config.policy import Policy
from config.terms import Right
from config.words import Catalogue
from handlers.chat import (
    Acknowledge,
    Button,
    Capabilities,
    ChatFacts,
    Content,
    Incoming,
    Mark,
    Media,
    Message,
    Press,
    React,
    Reaction,
    Rows,
    Say,
    SendFile,
    Show,
)
from handlers.parting import TURNS, parts_of
from handlers.understanding.meaning import Heard, Meaning, Scene
from storage.tables import Account, Audit, Chat, Notice, Person


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


class Offer(Protocol):
    """A command as help speaks of it (handlers.commands.Command)."""

    @property
    def name(self) -> str:
        """Its English name."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its Chinese names."""
        ...

    @property
    def right(self) -> Right | None:
        """The right that one must hold somewhere to use it."""
        ...

    @property
    def concerned(self) -> bool:
        """Whether it is also for those whom a request concerns."""
        ...

    @property
    def where(self) -> str:
        """group, private or both."""
        ...

    @property
    def hidden(self) -> bool:
        """Whether help passes over it."""
        ...

    @property
    def sends_file(self) -> bool:
        """Whether its answer is a file."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what numbers are asked: places, and from when to when."""

    paths: tuple[str, ...]
    begin: datetime
    end: datetime  #: the first moment behind


@dataclass(frozen=True, slots=True)
class Number:
    """A line of numbers that a subject adds: its name for programs, its words and their values."""

    name: str
    key: str
    values: Mapping[str, Any]  #: numbers and names; what stands in `key`'s text


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers of another subject under those of /stats (promises kept, noise held back ...)."""

    name: str  #: for programs
    title: str  #: key of its heading
    run: Callable[[Work, str, Scope], Awaitable[Sequence[Number]]]  #: in a language


@dataclass(frozen=True, slots=True)
class Book:
    """What the bot offers: all commands, and how each audited one is taken back."""

    offers: tuple[Offer, ...] = ()
    #: by a command's English name: runs it with what stands behind the name
    runs: Mapping[str, Callable[[Context, str], Awaitable[None]]] = field(
        default_factory=dict[str, Callable[["Context", str], Awaitable[None]]]
    )
    undos: Mapping[str, Callable[[Context, Audit], Awaitable[None]]] = field(
        default_factory=dict[str, Callable[["Context", Audit], Awaitable[None]]]
    )
    sections: tuple[Section, ...] = ()  #: that subjects add to the numbers


Sendable = Say | Show | Acknowledge | React | SendFile


@dataclass(frozen=True, slots=True)
class Unasked:
    """A post in a group that answers nobody there: it counts against the group's budget (R59).

    The parts of a long one share it, and count once.
    """

    chat: Chat
    low: bool  #: of so little weight that it may wait


@dataclass(frozen=True, slots=True)
class Outbound:
    """One thing to be said, when, and for which occasion (said once per occasion, R57)."""

    out: Sendable
    not_before: datetime
    occasion: str | None = None
    unasked: Unasked | None = None


class _Given(TypedDict):
    platform: str
    chat: str
    group: bool
    topic: str | None
    content: Content
    about: int | None
    reply_to: str | None
    urgent: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said."""

    about: int | None = None  #: id of the request
    reply_to: str | None = None
    urgent: bool = False
    silent: bool = False
    delay: timedelta | None = None  #: the rest of the quiet hours, say
    occasion: str | None = None  #: said once for it (R57)
    low: bool = False  #: may be told later, with others, where a group was told much (R59)


#: At once, as a message among others.
PLAINLY = Manner()


@dataclass(slots=True)
class Work:
    """One transaction's worth of doing; the clock's ticks have no more than this."""

    desk: Desk
    store: AsyncSession
    now: datetime
    tray: list[Outbound] = field(default_factory=list[Outbound])
    #: ids of chats whose picture of open requests changed
    touched: set[int] = field(default_factory=set[int])
    #: places, people or roles changed: what is remembered of them is read anew
    directory_changed: bool = False
    #: ids of requests whose history goes on: they are counted anew before the commit
    counted: set[int] = field(default_factory=set[int])
    #: what a batch of one subject has read of people once for all; None: nothing is kept
    memo: dict[object, Any] | None = None
    #: something was dropped that is to leave no trace in the database's files
    forgot: bool = False

    @property
    def policy(self) -> Policy:
        """The community's policy."""
        return self.desk.policy

    def word(self, language: str, key: str, **values: object) -> str:
        """A text of the catalogue in a language."""
        return self.desk.words.say(language, key, **values)

    def can(self, platform: str) -> Capabilities:
        """What a platform can do (a removed one can do nothing that matters)."""
        return self.desk.capabilities.get(platform, Capabilities(private=False))

    def put(
        self,
        out: Sendable,
        *,
        delay: timedelta | None = None,
        occasion: str | None = None,
        unasked: Unasked | None = None,
    ) -> None:
        """Lay something into the tray: said after the commit, or not at all."""
        self.tray.append(Outbound(out, self.now + (delay or timedelta(0)), occasion, unasked))

    def speaks_unasked(self, chat: Chat) -> bool:
        """Whether nobody in this chat said or pressed anything just now."""
        return chat.kind == "group"

    def say(self, chat: Chat, content: Content, manner: Manner = PLAINLY) -> None:
        """A message of its own in a chat; several, where it is too long for one."""
        *rest, last = self._parts(chat, content)
        unasked = Unasked(chat, manner.low) if self.speaks_unasked(chat) else None
        for number, part in enumerate(rest):
            said = Say(**_given(chat, part, manner))
            occasion = f"{number}/{manner.occasion}" if manner.occasion else None
            self.put(said, delay=manner.delay, occasion=occasion, unasked=unasked)
            manner = replace(manner, reply_to=None)
        out = Say(**_given(chat, last, manner))
        self.put(out, delay=manner.delay, occasion=manner.occasion, unasked=unasked)

    def show(self, chat: Chat, slot: str, content: Content, manner: Manner = PLAINLY) -> None:
        """Make the standing message `slot` of a chat show `content` (sent once, then edited)."""
        *rest, last = self._parts(chat, content)
        for number, part in enumerate(rest):
            self.put(
                Show(slot=f"{slot}~{number}", **_given(chat, part, manner)), delay=manner.delay
            )
        self.put(Show(slot=slot, **_given(chat, last, manner)), delay=manner.delay)

    def _parts(self, chat: Chat, content: Content) -> Sequence[Content]:
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


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (or voice, video ...) that was sent lately in a message of its own."""

    message_id: str
    sender: str  #: account
    at: datetime
    media: Media
    album: str | None = None
    wordless: bool = True


class Memory(Protocol):
    """What was said lately in one chat; in memory only, gone after a restart (invariant 9)."""

    def heard(self, message_id: str) -> Heard | None:
        """A message, while it is remembered."""
        ...

    def pictures_of(self, message_id: str) -> tuple[Picture, ...]:
        """What a message carried."""
        ...

    def pictures_in(self, album: str) -> tuple[Picture, ...]:
        """What came in an album so far."""
        ...

    def pictures_with(self, message: Message) -> tuple[Picture, ...]:
        """What belongs to a message though it came in others: of its album, or sent by the same
        person without words shortly before."""
        ...

    async def scene(self) -> Scene | None:
        """The chat as understanding sees it; None where it is bound to no place."""
        ...


@dataclass(slots=True, kw_only=True)
class Context(Work):
    """Work for somebody who said or pressed something."""

    chat: Chat
    person: Person
    account: Account
    language: str  #: the person's, else the group's, else the community's
    group_language: str  #: what everybody in this chat reads
    incoming: Incoming
    book: Book = field(default_factory=Book)
    memory: Memory
    prepared: Any = None  #: what the command's `prepare` found before the transaction
    refused: str = ""  #: key of the text that says why it was not done

    @property
    def private(self) -> bool:
        """Whether this is the person's private chat with the bot."""
        return self.chat.kind == "private"

    @property
    def anonymous(self) -> bool:
        """Whether they speak as a group or a channel: who it is nobody can tell, so they hold no
        office, whatever was given to that name."""
        return self.incoming.sender is not None and self.incoming.sender.anonymous

    @property
    def message_id(self) -> str | None:
        """The message that was said, pressed or reacted to."""
        return (
            self.incoming.message_id
            if isinstance(self.incoming, Message | Press | Reaction)
            else None
        )

    @property
    def chat_language(self) -> str:
        """What is read here: the person's language in private, the group's in a group."""
        return self.language if self.private else self.group_language

    def t(self, key: str, **values: object) -> str:
        """A text for this person."""
        return self.word(self.language, key, **values)

    def answer(
        self,
        key: str,
        *,
        buttons: Rows = (),
        media: Sequence[Media] = (),
        about: int | None = None,
        **values: object,
    ) -> None:
        """Answer in this chat with a text of the catalogue, as a reply to what was said."""
        self.answer_text(self.t(key, **values), buttons=buttons, media=media, about=about)

    def answer_text(
        self,
        text: str,
        *,
        title: str = "",
        buttons: Rows = (),
        media: Sequence[Media] = (),
        about: int | None = None,
    ) -> None:
        """Answer in this chat with a text made elsewhere."""
        content = Content(text=text, title=title, buttons=buttons, media=tuple(media))
        reply = self.incoming.message_id if isinstance(self.incoming, Message) else None
        self.say(self.chat, content, Manner(about, None if self.private else reply))

    def toast(self, text: str, *, alert: bool = False) -> None:
        """A short notice to who pressed a button; without a press, an answer in the chat."""
        if isinstance(self.incoming, Press):
            self.put(
                Acknowledge(
                    platform=self.chat.platform,
                    chat=self.chat.external_id,
                    group=not self.private,
                    press_id=self.incoming.press_id,
                    text=text.translate(TURNS)[:200],
                    alert=alert,
                    urgent=True,
                )
            )
        elif text:
            self.answer_text(text)

    def speaks_unasked(self, chat: Chat) -> bool:
        """Whether nobody in this chat said or pressed anything just now."""
        return chat.kind == "group" and chat.id != self.chat.id

    @property
    def acknowledged(self) -> bool:
        """Whether the press has its answer already."""
        return any(isinstance(each.out, Acknowledge) for each in self.tray)

    def edit_pressed(self, content: Content, *, slot: str | None = None) -> None:
        """Show `content` in place of the message whose button was pressed (a form's next page)."""
        if isinstance(self.incoming, Press) and (slot or not self.incoming.by_number):
            shown, *rest = self._parts(self.chat, content)
            self.show(self.chat, slot or f"m:{self.incoming.message_id}", shown)
            for part in rest:
                self.say(self.chat, part)
        else:
            self.say(self.chat, content)


def _given(chat: Chat, content: Content, manner: Manner) -> _Given:
    return {
        "platform": chat.platform,
        "chat": chat.external_id,
        "group": chat.kind == "group",
        "topic": topic_of(chat),
        "content": content,
        "about": manner.about,
        "reply_to": manner.reply_to,
        "urgent": manner.urgent,
        "silent": manner.silent,
    }


def topic_of(chat: Chat) -> str | None:
    """The forum topic in which the bot speaks of requests, if the community set one (R17)."""
    topic = chat.settings.get("topic")
    return str(topic) if topic else None


def button(text: str, data: str, style: str | None = None) -> Button:
    """A button; `data` ("verb:argument") must fit into 64 bytes."""
    if len(data.encode()) > 64:
        raise ValueError(f"button data longer than 64 bytes: {data}")
    return Button.model_validate({"text": text, "data": data, "style": style})
