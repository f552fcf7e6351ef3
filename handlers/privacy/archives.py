"""Files of old requests in which somebody stands who is being forgotten: which, and until when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.work import Work
from storage.queries import archiving
from storage.queries import scrubbing as query
from storage.seals import secrets_of
from storage.tables import Erasure

#: A file that no machine of ours had for so long is waited for no longer: it was taken elsewhere.
WITHIN = timedelta(days=30)
#: What waits for files alone is looked at again after this.
AGAIN = timedelta(minutes=10)

Known = dict[str, Any]
#: Under this name stand the files that were written anew without them.
CLEAN = "archives"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody who is being forgotten, and the files that were not looked through for them."""

    erasure: int
    known: Known
    left: frozenset[str]


def known_of(store: AsyncSession, erasure: Erasure) -> Known:
    """What is looked for: names, accounts, the number of the row that is gone."""
    known: Known = json.loads(secrets_of(store).open(erasure.names))
    return known


async def left(work: Work, known: Known) -> frozenset[str]:
    """The files that are still to be looked through."""
    names = {each.name for each in await archiving.archives(work.store)}
    return frozenset(names - set(known.get(CLEAN, ())))


async def leaving(work: Work) -> Sequence[Leaving]:
    """All who are being forgotten."""
    found = [(each.id, known_of(work.store, each)) for each in await query.all_of(work.store)]
    return [Leaving(row, known, await left(work, known)) for row, known in found]


async def note_clean(store: AsyncSession, erasures: Sequence[int], name: str) -> None:
    """These stand in a file no longer."""
    for erasure in await query.locked(store, erasures):
        known = known_of(store, erasure)
        clean = sorted({*known.get(CLEAN, ()), name})
        erasure.names = secrets_of(store).seal(json.dumps({**known, CLEAN: clean}))
