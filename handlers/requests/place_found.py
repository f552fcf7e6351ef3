"""It is known now where something is that named a place which is not there: it is filed there."""

from __future__ import annotations

from dataclasses import replace

from handlers.chat.incoming import Message, Sender
from handlers.context import Context
from handlers.directory import places
from handlers.requests import moving, peoples_word
from handlers.requests.case import load
from handlers.requests.given import Given
from handlers.requests.joining import join
from handlers.requests.opening import Report, open_request
from handlers.requests.rules import ALIVE, Move, State
from handlers.understanding.buildings import without_place
from handlers.understanding.meaning import Heard, Outcome, Place
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries.areas import AreaFacts
from storage.tables import Area, Request


async def move(ctx: Context, request_id: int, area: Area, rest: Place) -> bool:
    """What is open already is there, or in what the words name besides (`rest`) within it; False:
    several households say so by now, and no single one moves them all."""
    request = await ctx.store.get(Request, request_id)
    if request is None:
        raise RefusalError("question.gone")
    if peoples_word.shared(await load(ctx, request)):
        return False
    exact = await ctx.store.get_one(Area, (await _within(ctx, area, rest)).area_id)
    if exact.id != request.area_id:
        await moving.move(ctx, request, Move.MOVE, ctx.person, Given(area=exact))
    return True


async def file(ctx: Context, report: Report, area: Area) -> None:
    """What waited is opened there, or joins what is open there already; its place is what its
    words name besides."""
    found = await _within(ctx, area, report.place)
    place = places.place_at(found)
    known = await _known(ctx, report, place)
    if known is not None:
        await join(ctx, known, ctx.person, chat=ctx.chat, said=_said(ctx, report), in_words=True)
        ctx.memory.became(report.message_id, known.id, joins=True)
        return
    place = place if place.room else replace(place, floor=report.place.floor)
    request = await open_request(ctx, replace(report, place=place, area_id=found.area_id))
    ctx.memory.became(report.message_id, request.id)


async def _within(ctx: Context, area: Area, rest: Place) -> AreaFacts:
    exact = await places.smallest_area(ctx, area.path, rest)
    found = await areas_query.facts_at(ctx.store, exact)
    if found.path.startswith(area.path):  # what is answered counts more than the words
        return found
    return await areas_query.facts_at(ctx.store, area.id)


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
