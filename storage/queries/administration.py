"""What the doctor asks: groups, stairwells, what waits and what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.migrate import newest
from storage.queries.areas import below
from storage.tables import Area, Chat, Letter, Update


async def groups_below(store: AsyncSession, path: str) -> Sequence[Chat]:
    """All groups ever bound at or below a place, also those that the bot was removed from."""
    rows = await store.scalars(
        select(Chat)
        .join(Area, Area.id == Chat.area_id)
        .where(below(path), Chat.kind == "group")
        .order_by(Chat.id)
    )
    return rows.all()


async def all_groups(store: AsyncSession) -> Sequence[Chat]:
    """All groups that the bot is in."""
    rows = await store.scalars(
        select(Chat).where(Chat.kind == "group", Chat.present).order_by(Chat.id)
    )
    return rows.all()


async def root_paths(store: AsyncSession) -> Sequence[str]:
    """The paths of the trees' roots."""
    rows = await store.scalars(select(Area.path).where(Area.parent_id.is_(None)))
    return rows.all()


async def names_of_places(store: AsyncSession) -> Sequence[str]:
    """The names of all places but the flats."""
    rows = await store.scalars(select(Area.name).where(Area.kind != "household").distinct())
    return rows.all()


async def unlinked_groups(store: AsyncSession) -> Sequence[Chat]:
    """Groups that the bot is in and that stand for no place yet."""
    rows = await store.scalars(
        select(Chat).where(Chat.kind == "group", Chat.area_id.is_(None), Chat.present)
    )
    return rows.all()


async def tree_below(store: AsyncSession, path: str) -> Sequence[Area]:
    """All places at or below a path but the households."""
    rows = await store.scalars(
        select(Area).where(below(path), Area.kind != "household").order_by(Area.path)
    )
    return rows.all()


async def stairwells_below(store: AsyncSession, path: str) -> Sequence[Area]:
    """The units, and the buildings that have none."""
    parents = select(Area.parent_id).where(Area.kind == "unit")
    rows = await store.scalars(
        select(Area)
        .where(below(path))
        .where((Area.kind == "unit") | ((Area.kind == "building") & Area.id.not_in(parents)))
        .order_by(Area.id)
    )
    return rows.all()


@dataclass(frozen=True, slots=True)
class EngineRoom:
    """What waits and what failed since a moment."""

    waiting: int
    dead: int
    failed: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Database:
    """The database itself."""

    kind: str
    megabytes: int
    revision: str | None  #: of its tables; None where no migration was run
    newest: str  #: the revision that this version of the program works with


async def database(store: AsyncSession) -> Database:
    """Which database it is, how large, and whether its tables are those of this version."""
    connection = await store.connection()
    kind = connection.dialect.name
    if kind == "postgresql":
        size = await store.scalar(text("SELECT pg_database_size(current_database())"))
    else:
        pages = await store.scalar(text("PRAGMA page_count"))
        size = int(pages or 0) * int(await store.scalar(text("PRAGMA page_size")) or 0)
    revision = None
    if await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        revision = await store.scalar(text("SELECT version_num FROM alembic_version"))
    return Database(kind, int(size or 0) // 1_000_000, revision, newest())


async def engine_room(store: AsyncSession, since: datetime) -> EngineRoom:
    """How the post stands."""
    waiting = await store.scalar(
        select(func.count()).select_from(Update).where(Update.state == "new")
    )
    dead = await store.scalar(
        select(func.count())
        .select_from(Update)
        .where(Update.state == "dead", Update.received_at > since)
    )
    failed = await store.scalar(
        select(func.count())
        .select_from(Letter)
        .where(Letter.state == "failed", Letter.created_at > since)
    )
    newest = await store.scalar(select(func.max(Update.received_at)))
    return EngineRoom(waiting or 0, dead or 0, failed or 0, newest)
