"""Dropping a person and keeping the facts: their rows go, a shell stands where facts need somebody.

A shell is a nameless row that stands for all who were forgotten: the first one of each request is
the same row, so that nothing tells that two requests were the same person's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import randbits
from typing import Any

from sqlalchemy import Column, Table, delete, func, literal, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries import traces
from storage.queries.traces import column
from storage.secrets import FLOOR
from storage.tables import (
    Account,
    Area,
    Chat,
    Correction,
    Event,
    Person,
    Promise,
    Reading,
    Request,
    RequestMessage,
    RoundCheck,
    Supporter,
)

#: When shells began: the moment says nothing of anybody.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: Facts are told apart by what they belong to.
SCOPES = ("request_id", "rota_id")
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Known:
    """By what somebody can be found: names and addresses on platforms."""

    names: tuple[str, ...]
    accounts: tuple[tuple[str, str, str], ...]  #: platform, id there, private chat


async def known_of(store: AsyncSession, person: Person) -> Known:
    """What is looked for in all texts."""
    rows = (await store.scalars(select(Account).where(Account.person_id == person.id))).all()
    names = {person.name, *(each.name for each in rows), *(each.username or "" for each in rows)}
    ids = ((each.platform, each.external_id, each.private_chat or "") for each in rows)
    return Known(tuple(sorted(names - {""})), tuple(ids))


async def touched_by(store: AsyncSession, person_id: int) -> list[int]:
    """The requests in which this person stands."""
    found: set[int] = set()
    for named in traces.KEPT:
        scope = _scope(column(named).table)
        if scope is not None and scope[0] == "request_id":
            rows = await store.scalars(
                select(scope[1]).where(column(named) == person_id).distinct()
            )
            found |= set(rows.all())
    return sorted(found)


def _scope(table: Table) -> tuple[str, Column[Any]] | None:
    """By which column a table's facts are told apart."""
    if table.name == "request":
        return "request_id", table.c.id
    return next(((name, table.c[name]) for name in SCOPES if name in table.c), None)


#: Data of a line of history with the shell's id in place of the person's.
Rewrite = Callable[[Mapping[str, Any], int], dict[str, Any]]


async def erase(store: AsyncSession, person_id: int, name: str, rewrite: Rewrite) -> list[int]:
    """Drop the person; gives the requests in which a shell of that `name` stands instead."""
    await store.flush()
    touched = await touched_by(store, person_id)
    await _part_homes(store, person_id)
    await _drop_words(store, person_id)
    shells = await _stand_in(store, person_id, name)
    await _rewrite_history(store, {each: shells["request_id", each] for each in touched}, rewrite)
    await _close_chats(store, person_id)
    for named in traces.CLEARED:
        await _execute(store, update(column(named).table), column(named), person_id, None)
    for named in traces.DROPPED:
        where = column(named)
        await store.execute(delete(where.table).where(where == person_id))
    await _drop_row(store, person_id)
    store.expunge_all()  # rows as they were before
    return touched


async def _close_chats(store: AsyncSession, person_id: int) -> None:
    """No card is shown in their private chats any more."""
    mine = select(Account.platform, Account.external_id, Account.private_chat)
    for platform, account, private in await store.execute(
        mine.where(Account.person_id == person_id)
    ):
        await store.execute(
            update(Chat)
            .where(Chat.platform == platform, Chat.external_id.in_({account, private or account}))
            .where(Chat.kind == "private")
            .values(present=False)
            .execution_options(synchronize_session=False)
        )


async def _execute(
    store: AsyncSession, change: Any, where: Column[Any], old: int, new: int | None
) -> None:
    await store.execute(
        change.where(where == old)
        .values({where.name: new})
        .execution_options(synchronize_session=False)
    )


async def _part_homes(store: AsyncSession, person_id: int) -> None:
    """Who spoke for one home counts as one still, by a number that leads to no home."""
    mine = select(Supporter.request_id, Supporter.id, Supporter.home_key)
    for request, row, home in await store.execute(mine.where(Supporter.person_id == person_id)):
        same = (Supporter.id == row) if home is None else (Supporter.home_key == home)
        await store.execute(
            update(Supporter)
            .where(Supporter.request_id == request, same)
            .values(home_key=FLOOR | randbits(61))
            .execution_options(synchronize_session=False)
        )


async def _drop_words(store: AsyncSession, person_id: int) -> None:
    """What they said, sent and gave as a reason."""
    changes: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
        (RequestMessage, RequestMessage.person_id, {"text": "", "media": [], "album": None}),
        (Supporter, Supporter.person_id, {"verdict_reason": None}),
        (Promise, Promise.person_id, {"reason": None}),
        (Correction, Correction.sender_id, {"text": None}),
        (RoundCheck, RoundCheck.person_id, {"photo": None}),
    )
    for table, where, values in changes:
        change = update(table).where(where == person_id).values(values)
        await store.execute(change.execution_options(synchronize_session=False))
    mine = (Request.reporter_id == person_id) | (
        Request.reporter_id.is_(None) & (Request.filed_by == person_id)
    )
    rows = (
        await store.execute(
            select(Request.id, Area).join(Area, Area.id == Request.area_id).where(mine)
        )
    ).all()
    for request, area in rows:
        await drop_report(store, request, area)


async def drop_report(store: AsyncSession, request_id: int, area: Area) -> None:
    """The words of a report, and the door: the stairwell is enough for a fact."""
    request = await store.get_one(Request, request_id)
    request.words, request.reasons = "", []
    request.place = {key: value for key, value in request.place.items() if key != "room"}
    if area.kind == "household" and area.parent_id is not None:
        request.area_id = area.parent_id
        request.area_path = area.path.removesuffix(f"{area.id}/")
        await _raise_history(store, request_id, area.id, area.parent_id)
    await store.execute(update(Reading).where(Reading.request_id == request_id).values(seen={}))
    await store.flush()


async def _raise_history(store: AsyncSession, request_id: int, flat: int, above: int) -> None:
    """Its history stood at the flat; the numbers look no deeper than the building."""
    for event in await store.scalars(select(Event).where(Event.request_id == request_id)):
        stands = event.data.get("stands")
        if stands and stands.get("area") == flat:
            event.data = {**event.data, "stands": {**stands, "area": above}}


async def _stand_in(store: AsyncSession, person_id: int, name: str) -> dict[tuple[str, int], int]:
    """A shell in each place of facts; gives which, by the place."""
    places = await _places_of_facts(store, [person_id])
    shells = list(
        (
            await store.scalars(
                select(Person).order_by(Person.shell).where(Person.shell.is_not(None))
            )
        ).all()
    )
    taken = await _places_of_facts(store, [each.id for each in shells])
    chosen: dict[tuple[str, int], int] = {}
    for place in places:
        used = taken.get(place, set())
        shell = next((each for each in shells if each.id not in used), None)
        if shell is None:
            shell = await _new_shell(store, len(shells) + 1, name)
            shells.append(shell)
        chosen[place] = shell.id
    await _repoint(store, person_id, chosen)
    return chosen


async def _new_shell(store: AsyncSession, number: int, name: str) -> Person:
    shell = Person(name=name, skills=[], created_at=LONG_AGO, shell=number)
    store.add(shell)
    await store.flush()
    return shell


async def _places_of_facts(
    store: AsyncSession, people: Sequence[int]
) -> dict[tuple[str, int], set[int]]:
    """Where facts name any of these people, and whom."""
    found: dict[tuple[str, int], set[int]] = {}
    for named in traces.KEPT if people else ():
        where = column(named)
        scope = _scope(where.table)
        place = scope[1] if scope is not None else literal(0)
        rows = select(place, where).where(where.in_(people)).distinct()
        for at, person in (await store.execute(rows)).all():
            found.setdefault((scope[0] if scope else "", int(at)), set()).add(person)
    return found


async def _repoint(
    store: AsyncSession, person_id: int, chosen: Mapping[tuple[str, int], int]
) -> None:
    for named in traces.KEPT:
        where = column(named)
        scope = _scope(where.table)
        mine = update(where.table).where(where == person_id)
        for shell, places in _by_shell(chosen, scope[0] if scope else "").items():
            for some in _parts(places):
                here = scope[1].in_(some) if scope is not None else true()
                await store.execute(mine.where(here).values({where.name: shell}))


def _by_shell(chosen: Mapping[tuple[str, int], int], kind: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for (name, place), shell in chosen.items():
        if name == kind:
            found.setdefault(shell, []).append(place)
    return found


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


async def _rewrite_history(
    store: AsyncSession, shells: Mapping[int, int], rewrite: Rewrite
) -> None:
    for some in _parts(list(shells)):
        rows = await store.execute(
            select(Event.id, Event.request_id, Event.data).where(Event.request_id.in_(some))
        )
        changed = [
            {"id": row, "data": new}
            for row, request, data in rows.all()
            if (new := rewrite(data, shells[request])) != data
        ]
        if changed:
            await store.execute(update(Event), changed)
        await _rewrite_reasons(store, some, rewrite)


async def _rewrite_reasons(store: AsyncSession, ids: Sequence[int], rewrite: Rewrite) -> None:
    kept = select(Request.id, Request.reason).where(Request.id.in_(ids))
    for row, reason in (await store.execute(kept.where(Request.reason.is_not(None)))).all():
        new = rewrite({"reason": reason}, 0)["reason"]
        await store.execute(update(Request).where(Request.id == row).values(reason=new))


async def _drop_row(store: AsyncSession, person_id: int) -> None:
    """The row goes, unless it is the newest: its number would be given to somebody else."""
    newest = await store.scalar(select(func.max(Person.id)))
    if person_id != newest:
        await store.execute(delete(Person).where(Person.id == person_id))
        return
    empty: dict[str, Any] = dict.fromkeys(
        ("key", "language", "phone", "lends_words", "lends_asked_at"), None
    )
    values: dict[str, Any] = {**empty, "name": "", "skills": [], "created_at": LONG_AGO}
    await store.execute(update(Person).where(Person.id == person_id).values(values))


async def busy_with(store: AsyncSession, person_id: int) -> Collection[str]:
    """What somebody must hand over first: "roles", "rotas", "requests"."""
    role = select(column(("role_held", "id"))).where(
        column(("role_held", "person_id")) == person_id
    )
    rota = select(column(("rota_member", "id"))).where(
        column(("rota_member", "person_id")) == person_id
    )
    held = select(Request.id).where(Request.holder_id == person_id, Request.state != "closed")
    questions = {"roles": role, "rotas": rota, "requests": held}
    return [
        name for name, asked in questions.items() if await store.scalar(asked.limit(1)) is not None
    ]
