"""The roster: who holds which role where, narrowed by a word, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from handlers.work import Work
from storage.queries import areas as areas_query
from storage.tables import Area, Person, RoleHeld


@dataclass(frozen=True, slots=True)
class Held:
    """One line of it."""

    role: str
    name: str
    area: Area


async def lines(
    work: Work, path: str, word: str, *, offset: int, limit: int
) -> tuple[int, list[Held]]:
    """How many roles are held at, above or below a place, and some of them.

    With a word only those whose person's name or role has it.
    """
    chosen = (
        select(RoleHeld.role, Person.name, Area)
        .join(Person, Person.id == RoleHeld.person_id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(_near(path), *_having(work, word))
    )
    total = await _count(work, chosen.with_only_columns(RoleHeld.id))
    rows = await work.store.execute(
        chosen.order_by(Area.path, RoleHeld.role, RoleHeld.id).offset(offset).limit(limit)
    )
    return total, [Held(role, name, area) for role, name, area in rows.all()]


async def people(
    work: Work, path: str, word: str, *, but: int, offset: int, limit: int
) -> tuple[int, Sequence[Person]]:
    """How many people (but this one) hold roles there, and some of them by name."""
    holders = (
        select(RoleHeld.person_id)
        .join(Person, Person.id == RoleHeld.person_id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(_near(path), *_having(work, word))
    )
    chosen = select(Person).where(Person.id.in_(holders), Person.id != but)
    total = await _count(work, chosen.with_only_columns(Person.id))
    rows = await work.store.scalars(
        chosen.order_by(Person.name, Person.id).offset(offset).limit(limit)
    )
    return total, rows.all()


async def _count(work: Work, chosen: Select[Any]) -> int:
    return await work.store.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def _near(path: str) -> ColumnElement[bool]:
    return areas_query.below(path) | Area.id.in_(areas_query.ids_of(path))


def _having(work: Work, word: str) -> list[ColumnElement[bool]]:
    if not word:
        return []
    wanted = word.casefold()
    roles = [
        role
        for role in work.policy.roles
        if wanted in role.replace("_", " ")
        or any(wanted in name.casefold() for name in role_names(work, role))
    ]
    return [or_(Person.name.icontains(word, autoescape=True), RoleHeld.role.in_(roles))]


def role_names(work: Work, role: str) -> tuple[str, ...]:
    """The name of a role in every language; a community's own role may have none."""
    key = f"roles.{role}"
    return work.desk.words.every(key) if work.desk.words.has(key) else ()


def role_name(work: Work, language: str, role: str) -> str:
    """The name of a role; a community's own role without a text keeps its key."""
    key = f"roles.{role}"
    return work.word(language, key) if work.desk.words.has(key) else role
