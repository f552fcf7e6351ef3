"""Messages of a chat that somebody may quote: those that belong to requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import Request, RequestMessage

#: People quote what they see: the newest messages of a chat.
MOST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a request."""

    message_id: str
    text: str


async def shown_of(store: AsyncSession, chat_id: int, number: int) -> str | None:
    """The newest message of ours that shows a request by its number in this chat."""
    return await store.scalar(*_shown_of(chat_id, number))


@prepared
def _shown_of(chat_id: int, number: int) -> Select[str]:
    return (
        select(RequestMessage.message_id)
        .join(Request, Request.id == RequestMessage.request_id)
        .where(
            RequestMessage.chat_id == chat_id,
            RequestMessage.role.in_(("card", "page")),
            Request.number == number,
        )
        .order_by(RequestMessage.id.desc())
        .limit(1)
    )


async def said_in(store: AsyncSession, chat_id: int) -> Sequence[Said]:
    """The newest reports and details that were said in this chat, the newest first."""
    rows = await store.execute(*_said_in(chat_id))
    return [Said(*row) for row in rows.all()]


@prepared
def _said_in(chat_id: int) -> Select[str, str]:
    return (
        select(RequestMessage.message_id, RequestMessage.text)
        .where(
            RequestMessage.chat_id == chat_id,
            RequestMessage.role.in_(("report", "detail")),
            RequestMessage.text != "",
        )
        .order_by(RequestMessage.id.desc())
        .limit(MOST)
    )
