"""Corrections as examples: what was seen, what is right, and the words of those who agreed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handlers.learning.rules import Kind
from handlers.understanding.seen import Seen
from handlers.work import Work
from storage.queries import learning as query
from storage.tables import Chat, Correction, Event, Person, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Something was read wrongly, or asked about and confirmed."""

    kind: Kind
    chat: Chat
    seen: Seen
    right: dict[str, Any]  #: by decision of the reader
    was: dict[str, Any] = field(default_factory=dict[str, Any])
    sender: Person | None = None  #: whose words were read
    text: str = ""
    request: Request | None = None
    event: Event | None = None


async def keep(work: Work, lesson: Lesson) -> None:
    """Keep an example; the words only where the sender agreed to it before.

    The newest correction of a kind counts for a request. Nothing is kept where nothing follows
    (a place that no source told of teaches nothing).
    """
    request, event, sender = lesson.request, lesson.event, lesson.sender
    if request is not None:
        await query.corrected_before(work.store, request.id, lesson.kind)
    if not lesson.right:
        return
    agreed = sender is not None and bool(sender.lends_words)
    work.store.add(
        Correction(
            at=work.now,
            kind=lesson.kind.value,
            chat_id=lesson.chat.id,
            request_id=request.id if request is not None else None,
            event_id=event.id if event is not None else None,
            sender_id=sender.id if sender is not None else None,
            was=lesson.was,
            right=lesson.right,
            seen=lesson.seen.kept(),
            text=(lesson.text or None) if agreed else None,
        )
    )
    await work.store.flush()
