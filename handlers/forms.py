"""Forms: what somebody is filling in by buttons and words; one at a time in each chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from handlers.context import Context, Work
from storage.tables import Draft

LASTS = timedelta(minutes=30)


async def start(
    ctx: Context, form: str, step: str, data: dict[str, Any], *, lasts: timedelta = LASTS
) -> Draft:
    """Begin a form (an older one of this person here is dropped), or go to its next step."""
    draft = await draft_of(ctx)
    if draft is None:
        draft = Draft(chat_id=ctx.chat.id, person_id=ctx.person.id)
        ctx.store.add(draft)
    draft.form, draft.step, draft.data = form, step, dict(data)
    draft.expires_at = ctx.now + lasts
    await ctx.store.flush()
    ctx.touched.add(ctx.chat.id)
    return draft


async def draft_of(ctx: Context) -> Draft | None:
    """The form this person is filling in here; None when there is none or it expired."""
    draft = await ctx.store.scalar(
        select(Draft).where(Draft.chat_id == ctx.chat.id, Draft.person_id == ctx.person.id)
    )
    if draft is not None and draft.expires_at <= ctx.now:
        await ctx.store.delete(draft)
        await ctx.store.flush()
        return None
    return draft


async def end(ctx: Context) -> None:
    """The form is done or given up."""
    await ctx.store.execute(
        delete(Draft).where(Draft.chat_id == ctx.chat.id, Draft.person_id == ctx.person.id)
    )
    ctx.touched.add(ctx.chat.id)


async def forget_expired(work: Work) -> None:
    """Drop all forms that nobody finished (their words go with them)."""
    await work.store.execute(delete(Draft).where(Draft.expires_at <= work.now))
