"""The audit log: each command that changed something, by whom, and how to take it back."""

from __future__ import annotations

from typing import Any

from handlers.context import Work
from storage.tables import Audit, Person


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
    )
    work.store.add(line)
    await work.store.flush()
    return line
