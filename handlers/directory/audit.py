"""The audit log: each command that changed something, by whom, and how to take it back."""

from __future__ import annotations

from typing import Any

from handlers.directory import bases
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.tables import Audit, Chat, Person, Reminder, Request


async def record(
    work: Work,
    command: str,
    *,
    detail: dict[str, Any] | None = None,
    undo: dict[str, Any] | None = None,
    actor: Person | None = None,
) -> Audit:
    """Write a line; `undo` is what the subject's own undo function will need."""
    person = actor or getattr(work, "person", None)
    line = Audit(
        at=work.now,
        actor_id=person.id if person is not None else None,
        command=command,
        detail=detail or {},
        undo=undo,
        area_path=await _path(work, detail or {}) or await _path_of(work, person),
    )
    work.store.add(line)
    await work.store.flush()
    return line


async def _path(work: Work, detail: dict[str, Any]) -> str | None:
    """The place that a change is about: the request's, the place's, the group's."""
    if request := await work.store.get(Request, int(detail.get("request") or 0)):
        return request.area_path
    area_id = detail.get("area")
    if reminder := await work.store.get(Reminder, int(detail.get("reminder") or 0)):
        area_id = reminder.area_id
    if area_id is None and (chat := await work.store.get(Chat, int(detail.get("chat") or 0))):
        area_id = chat.area_id
    area = await areas_query.area_by_id(work.store, int(area_id or 0))
    return area.path if area else None


async def _path_of(work: Work, person: Person | None) -> str | None:
    """Else where it was made: the place of who made it."""
    area = await bases.own_place(work, person.id) if person is not None else None
    return area.path if area else None
