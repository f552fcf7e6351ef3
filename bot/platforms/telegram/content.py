"""What a message carries beside words: pictures, voices, places, as our media."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from handlers.chat.incoming import Media, MediaKind

PICTURES = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".avif")
)

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
    if KINDS.keys().isdisjoint(message):
        return ()
    found = next(name for name in KINDS if name in message)
    return (_file(KINDS[found], message[found]),)


def _file(kind: MediaKind, told: Mapping[str, Any]) -> Media:
    name = _named(str(told.get("file_name") or told.get("emoji") or ""), told)
    return Media(kind=kind, ref=str(told["file_id"]), name=name, size=told.get("file_size"))


def _named(name: str, told: Mapping[str, Any]) -> str:
    """A picture sent as a file is called like one, whatever its sender calls it."""
    of, _, form = str(told.get("mime_type") or "").partition("/")
    return name if of != "image" or is_picture(name) else f"{name or 'picture'}.{form}"


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return PurePath(name).suffix.lower() in PICTURES
