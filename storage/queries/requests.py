"""Requests: numbers, who can be asked, voices, messages, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, begins_with, insert_of
from storage.direct import Direct
from storage.prepared import prepared
from storage.queries.claiming import claimed
from storage.tables import (
    Account,
    Area,
    Chat,
    Event,
    Leave,
    Letter,
    Page,
    Person,
    Posted,
    Request,
    RequestCounter,
    RequestMessage,
    RoleHeld,
)

#: Further back nobody looks for what was told of a request.
MOST_TOLD = 50
COUNTERS = Base.metadata.tables[RequestCounter.__tablename__]


async def next_number(store: AsyncSession, root_id: int) -> int:
    """The next number under a root; two at once wait for each other and get two."""
    ((number,),) = await _count_on.run(store, {"root_id": root_id})
    return int(number)


@Direct
def _count_on(dialect: str) -> Executable:
    made = insert_of(dialect)(COUNTERS).values(root_id=bindparam("root_id"), last=1)
    counted = made.on_conflict_do_update(
        index_elements=["root_id"], set_={"last": COUNTERS.c.last + 1}
    )
    return counted.returning(COUNTERS.c.last)


async def lock(store: AsyncSession, request: Request) -> None:
    """Read the request anew and keep it to oneself until the end of the transaction."""
    await store.flush()
    await store.refresh(request, with_for_update=True)


async def by_number(store: AsyncSession, root_ids: Iterable[int], number: int) -> Request | None:
    """The request of a number under one of the roots."""
    return await _by_number.scalar(store, list(root_ids), number)


@prepared
def _by_number(root_ids: Sequence[int], number: int) -> Select[Request]:
    found = select(Request).where(Request.root_id.in_(root_ids), Request.number == number)
    return found.limit(1)


async def by_ids(store: AsyncSession, ids: Sequence[int]) -> Sequence[Request]:
    """Requests by id, in order."""
    rows = await store.scalars(select(Request).where(Request.id.in_(ids)).order_by(Request.id))
    return rows.all()


async def by_album(store: AsyncSession, chat_id: int, album: str) -> Request | None:
    """The request to which a picture of this album belongs."""
    return await store.scalar(
        select(Request)
        .join(RequestMessage, RequestMessage.request_id == Request.id)
        .where(RequestMessage.chat_id == chat_id, RequestMessage.album == album)
        .limit(1)
    )


async def message(store: AsyncSession, chat_id: int, message_id: str) -> RequestMessage | None:
    """What is kept of a chat message that belongs to a request."""
    return await _message.scalar(store, chat_id, message_id)


@prepared
def _message(chat_id: int, message_id: str) -> Select[RequestMessage]:
    return select(RequestMessage).where(
        RequestMessage.chat_id == chat_id, RequestMessage.message_id == message_id
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """Somebody who holds a role over a place, and whether they are there."""

    person: Person
    role: str
    depth: int  #: of the place in the tree: the deeper, the nearer
    away: bool
    deputy_id: int | None


async def holders(
    store: AsyncSession, area_ids: Sequence[int], roles: Iterable[str], now: datetime
) -> list[Rung]:
    """Who holds one of the roles at one of the places (root first); the nearest first."""
    rows = await _holders.rows(store, area_ids, list(roles), now)
    found = {
        (person.id, role, area): Rung(person, role, area_ids.index(area), bool(leave), deputy)
        for person, role, area, leave, deputy in rows
    }
    return sorted(found.values(), key=lambda rung: -rung.depth)


@prepared
def _holders(
    area_ids: Sequence[int], roles: Sequence[str], now: datetime
) -> Select[Person, str, int, int, int | None]:
    leave = and_(Leave.person_id == Person.id, Leave.starts <= now, Leave.ends > now)
    return (
        select(Person, RoleHeld.role, RoleHeld.area_id, Leave.id, Leave.deputy_id)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .outerjoin(Leave, leave)
        .where(RoleHeld.area_id.in_(area_ids), RoleHeld.role.in_(roles))
        .order_by(RoleHeld.id, Leave.id)
    )


async def all_holders(store: AsyncSession, path: str, now: datetime) -> dict[int, list[Rung]]:
    """Who holds what at or below a place, by place."""
    leave = and_(Leave.person_id == Person.id, Leave.starts <= now, Leave.ends > now)
    rows = await store.execute(
        select(Person, RoleHeld.role, RoleHeld.area_id, Leave.id, Leave.deputy_id)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .join(Area, Area.id == RoleHeld.area_id)
        .outerjoin(Leave, leave)
        .where(begins_with(Area.path, path))
        .order_by(Area.path)  # the index by which they are found
    )
    found: dict[int, list[Rung]] = {}
    for person, role, area, leave_id, deputy in rows.all():
        found.setdefault(area, []).append(Rung(person, role, 0, bool(leave_id), deputy))
    return found


async def deputies(store: AsyncSession, ids: Iterable[int], now: datetime) -> dict[int, Person]:
    """Those of these people who are not on leave themselves."""
    gone = select(Leave.person_id).where(Leave.starts <= now, Leave.ends > now)
    rows = await store.scalars(
        select(Person).where(Person.id.in_(list(ids)), Person.id.not_in(gone))
    )
    return {person.id: person for person in rows.all()}


async def times_asked(store: AsyncSession, request_id: int, rung: int) -> int:
    """How often the people of a rung were asked."""
    moments = func.count(func.distinct(Page.at))
    query = select(moments).where(Page.request_id == request_id, Page.rung == rung)
    return (await store.scalar(query)) or 0


async def active_pages(store: AsyncSession, request_id: int) -> list[Page]:
    """Who is asked to take a request at this moment."""
    return await _active_pages.scalars(store, request_id)


@prepared
def _active_pages(request_id: int) -> Select[Page]:
    return (
        select(Page).where(Page.request_id == request_id, Page.ended_at.is_(None)).order_by(Page.id)
    )


async def active_pages_of(store: AsyncSession, ids: Sequence[int]) -> Sequence[Page]:
    """Who is asked to take these requests at this moment."""
    rows = await store.scalars(
        select(Page).where(Page.request_id.in_(ids), Page.ended_at.is_(None)).order_by(Page.id)
    )
    return rows.all()


async def done_by_of(store: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    """Who said last of each of these that it is done."""
    if not ids:
        return {}
    rows = await store.execute(
        select(Event.request_id, Event.actor_id)
        .where(Event.request_id.in_(ids), Event.move == "done", Event.actor_id.is_not(None))
        .order_by(Event.id)
    )
    return {request_id: actor for request_id, actor in rows.all() if actor is not None}


async def was_asked(store: AsyncSession, request_id: int, person_id: int) -> bool:
    """Whether somebody was asked before."""
    found = await store.scalar(
        select(Page.id).where(Page.request_id == request_id, Page.person_id == person_id).limit(1)
    )
    return found is not None


async def asked_ever(store: AsyncSession, request_id: int) -> set[int]:
    """Everybody who is asked or was."""
    found = await store.scalars(select(Page.person_id).where(Page.request_id == request_id))
    return set(found.all())


async def last_ended_pages(store: AsyncSession, request_id: int) -> list[Page]:
    """The last private message to each who was told of a request and is not asked by it now."""
    pages = await _ended_pages.scalars(store, request_id)
    return list({page.person_id: page for page in pages}.values())


@prepared
def _ended_pages(request_id: int) -> Select[Page]:
    return (
        select(Page)
        .where(Page.request_id == request_id, Page.how != "mention", Page.tell_at <= Page.ended_at)
        .order_by(Page.id)
    )


async def chats(store: AsyncSession, ids: Sequence[int]) -> list[Chat]:
    """Chats by id, in the order asked for."""
    rows = {chat.id: chat for chat in await _chats.scalars(store, ids)}
    return [rows[each] for each in ids if each in rows]


@prepared
def _chats(ids: Sequence[int]) -> Select[Chat]:
    return select(Chat).where(Chat.id.in_(ids))


async def owners_languages(
    store: AsyncSession, chats: Iterable[Chat]
) -> dict[int, tuple[str | None, str | None]]:
    """For each private chat, the language its person chose and that of their app."""
    private = [chat.id for chat in chats if chat.kind == "private"]
    if not private:
        return {}
    written_to = func.coalesce(Account.private_chat, Account.external_id)
    rows = await store.execute(
        select(Chat.id, Person.language, Account.language)
        .join(Account, and_(Account.platform == Chat.platform, written_to == Chat.external_id))
        .join(Person, Person.id == Account.person_id)
        .where(Chat.id.in_(private))
    )
    return {chat: (chosen, app) for chat, chosen, app in rows.all()}


async def standing_in(store: AsyncSession, chat_id: int) -> Sequence[Request]:
    """The requests that have not ended and whose card stands in a chat."""
    carded = select(RequestMessage.request_id).where(
        RequestMessage.chat_id == chat_id, RequestMessage.role == "card"
    )
    rows = await store.scalars(
        select(Request)
        .where(Request.state != "closed")
        .where(or_(Request.chat_id == chat_id, Request.id.in_(carded)))
        .order_by(Request.id)
    )
    return rows.all()


async def events(store: AsyncSession, request_id: int) -> Sequence[tuple[Event, str | None]]:
    """The history of a request with the names of those who acted."""
    rows = await store.execute(
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.request_id == request_id)
        .order_by(Event.id)
    )
    return [(event, name) for event, name in rows.all()]


async def moves(store: AsyncSession, request_id: int, kinds: Iterable[str]) -> Sequence[Event]:
    """The lines of these kinds in the history of a request."""
    rows = await store.scalars(
        select(Event)
        .where(Event.request_id == request_id, Event.move.in_(list(kinds)))
        .order_by(Event.id)
    )
    return rows.all()


async def last_change(store: AsyncSession, request_id: int) -> tuple[Event, str | None] | None:
    """The last event that changed the state, and the name of who did it."""
    row = (
        await store.execute(
            select(Event, Person.name)
            .outerjoin(Person, Person.id == Event.actor_id)
            .where(Event.request_id == request_id, Event.state_to.is_not(None))
            .order_by(Event.id.desc())
            .limit(1)
        )
    ).first()
    return (row[0], row[1]) if row else None


async def told_over(store: AsyncSession, request_id: int) -> bool:
    """Whether somebody said plainly that it is over since it last changed its state, or since
    somebody affected said that it is not."""
    rows = await store.execute(
        select(Event.state_to, Event.data)
        .where(
            Event.request_id == request_id, or_(Event.state_to.is_not(None), Event.move == "update")
        )
        .order_by(Event.id.desc())
        .limit(MOST_TOLD)
    )
    for state_to, data in rows:
        if state_to is not None or data.get("over") or data.get("still"):
            return bool(data.get("over")) and state_to is None
    return False


async def done_by(store: AsyncSession, request_id: int) -> int | None:
    """Who said last that it is done: not always who holds it."""
    return await store.scalar(
        select(Event.actor_id)
        .where(Event.request_id == request_id, Event.move == "done")
        .order_by(Event.id.desc())
        .limit(1)
    )


async def last_worker(store: AsyncSession, request_id: int) -> int | None:
    """Who said last how it ended: done, impossible, or handed to somebody outside."""
    return await store.scalar(
        select(Event.actor_id)
        .where(Event.request_id == request_id, Event.move.in_(("done", "cannot", "refer")))
        .order_by(Event.id.desc())
        .limit(1)
    )


async def claim_due(
    store: AsyncSession, now: datetime, until: datetime, limit: int
) -> Sequence[Request]:
    """Take those that the clock must look at, the longest due first; they are looked at again at
    `until` if nothing becomes of it. Each is taken by one process, and locked by it."""
    columns = (Request.id, Request.due_at)
    return await claimed(store, Request, columns, (now, until), limit)


async def fold_letters(store: AsyncSession, request_id: int, now: datetime) -> None:
    """Take back what waits to be said of a request later (R27)."""
    await store.execute(
        update(Letter)
        .where(Letter.request_id == request_id, Letter.state == "new", Letter.not_before > now)
        .values(state="folded", body="")
        .execution_options(synchronize_session=False)
    )


async def rename_slot(store: AsyncSession, chat: Chat, old: str, new: str) -> None:
    """The standing message of a slot stands for another from now on."""
    await store.execute(
        update(Posted)
        .where(
            Posted.platform == chat.platform,
            Posted.chat == chat.external_id,
            Posted.slot == old,
        )
        .values(slot=new, digest="")
    )


async def children(store: AsyncSession, request_id: int) -> Sequence[Request]:
    """The requests that were merged into one."""
    rows = await store.scalars(
        select(Request).where(Request.merged_into == request_id).order_by(Request.id)
    )
    return rows.all()
