"""One picture of a standing message waits at a time: a newer one takes the place of what waits.

A flood of voices changes a card hundreds of times while its chat may be spoken to once in three
seconds. Without this each change would be a letter, and all of them looked through at each look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ledger import named_message
from handlers.chat.outgoing import OUTGOING, Show
from handlers.manner import Outbound
from storage.queries import post

#: Platform, chat, slot.
Where = tuple[str, str, str]


async def merged(store: AsyncSession, tray: Sequence[Outbound], now: datetime) -> list[Outbound]:
    """The tray without what something newer in it shows anyway; what waits in the outbox and is
    older than it is folded. What answers a press stays, and so does what is to wait itself."""
    last: dict[Where, int] = {}
    kept: list[Outbound | None] = []
    for each in tray:
        where = _place(each, now)
        if where is not None and where in last:
            before = kept[last[where]]
            kept[last[where]] = None
            each = _in_reply_as(each, before.out) if before is not None else each
        if where is not None:
            last[where] = len(kept)
        kept.append(each)
    known = [where for where, at in last.items() if (one := kept[at]) and not one.first]
    for letter in await post.waiting_in(store, known, now):
        at = last[letter.platform, letter.chat, letter.slot or ""]
        newer, older = kept[at], _show(letter.body)
        if newer is None or older is None or older.answers or letter.urgent != newer.out.urgent:
            continue
        kept[at] = _in_reply_as(newer, older)
        await post.settle_letter(store, letter.id, state="folded", body="")
    return [each for each in kept if each is not None]


def _place(each: Outbound, now: datetime) -> Where | None:
    """Where it stands; None: it is merged with nothing."""
    out = each.out
    if not isinstance(out, Show) or out.answers or each.not_before > now or each.occasion:
        return None
    return None if named_message(out) is not None else (out.platform, out.chat, out.slot)


def _show(body: str) -> Show | None:
    try:
        found = OUTGOING.validate_json(body)
    except ValueError:  # told when its turn comes
        return None
    return found if isinstance(found, Show) else None


def _in_reply_as(newer: Outbound, older: object) -> Outbound:
    """Only the first picture of a slot knows what it replies to."""
    out = newer.out
    if not isinstance(out, Show) or not isinstance(older, Show) or out.reply_to is not None:
        return newer
    return replace(newer, out=out.model_copy(update={"reply_to": older.reply_to}))
