"""`linli understand`: what single texts mean, one by one, without a conversation around them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

import typer

from bot.desk_errors import WRONG, DeskError, in_words
from bot.printing import echo
from bot.weights import reader_of
from config.policy import load_policy
from config.settings import Settings, load_settings
from handlers.understanding.meaning import Heard, Meaning, Place, Scene
from handlers.understanding.place import parse_area
from handlers.understanding.reader import Reader

#: Single texts have no time; the reader only compares moments with each other.
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 100_000


async def understand(texts: Sequence[str], *, area: str, as_json: bool) -> int:
    """Print a meaning for each text (or line of standard input); a line that cannot be used is
    told by its number, and the others are read all the same."""
    settings = load_settings()
    known: Reader | None = None
    code = 0
    for item in _items(texts or _standard_input(), area):
        if isinstance(item, DeskError):
            typer.echo(in_words(item), err=True)
            code = WRONG
            continue
        known = known or _reader(settings)
        meaning = known.read(_heard(item), Scene(area=parse_area(item["area"])))
        echo(_json(item, meaning) if as_json else _words(item, meaning))
    return code


def reader() -> Reader:
    """The reader with the community's own weights and words, if it has any."""
    return _reader(load_settings())


def _reader(settings: Settings) -> Reader:
    return reader_of(settings, load_policy(settings.policy_file))


def _standard_input() -> Iterator[str | DeskError]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            yield DeskError("input_not_utf8", line=number)


def _items(lines: Iterable[str | DeskError], area: str) -> Iterator[dict[str, Any] | DeskError]:
    for number, line in enumerate(lines, 1):
        if isinstance(line, DeskError):
            yield line
        elif line.strip():
            try:
                yield _item(number, line.rstrip("\r\n"), area)
            except DeskError as error:
                yield error


def _item(number: int, text: str, area: str) -> dict[str, Any]:
    if len(text) > MOST:
        raise DeskError("input_too_long", line=number, most=MOST)
    if not text.startswith("{"):
        return {"text": text, "area": area}
    try:
        data: dict[str, Any] = json.loads(text)
    except ValueError as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise DeskError("input_not_json", line=number, why=why) from None
    if not isinstance(data.get("text"), str):
        raise DeskError("input_no_text", line=number)
    item: dict[str, Any] = {"area": area, **{k: v for k, v in data.items() if v is not None}}
    if not isinstance(item["area"], str):
        raise DeskError("input_not_text", line=number, field="area")
    if not _is_home(item.get("home", {})):
        raise DeskError("input_not_home", line=number)
    return item


def _is_home(home: object) -> bool:
    """A table of texts, as {"building": "3"}."""
    if not isinstance(home, dict):
        return False
    parts = cast("dict[str, object]", home)
    return all(isinstance(part, str | None) for part in parts.values())


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
