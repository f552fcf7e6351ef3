"""Where a request stood: what a correction keeps of it, so that it can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.requests.rules import State
from storage.queries import requests as query
from storage.tables import Request


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
    answer: datetime | None
    solve: datetime | None
    resume: datetime | None
    asked: tuple[tuple[int, str, int], ...]  #: person, role and rung of each who was asked


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
        answer=request.answer_due,
        solve=request.solve_due,
        resume=request.resume_at,
        asked=tuple((page.person_id, page.role, page.rung) for page in pages),
    )
