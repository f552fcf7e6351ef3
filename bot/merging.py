"""One picture of a standing message waits at a time: a newer one takes the place of what waits.

A flood of voices changes a card hundreds of times while its chat may be spoken to once in three
seconds. Without this each change would be a letter, and all of them looked through at each look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.chat.outgoing import OUTGOING, Show
from handlers.manner import Outbound
from storage.queries import post

#: Platform, chat, slot.
Where = tuple[str, str, str]


async def merged(store: AsyncSession, tray: Sequence[Outbound], now: datetime) -> list[Outbound]:
    """The tray without what something newer in it shows anyway; what waits in the outbox and is
    older than it is folded. What is to wait itself takes no place yet."""
    last: dict[Where, int] = {}
    kept: list[Outbound | None] = []
    for each in tray:
        where = _place(each, now)
        if where is not None:
            if where in last:
                before, kept[last[where]] = kept[last[where]], None
                each = _heir(each, before.out if before else None)
            last[where] = len(kept)
        kept.append(each)
    known = [where for where, at in last.items() if (one := kept[at]) and not one.first]
    for letter in await post.waiting_in(store, known):
        at = last[letter.platform, letter.chat, letter.slot or ""]
        newer, older = kept[at], picture_in(letter.body)
        if newer is not None and older is not None:
            kept[at] = _heir(newer, older)
            await post.settle_letter(store, letter.id, state="folded", body="")
    return [each for each in kept if each is not None]


def in_place_of(older: Show, newer: Show) -> Show:
    """The newer picture, said as the older one was to be said: only the first of a slot knows what
    it replies to, whoever waits for the older one waits for this, and what was to be heard is."""
    return newer.model_copy(
        update={
            "reply_to": newer.reply_to or older.reply_to,
            "urgent": newer.urgent or older.urgent,
            "answers": newer.answers or older.answers,
            "silent": newer.silent and older.silent,
        }
    )


def picture_in(body: str) -> Show | None:
    """The picture of a standing message that a letter holds."""
    try:
        found = OUTGOING.validate_json(body)
    except ValueError:  # told when its turn comes
        return None
    return found if isinstance(found, Show) else None


def _place(each: Outbound, now: datetime) -> Where | None:
    """Where it stands; None: it is merged with nothing."""
    out = each.out
    if not isinstance(out, Show) or each.not_before > now:
        return None
    return (out.platform, out.chat, out.slot)


def _heir(newer: Outbound, older: object) -> Outbound:
    out = newer.out
    if not isinstance(out, Show) or not isinstance(older, Show):
        return newer
    return replace(newer, out=in_place_of(older, out))
