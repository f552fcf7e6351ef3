"""Prints the table as it is found (`python -m tests.guard`): to be read before it is put there."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from unicodedata import east_asian_width

from tests.guard.table import NEXT, PATH, Line, row
from tests.guard.tries import ACTORS, Trier, situations, trying
from tests.harness import staged


async def main() -> None:
    """Try every line of the file, keep its comments, and print it with what was found."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "stage"
        place.mkdir()
        async with staged(place) as stage, trying(stage) as trier:
            rows = [await _found(trier, text) for text in PATH.read_text("utf-8").splitlines()]
    widths = [max(_width(r[i]) for r in rows if len(r) > 1) for i in range(len(ACTORS) + 1)]
    for each in rows:
        cells = (
            each
            if len(each) == 1
            else [_wide(text, n) for text, n in zip(each, widths, strict=True)]
        )
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


async def _found(trier: Trier, text: str) -> list[str]:
    if not text or text[0] == "#":
        return [text]
    what = text.split("  ")[0].strip()
    if what == "what":
        return [what, *ACTORS]
    allowed = [
        each
        for actor in ACTORS
        for each in situations(actor)
        if await trier.allowed(what.split(NEXT), each)
    ]
    return row(Line(what, frozenset(allowed)))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _wide(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


asyncio.run(main())
