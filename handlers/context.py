"""What a handler is given: who speaks where, what was said lately, what the bot offers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from config.terms import Right
from handlers.chat.incoming import Incoming, Media, Message, Press, Reaction
from handlers.chat.outgoing import Acknowledge, Content, Rows
from handlers.manner import Manner
from handlers.parting import TURNS
from handlers.sections import Section
from handlers.understanding.meaning import Heard, Scene
from handlers.work import Work
from storage.tables import Account, Audit, Chat, Person


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

    def last_heard(self) -> Heard | None:
        """The last message before the one that is answered, while it is remembered."""
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

    def became(self, message_id: str | None, of: int, *, joins: bool = False) -> None:
        """A message about which its sender was asked opened a request (or joins it), if it is
        remembered: what follows it may be said of that."""
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
                    text=TURNS.sub("", text)[:200],
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
            shown, *rest = self.parts(self.chat, content)
            self.show(self.chat, slot or f"m:{self.incoming.message_id}", shown)
            for part in rest:
                self.say(self.chat, part)
        else:
            self.say(self.chat, content)
