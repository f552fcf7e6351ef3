"""Plain lines of several chats in one transaction: what it takes to begin and to commit is shared.

It is an attempt. Each line is claimed, its change made and its answer laid out, or nothing of all
of them happened; then each is handled by itself as ever, which tells what was wrong with which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.alone import Line
from bot.outbox import keep_said
from bot.talk import Talk
from handlers.dispatch import Dispatcher
from handlers.work import Work
from storage.engine import Store
from storage.queries import intake

#: So many lines that ask for a transaction share one: with more the first waits for its answer.
TOGETHER = 10


async def handle(
    store: Store,
    dispatcher: Dispatcher,
    lines: Sequence[Line],
    talk: Talk,
    now: datetime,
) -> bool:
    """Handle all of these and close that talk; whether anything was said.

    Raises whatever went wrong; nothing happened then, and nothing of the lines is remembered.
    """
    done: list[Work] = []
    said = False
    try:
        async with talk.taken_along(store) as session:
            ours = await intake.claim_updates(session, [line.update.id for line in lines])
            for line in lines:
                if line.update.id in ours:
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
