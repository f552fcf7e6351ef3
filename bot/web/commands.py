"""What a browser may ask over its socket: each wish checked in shape, and the one that does it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.platforms.local.doing import NotPossibleError
from bot.platforms.local.pages import Page
from bot.web.site import Site

Key = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=8000)]


class Wish(BaseModel):
    """Something that a browser asks for; `n` comes back with the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    n: int = 0

    @abstractmethod
    async def grant(self, site: Site, page: Page) -> Any:
        """Do it; gives what the browser is told. Raises NotPossibleError."""


class Watch(Wish):
    """Play these people."""

    do: Literal["watch"]
    people: Annotated[list[Key], Field(max_length=12)]

    async def grant(self, site: Site, page: Page) -> Any:
        """Give each with their rooms and messages."""
        return await site.local.watch(page, self.people)


class Arrive(Wish):
    """Somebody new."""

    do: Literal["arrive"]
    name: Text
    language: Literal["zh", "en"] | None = None

    async def grant(self, site: Site, page: Page) -> Any:
        """Give their key."""
        return await site.local.newcomer(self.name, self.language)


class Played(Wish):
    """Something that somebody does; the browser must play them."""

    who: Key

    async def grant(self, site: Site, page: Page) -> Any:
        """Do it as them."""
        if self.who not in page.people:
            raise NotPossibleError("page.nobody")
        return await self.act(site, page)

    @abstractmethod
    async def act(self, site: Site, page: Page) -> Any:
        """Do it."""


class InRoom(Played):
    """Something that somebody does in a room."""

    room: Key


class OnMessage(InRoom):
    """Something that somebody does to a message."""

    message: int


class Speak(Played):
    """Use another language."""

    do: Literal["speak"]
    language: Literal["zh", "en"]

    async def act(self, site: Site, page: Page) -> Any:
        """Switch."""
        await site.local.speak(self.who, self.language)


class Found(Played):
    """Make a group."""

    do: Literal["found"]
    title: Text

    async def act(self, site: Site, page: Page) -> Any:
        """Give its key."""
        return await site.local.found(self.who, self.title)


class Join(InRoom):
    """Come into a group."""

    do: Literal["join"]

    async def act(self, site: Site, page: Page) -> Any:
        """Sit down."""
        await site.local.join(self.who, self.room)


class Leave(InRoom):
    """Leave a group."""

    do: Literal["leave"]

    async def act(self, site: Site, page: Page) -> Any:
        """Go."""
        await site.local.leave(self.who, self.room)


class SeatBot(InRoom):
    """Bring the bot in, or put it out."""

    do: Literal["bot"]
    present: bool

    async def act(self, site: Site, page: Page) -> Any:
        """Add or remove it."""
        seat = site.local.add_bot if self.present else site.local.remove_bot
        await seat(self.who, self.room)


class Rename(InRoom):
    """Give a group a new title."""

    do: Literal["rename"]
    title: Text

    async def act(self, site: Site, page: Page) -> Any:
        """Rename it."""
        await site.local.rename(self.who, self.room, self.title)


class SayIt(InRoom):
    """Say something."""

    do: Literal["say"]
    text: Text = ""
    reply_to: int | None = None
    photos: Annotated[list[Key], Field(max_length=9)] = []

    async def act(self, site: Site, page: Page) -> Any:
        """Give the message's id."""
        return await site.local.say(
            self.who, self.room, self.text, reply_to=self.reply_to, photos=self.photos
        )


class Earlier(InRoom):
    """Read on upwards."""

    do: Literal["earlier"]
    before: int

    async def act(self, site: Site, page: Page) -> Any:
        """Give the messages before one."""
        if self.room not in page.rooms:
            raise NotPossibleError("page.not_here")
        return await site.local.messages(self.room, before=self.before)


class PressIt(OnMessage):
    """Press a button."""

    do: Literal["press"]
    data: Annotated[str, Field(min_length=1, max_length=64)]

    async def act(self, site: Site, page: Page) -> Any:
        """Press it from this browser."""
        await site.local.press(self.who, self.room, self.message, self.data, page_id=page.id)


class ReactWith(OnMessage):
    """Put an emoji on a message, or take it away."""

    do: Literal["react"]
    emoji: Literal["👍", "👀", "👌", "❤️", "🤔"]
    removed: bool = False

    async def act(self, site: Site, page: Page) -> Any:
        """React."""
        await site.local.react(self.who, self.room, self.message, self.emoji, removed=self.removed)


class EditIt(OnMessage):
    """Change one's words."""

    do: Literal["edit"]
    text: Text

    async def act(self, site: Site, page: Page) -> Any:
        """Change them."""
        await site.local.edit(self.who, self.room, self.message, self.text)


class RecallIt(OnMessage):
    """Take a message back."""

    do: Literal["recall"]

    async def act(self, site: Site, page: Page) -> Any:
        """Take it back."""
        await site.local.recall(self.who, self.room, self.message)


class ForwardIt(OnMessage):
    """Pass a message on."""

    do: Literal["forward"]
    to: Key

    async def act(self, site: Site, page: Page) -> Any:
        """Give the new message's id."""
        return await site.local.forward(self.who, self.room, self.message, self.to)


AnyWish = Annotated[
    Watch
    | Arrive
    | Speak
    | Found
    | Join
    | Leave
    | SeatBot
    | Rename
    | SayIt
    | Earlier
    | PressIt
    | ReactWith
    | EditIt
    | RecallIt
    | ForwardIt,
    Field(discriminator="do"),
]
WISH: TypeAdapter[Wish] = TypeAdapter(AnyWish)
