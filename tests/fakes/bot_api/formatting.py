"""Texts with entities: what is seen of an HTML text, or why it cannot be parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.bot_api.errors import ApiError, wrong

TOKEN = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);|<")
TAG = re.compile(
    r"<(/?)([^\s<>/=]*)((?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*>"
)
ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
RESERVED = re.compile(r"(?<!\\)[.!{}=+\-#]")
MARKED = re.compile(r"`[^`]*`|\]\([^)]*\)|\*\*?>|^>|\|\|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as it is seen, and its entities (offsets in UTF-16 units)."""

    text: str
    entities: list[dict[str, Any]]


def parse(text: str, mode: str | None) -> Formatted:
    """What is seen of a text in this mode; raises the 400 "can't parse entities"."""
    kind = (mode or "").lower()
    if kind == "html":
        return _Html(text).parse()
    if kind == "markdownv2" and (found := RESERVED.search(MARKED.sub("", text))):
        raise _cannot(
            f"Character '{found[0]}' is reserved and must be escaped with the preceding '\\'"
        )
    if kind not in {"", "markdown", "markdownv2"}:
        raise wrong("unsupported parse_mode")
    return Formatted(text.strip(), [])


def units(text: str) -> int:
    """How long a text is in UTF-16 units, by which entities are counted."""
    return len(text.encode("utf-16-le")) // 2


def _linked(address: str) -> dict[str, Any]:
    """What an address leads to: a person (who is called by it), or a page."""
    if person := re.fullmatch(r"tg://user\?id=(\d+)", address):
        user = {"id": int(person[1]), "is_bot": False, "first_name": ""}
        return {"type": "text_mention", "user": user}
    return {"url": address}


def _cannot(text: str) -> ApiError:
    return wrong(f"can't parse entities: {text}")


@dataclass(slots=True)
class _Open:
    tag: str
    entity: dict[str, Any]


@dataclass(slots=True)
class _Html:
    source: str
    seen: str = ""
    open: list[_Open] = field(default_factory=list[_Open])
    entities: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def parse(self) -> Formatted:
        at = 0
        while found := TOKEN.search(self.source, at):
            self.seen += self.source[at : found.start()]
            at = self._tag(found.start()) if found[0] == "<" else self._sign(found)
        self.seen += self.source[at:]
        if self.open:
            tag = self.open[-1].tag
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return self._trimmed()

    def _sign(self, found: re.Match[str]) -> int:
        name = found[1]
        code = name[2:] if name.startswith("#x") else name[1:]
        self.seen += NAMED.get(name) or chr(int(code, 16 if name.startswith("#x") else 10))
        return found.end()

    def _tag(self, at: int) -> int:
        found, offset = TAG.match(self.source, at), len(self.source[:at].encode())
        name = re.match(r"</?([^\s<>/=]*)", self.source[at:])
        tag = name[1].lower() if name else ""
        if found is None and (tag in KINDS or not self.source.find(">", at) > 0):
            raise _cannot(f"Unclosed start tag at byte offset {offset}")
        if tag not in KINDS or found is None:
            raise _cannot(f'Unsupported start tag "{tag}" at byte offset {offset}')
        if found[1]:
            self._close(tag, offset)
        else:
            self._begin(tag, found[3])
        return found.end()

    def _begin(self, tag: str, attributes: str) -> None:
        given = {
            each[1].lower(): each[2] or each[3] or each[4] or ""
            for each in ATTRIBUTE.finditer(attributes)
        }
        if tag == "span" and given.get("class") != "tg-spoiler":
            raise _cannot('Tag "span" must have class "tg-spoiler"')
        entity: dict[str, Any] = {"type": KINDS[tag], "offset": units(self.seen)}
        if tag == "a":
            entity |= _linked(given.get("href", ""))
        if tag == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        self.open.append(_Open(tag, entity))

    def _close(self, tag: str, offset: int) -> None:
        if not self.open:
            raise _cannot(f"Unexpected end tag at byte offset {offset}")
        last = self.open.pop()
        if last.tag != tag:
            raise _cannot(
                f'Unmatched end tag at byte offset {offset}, expected "</{last.tag}>", '
                f'found "</{tag}>"'
            )
        last.entity["length"] = units(self.seen) - last.entity["offset"]
        if last.entity["length"]:
            self.entities.append(last.entity)

    def _trimmed(self) -> Formatted:
        """White space at both ends is not shown; entities move with it."""
        before = units(self.seen) - units(self.seen.lstrip())
        text = self.seen.strip()
        shown = units(text)
        for each in self.entities:
            start = max(0, each["offset"] - before)
            end = min(shown, each["offset"] + each["length"] - before)
            each["offset"], each["length"] = start, end - start
        kept = [each for each in self.entities if each["length"] > 0]
        return Formatted(text, sorted(kept, key=lambda each: each["offset"]))
