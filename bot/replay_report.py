"""What a replay shows: a line a message for a program, or a list with a summary for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from bot.printing import echo
from bot.recording import Conversation, Line
from config.words import catalogue

SIGNS = {
    "open": "●",
    "join": "+",
    "detail": "…",
    "update": "→",
    "ask": "?",
    "answer": "!",
    "talk": " ",
}


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one message."""

    conv: str
    n: int
    outcome: str
    of: int | None = None  #: the message that opened the request
    category: str | None = None
    urgency: str | None = None
    kind: str | None = None
    place: dict[str, str | None] | None = None

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False
        )


class Report:
    """Shows conversations one by one, and sums them up at the end."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._outcomes: Counter[str] = Counter()
        self._categories: Counter[str] = Counter()
        self._urgent: Counter[str] = Counter()

    def show(self, conversation: Conversation, became: Sequence[Became]) -> None:
        """A conversation's messages, each with what would have become of it."""
        echo(f"\n{conversation.title or conversation.name}")
        for line, each in zip(conversation.lines, became, strict=True):
            self._count(each)
            echo(f"{SIGNS[each.outcome]} {line.n:>5} {_said(line)}{self._note(each)}")

    def sum_up(self) -> None:
        """How many requests, of what, and how many messages were left alone."""
        total = sum(self._outcomes.values())
        typer.echo(f"\n{self._say('total', n=total)}")
        for outcome in SIGNS:
            if n := self._outcomes[outcome]:
                typer.echo(f"{SIGNS[outcome]} {self._say(f'sum_{outcome}', n=n)}")
            if outcome == "open":
                for category, count in self._categories.most_common():
                    typer.echo(f"      {count:>4}  {self._name('categories', category)}")
                for urgency in ("emergency", "urgent"):
                    if count := self._urgent[urgency]:
                        typer.echo(f"      {count:>4}  {self._name('request.urgency', urgency)}")
        typer.echo(self._say("kept_nothing"))

    def _count(self, each: Became) -> None:
        self._outcomes[each.outcome] += 1
        if each.category:
            self._categories[each.category] += 1
        if each.urgency:
            self._urgent[each.urgency] += 1

    def _note(self, each: Became) -> str:
        if each.outcome == "talk":
            return ""
        parts = [self._say(f"became_{each.outcome}") + (f" ↑{each.of}" if each.of else "")]
        if each.category:
            parts.append(self._name("categories", each.category))
        if each.urgency:
            parts.append(self._name("request.urgency", each.urgency))
        if where := " ".join(part for part in (each.place or {}).values() if part):
            parts.append(where)
        return f"    [{' · '.join(parts)}]"

    def _name(self, subject: str, key: str) -> str:
        words = catalogue()
        known = words.has(f"{subject}.{key}")
        return words.say(self._language, f"{subject}.{key}") if known else key

    def _say(self, key: str, **values: object) -> str:
        return catalogue().say(self._language, f"replay.{key}", **values)


def _said(line: Line) -> str:
    media = f"[{line.media}] " if line.media else ""
    return f"{line.sender}: {media}{line.text}".rstrip().replace("\n", " ⏎ ")
