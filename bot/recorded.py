"""Recorded conversations: transcripts and Telegram Desktop's result.json, as one plain form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.recorded_telegram import conversations_of
from bot.recording import Conversation, Line, RecordingError, file_error
from handlers.neighbourhood.file.problems import FileError, Spot, at, of_validation
from handlers.understanding.meaning import Place
from handlers.understanding.transcripts import Code

__all__ = ["Conversation", "Line", "RecordingError", "read_recording"]

#: Enough to see what is wrong with a file; the rest is usually the same again.
MOST_ERRORS = 20


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Home(_Row):
    building: Code = None
    unit: Code = None
    room: Code = None


class _Chat(_Row):
    area: str | None = None
    title: str = ""


class _Spoken(_Row):
    """A line of a transcript (TRANSCRIPTS.md); `gold` is not looked at here."""

    conv: str = Field(min_length=1)
    chat: _Chat = _Chat()
    n: int = Field(ge=1)
    at: AwareDatetime
    sender: str = Field(min_length=1)
    sender_home: _Home | None = None
    role: str = "resident"
    text: str = ""
    reply_to: int | None = None
    media: Literal["photo", "voice", "video", "sticker", "location", "file"] | None = None


def read_recording(path: Path, area: str | None = None) -> Iterator[Conversation]:
    """The conversations of a file; `area` stands where the file does not say what the group is.

    Raises RecordingError with all that is wrong, each with its line and field.
    """
    text = _text_of(path)
    whole = _whole(path, text)
    if whole is None:
        return iter(_transcripts(text, area))
    return iter(conversations_of(whole, area))


def _text_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise file_error("unreadable", why=error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise file_error("not_utf8") from None
    if not text.strip():
        raise file_error("empty")
    return text


def _whole(path: Path, text: str) -> dict[str, Any] | None:
    """Telegram's export, which is one JSON object; None for a transcript, one object a line."""
    first = text.lstrip().split("\n", 1)[0]
    try:
        row = json.loads(first)
    except ValueError:
        row = None
    if row is not None and not _is_export(row):
        return None
    try:
        whole = row if row is not None else json.loads(text)
    except json.JSONDecodeError as error:
        if path.suffix.lower() == ".jsonl":
            return None  # told line by line
        raise file_error("recording_not_json", line=error.lineno, why=error.msg) from None
    if not _is_export(whole):
        raise file_error("recording_unknown")
    return whole


def _is_export(row: object) -> bool:
    return isinstance(row, dict) and ("messages" in row or "chats" in row)


def _transcripts(text: str, area: str | None) -> list[Conversation]:
    errors: list[FileError] = []
    by_name: dict[str, dict[int, _Spoken]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and len(errors) < MOST_ERRORS:
            errors += _add(by_name, Spot(line=number), line)
    if errors:
        raise RecordingError(errors)
    return [_conversation(name, list(rows.values()), area) for name, rows in by_name.items()]


def _add(by_name: dict[str, dict[int, _Spoken]], spot: Spot, line: str) -> list[FileError]:
    """Put a line to those of its conversation before it, or say what is wrong with it."""
    try:
        row = _Spoken.model_validate_json(line)
    except ValidationError as error:
        return of_validation(error, lambda path: at(spot, path))
    said = by_name.setdefault(row.conv, {})
    if row.n in said:
        return [FileError(at(spot, ("n",)), "message_twice", {"n": row.n, "name": row.conv})]
    if row.reply_to is not None and row.reply_to not in said:
        values: dict[str, object] = {"n": row.reply_to, "name": row.conv}
        return [FileError(at(spot, ("reply_to",)), "reply_to_none", values)]
    said[row.n] = row
    return []


def _conversation(name: str, rows: Sequence[_Spoken], area: str | None) -> Conversation:
    chat = rows[0].chat
    return Conversation(name, chat.title, chat.area or area, [_line(row) for row in rows])


def _line(row: _Spoken) -> Line:
    home = row.sender_home
    return Line(
        n=row.n,
        at=row.at,
        sender=row.sender,
        text=row.text,
        role=row.role,
        home=Place(home.building, home.unit, None, home.room) if home else None,
        reply_to=row.reply_to,
        media=row.media,
    )
