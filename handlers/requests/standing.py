"""Where a request stood: what a correction keeps of it, so that it can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.requests.rules import State
from storage.queries import requests as query
from storage.tables import Request

#: The moments of its clocks.
CLOCKS = (
    "answer_due",
    "answered_at",
    "climb_at",
    "progress_due",
    "solve_due",
    "paused_at",
    "resume_at",
    "callback_due",
)


class Stood(BaseModel):
    """Where a request stood before a correction."""

    model_config = ConfigDict(frozen=True)
    state: State
    holder: int | None
    rung: int
    reason: str | None
    code: str | None
    category: str
    urgency: str
    area: int
    place: dict[str, Any]
    wanted: int = 1
    lap: int = 0
    clocks: dict[str, datetime | None]
    asked: tuple[tuple[int, str, int], ...]  #: person, role and rung of each who was asked
    answered: tuple[int, ...] = ()  #: those of them who had taken it


async def standing(store: AsyncSession, request: Request) -> Stood:
    """Where it stands now."""
    pages = await query.active_pages(store, request.id)
    return Stood(
        state=State(request.state),
        holder=request.holder_id,
        rung=request.rung,
        reason=request.reason,
        code=request.reason_code,
        category=request.category,
        urgency=request.urgency,
        area=request.area_id,
        place=dict(request.place),
        wanted=request.wanted,
        lap=request.lap,
        clocks={name: getattr(request, name) for name in CLOCKS},
        asked=tuple((page.person_id, page.role, page.rung) for page in pages),
        answered=tuple(page.person_id for page in pages if page.answered_at is not None),
    )
