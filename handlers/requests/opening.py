"""A request begins: its number, deadlines, first voice, who is asked, its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from handlers.chat.incoming import Media
from handlers.context import Picture
from handlers.directory import groups as group_chats
from handlers.requests import cards, clocking, lessons, measured, pages, routing
from handlers.requests.case import Case, answering
from handlers.requests.routing import Asked, Matter
from handlers.requests.rules import Move, State
from handlers.requests.voices import Voices
from handlers.understanding.meaning import Place
from handlers.work import Work
from storage.laying import fresh, lay
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.queries import scenes as scene_query
from storage.tables import Chat, Event, Person, Request, RequestMessage, Supporter

PARTS = tuple(each.name for each in fields(Place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Somebody says that something is wrong, as far as it was understood."""

    words: str
    category: str
    kind: str
    urgency: str
    place: Place
    area_id: int  #: the smallest known place of the tree
    chat: Chat | None
    reporter: Person | None
    message_id: str | None
    asset: str | None = None
    filed_by: Person | None = None
    album: str | None = None
    media: tuple[Media, ...] = ()
    earlier: tuple[Picture, ...] = ()  #: sent before it, in messages of their own
    confidence: float = 1.0
    reasons: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    language: str | None = None
    note: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: for its first event
    read: dict[str, Any] | None = None  #: how it was read (`lessons.as_read`); None: it was not


async def open_request(work: Work, report: Report) -> Request:
    """Make it a request, ask somebody, show the card. A message opens one request only (R12)."""
    if report.chat is not None and report.message_id is not None:
        known = await scene_query.opened_by(work.store, report.chat.id, report.message_id)
        if known is not None:
            return known
    facts = await areas_query.facts_at(work.store, report.area_id)
    without = frozenset({report.reporter.id} if report.reporter and not report.filed_by else ())
    matter = Matter(report.category, report.urgency, facts)
    asked = await routing.plan(work, matter, without=without)
    case = await _begin(work, report, facts, asked)
    await pages.ask(case, asked, call=False)
    await lay(work.store, *await case.voices.all(), *_first_rows(case, report, asked))
    await pages.show(case)
    cards.show_cards(case)
    if report.read is not None and report.chat is not None:
        await lessons.opened(case, report.chat, report.read)
    return case.request


async def _begin(work: Work, report: Report, facts: areas_query.AreaFacts, asked: Asked) -> Case:
    chats = [report.chat] if report.chat else []
    if report.filed_by is not None or not chats:
        groups = answering(work, await chats_query.group_chats_over(work.store, facts.path))
        chats = groups[:1] or chats
    chats += answering(work, await group_chats.twins(work, chats))
    number = await query.next_number(work.store, facts.root_id)
    request = _row(work, report, facts, number)
    request.rung = asked.rung
    request.card_chats = [chat.id for chat in chats]
    people = {each.id: each for each in (report.reporter, report.filed_by) if each}
    owners = await query.owners_languages(work.store, chats)
    voices = Voices(work.store, request, found=())
    case = Case(
        work, request, facts, people, [], voices, chats, said=[], owners=owners, begins=True
    )
    case.wait = asked.step.wait if asked.step else None
    request.wanted = asked.wanted
    clocks = clocking.turn(case, Move.OPEN)
    clocking.look_again(case)
    case.opened_with = clocks
    await lay(work.store, request)
    if report.chat is not None and chats[0].id == report.chat.id:
        case.report_id = report.message_id
    voice = report.reporter or report.filed_by
    if voice is not None:
        case.voices.begin(await voice_of(work, request, voice))
    return case


def _row(work: Work, report: Report, facts: areas_query.AreaFacts, number: int) -> Request:
    return fresh(
        Request,
        root_id=facts.root_id,
        number=number,
        words=report.words,
        category=report.category,
        kind=str(report.kind),
        urgency=str(report.urgency),
        asset=report.asset,
        area_id=facts.area_id,
        area_path=facts.path,
        place={name: value for name in PARTS if (value := getattr(report.place, name))},
        chat_id=report.chat.id if report.chat else None,
        reporter_id=report.reporter.id if report.reporter else None,
        filed_by=report.filed_by.id if report.filed_by else None,
        state=State.OPEN.value,
        round=0,
        pauses=0,
        lap=0,
        confidence=report.confidence,
        reasons=report.reasons,
        opened_at=work.now,
        changed_at=work.now,
    )


async def voice_of(work: Work, request: Request, person: Person) -> Supporter:
    """A person's voice, counted by their household where it is known."""
    homes = await people_query.home_keys_of(work.store, person.id)
    root = f"/{request.root_id}/"
    inside = (key for key, path in homes if path.startswith(root))
    return fresh(
        Supporter,
        request_id=request.id,
        person_id=person.id,
        home_key=next(inside, None),
        at=work.now,
    )


def _first_rows(case: Case, report: Report, asked: Asked) -> list[Event | RequestMessage]:
    actor = report.filed_by or report.reporter
    rows: list[Event | RequestMessage] = [
        fresh(
            Event,
            request_id=case.request.id,
            at=case.work.now,
            move=Move.OPEN.value,
            actor_id=actor.id if actor else None,
            state_from=None,
            state_to=State.OPEN.value,
            data={
                **asked_data(case, asked),
                **report.note,
                **case.opened_with,
                **measured.first(case, actor),
            },
            uncounted=measured.NEW,
        )
    ]
    said = _said(case.work, case.request, report)
    assert case.said is not None
    case.said += said
    return [*rows, *said]


def _said(work: Work, request: Request, report: Report) -> list[RequestMessage]:
    """The messages it came from: the pictures before it, and the report itself."""
    if report.chat is None or not (report.message_id or report.media):
        return []
    rows = {
        picture.message_id: _picture_row(work, request, report.chat, picture, report.reporter)
        for picture in report.earlier
    }
    return [*rows.values(), message_row(work, request, report)]


def _picture_row(
    work: Work, request: Request, chat: Chat, picture: Picture, person: Person | None
) -> RequestMessage:
    return fresh(
        RequestMessage,
        request_id=request.id,
        chat_id=chat.id,
        message_id=picture.message_id,
        role="detail",
        person_id=person.id if person else None,
        album=picture.album,
        text="",
        media=[picture.media.model_dump(mode="json")],
        at=work.now,
    )


def message_row(work: Work, request: Request, report: Report) -> RequestMessage:
    """The message a request came from, with its pictures."""
    assert report.chat is not None
    person = report.reporter or report.filed_by
    return fresh(
        RequestMessage,
        request_id=request.id,
        chat_id=report.chat.id,
        message_id=report.message_id or f"form:{request.id}",
        role="report",
        person_id=person.id if person else None,
        album=report.album,
        text=report.words,
        media=[media.model_dump(mode="json") for media in report.media],
        at=work.now,
    )


def asked_data(case: Case, asked: Asked) -> dict[str, Any]:
    """Who was asked and who was passed over and why, for the history and for /why."""
    return {
        "rung": asked.rung,
        "asked": [[person.id, person.name, role] for person, role in asked.people],
        "skipped": [each.kept() for each in asked.skipped],
        "governance": case.matter.governance,
        "nobody": asked.nobody_reachable,
    }
