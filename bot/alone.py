"""A line in a transaction of its own, with the talk that came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.outbox import keep_said
from bot.talk import Talk
from bot.waiting import Waiting
from handlers.chat.incoming import Incoming
from handlers.dispatch import Dispatcher
from handlers.turn import Ahead
from handlers.work import Work
from storage.engine import Store
from storage.queries import intake


@dataclass(frozen=True, slots=True)
class Line:
    """The first update of a lane, as it was read and looked at."""

    update: Waiting
    incoming: Sequence[Incoming]
    ahead: Sequence[Ahead]


async def handle_alone(
    store: Store, dispatcher: Dispatcher, line: Line, talk: Talk, now: datetime
) -> bool:
    """Close it and that talk, make its change, lay out its answer; whether anything was said.

    Raises whatever went wrong; nothing happened then, and nothing of the line is remembered.
    """
    ahead = [
        await dispatcher.prepare(each, look)
        for each, look in zip(line.incoming, line.ahead, strict=True)
    ]
    works: list[Work] = []
    try:
        async with talk.taken_along(store) as session:
            if await intake.claim_update(session, line.update.id):
                works += [
                    await dispatcher.handle(each, session, now, before)
                    for each, before in zip(line.incoming, ahead, strict=True)
                ]
            said = await keep_said(session, works)
    except BaseException:
        dispatcher.unhear(line.incoming)
        raise
    for work in works:
        dispatcher.forget(work)
    return said
