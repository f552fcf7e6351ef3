"""Numbers for buttons, and what is new of a standing message that cannot be edited; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.chat.outgoing import Button, Content, Rows, Show
from handlers.chat.platform import Capabilities

#: What changes without being news: how many, and by when.
DIGITS = re.compile(r"\d+")
#: Labels as our catalogues have them tell the language of a message.
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: So many choices stand on one line.
ON_A_LINE = 3


@dataclass(frozen=True, slots=True)
class News:
    """What a standing message says that was not said before."""

    lines: tuple[str, ...]
    numbers_only: bool  #: only digits differ from what was said
    said_at: datetime | None  #: when something of it was said the last time


def digest_of(out: object) -> str | None:
    """A digest of what a standing message shows; None for what does not stand."""
    if not isinstance(out, Show):
        return None
    return hashlib.sha256(out.content.model_dump_json().encode()).hexdigest()


def lines_of(out: object) -> str | None:
    """What a standing message says, as digests of its lines: as it is, and without its digits."""
    return " ".join(_marks(each) for each in _lines(out.content)) if isinstance(out, Show) else None


def news_of(before: str, content: Content, said_at: datetime | None) -> News:
    """What `content` says that the lines `before` (`lines_of`) did not."""
    known = [each.partition(".") for each in before.split()]
    whole, bare = {each[0] for each in known}, {each[2] for each in known}
    new = [each for each in _lines(content) if _mark(each) not in whole]
    return News(tuple(new), all(_mark(DIGITS.sub("", each)) in bare for each in new), said_at)


def short(out: Show, news: News) -> Show:
    """A new message that says what is new of a standing one, under its title."""
    text = "\n".join(each for each in news.lines if each != out.content.title)
    content = out.content.model_copy(update={"text": text, "media": ()})
    return out.model_copy(update={"content": content, "reply_to": None})


def _lines(content: Content) -> list[str]:
    return [each for each in (content.title, *content.text.split("\n")) if each.strip()]


def _marks(line: str) -> str:
    return f"{_mark(line)}.{_mark(DIGITS.sub('', line))}"


def _mark(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:8]


def overflow(content: Content, can: Capabilities) -> list[Button]:
    """The buttons that a platform has no room for; those that open an address are not chosen."""
    return [each for each in _flat(content.buttons) if each.data][can.buttons :]


def with_numbers(content: Content, numbers: Sequence[int], can: Capabilities, hint: str) -> Content:
    """The content with those of its buttons that have no room as numbered lines under `hint`."""
    buttons = _flat(content.buttons)
    chosen = overflow(content, can)
    kept = [each for each in buttons if each not in chosen and (each.data or can.buttons)]
    named = [f"{number} {each.text}" for number, each in zip(numbers, chosen, strict=True)]
    rows = ["　".join(named[i : i + ON_A_LINE]) for i in range(0, len(named), ON_A_LINE)]
    # The hint stands on the line of the first ones: whoever reads that line knows what to do.
    rows = [hint + row if number == 0 else row for number, row in enumerate(rows)]
    links = [f"{each.text}：{each.url}" for each in buttons if each.url and each not in kept]
    lines = [content.text, *links, *rows]
    text = "\n".join(each for each in lines if each)
    return content.model_copy(update={"text": text, "buttons": tuple((each,) for each in kept)})


def _flat(rows: Rows) -> list[Button]:
    return [button for row in rows for button in row]


def language_of(content: Content) -> str:
    """The language in which a message of ours is written: its buttons are ours throughout."""
    labels = "".join(each.text for each in _flat(content.buttons)) or content.text
    return "zh" if CHINESE.search(labels) else "en"
