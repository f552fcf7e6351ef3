"""The lines of /stats that tell how promises were kept: by role, never by person (LAW.md)."""

from __future__ import annotations

from collections import Counter

from handlers.sections import Number, Scope, Section
from handlers.work import Work
from storage.queries import promises as query

COUNTS = ("kept", "broken", "open", "moved")


async def by_role(work: Work, language: str, scope: Scope) -> list[Number]:
    """A line a role: kept, broken, not yet due, and how many of them were moved."""
    sums: dict[str, Counter[str]] = {}
    for path in scope.paths:
        for found in await query.promises_by_role(work.store, path, scope.begin, scope.end):
            counts = {name: getattr(found, name) for name in COUNTS}
            sums.setdefault(found.role, Counter()).update(counts)
    return [_line(work, language, role, sums[role]) for role in sorted(sums)]


def _line(work: Work, language: str, role: str, sums: Counter[str]) -> Number:
    key = f"roles.{role}"
    name = work.word(language, key) if work.desk.words.has(key) else role
    values = {"role": name, **{each: sums[each] for each in COUNTS}}
    return Number(role, "promises.numbers_role", values)


SECTION = Section("promises", "promises.numbers", by_role)
