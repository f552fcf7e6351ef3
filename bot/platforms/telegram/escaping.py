"""Plain texts as Telegram's HTML, within its limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from handlers.chat import Content, Mention

TEXT_LIMIT = 4096  #: characters, counted after the entities are parsed
CAPTION_LIMIT = 1024
MORE = "…"


@dataclass(frozen=True, slots=True)
class Shown:
    """A text in both forms: with its title bold, and as plain words."""

    html: str
    plain: str


def shown(content: Content, limit: int = TEXT_LIMIT) -> Shown:
    """Title and text of a content, cut to what fits."""
    title = content.title.strip()[:limit]
    text = _cut(content.text.strip(), limit - len(title) - 1 if title else limit)
    plain = "\n".join(part for part in (title, text) if part)
    parts = (f"<b>{html(title)}</b>" if title else "", _called(html(text), content.mentions))
    return Shown("\n".join(part for part in parts if part), plain)


def _called(text: str, mentions: Iterable[Mention]) -> str:
    """The first place of each name calls its owner, who need not have a username."""
    for each in mentions:
        name = html(each.name)
        if each.account.isdecimal() and name:
            text = text.replace(name, f'<a href="tg://user?id={each.account}">{name}</a>', 1)
    return text


def fits(content: Content, limit: int) -> bool:
    """Whether nothing would have to be cut."""
    return len(content.title.strip()) + 1 + len(content.text.strip()) <= limit


def html(text: str) -> str:
    """Anybody's words as HTML that shows exactly these words."""
    return escape(text, quote=False)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - len(MORE))] + MORE
