"""Plain lines of several chats in one transaction: what it takes to begin and to commit is shared.

It is an attempt. Each line is claimed, its change made and its answer laid out, or nothing of all
of them happened; then each is handled by itself as ever, which tells what was wrong with which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.doubts import Waiting
from bot.outbox import keep_said
from handlers.chat.incoming import Incoming
from handlers.dispatch import Dispatcher
from handlers.turn import Ahead
from handlers.work import Work
from storage.engine import Store
from storage.queries import intake

#: So many lines that ask for a transaction share one: with more the first waits for its answer.
TOGETHER = 10


@dataclass(frozen=True, slots=True)
class Line:
    """The first update of a lane, as it was read and looked at."""

    update: Waiting
    incoming: Sequence[Incoming]
    ahead: Sequence[Ahead]


async def handle(
    store: Store,
    dispatcher: Dispatcher,
    lines: Sequence[Line],
    closed: Sequence[int],
    now: datetime,
) -> bool:
    """Handle all of these and close those others; whether anything was said.

    Raises whatever went wrong; nothing happened then, and nothing of the lines is remembered.
    """
    done: list[Work] = []
    said = False
    try:
        async with store.write() as session:
            await intake.close_updates(session, closed)
            for line in lines:
                if await intake.claim_update(session, line.update.id):
                    works = [
                        await dispatcher.handle(
                            each, session, now, dispatcher.looked_again(each, now, before)
                        )
                        for each, before in zip(line.incoming, line.ahead, strict=True)
                    ]
                    said = await keep_said(session, works) or said
                    _forget(dispatcher, works)  # the next line may be about the same place
                    done += works
                await asyncio.sleep(0)  # others read on, and are answered from memory
    except BaseException:
        for line in lines:
            dispatcher.unhear(line.incoming)
        raise
    _forget(dispatcher, done)
    return said


def _forget(dispatcher: Dispatcher, works: Sequence[Work]) -> None:
    for work in works:
        dispatcher.forget(work)
