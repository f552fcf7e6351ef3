"""Open browsers: which rooms each shows, and what is pushed to it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]

#: A browser that is this far behind reads everything anew instead.
MOST_WAITING = 500


@dataclass(slots=True, eq=False)
class Page:
    """One open browser."""

    id: str = field(default_factory=lambda: secrets.token_hex(6))
    people: set[str] = field(default_factory=set[str])  #: whom it plays
    rooms: set[str] = field(default_factory=set[str])  #: which rooms it shows
    events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue[Event])

    def put(self, event: Event) -> None:
        """Push an event; one that falls far behind is told to read everything again."""
        if self.events.qsize() >= MOST_WAITING:
            while not self.events.empty():
                self.events.get_nowait()
            event = {"type": "again"}
        self.events.put_nowait(event)


class Pages:
    """All open browsers of this process."""

    def __init__(self) -> None:
        self._open: set[Page] = set()

    def __len__(self) -> int:
        return len(self._open)

    def open(self) -> Page:
        """A browser connects."""
        page = Page()
        self._open.add(page)
        return page

    def close(self, page: Page) -> None:
        """A browser is gone."""
        self._open.discard(page)

    def tell_all(self, event: Event) -> None:
        """Push to every browser."""
        _put(self._open, event)

    def tell_room(self, room: str, event: Event) -> None:
        """Push to the browsers that show this room."""
        _put((page for page in self._open if room in page.rooms), event)

    def tell_presser(self, person: str, page_id: str, event: Event) -> None:
        """Push to the browser in which somebody pressed (no id: to those that play them)."""
        _put(
            (p for p in self._open if p.id == page_id or (not page_id and person in p.people)),
            event,
        )


def _put(pages: Iterable[Page], event: Event) -> None:
    for page in list(pages):
        page.put(event)
