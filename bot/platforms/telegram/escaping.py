"""Plain texts as Telegram's HTML, within its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from handlers.chat.outgoing import Content, Mention

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
    parts = (f"<b>{html(title)}</b>" if title else "", _called(text, content.mentions))
    return Shown("\n".join(part for part in parts if part), plain)


def _called(text: str, mentions: Iterable[Mention]) -> str:
    """The text as HTML, in which the first place of each name calls its owner, who need not have a
    username. Names are looked for in the words themselves, never in what was made of them."""
    parts: list[str | tuple[str, str]] = [text]
    for each in mentions:
        if each.account.isdecimal() and each.name:
            parts = list(_with_call(parts, each))
    return "".join(html(each) if isinstance(each, str) else _call(*each) for each in parts)


def _with_call(
    parts: Iterable[str | tuple[str, str]], mention: Mention
) -> Iterator[str | tuple[str, str]]:
    """The parts of a text with the first place of a name taken out as a call of its owner."""
    found = False
    for each in parts:
        if found or not isinstance(each, str) or mention.name not in each:
            yield each
            continue
        found = True
        before, _, behind = each.partition(mention.name)
        yield from (before, (mention.account, mention.name), behind)


def _call(account: str, name: str) -> str:
    return f'<a href="tg://user?id={account}">{html(name)}</a>'


def fits(content: Content, limit: int) -> bool:
    """Whether nothing would have to be cut."""
    return len(content.title.strip()) + 1 + len(content.text.strip()) <= limit


def html(text: str) -> str:
    """Anybody's words as HTML that shows exactly these words."""
    return escape(text, quote=False)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - len(MORE))] + MORE
