"""Words to those who wait for a request or manage its place: at once, or when they wake (R37)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.requests import cards, texts
from handlers.requests.case import Case
from storage.queries import people as people_query
from storage.tables import Notice, Person

TOLD, PAGE, QUESTION = "told", "page", "question"
#: In place of the message of which something is a line: it is not told yet.
WAITS = "~"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: the key of a text "request.<key>", what is put in, and a moment in it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    until: datetime | None = None

    def kept(self) -> dict[str, Any]:
        """As a notice keeps it."""
        return {**self.values, "until": self.until.isoformat() if self.until else None}

    @classmethod
    def of(cls, notice: Notice) -> Told:
        """From a notice."""
        values = dict(notice.values)
        until = values.pop("until", None)
        return cls(notice.key or "", values, datetime.fromisoformat(until) if until else None)


def text(case: Case, language: str, told: Told) -> str:
    """The words themselves, in somebody's language."""
    values = dict(told.values)
    code, reason = values.pop("code", None), values.pop("reason", None)
    given: dict[str, Any] = {
        "number": case.request.number,
        "title": cards.title(case, language),
        "line": cards.state_line(case, language),
        "reason": texts.reason(case.work, language, code, reason),
        "until": texts.when(case, language, told.until) if told.until else "",
        **values,
    }
    return case.work.word(language, f"request.{told.key}", **given)


async def one(case: Case, person_id: int, told: Told, *, at: datetime | None = None) -> None:
    """Tell somebody, if they have a private chat; `at`: not before."""
    person = case.person(person_id) or await case.work.store.get(Person, person_id)
    if person is None:
        return
    await case.know([person])
    await case.know_hours([person_id])
    address = case.addresses[person_id]
    if address.chat is None:
        return
    due = max(case.tell_at(person_id), at or case.work.now)
    if due > case.work.now:
        later(case, person_id, TOLD, due, told=told)
        return
    said = Content(text=text(case, address.language, told))
    case.work.say(address.chat, said, Manner(about=case.request.id))


def later(
    case: Case,
    person_id: int,
    kind: str,
    due: datetime,
    *,
    page_id: int | None = None,
    told: Told | None = None,
) -> None:
    """Somebody is told then; whether it still holds is looked at then (R27)."""
    case.work.store.add(
        Notice(
            person_id=person_id,
            request_id=case.request.id,
            kind=kind,
            page_id=page_id,
            key=told.key if told else None,
            values=told.kept() if told else {},
            at=case.work.now,
            due_at=due,
        )
    )


async def voices(case: Case, actor: Person | None, told: Told) -> None:
    """Tell those who reported or joined, but who does it, and who sees the card in private."""
    here = {chat.id for chat in case.chats}
    joined = await case.voices.all()
    await case.meet(voice.person_id for voice in joined)
    for voice in joined:
        if actor is not None and voice.person_id == actor.id:
            continue
        person = case.person(voice.person_id)
        if person is None:
            continue
        await case.know([person])
        chat = case.addresses[person.id].chat
        if chat is not None and chat.id not in here:
            await one(case, person.id, told)


async def managers(case: Case, told: Told) -> None:
    """Tell those who manage the place: danger at once, all else in one message the next morning."""
    at = case.work.now if case.emergency else case.next_morning
    roles = [role for role, each in case.work.policy.roles.items() if "manage" in each.rights]
    for person in await _holding(case, roles):
        case.people.setdefault(person.id, person)
        await one(case, person.id, told, at=at)


async def _holding(case: Case, roles: Sequence[str]) -> list[Person]:
    """Who holds one of the roles over the place; read once in a batch."""
    memo, key = case.work.memo, ("holding", case.request.area_path, *roles)
    if memo is not None and key in memo:
        return memo[key]
    held = await people_query.holders_over(case.work.store, case.request.area_path, roles)
    found = list({each.person.id: each.person for each in held}.values())
    if memo is not None:
        memo[key] = found
    return found
