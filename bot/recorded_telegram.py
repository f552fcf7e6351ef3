"""Telegram Desktop's result.json: one chat, or all chats of an account, as conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.recording import Conversation, Line, RecordingError, file_error
from handlers.neighbourhood.file.problems import FileError, Spot, of_validation, shown

MOST_ERRORS = 20
GROUPS = frozenset({"private_group", "private_supergroup", "public_supergroup"})
MEDIA = {
    "voice_message": "voice",
    "video_message": "video",
    "video_file": "video",
    "animation": "video",
    "sticker": "sticker",
    "audio_file": "file",
}


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Message(_Row):
    """A message; its text may be a list of plain pieces and entities."""

    id: int
    type: str = "message"  #: "service": somebody joined, a topic was made
    date: datetime
    date_unixtime: Annotated[int, Field(ge=0, le=32_503_680_000)] | None = None
    sender: str | None = Field(default=None, alias="from")  #: null: a deleted account
    from_id: str | None = None
    text: str | list[str | dict[str, Any]] = ""
    reply_to_message_id: int | None = None
    reply_to_peer_id: str | None = None  #: the message replied to is in another chat
    forwarded_from: str | None = None
    photo: str | None = None
    file: str | None = None
    media_type: str | None = None
    location_information: dict[str, Any] | None = None


class _Chat(_Row):
    name: str | None = None
    type: str = ""
    messages: list[Any]


class _Chats(_Row):
    list_: list[_Chat] = Field(alias="list")


class _Account(_Row):
    """The export of a whole account."""

    chats: _Chats
    left_chats: _Chats | None = None


def conversations_of(whole: Mapping[str, Any], area: str | None) -> list[Conversation]:
    """The groups of an export. Private chats of an account's export are nobody's business here."""
    chats = _chats(whole)
    errors: list[FileError] = []
    names: Counter[str] = Counter()
    found: list[Conversation] = []
    for number, chat in enumerate(chats, 1):
        title = chat.name or f"chat {number}"
        names[title] += 1
        name = title if names[title] == 1 else f"{title} ({names[title]})"
        lines = list(_lines(chat, name, errors))
        found.append(Conversation(name, title, area or chat.name, lines))
    if errors:
        raise RecordingError(errors[:MOST_ERRORS])
    return found


def _chats(whole: Mapping[str, Any]) -> list[_Chat]:
    try:
        if "messages" in whole:
            return [_Chat.model_validate(whole)]
        account = _Account.model_validate(whole)
    except ValidationError as error:
        raise RecordingError(of_validation(error, lambda path: Spot(field=shown(path)))) from None
    everything = [*account.chats.list_, *(account.left_chats.list_ if account.left_chats else [])]
    groups = [chat for chat in everything if chat.type in GROUPS]
    if not groups:
        raise file_error("no_group")
    return groups


def _lines(chat: _Chat, name: str, errors: list[FileError]) -> Iterator[Line]:
    seen: set[int] = set()
    for number, raw in enumerate(chat.messages, 1):
        try:
            each = _Message.model_validate(raw)
        except ValidationError as error:
            spot = f"{name}, messages.{number}{_id(raw)}"
            errors += of_validation(
                error, lambda path, spot=spot: Spot(field=f"{spot}.{shown(path)}")
            )
            continue
        if each.type != "message" or each.id in seen:
            continue
        yield _line(each, seen)
        seen.add(each.id)


def _id(raw: Any) -> str:
    found = raw.get("id") if isinstance(raw, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return f" (id {found})" if isinstance(found, int) else ""


def _line(each: _Message, seen: set[int]) -> Line:
    here = each.reply_to_peer_id is None and each.reply_to_message_id in seen
    who = each.from_id or each.sender or "?"
    return Line(
        n=each.id,
        at=_moment(each),
        sender=each.sender or each.from_id or "?",
        text=_plain(each),
        reply_to=each.reply_to_message_id if here else None,
        media=_media(each),
        # The key stands there with null when the account forwarded from was deleted.
        forwarded="forwarded_from" in each.model_fields_set,
        account=who,
    )


def _moment(each: _Message) -> datetime:
    if each.date_unixtime is not None:
        return datetime.fromtimestamp(each.date_unixtime, UTC)
    return each.date if each.date.tzinfo else each.date.replace(tzinfo=UTC)


def _plain(each: _Message) -> str:
    if isinstance(each.text, str):
        return each.text
    return "".join(
        piece if isinstance(piece, str) else str(piece.get("text", "")) for piece in each.text
    )


def _media(each: _Message) -> str | None:
    if each.photo:
        return "photo"
    if each.location_information:
        return "location"
    if each.media_type:
        return MEDIA.get(each.media_type, "file")
    return "file" if each.file else None
