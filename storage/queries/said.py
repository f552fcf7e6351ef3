"""The words and pictures of a request: its report, the newest details, what was sent along."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import RequestMessage

OWN_WORDS = ("report", "detail")
#: Written out, so that the index of these rows alone (`storage/tables/requests.py`) is used.
WITH_MEDIA = text("request_message.media <> '[]'")


async def all_words_of(store: AsyncSession, ids: Sequence[int]) -> Sequence[RequestMessage]:
    """The reports and the details of these requests."""
    rows = await store.scalars(
        select(RequestMessage)
        .where(RequestMessage.request_id.in_(ids), RequestMessage.role.in_(OWN_WORDS))
        .order_by(RequestMessage.id)
    )
    return rows.all()


async def newest_details(store: AsyncSession, request_id: int, most: int) -> list[str]:
    """The words that were added last, the newest last."""
    return (await _newest_details.scalars(store, request_id, most))[::-1]


@prepared
def _newest_details(request_id: int, most: int) -> Select[str]:
    return (
        select(RequestMessage.text)
        .where(
            RequestMessage.request_id == request_id,
            RequestMessage.role == "detail",
            RequestMessage.text != "",
        )
        .order_by(RequestMessage.id.desc())
        .limit(most)
    )


async def with_media(store: AsyncSession, request_id: int, most: int) -> list[RequestMessage]:
    """What was sent with a picture (voice, video, file), the first ones first."""
    return await _with_media.scalars(store, request_id, most)


@prepared
def _with_media(request_id: int, most: int) -> Select[RequestMessage]:
    return (
        select(RequestMessage)
        .where(
            RequestMessage.request_id == request_id,
            RequestMessage.role.in_(OWN_WORDS),
            WITH_MEDIA,
        )
        .order_by(RequestMessage.id)
        .limit(most)
    )


async def shows_something(store: AsyncSession, request_id: int, person_id: int) -> bool:
    """Whether a person added a picture to it: not the one with which it was reported."""
    return await _shows_something.scalar(store, request_id, person_id) is not None


@prepared
def _shows_something(request_id: int, person_id: int) -> Select[int]:
    return (
        select(RequestMessage.id)
        .where(
            RequestMessage.request_id == request_id,
            RequestMessage.role == "detail",
            RequestMessage.person_id == person_id,
            WITH_MEDIA,
        )
        .limit(1)
    )


async def report(store: AsyncSession, request_id: int) -> RequestMessage | None:
    """The message it came from."""
    return await _report.scalar(store, request_id)


@prepared
def _report(request_id: int) -> Select[RequestMessage]:
    return (
        select(RequestMessage)
        .where(RequestMessage.request_id == request_id, RequestMessage.role == "report")
        .order_by(RequestMessage.id)
        .limit(1)
    )
