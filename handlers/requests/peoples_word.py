"""What stands by people's own word: that they put a request right, that several homes share it."""

from __future__ import annotations

from collections.abc import Collection

from handlers.requests.case import Case
from handlers.requests.put_right import CORRECTIONS, Line, put_right
from handlers.requests.rules import Move
from handlers.requests.spreading import spreads
from storage.queries import requests as query


async def corrected(case: Case, kinds: Collection[Move] = CORRECTIONS) -> bool:
    """Whether somebody put right (one of these ways) what was understood of it."""
    found = await query.moves(case.work.store, case.request.id, (*kinds, Move.UNDO))
    return put_right((Line(each.id, each.move, each.data) for each in found), kinds)


def shared(case: Case) -> bool:
    """Whether several households say so of what comes to all of them: it is no single one's."""
    request = case.request
    return spreads(request.category, request.words) and case.households > 1
