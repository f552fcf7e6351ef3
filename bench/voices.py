"""What one more voice costs, early and late: `python -m bench.voices [VOICES]`.

Five reports again and again by many people in one group; after the first few they join. Told for
the 100th, the 400th and the last: statements, rows read and milliseconds of this process's
processor, in the median of ten in a row. And, while nothing is sent, how many pictures wait.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, select

from bench.overload import REPORTS, Street, group
from bench.town import build
from bot.app import App
from bot.logs import set_up_logs
from config.settings import Settings
from storage.engine import Store
from storage.prepared import Question
from storage.tables import Letter

ALIKE = 10  #: so many in a row are looked at


@dataclass(slots=True)
class Cost:
    """What has been asked and spent so far, or for one voice."""

    statements: int = 0
    rows: int = 0
    busy: float = 0.0

    def less(self, before: Cost) -> Cost:
        return Cost(
            self.statements - before.statements, self.rows - before.rows, self.busy - before.busy
        )


class Meter:
    """Counts what is asked of a database, and how many rows come back."""

    def __init__(self, store: Store) -> None:
        self.statements = self.rows = 0
        self._ask: Callable[..., Awaitable[list[Any]]] = Question[..., Any].rows
        event.listen(store.engine.sync_engine, "before_cursor_execute", self._asked)

    def counting(self) -> AbstractContextManager[Any]:
        """While rows are counted, too."""

        async def counted(question: Any, session: Any, *values: Any) -> list[Any]:
            found = await self._ask(question, session, *values)
            self.rows += len(found)
            return found

        return patch.object(Question, "rows", counted)

    def _asked(self, *_: Any) -> None:
        self.statements += 1

    @property
    def now(self) -> Cost:
        return Cost(self.statements, self.rows, time.process_time())


async def costs(app: App, street: Street, voices: int) -> list[Cost]:
    """What each of so many reports costs, one after the other."""
    meter, found = Meter(app.store), list[Cost]()
    street.intake = app.inbox
    with meter.counting():
        for n in range(voices):
            await street.say([(group(0), n, REPORTS[n % len(REPORTS)])])
            before = meter.now
            await app.inbox.drain()
            found.append(meter.now.less(before))
    return found


async def pictures(store: Store) -> tuple[int, int]:
    """How many wait to be shown, and of how many standing messages."""
    shown = select(Letter.platform, Letter.chat, Letter.slot).where(Letter.slot.is_not(None))
    async with store.read() as session:
        waits = (await session.execute(shown.where(Letter.state == "new"))).all()
        slots = (await session.execute(shown.distinct())).all()
    return len(waits), len(slots)


async def measure(folder: Path, voices: int) -> None:
    path = folder / "bench.db"
    await build(path, 1)
    settings = Settings(database_url=f"sqlite:///{path}", data_dir=folder, web_chat=False)
    store, street = Store(settings.database_url), Street()
    app = App(settings, store, [street])
    found = await costs(app, street, voices)
    waits, slots = await pictures(store)
    await app.close()
    await store.close()
    print(f"{'voice':>8}{'statements':>12}{'rows':>8}{'ms':>8}")
    for at in sorted({min(each, voices) for each in (100, 400, voices)}):
        told(at, found[max(0, at - ALIKE) : at])
    print(f"nothing was sent: {waits} pictures wait of {slots} standing messages")


def told(at: int, some: list[Cost]) -> None:
    statements, rows = median(each.statements for each in some), median(each.rows for each in some)
    print(f"{at:8}{statements:12.0f}{rows:8.0f}{1000 * median(each.busy for each in some):8.1f}")


def main() -> None:
    voices = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    set_up_logs("error", "console")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), voices))


if __name__ == "__main__":
    main()
