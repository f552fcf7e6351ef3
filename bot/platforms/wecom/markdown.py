"""Plain texts as WeCom's markdown, in which everybody's words show as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from handlers.chat.outgoing import Button, Content

#: Bytes of one message (a stream's content; markdown that is pushed takes as much).
MOST_BYTES = 20_480
MORE = "…"
#: Signs that mean something anywhere in a line.
ANYWHERE = re.compile(r"[\\`*_\[\]<>~|&!$]")
#: What clients make a link of by themselves: an address with its scheme, or by its first letters.
ADDRESS = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
#: Signs that mean something where a line begins.
AT_START = re.compile(
    r"^([ \t]{0,3})(#{1,6}(?=\s|$)|[-+](?=\s|$)|[-=]{2,}$|\d{1,9}(?=[.)](?:\s|$)))"
)
LINE_END = re.compile(r"\r\n|\r|\n")
INDENTED = re.compile(r"^[ \t]{4,}")


def escaped(text: str) -> str:
    """Words as markdown that shows exactly these words, line for line."""
    # Two blanks before its end keep a line a line of its own, and nobody sees them.
    return "  \n".join(_line(each) for each in LINE_END.split(text))


def _line(line: str) -> str:
    line = INDENTED.sub("   ", line)
    for marks in (ANYWHERE, ADDRESS):
        line = marks.sub(lambda found: "\\" + found[0], line)
    return AT_START.sub(_started, line)


def _started(found: re.Match[str]) -> str:
    blanks, sign = found[1], found[2]
    return f"{blanks}{sign}\\" if sign.isdecimal() else f"{blanks}\\{sign}"


def markdown(content: Content, most: int = MOST_BYTES) -> str:
    """Title, text and links of a content within so many bytes."""
    title, text = content.title.strip(), content.text.strip()
    ends = "".join(f"  \n{_link(each)}" for each in links(content))
    head = f"**{escaped(title)}**" if title else ""
    room = most - len(f"{head}  \n{ends}".encode())
    body = _cut(text, room)
    return "  \n".join(part for part in (head, body) if part) + ends


def _cut(text: str, most: int) -> str:
    """As much of a text as fits when it is escaped."""
    if len(escaped(text).encode()) <= most:
        return escaped(text)
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len((escaped(text[:middle]) + MORE).encode()) <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return escaped(text[:low]) + MORE


def links(content: Content) -> Iterable[Button]:
    """The buttons that are links: cards of robots have none, so they stand below the text."""
    return (each for row in content.buttons for each in row if each.url is not None)


def _link(button: Button) -> str:
    return f"[{escaped(button.text)}]({quote(button.url or '', safe=':/?#@!$&*+,;=%~-._')})"
