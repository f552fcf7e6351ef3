"""The outbox: what a transaction has to say becomes letters of the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.merging import merged
from handlers.chat.outgoing import OUTGOING, Acknowledge, Show
from handlers.manner import Outbound
from handlers.noise import holding
from handlers.twins import words
from handlers.work import Work
from storage import wire
from storage.queries import post
from storage.seals import secrets_of
from storage.secrets import account_name


async def keep_said(store: AsyncSession, works: Sequence[Work]) -> bool:
    """Keep what is to be said in the open transaction; whether there was anything.

    What a group was told too much for is held back and told later, with others (R59).

    Other processes on the database are told what changed, once it is committed.
    """
    await store.flush()
    waiting = [each for work in works for each in await words.put_in_words(work)]
    held = [each for work in works for each in await holding.held_of(work)]
    laid = [each for work in works for each in work.tray]
    tray = await merged(store, laid, works[0].now) if laid else laid
    letters = [("new", each) for each in tray]
    letters += [("held", each) for each in held] + [("waits", each) for each in waiting]
    await post.keep_letters(store, [_row(state, each) for state, each in letters])
    touched = {chat for work in works for chat in work.touched}
    touched |= {each.chat_id for work in works for each in work.grown}
    everything = any(work.directory_changed for work in works)
    forgotten = {each for work in works for each in work.forgotten}
    people = [secrets_of(store).pseudonym(account_name(*each)) for each in forgotten]
    if touched or everything or people:
        await wire.tell(store, touched, works[0].now, everything=everything, people=people)
    return bool(tray)


def _row(state: str, each: Outbound) -> dict[str, Any]:
    out = each.out
    return {
        "platform": out.platform,
        "chat": out.chat,
        "body": OUTGOING.dump_json(out, exclude_none=True).decode(),
        "slot": out.slot if isinstance(out, Show) else None,
        "urgent": out.urgent,
        "at_once": isinstance(out, Acknowledge),
        "state": state,
        "not_before": each.not_before,
        "created_at": each.not_before,
        "request_id": out.about,
        "occasion": each.occasion,
    }
