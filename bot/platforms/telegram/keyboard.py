"""Our buttons as Telegram's inline keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.chat.outgoing import Button, Rows

MOST_IN_A_ROW = 8
MOST_BUTTONS = 100


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """The keyboard, or None where there is nothing to press (which takes an older one away)."""
    left = MOST_BUTTONS
    made: list[list[InlineKeyboardButton]] = []
    for row in (part for each in rows for part in _parts(filter(_is_usable, each))):
        made.append([_button(each) for each in row[:left]])
        left -= len(made[-1])
    made = [row for row in made if row]
    return InlineKeyboardMarkup(made) if made else None


def _parts(row: Iterable[Button]) -> Iterator[list[Button]]:
    """Rows no wider than Telegram takes."""
    rest = iter(row)
    while part := list(islice(rest, MOST_IN_A_ROW)):
        yield part


def _is_usable(button: Button) -> bool:
    """Telegram refuses a whole message for one link to a host without a dot (localhost)."""
    if button.url is None:
        return bool(button.data)
    parts = urlsplit(button.url)
    return parts.scheme == "tg" or "." in (parts.hostname or "")


def _button(button: Button) -> InlineKeyboardButton:
    data = button.data if button.url is None else None
    return InlineKeyboardButton(button.text, url=button.url, callback_data=data, style=button.style)
