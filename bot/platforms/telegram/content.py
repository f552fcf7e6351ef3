"""What a message carries beside words: pictures, voices, places, as our media."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.chat import Media, MediaKind

#: Telegram's field of a message -> our kind. An animation comes with a document beside it.
KINDS: Mapping[str, MediaKind] = {
    "voice": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "animation": MediaKind.VIDEO,
    "sticker": MediaKind.STICKER,
    "audio": MediaKind.FILE,
    "document": MediaKind.FILE,
}


def media_of(message: Mapping[str, Any]) -> tuple[Media, ...]:
    """The media of a message; of a picture's sizes the largest."""
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda each: int(each["width"]) * int(each["height"]))
        return (_file(MediaKind.PHOTO, largest),)
    if place := message.get("location"):
        return (
            Media(
                kind=MediaKind.LOCATION,
                latitude=place["latitude"],
                longitude=place["longitude"],
            ),
        )
    found = next((name for name in KINDS if name in message), None)
    return (_file(KINDS[found], message[found]),) if found else ()


def _file(kind: MediaKind, told: Mapping[str, Any]) -> Media:
    name = str(told.get("file_name") or told.get("emoji") or "")
    return Media(kind=kind, ref=str(told["file_id"]), name=name, size=told.get("file_size"))
