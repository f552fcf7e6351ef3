"""What is longer than a platform's messages, parted at ends of lines so that nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.chat.outgoing import Content

#: Where a line that is itself too long may be parted, the best place first.
SEAMS = ("\n", "。", "；", ". ", "，", ", ", " ")


#: Signs that turn the direction of what stands behind them: a name with one garbles the lines.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def without_turns(content: Content) -> Content:
    """The content without signs that turn the direction of writing."""
    texts = (content.title, content.text, *(b.text for row in content.buttons for b in row))
    if not any(map(TURNS.search, texts)):
        return content
    buttons = tuple(
        tuple(each.model_copy(update={"text": TURNS.sub("", each.text)}) for each in row)
        for row in content.buttons
    )
    title, text = TURNS.sub("", content.title), TURNS.sub("", content.text)
    return content.model_copy(update={"title": title, "text": text, "buttons": buttons})


def parts_of(content: Content, limit: int, most_bytes: int = 0) -> Sequence[Content]:
    """The content as messages of at most `limit` characters, and `most_bytes` of UTF-8 if not zero.

    The first has the title and what the content carries, the last the buttons.
    """
    content = without_turns(content)
    title = content.title.strip()
    whole = f"{title}\n{content.text}"
    if len(whole) <= limit and not (most_bytes and len(whole.encode()) > most_bytes):
        return (content,)
    texts = parted(content.text.strip(), limit, most_bytes, before=f"{title}\n" if title else "")
    last = len(texts) - 1
    return tuple(
        content.model_copy(
            update={
                "text": text,
                "title": title if number == 0 else "",
                "media": content.media if number == 0 else (),
                "buttons": content.buttons if number == last else (),
            }
        )
        for number, text in enumerate(texts)
    )


def parted(text: str, limit: int, most_bytes: int = 0, *, before: str = "") -> list[str]:
    """The text in pieces that fit; `before` the first one stands something already."""
    pieces: list[str] = []
    most = _room(text, limit - len(before), most_bytes and most_bytes - len(before.encode()))
    while len(text) > most:
        at = _seam(text, most)
        pieces.append(text[:at].rstrip("\n"))
        text = text[at:].lstrip("\n")
        most = _room(text, limit, most_bytes)
    return [*pieces, text]


def _room(text: str, limit: int, most_bytes: int) -> int:
    """How many characters of the text fit, one at least."""
    if not most_bytes or len(text[:limit].encode()) <= most_bytes:
        return max(1, limit)
    return max(1, len(text[:limit].encode()[:most_bytes].decode(errors="ignore")))


def _seam(text: str, most: int) -> int:
    """Where to part: behind the last seam of the best kind in the second half of what fits."""
    for seam in SEAMS:
        found = text.rfind(seam, most // 2, most)
        if found != -1 and found + len(seam) <= most:
            return found + len(seam)
    return most
