"""How much groups are told unasked: counted, held back, folded into one message (R59)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, begins_with, insert_of
from storage.tables import Area, Chat, Letter, Noise

NOISE = Base.metadata.tables[Noise.__tablename__]


@dataclass(frozen=True, slots=True)
class Post:
    """A post that is to be made in a group unasked."""

    chat_id: int
    day: datetime  #: when the day began there
    low: bool  #: may wait
    most: int  #: so many a day
    fold_at: datetime  #: what is held back is told then


async def count(store: AsyncSession, post: Post) -> bool:
    """Count a post; whether it may be made now. One statement, whoever else counts."""
    values = {
        "chat_id": post.chat_id,
        "day": post.day,
        "low": int(post.low),
        "most": post.most,
        "fold_at": post.fold_at,
    }
    asked = (await store.execute(_count(store.get_bind().dialect.name), values)).scalar_one()
    return not post.low or asked <= post.most


@cache
def _count(dialect: str) -> Insert:
    low, most = (
        bindparam("low", type_=NOISE.c.held.type),
        bindparam("most", type_=NOISE.c.held.type),
    )
    at = bindparam("fold_at", type_=NOISE.c.fold_at.type)
    first = (low == 1) & (most < 1)
    made = insert_of(dialect)(NOISE).values(
        chat_id=bindparam("chat_id"),
        day=bindparam("day"),
        asked=1,
        held=case((first, 1), else_=0),
        folded=0,
        fold_at=case((first, at), else_=None),
    )
    over = (low == 1) & (NOISE.c.asked >= most)
    return made.on_conflict_do_update(
        index_elements=["chat_id", "day"],
        set_={
            "asked": NOISE.c.asked + 1,
            "held": NOISE.c.held + case((over, 1), else_=0),
            "fold_at": case((over & NOISE.c.fold_at.is_(None), at), else_=NOISE.c.fold_at),
        },
    ).returning(NOISE.c.asked)


async def chats_due(store: AsyncSession, now: datetime, limit: int) -> Sequence[Chat]:
    """The groups that must be told now what was held back from them."""
    due = select(Noise.chat_id).where(Noise.fold_at <= now).order_by(Noise.fold_at).limit(limit)
    ids = set((await store.scalars(due)).all())
    return (await store.scalars(select(Chat).where(Chat.id.in_(ids)).order_by(Chat.id))).all()


async def claim(store: AsyncSession, chat: Chat, until: datetime) -> Sequence[Letter]:
    """Take what was held back from a group for one message; of two processes one gets it.

    `until`: only what was to be told together by then. They are folded from now on.
    """
    taken = await store.execute(
        update(Noise)
        .where(Noise.chat_id == chat.id, Noise.fold_at <= until)
        .values(fold_at=None, folded=Noise.held)
        .returning(Noise.id)
        .execution_options(synchronize_session=False)
    )
    if not taken.all():
        return ()
    mine = (
        Letter.platform == chat.platform,
        Letter.chat == chat.external_id,
        Letter.state == "held",
    )
    found = (await store.scalars(select(Letter).where(*mine).order_by(Letter.id.desc()))).all()
    await store.execute(
        update(Letter)
        .where(Letter.id.in_([each.id for each in found]))
        .values(state="folded", body="")
        .execution_options(synchronize_session=False)
    )
    return found


async def waiting(store: AsyncSession, chat: Chat) -> int:
    """How many posts are held back from a group now."""
    held = select(func.sum(Noise.held)).where(Noise.chat_id == chat.id, Noise.fold_at.is_not(None))
    return (await store.scalar(held)) or 0


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How much groups were told unasked, and what was held back and told together."""

    posted: int
    held: int
    folded: int


async def held_back(
    store: AsyncSession, community: str, since: datetime, until: datetime
) -> HeldBack:
    """The posts of the groups bound to the path `community` or under it, on the days that began
    from `since` on and before `until`."""
    sums = (func.sum(Noise.asked), func.sum(Noise.held), func.sum(Noise.folded))
    row: Any = (
        await store.execute(
            select(*sums)
            .join(Chat, Chat.id == Noise.chat_id)
            .join(Area, Area.id == Chat.area_id)
            .where(begins_with(Area.path, community))
            .where(Noise.day >= since, Noise.day < until)
        )
    ).one()
    asked, held, folded = (int(each or 0) for each in row)
    return HeldBack(asked - held, held, folded)
