"""The line of /stats that tells how much groups were told unasked, and what was held back (R59)."""

from __future__ import annotations

from handlers.sections import Number, Scope, Section
from handlers.work import Work
from storage.queries import noise as query


async def held(work: Work, language: str, scope: Scope) -> list[Number]:
    """Posts that went out, that were held back, and those of them that were told together."""
    posted = back = folded = 0
    for path in scope.paths:
        found = await query.held_back(work.store, path, scope.begin, scope.end)
        posted, back, folded = posted + found.posted, back + found.held, folded + found.folded
    if not posted + back:
        return []
    values = {"posted": posted, "held": back, "folded": folded}
    return [Number("posts", "stats.noise_posts", values)]


SECTION = Section("noise", "stats.noise", held)
