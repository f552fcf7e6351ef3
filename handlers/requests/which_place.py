"""A report names a place that is not there: its sender is asked which is meant, nothing is guessed.

What is pressing is open already, in the widest place that is sure; it is asked beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select

from handlers import forms
from handlers.chat.incoming import Message, Sender
from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.directory import picking, places
from handlers.directory.several import SeveralError
from handlers.manner import Manner
from handlers.requests import moving, questions
from handlers.requests.given import Given
from handlers.requests.joining import join
from handlers.requests.opening import Report, open_request
from handlers.requests.rules import ALIVE, Move, State
from handlers.understanding.buildings import without_place
from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, Outcome, Place, Scene, Urgency
from handlers.understanding.sources import listed
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Draft, Request

FORM, VERB = "which_place", "where"
#: What waits: a report for its place; or nothing, for its request is open.
REPORT, REQUEST = "report", "request"
#: Places that are the whole of what somebody may mean; a neighbourhood is "elsewhere".
OFFERED = ("building", "unit")


async def ask(ctx: Context, report: Report) -> None:
    """Where is it? The report waits for the answer."""
    named, rest = await _told(ctx, report.words, report.place.building)
    data = questions.kept(replace(report, place=rest))
    draft = await forms.start(ctx, FORM, REPORT, data, lasts=questions.LASTS)
    key = "question.no_such_place" if named else "question.where"
    await _show(ctx, draft, key, report.message_id, named=named)


async def ask_beside(ctx: Context, request: Request) -> None:
    """The same of what is open already, for it waits for no answer."""
    named, rest = await _told(ctx, request.words, request.place.get("building"))
    data = {"request": request.id, "place": asdict(rest)}
    draft = await forms.start(ctx, FORM, REQUEST, data, lasts=questions.LASTS)
    area = await ctx.store.get(Area, request.area_id)
    filed = await _name(ctx, area) if area else ""
    key = "question.no_such_place_open" if named else "question.where"
    await _show(ctx, draft, key, ctx.message_id, named=named, filed=filed)


async def filed(ctx: Context, report: Report) -> Request | None:
    """It is asked about; what is pressing is opened all the same, and asked about beside."""
    if report.urgency != Urgency.EMERGENCY:
        await ask(ctx, report)
        return None
    request = await open_request(ctx, report)
    await ask_beside(ctx, request)
    return request


async def _told(ctx: Context, words: str, building: str | None) -> tuple[str, Place]:
    """What the words name that is not there, in a building that is (None: that is not there),
    and what they say besides."""
    scene = await ctx.memory.scene() or Scene()
    said = listed(look(words).text, scene)
    if building is None:
        return _part(ctx, "building", said.building), replace(said, building=None)
    inside = _part(ctx, "unit", said.unit)
    named = f"{_part(ctx, 'building', building)}{_between(ctx)}{inside}" if inside else ""
    return named, Place(floor=said.floor, room=said.room)


def _part(ctx: Context, kind: str, code: str | None) -> str:
    return ctx.word(ctx.chat_language, f"request.place.{kind}", code=code) if code else ""


def _between(ctx: Context) -> str:
    return ctx.word(ctx.chat_language, "request.place.between")


async def _show(
    ctx: Context, draft: Draft, key: str, reply_to: str | None, **values: object
) -> None:
    language = ctx.chat_language
    offers = [
        (_choice(draft, await _name(ctx, each), f"here:{each.id}"),) for each in await _offers(ctx)
    ]
    other = _choice(draft, ctx.word(language, "question.elsewhere"), "other")
    waits = draft.step == REPORT
    no = _choice(draft, ctx.word(language, f"question.{'not_ours' if waits else 'as_it_is'}"), "no")
    content = Content(text=ctx.word(language, key, **values), buttons=(*offers, (other,), (no,)))
    manner = Manner(reply_to=None if ctx.private else reply_to)
    ctx.show(ctx.chat, _slot(draft), content, manner)


def _choice(draft: Draft, text: str, what: str) -> Button:
    return button(text, f"{VERB}:{what}:{draft.data['token']}")


def _slot(draft: Draft) -> str:
    return f"w{draft.id}:{draft.data['token']}"


async def _offers(ctx: Context) -> list[Area]:
    """The stairwell in which the sender lives, and the group's own place."""
    home = await places.lived_in(ctx, ctx.person.id)
    here = await ctx.store.get(Area, ctx.chat.area_id) if ctx.chat.area_id else None
    whole = await _whole(ctx)
    near = {each.id: each for each in (home, here) if each and each.kind in OFFERED}
    return [each for each in near.values() if whole and each.path.startswith(whole.path)]


async def _whole(ctx: Context) -> Area | None:
    """The neighbourhood of the chat."""
    if ctx.chat.area_id is None:
        return None
    here = await areas_query.facts_at(ctx.store, ctx.chat.area_id)
    return await ctx.store.get(Area, await places.neighbourhood_of(ctx, here.path))


async def _name(ctx: Context, area: Area) -> str:
    """Its name as neighbours say it, below the neighbourhood."""
    return await places.full_name(ctx, area, await _whole(ctx))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "where:here:<area>", "where:at:<area>:<page>", "where:other" and "where:no", each
    with the form's token; only who was asked may answer."""
    draft, (what, *rest) = await _own(ctx, arguments)
    if what == "no":
        await _end(ctx, draft, "question.dropped" if draft.step == REPORT else "question.as_filed")
        return
    area = await ctx.store.get(Area, int(rest[0])) if rest else await _whole(ctx)
    if area is None:
        raise RefusalError("question.gone")
    if what == "here" or (what == "at" and not await picking.below(ctx, area)):
        await _found(ctx, draft, area)
        return
    page = int(rest[1]) if what == "at" else 0
    await _offer_below(ctx, draft, area, page)


async def _own(ctx: Context, arguments: Sequence[str]) -> tuple[Draft, Sequence[str]]:
    try:
        return await forms.pressed(ctx, arguments, "question.gone", FORM)
    except RefusalError:
        here = select(Draft).where(Draft.chat_id == ctx.chat.id, Draft.form == FORM)
        others = [each for each in await ctx.store.scalars(here) if each.expires_at > ctx.now]
        if any(each.data.get("token") == arguments[-1] for each in others):
            raise RefusalError("question.not_yours") from None
        raise


async def _offer_below(ctx: Context, draft: Draft, area: Area, page: int) -> None:
    rows = await picking.browse(ctx, draft, VERB, [area], area, page)
    _replace(ctx, draft, "question.where_pick", rows)


def _replace(ctx: Context, draft: Draft, key: str, rows: Rows = ()) -> None:
    text = ctx.word(ctx.chat_language, key)
    ctx.show(ctx.chat, _slot(draft), Content(text=text, buttons=rows))


async def _end(ctx: Context, draft: Draft, key: str) -> None:
    _replace(ctx, draft, key)
    await forms.end(ctx)


async def _found(ctx: Context, draft: Draft, area: Area) -> None:
    """It is there, or in what the words name besides within that place."""
    step, data = draft.step, dict(draft.data)
    await _end(ctx, draft, "question.opened" if step == REPORT else "question.moved")
    rest = Place(**data["place"])
    found = await areas_query.facts_at(ctx.store, await places.smallest_area(ctx, area.path, rest))
    if not found.path.startswith(area.path):  # what is answered counts more than the words
        found = await areas_query.facts_at(ctx.store, area.id)
    if step == REQUEST:
        await _move(ctx, int(data["request"]), found)
    else:
        await _file(ctx, data, found, rest.floor)


async def _move(ctx: Context, request_id: int, found: areas_query.AreaFacts) -> None:
    request = await ctx.store.get(Request, request_id)
    area = await ctx.store.get(Area, found.area_id)
    if request is None or area is None:
        raise RefusalError("question.gone")
    if area.id != request.area_id:
        await moving.move(ctx, request, Move.MOVE, ctx.person, Given(area=area))


async def _file(
    ctx: Context, data: dict[str, Any], found: areas_query.AreaFacts, floor: str | None
) -> None:
    """What waited is opened, or joins what is open there already."""
    report = await questions.report_from(ctx, data)
    place = places.place_at(found)
    known = await _known(ctx, report, place)
    if known is not None:
        await join(ctx, known, ctx.person, chat=ctx.chat, said=_said(ctx, report), in_words=True)
        return
    place = place if place.room else replace(place, floor=floor)
    await open_request(ctx, replace(report, place=place, area_id=found.area_id))


def _said(ctx: Context, report: Report) -> Message | None:
    """The message that waited, as it came."""
    chat = ctx.incoming.chat
    if report.message_id is None:
        return None
    sender = Sender(ctx.account.external_id, ctx.person.name)
    return Message(chat, sender, ctx.now, report.message_id, report.words, media=report.media)


async def _known(ctx: Context, report: Report, place: Place) -> Request | None:
    """What is open already of which the words tell, once it is known where."""
    scene = await ctx.memory.scene()
    if scene is None:
        return None
    heard = Heard(
        key=report.message_id or "0",
        at=ctx.now,
        sender=ctx.account.external_id,
        text=without_place(report.words),
        home=place,
    )
    meaning = ctx.desk.reader.read(heard, scene)
    if meaning.outcome not in (Outcome.JOIN, Outcome.DETAIL) or meaning.of is None:
        return None
    request = await ctx.store.get(Request, int(meaning.of))
    return request if request is not None and State(request.state) in ALIVE else None


def is_answered(ctx: Context, draft: Draft, text: str) -> bool:
    """Whether a text names a place and nothing else, where that is asked."""
    return draft.form == FORM and places.looks_like_place(_without_lead(ctx, text))


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A place in words answers; anything else is heard as usual."""
    alone = not (ctx.private or message.to_bot)
    words = _without_lead(ctx, message.text)
    try:
        base = await places.base_for(ctx, ctx.person.id, ctx.chat.area_id, words)
        area = await places.find_place(ctx, base, words, alone=alone)
    except SeveralError as several:
        _offer_several(ctx, draft, several)
        return True
    except RefusalError:
        if places.looks_like_place(words):
            raise
        return False
    await _found(ctx, draft, area)
    return True


def _without_lead(ctx: Context, text: str) -> str:
    """ "是3栋2单元" is as good an answer as "3栋2单元"."""
    said = text.strip()
    leads = [
        lead for listed in ctx.desk.words.every("question.leads") for lead in listed.split("\n")
    ]
    for lead in sorted(filter(None, leads), key=len, reverse=True):
        if said.casefold().startswith(lead):
            return said[len(lead) :].strip(" ,，:：")
    return said


def _offer_several(ctx: Context, draft: Draft, several: SeveralError) -> None:
    """Which of the places that are called so?"""
    rows = tuple(
        (_choice(draft, name, f"here:{word.rpartition('.')[2]}"),)
        for name, word in several.choices[: questions.MOST_CHOICES]
    )
    text = ctx.t("filling.which", text=several.text)
    ctx.answer_text(text, buttons=rows)
