"""What is asked of pulses and alarms: whom to look at, what is on, what goes on and off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, insert_of
from storage.queries.claiming import claimed
from storage.queries.post import insert_new
from storage.tables import Alarm, Area, Chat, Person, Pulse, RoleHeld

ALARMS = Base.metadata.tables[Alarm.__tablename__]
#: So many keys stand in one question.
TOGETHER = 500


def parts(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Keys in portions that one question has room for."""
    return (keys[at : at + TOGETHER] for at in range(0, len(keys), TOGETHER))


async def groups_named(
    store: AsyncSession, platform: str, names: Collection[str]
) -> Mapping[str, Chat]:
    """The groups of a platform that stand for a place, by the platform's own ids."""
    found: dict[str, Chat] = {}
    for some in parts(sorted(names)):
        rows = await store.scalars(
            select(Chat).where(
                Chat.platform == platform,
                Chat.external_id.in_(some),
                Chat.kind == "group",
                Chat.area_id.is_not(None),
            )
        )
        found.update({chat.external_id: chat for chat in rows})
    return found


async def groups_on(store: AsyncSession, platform: str) -> Sequence[Chat]:
    """The groups of a platform in which the bot is and that stand for a place."""
    rows = await store.scalars(
        select(Chat)
        .where(Chat.platform == platform, Chat.kind == "group", Chat.present)
        .where(Chat.area_id.is_not(None))
        .order_by(Chat.id)
    )
    return rows.all()


async def pulses(store: AsyncSession, chats: Sequence[int], now: datetime) -> Mapping[int, Pulse]:
    """The pulses of these chats; one that was never heard before begins now."""
    if chats:
        first: dict[str, Any] = {"first_at": now, "last_at": now, "weeks": []}
        rows = [{"chat_id": each, **first} for each in chats]
        await store.execute(insert_new(store, Pulse), rows)
    found: dict[int, Pulse] = {}
    for some in parts(chats):
        rows = await store.scalars(select(Pulse).where(Pulse.chat_id.in_(some)))
        found.update({pulse.chat_id: pulse for pulse in rows})
    return found


async def claim_silent(
    store: AsyncSession, now: datetime, again: datetime, limit: int
) -> Sequence[Pulse]:
    """The groups that are silent for unusually long, each for one process."""
    return await claimed(store, Pulse, (Pulse.id, Pulse.look_at), (now, again), limit)


async def put_off(store: AsyncSession, until: datetime, platform: str | None = None) -> None:
    """No silence is told before a moment: the bot itself was away (of one platform, or of all)."""
    put = update(Pulse).where(Pulse.look_at < until).values(look_at=until)
    if platform is not None:
        theirs = select(Chat.id).where(Chat.platform == platform, Chat.kind == "group")
        put = put.where(Pulse.chat_id.in_(theirs))
    await store.execute(put.execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class Raising:
    """An alarm that is to go on."""

    kind: str
    about: str
    since: datetime
    now: datetime
    post: bool  #: an operator's address is to be told


async def raise_alarm(store: AsyncSession, new: Raising) -> bool:
    """Put an alarm on; False: it is on already (whoever else found the same was first)."""
    values = {
        "kind": new.kind,
        "about": new.about,
        "since": new.since,
        "raised_at": new.now,
        "over_at": None,
        "post_at": new.now if new.post else None,
    }
    made = await store.execute(_raise(store.get_bind().dialect.name), values)
    return made.first() is not None


@cache
def _raise(dialect: str) -> Any:
    made = insert_of(dialect)(ALARMS)
    new = made.excluded
    return made.on_conflict_do_update(
        index_elements=["kind", "about"],
        set_={
            "since": new.since,
            "raised_at": new.raised_at,
            "over_at": None,
            "post_at": new.post_at,
        },
        where=ALARMS.c.over_at.is_not(None),
    ).returning(ALARMS.c.id)


async def end_alarm(
    store: AsyncSession, kind: str, about: str, now: datetime, *, post: bool
) -> datetime | None:
    """Put an alarm off; gives since when it was so, None where it was not on."""
    row = await store.execute(
        update(Alarm)
        .where(Alarm.kind == kind, Alarm.about == about, Alarm.over_at.is_(None))
        .values(over_at=now, post_at=now if post else None)
        .returning(Alarm.since)
        .execution_options(synchronize_session=False)
    )
    return row.scalar()


async def alarms_on(store: AsyncSession, kind: str | None = None) -> Sequence[Alarm]:
    """The alarms that are on, of one kind or of all."""
    asked = select(Alarm).where(Alarm.over_at.is_(None)).order_by(Alarm.id)
    return (await store.scalars(asked if kind is None else asked.where(Alarm.kind == kind))).all()


async def posts_due(store: AsyncSession, now: datetime) -> bool:
    """Whether there is an alarm of which an operator's address must be told now."""
    due = select(Alarm.id).where(Alarm.post_at <= now).limit(1)
    return await store.scalar(due) is not None


async def claim_posts(
    store: AsyncSession, now: datetime, again: datetime, limit: int
) -> Sequence[Alarm]:
    """Alarms of which an operator's address must be told; tried again where that fails."""
    return await claimed(store, Alarm, (Alarm.id, Alarm.post_at), (now, again), limit)


async def posted(store: AsyncSession, alarm_id: int, seen: datetime | None) -> None:
    """The address was told of an alarm as it stood; what changed since is told as well."""
    same = Alarm.over_at.is_(None) if seen is None else Alarm.over_at == seen
    await store.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, same)
        .values(post_at=None)
        .execution_options(synchronize_session=False)
    )


async def give_up_posts(store: AsyncSession, now: datetime, after: timedelta) -> None:
    """What could not be told for so long is told no more."""
    old = (Alarm.post_at.is_not(None), Alarm.raised_at < now - after)
    recent = Alarm.over_at.is_(None) | (Alarm.over_at < now - after)
    await store.execute(
        update(Alarm)
        .where(*old, recent)
        .values(post_at=None)
        .execution_options(synchronize_session=False)
    )


async def chats_by_id(store: AsyncSession, ids: Sequence[int]) -> Sequence[Chat]:
    """Chats by our own ids."""
    found: list[Chat] = []
    for some in parts(ids):
        found += await store.scalars(select(Chat).where(Chat.id.in_(some)).order_by(Chat.id))
    return found


async def places_of(store: AsyncSession, platform: str) -> Sequence[str]:
    """The paths of all places that have a group on a platform."""
    rows = await store.scalars(
        select(Area.path)
        .join(Chat, Chat.area_id == Area.id)
        .where(Chat.platform == platform, Chat.kind == "group", Chat.present)
        .distinct()
    )
    return rows.all()


async def holders_at(
    store: AsyncSession, areas: Collection[int], roles: Collection[str]
) -> Sequence[Person]:
    """Who holds one of these roles at one of these places."""
    found: dict[int, Person] = {}
    for some in parts(sorted(areas)):
        rows = await store.scalars(
            select(Person)
            .join(RoleHeld, RoleHeld.person_id == Person.id)
            .where(RoleHeld.area_id.in_(some), RoleHeld.role.in_(sorted(roles)))
            .order_by(Person.id)
        )
        found.update({person.id: person for person in rows})
    return list(found.values())


async def hears_by_privacy(store: AsyncSession, platform: str) -> bool:
    """Whether there is a group that is heard only because privacy mode is off."""
    row = await store.scalar(
        select(Chat.id)
        .where(Chat.platform == platform, Chat.kind == "group", Chat.present)
        .where(~Chat.administrator, Chat.hears_all, Chat.area_id.is_not(None))
        .limit(1)
    )
    return row is not None
