"""Recorded conversations: transcripts and Telegram Desktop's result.json, as one plain form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handlers.understanding.meaning import Place


class RecordingError(ValueError):
    """The file cannot be replayed; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded message; `n` counts from 1 within its conversation."""

    n: int
    at: datetime
    sender: str
    text: str
    role: str = "resident"
    home: Place | None = None
    reply_to: int | None = None
    media: str | None = None
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """A recorded conversation of one group."""

    name: str
    title: str
    area: str | None
    lines: Sequence[Line]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Home(_Row):
    building: str | None = None
    unit: str | None = None
    room: str | None = None


class _Chat(_Row):
    area: str | None = None
    title: str = ""


class _Spoken(_Row):
    """A line of a transcript (TRANSCRIPTS.md); `gold` is not looked at here."""

    conv: str
    chat: _Chat = _Chat()
    n: int = Field(ge=1)
    at: datetime
    sender: str
    sender_home: _Home | None = None
    role: str = "resident"
    text: str = ""
    reply_to: int | None = None
    media: str | None = None


class _Exported(_Row):
    """A message of Telegram Desktop's export; text may be a list of pieces."""

    id: int
    type: Literal["message", "service"] = "message"
    date: datetime
    date_unixtime: int | None = None
    sender: str | None = Field(default=None, alias="from")
    from_id: str | None = None
    text: str | list[Any] = ""
    reply_to_message_id: int | None = None
    forwarded_from: str | None = None
    photo: str | None = None
    media_type: str | None = None
    file: str | None = None
    location_information: dict[str, Any] | None = None


class _ExportedChat(_Row):
    name: str | None = None
    messages: list[_Exported]


MEDIA = {
    "voice_message": "voice",
    "video_message": "video",
    "video_file": "video",
    "sticker": "sticker",
    "animation": "video",
    "audio_file": "file",
}


def read_recording(path: Path, area: str | None = None) -> Iterator[Conversation]:
    """The conversations of a file; `area` stands where the file does not say what the group is.

    Raises RecordingError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    if not text.strip():
        raise RecordingError(f"{path}: is empty")
    whole = _as_export(text)
    if whole is not None:
        return iter(_exported(path, whole, area))
    return iter(_transcripts(path, text, area))


def _as_export(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        return None  # several lines of JSON: a transcript
    return whole if "messages" in whole or "chats" in whole else None


def _transcripts(path: Path, text: str, area: str | None) -> list[Conversation]:
    by_name: dict[str, list[_Spoken]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = _Spoken.model_validate_json(line)
        except ValidationError as error:
            raise RecordingError(f"{path}: line {number}: {_first(error)}") from None
        if row.at.tzinfo is None:
            raise RecordingError(f"{path}: line {number}: at: needs an offset, like +08:00")
        by_name.setdefault(row.conv, []).append(row)
    return [
        Conversation(name, rows[0].chat.title, rows[0].chat.area or area, _spoken(path, rows))
        for name, rows in by_name.items()
    ]


def _spoken(path: Path, rows: Sequence[_Spoken]) -> list[Line]:
    seen: set[int] = set()
    for row in rows:
        if row.n in seen:
            raise RecordingError(f"{path}: {row.conv}: message {row.n} stands there twice")
        if row.reply_to is not None and row.reply_to not in seen:
            raise RecordingError(f"{path}: {row.conv}: message {row.n} replies to no earlier one")
        seen.add(row.n)
    return [
        Line(
            n=row.n,
            at=row.at,
            sender=row.sender,
            text=row.text,
            role=row.role,
            home=Place(row.sender_home.building, row.sender_home.unit, None, row.sender_home.room)
            if row.sender_home
            else None,
            reply_to=row.reply_to,
            media=row.media,
        )
        for row in rows
    ]


def _exported(path: Path, whole: dict[str, Any], area: str | None) -> list[Conversation]:
    chats = whole["chats"].get("list", []) if "chats" in whole else [whole]
    found: list[Conversation] = []
    for number, raw in enumerate(chats, 1):
        try:
            chat = _ExportedChat.model_validate(raw)
        except ValidationError as error:
            raise RecordingError(f"{path}: chat {number}: {_first(error)}") from None
        name = chat.name or f"chat {number}"
        found.append(Conversation(name, name, area, _exported_lines(chat)))
    return found


def _exported_lines(chat: _ExportedChat) -> list[Line]:
    numbers: dict[int, int] = {}
    lines: list[Line] = []
    for each in chat.messages:
        if each.type != "message":
            continue
        numbers[each.id] = len(lines) + 1
        moment = each.date if each.date.tzinfo else each.date.replace(tzinfo=UTC)
        if each.date_unixtime is not None:
            moment = datetime.fromtimestamp(each.date_unixtime, UTC)
        lines.append(
            Line(
                n=len(lines) + 1,
                at=moment,
                sender=each.sender or each.from_id or "?",
                text=_plain(each.text),
                reply_to=numbers.get(each.reply_to_message_id or 0),
                media=_media(each),
                forwarded=each.forwarded_from is not None,
            )
        )
    return lines


def _plain(text: str | list[Any]) -> str:
    if isinstance(text, str):
        return text
    return "".join(
        piece if isinstance(piece, str) else str(piece.get("text", "")) for piece in text
    )


def _media(each: _Exported) -> str | None:
    if each.photo:
        return "photo"
    if each.location_information:
        return "location"
    if each.media_type:
        return MEDIA.get(each.media_type, "file")
    return "file" if each.file else None


def _first(error: ValidationError) -> str:
    each = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in each['loc']) or 'line'}: {each['msg']}"
