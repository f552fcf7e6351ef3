"""What stands in the fake's chats: messages with their buttons, reactions, files and edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.bot_api.spec import bot_api

Json = dict[str, Any]

#: What a bot is told of a message besides its content.
CONTENT = ("text", "caption")


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button as people see it."""

    text: str
    data: str = ""
    url: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the fake's server."""

    id: str
    name: str
    body: bytes

    def json(self) -> Json:
        """The part that all kinds of files have."""
        unique = f"u{self.id}"
        return {"file_id": self.id, "file_unique_id": unique, "file_size": len(self.body)}


@dataclass(eq=False, slots=True)
class Message:
    """A message in a chat, of a person or of the bot, as it stands now."""

    id: int
    chat: Json
    sender: Json
    at: datetime
    body: Json  #: text, entities, photo, reply_markup ... as the Bot API has them
    by_bot: bool = False
    reply_to: Message | None = None
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    edits: list[str] = field(default_factory=list[str])  #: earlier texts, oldest first
    edited_at: datetime | None = None
    marks: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    deleted: bool = False

    @property
    def text(self) -> str:
        """The text, or the caption under a picture."""
        return next((str(self.body[key]) for key in CONTENT if key in self.body), "")

    @property
    def edited(self) -> bool:
        """Whether it was edited since it was sent."""
        return self.edited_at is not None

    @property
    def rows(self) -> list[list[Button]]:
        """The inline keyboard, row by row."""
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", ())
        return [[_button(each) for each in row] for row in rows]

    @property
    def buttons(self) -> list[str]:
        """What the inline buttons say, in order."""
        return [each.text for row in self.rows for each in row]

    @property
    def reactions(self) -> list[str]:
        """All reactions of all people and the bot."""
        return [emoji for each in self.marks.values() for emoji in each]

    @property
    def topic(self) -> int | None:
        """The forum topic it stands in."""
        return self.body["message_thread_id"] if self.body.get("is_topic_message") else None

    @property
    def bold(self) -> list[str]:
        """The parts shown bold."""
        return [part for kind, part in self.spans() if kind == "bold"]

    def spans(self) -> Iterator[tuple[str, str]]:
        """Each entity's type with the text under it."""
        units = self.text.encode("utf-16-le")
        for each in self.body.get("entities", self.body.get("caption_entities", ())):
            start, length = each["offset"] * 2, each["length"] * 2
            yield each["type"], units[start : start + length].decode("utf-16-le")

    def button(self, wanted: str) -> Button:
        """The button with this text or data; raises LookupError naming those there are."""
        for each in (button for row in self.rows for button in row):
            if wanted in {each.text, each.data}:
                return each
        raise LookupError(f"no button {wanted!r} under {self.text!r}, but {self.rows}")

    def json(self, *, quoted: bool = False) -> Json:
        """As the Bot API shows it; inside of a reply without what it replied to itself."""
        told: Json = {
            "message_id": self.id,
            "date": int(self.at.timestamp()),
            "chat": self.chat,
            "from": self.sender,
            **self.body,
        }
        if self.edited_at is not None:
            told["edit_date"] = int(self.edited_at.timestamp())
        if self.reply_to is not None and not quoted:
            told["reply_to_message"] = self.reply_to.json(quoted=True)
        return told


@dataclass(eq=False, slots=True)
class Press:
    """A pressed button and what the presser was told."""

    id: str
    message: Message
    data: str
    at: datetime
    answered: bool = False
    answer: str = ""
    alert: bool = False


@dataclass(slots=True)
class Member:
    """What somebody is in a chat."""

    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict[str, bool])
    tag: str = ""

    @property
    def inside(self) -> bool:
        """Whether they are in the chat at all."""
        return self.status not in {"left", "kicked"}

    @property
    def leads(self) -> bool:
        """Whether they are an administrator or the owner."""
        return self.status in {"administrator", "creator"}

    def may(self, right: str) -> bool:
        """Whether they hold a right."""
        return self.status == "creator" or self.rights.get(right, False)

    def json(self, user: Json) -> Json:
        """As a ChatMember of its kind."""
        return {"user": user, "status": self.status, **SHAPES.get(self.status, {}), **self._own()}

    def _own(self) -> Json:
        if self.status == "member":
            return {"tag": self.tag} if self.tag else {}
        return dict(self.rights) if self.status in {"administrator", "restricted"} else {}


#: Rights of administrators that the specification calls optional, as channels have others.
IN_GROUPS = ("can_pin_messages", "can_manage_topics", "can_manage_tags")


def _nothing_allowed(kind: str, more: Iterable[str] = ()) -> Json:
    """All yes-or-no fields of a type, as no."""
    fields = bot_api().objects[kind].values()
    needed = (each.name for each in fields if each.required and each.types == ("Boolean",))
    return dict.fromkeys([*needed, *more], False)


SHAPES: dict[str, Json] = {
    "administrator": {
        **_nothing_allowed("ChatMemberAdministrator", IN_GROUPS),
        "can_manage_chat": True,
    },
    "restricted": {
        **_nothing_allowed("ChatMemberRestricted"),
        "is_member": True,
        "until_date": 0,
    },
    "creator": {"is_anonymous": False},
    "kicked": {"until_date": 0},
}


def _button(told: Json) -> Button:
    return Button(
        told["text"], told.get("callback_data", ""), told.get("url", ""), told.get("style", "")
    )
