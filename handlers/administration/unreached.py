"""Who has a role and cannot be written to: each by name, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from handlers.administration.finding import Finding, names_of
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import administration as query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Account, Area, Leave, Person, RoleHeld


async def examine(work: Work, path: str) -> list[Finding]:
    """One finding a person: those at, above or below a place, and who stands in for them."""
    line = await areas_query.line_of(work.store, path)
    tree = {area.id: area for area in [*line, *await query.tree_below(work.store, path)]}
    held = await _held(work, tree)
    accounts = await _accounts(work, held)
    people = await people_query.people(work.store, held)
    return [
        _finding(tree, people[each], held[each], bound=each in accounts)
        for each in held
        if not _is_written_to(work, accounts.get(each, ()))
    ]


def _finding(
    tree: Mapping[int, Area], person: Person, held: list[tuple[str, int]], *, bound: bool
) -> Finding:
    values: dict[str, object] = {
        "name": person.name,
        "role_key": held[0][0],
        "areas": names_of(tree, list(dict.fromkeys(tree[area].path for _, area in held))),
    }
    if bound:
        return Finding("warn", "never_started", values)
    named = person.key or person.name
    typed = f'"{named}"' if " " in named else named  # as a command line wants it
    return Finding("warn", "not_bound", {**values, "person": typed})


async def _held(work: Work, tree: Mapping[int, Area]) -> dict[int, list[tuple[str, int]]]:
    """What each person holds in the tree; who stands in for somebody now, holds it as well."""
    rows = await work.store.execute(
        select(RoleHeld.person_id, RoleHeld.role, RoleHeld.area_id).order_by(RoleHeld.id)
    )
    held: dict[int, list[tuple[str, int]]] = {}
    for person_id, role, area_id in rows.all():
        if area_id in tree:
            held.setdefault(person_id, []).append((role, area_id))
    away = await work.store.execute(
        select(Leave.person_id, Leave.deputy_id).where(
            Leave.starts <= work.now, Leave.ends > work.now, Leave.deputy_id.is_not(None)
        )
    )
    for person_id, deputy_id in away.all():
        if deputy_id is not None and person_id in held:
            held.setdefault(deputy_id, []).extend(held[person_id])
    return held


async def _accounts(work: Work, people: Iterable[int]) -> dict[int, list[Account]]:
    found: dict[int, list[Account]] = {}
    for account, _ in await accounts_query.accounts(work.store, people):
        found.setdefault(account.person_id, []).append(account)
    return found


def _is_written_to(work: Work, accounts: Iterable[Account]) -> bool:
    """Whether a private message reaches this person: they began, or the bot may speak first."""
    return any(
        each.private_chat is not None or work.can(each.platform).speaks_first for each in accounts
    )
