"""`linli understand`: what single texts mean, one by one, without a conversation around them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import typer

from config.policy import load_policy
from config.settings import load_settings
from handlers.understanding.meaning import Heard, Meaning, Place, Scene
from handlers.understanding.place import parse_area
from handlers.understanding.reader import Reader

#: Single texts have no time; the reader only compares moments with each other.
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 100_000


class InputError(ValueError):
    """A line of the input cannot be used; the message names it."""


async def understand(texts: Sequence[str], *, area: str, as_json: bool) -> int:
    """Print a meaning for each text (or line of standard input)."""
    policy = load_policy(load_settings().policy_file)
    cues = {name: each.cues for name, each in policy.categories.items() if each.cues}
    reader = Reader.load(extra_cues=cues)
    try:
        for item in _items(texts or sys.stdin, area):
            meaning = reader.read(_heard(item), Scene(area=parse_area(item["area"])))
            typer.echo(_json(item, meaning) if as_json else _words(item, meaning))
    except InputError as error:
        typer.echo(str(error), err=True)
        return 2
    return 0


def _items(lines: Iterable[str], area: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\n")
        if not text.strip():
            continue
        if len(text) > MOST:
            raise InputError(f"line {number}: longer than {MOST} characters")
        yield _item(number, text, area)


def _item(number: int, text: str, area: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {"text": text, "area": area}
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"line {number}: not valid JSON: {error.msg}") from None
    if not isinstance(data.get("text"), str):
        raise InputError(f'line {number}: needs a "text", for example {{"text": "没水了"}}')
    return {"area": area, **data}


def _heard(item: dict[str, Any]) -> Heard:
    home: dict[str, str] = item.get("home") or {}
    place = Place(home.get("building"), home.get("unit"), None, home.get("room")) if home else None
    return Heard(key="1", at=ANY_TIME, sender="?", text=item["text"], home=place)


def _json(item: dict[str, Any], meaning: Meaning) -> str:
    found = {
        "text": item["text"],
        "outcome": meaning.outcome.value,
        "confidence": round(meaning.confidence, 3),
        "category": meaning.category,
        "kind": meaning.kind,
        "urgency": meaning.urgency,
        "place": asdict(meaning.place),
        "reasons": [asdict(reason) for reason in meaning.reasons],
    }
    if "id" in item:
        found["id"] = item["id"]
    return json.dumps(found, ensure_ascii=False)


def _words(item: dict[str, Any], meaning: Meaning) -> str:
    where = " ".join(part for part in asdict(meaning.place).values() if part)
    what = " ".join(str(part) for part in (meaning.category, meaning.urgency) if part)
    tail = " ".join(part for part in (what, where) if part)
    return f"{meaning.outcome.value:<7}{item['text']}" + (f"    [{tail}]" if tail else "")
