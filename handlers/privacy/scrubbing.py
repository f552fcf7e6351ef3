"""Names of the forgotten are taken out of what others wrote, of logs of what was sent, and of data.

A few thousand rows at a tick: whatever is stored, nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from handlers.privacy import archives, rules
from handlers.work import Work
from storage.queries import administration as admin_query
from storage.queries import scrubbing as query
from storage.queries.scrubbing import Found, escaped
from storage.tables import Erasure

#: So many steps are done at one tick; a small installation is looked through at once.
AT_ONCE = 40
#: The farewell is still to be sent: what leads to their chat goes then.
LAST_LOOK = timedelta(hours=1)
#: An id of a platform that is shorter is part of too much else.
SHORTEST_ID = 5


async def due(work: Work) -> int:
    """Go on with one who is being forgotten; always 0: the next tick goes on from there."""
    erasure = await query.due(work.store, work.now)
    if erasure is None:
        return 0
    known = archives.known_of(work.store, erasure)
    names, ids = await needles_of(work, known["names"], known["accounts"])
    steps = 0
    while steps < AT_ONCE and erasure.place < len(query.TEXTS):
        # What waits to be sent names chats by their ids: without them it would reach nobody.
        letters = query.TEXTS[erasure.place][0].name == "letter"
        steps += await _step(work, erasure, names if letters else [*names, *ids])
    if erasure.place >= len(query.TEXTS):
        await _finish(work, erasure, known, [*names, *ids])
    return 0


async def needles_of(
    work: Work, names: Sequence[str], accounts: Sequence[Sequence[str]]
) -> tuple[list[str], list[str]]:
    """What can be looked for in everybody's texts: names that are no words, and ids."""
    common = "\n".join([work.desk.words.whole, *await admin_query.names_of_places(work.store)])
    ids = {each for account in accounts for each in account[1:]}
    return rules.worth(names, common), sorted(each for each in ids if len(each) >= SHORTEST_ID)


async def _step(work: Work, erasure: Erasure, needles: Sequence[str]) -> bool:
    """The next rows; False: a table has no more."""
    if not needles:
        erasure.place += 1
        return False
    found, last = await query.look(work.store, erasure.place, erasure.row, needles)
    for each in found:
        await query.keep(work.store, each, _without(work, each, needles))
    erasure.row = last or 0
    if last is None:
        erasure.place += 1
    return last is not None


def _without(work: Work, found: Found, needles: Sequence[str]) -> dict[str, Any]:
    instead = work.word(work.desk.defaults.language, "privacy.former")
    both = [*needles, *(escaped(each) for each in needles if not each.isascii())]
    return {
        name: rules.data_without(value, both, instead)
        for name, value in found.values.items()
        if name != "id" and value is not None
    }


async def _finish(
    work: Work, erasure: Erasure, known: archives.Known, needles: Sequence[str]
) -> None:
    """The farewell had its time; what leads to their chat goes with the names themselves."""
    last = erasure.at + LAST_LOOK
    if work.now < last:
        erasure.due_at = last
        return
    if needles:
        await query.drop_failed(work.store, needles)
    for platform, account, private in known["accounts"]:
        await query.leave_nothing(work.store, platform, account, private, erasure.at)
    if work.now < erasure.at + archives.WITHIN and await archives.left(work, known):
        erasure.due_at = work.now + archives.AGAIN
        return
    await work.store.delete(erasure)
    work.directory_changed = work.forgot = True
