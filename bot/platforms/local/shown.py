"""Rows of the web chat as a browser is shown them."""

from __future__ import annotations

from typing import Any

from storage.tables import LocalMessage, LocalPerson, LocalRoom


def message(row: LocalMessage) -> dict[str, Any]:
    """A message. Ids grow with time within a room; `at` is ISO 8601 in UTC."""
    return {
        "id": row.id,
        "room": row.room,
        "sender": row.sender,
        "name": row.name,
        "title": row.title,
        "text": row.text,
        "reply_to": row.reply_to,
        "buttons": row.buttons,
        "media": row.media,
        "reactions": row.reactions,
        "forwarded": row.forwarded,
        "edited": row.edited,
        "recalled": row.recalled,
        "at": row.at.isoformat(),
    }


def room(row: LocalRoom, size: int = 0) -> dict[str, Any]:
    """A room; `size` is how many people sit in it."""
    return {
        "key": row.key,
        "kind": row.kind,
        "title": row.title,
        "has_bot": row.has_bot,
        "size": size,
    }


def person(row: LocalPerson) -> dict[str, Any]:
    """Somebody."""
    return {"key": row.key, "name": row.name, "language": row.language}
