"""What goes out to a chat: messages, cards that stand and change, notices, marks, files."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from handlers.chat.incoming import Media, MediaKind


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Value):
    """One button. `data` is at most 64 bytes: "verb:argument:argument"."""

    text: str
    data: str = ""
    style: Literal["primary", "success", "danger"] | None = None
    url: str | None = None


Rows = tuple[tuple[Button, ...], ...]


def button(text: str, data: str, style: str | None = None) -> Button:
    """A button; `data` ("verb:argument") must fit into 64 bytes."""
    if len(data.encode()) > 64:
        raise ValueError(f"button data longer than 64 bytes: {data}")
    return Button.model_validate({"text": text, "data": data, "style": style})


class Mention(_Value):
    """A name in a text that calls its owner, where the platform can call people without a
    username."""

    name: str
    account: str  #: the platform's id of the person


class Content(_Value):
    """What a message shows. All of it is plain text: the platform escapes it."""

    text: str
    title: str = ""  #: shown stronger, in a line of its own, where the platform can
    buttons: Rows = ()
    media: tuple[Media, ...] = ()
    mentions: tuple[Mention, ...] = ()  #: names that stand in `text`


class Mark(StrEnum):
    """A quiet acknowledgement on somebody's message."""

    HEARD = "heard"
    TAKEN = "taken"
    DONE = "done"
    UNCLEAR = "unclear"


class _Out(_Value):
    platform: str
    chat: str  #: the platform's id of the chat; may have moved by the time of sending
    group: bool = True
    about: int | None = None  #: id of the request that this speaks of
    urgent: bool = False  #: goes before what waits
    letter: int | None = None  #: which letter of the outbox it is; two may say the same


class Say(_Out):
    """A message of its own."""

    kind: Literal["say"] = "say"
    content: Content
    reply_to: str | None = None
    topic: str | None = None
    silent: bool = False
    instead: str = ""  #: said where what another app has cannot be had from there (any more)


class Show(_Out):
    """Make the standing message `slot` of this chat show `content`: sent once, then edited."""

    kind: Literal["show"] = "show"
    slot: str
    content: Content
    reply_to: str | None = None
    topic: str | None = None
    silent: bool = False
    answers: bool = False  #: somebody there waits for it: where it cannot be edited it is said now


class Acknowledge(_Out):
    """The answer to a press: a short notice to who pressed; `alert` must be closed by hand."""

    kind: Literal["acknowledge"] = "acknowledge"
    press_id: str
    text: str = ""
    alert: bool = False


class React(_Out):
    """A quiet mark on a message; None takes the bot's mark away."""

    kind: Literal["react"] = "react"
    message_id: str
    mark: Mark | None


class SendFile(_Out):
    """A file for download (an export, a picture of a code), or what another app had."""

    kind: Literal["file"] = "file"
    name: str
    body: bytes
    caption: str = ""
    picture: bool = False
    played: MediaKind | None = None  #: a voice or a video, where the platform plays them

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


Outgoing = Annotated[Say | Show | Acknowledge | React | SendFile, Field(discriminator="kind")]


OUTGOING: TypeAdapter[Say | Show | Acknowledge | React | SendFile] = TypeAdapter(Outgoing)

#: The same, where the kind is known: what handlers lay into the tray.
Sendable = Say | Show | Acknowledge | React | SendFile
