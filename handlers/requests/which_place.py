"""A report names a place that is not there: its sender is asked which is meant, nothing is guessed.

What is pressing is open already, in the widest place that is sure; it is asked beside. What the
answer does is in `place_found`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.directory import bases, picking, places
from handlers.directory.several import SeveralError
from handlers.known_places import known_places
from handlers.manner import Manner
from handlers.requests import calling, peoples_word, place_found, plain_words, questions
from handlers.requests.case import load
from handlers.requests.opening import Report, open_request
from handlers.requests.rules import ALIVE
from handlers.understanding import placed_after
from handlers.understanding.looking import look
from handlers.understanding.meaning import Place, Scene, Urgency
from handlers.understanding.sources import listed
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Draft, Request

FORM, VERB = "which_place", "where"
#: What waits: a report for its place; or nothing, for its request is open.
REPORT, REQUEST = "report", "request"
#: Places that are the whole of what somebody may mean; a neighbourhood is "elsewhere".
OFFERED = ("building", "unit")
#: What may stand behind a place that is answered.
AFTER = " .。!的哈啊呀吧"


async def filed(ctx: Context, report: Report) -> Request | None:
    """It is asked about; what is pressing is opened all the same, and asked about beside."""
    if report.urgency != Urgency.EMERGENCY:
        await ask(ctx, report)
        return None
    request = await open_request(ctx, report)
    await ask_beside(ctx, request)
    return request


async def ask(ctx: Context, report: Report) -> None:
    """Where is it? The report waits for the answer."""
    whole = await _whole(ctx, report.area_id)
    named, rest = await _told(ctx, report.words, report.place.building, whole)
    waits = questions.kept(replace(report, place=rest))
    draft = await _begin(ctx, REPORT, {**waits, "whole": whole.id})
    key = "question.no_such_place" if named else "question.where"
    await _show(ctx, draft, key, report.message_id, named=named)


async def ask_beside(ctx: Context, request: Request) -> None:
    """The same of what is open already, for it waits for no answer; in danger those near where
    its sender lives and speaks are called meanwhile.

    Where several households say so it is no single one's, and nothing is asked.
    """
    if peoples_word.shared(await load(ctx, request)):
        return
    whole = await _whole(ctx, request.area_id)
    if request.urgency == Urgency.EMERGENCY:
        await calling.call_near(ctx, request, ctx.person, await _offers(ctx, whole))
    named, rest = await _told(ctx, request.words, request.place.get("building"), whole)
    waits = {"request": request.id, "place": asdict(rest)}
    draft = await _begin(ctx, REQUEST, {**waits, "whole": whole.id})
    area = await ctx.store.get_one(Area, request.area_id)
    key = "question.no_such_place_open" if named else "question.where"
    filed_for = await places.full_name(ctx, area, whole)
    await _show(ctx, draft, key, ctx.message_id, named=named, filed=filed_for)


async def _begin(ctx: Context, step: str, data: dict[str, Any]) -> Draft:
    return await forms.start(ctx, FORM, step, data, lasts=questions.LASTS)


async def _whole(ctx: Context, area_id: int) -> Area:
    """The neighbourhood in which it is."""
    here = await areas_query.facts_at(ctx.store, area_id)
    return await ctx.store.get_one(Area, await places.neighbourhood_of(ctx, here.path))


async def _told(ctx: Context, words: str, building: str | None, whole: Area) -> tuple[str, Place]:
    """What the words name that is not there, in a building that is (None: that is not there),
    and what they say besides."""
    scene = await ctx.memory.scene() or Scene()
    stands = await known_places(ctx.store, whole.path)
    said = listed(look(words).text, replace(scene, places=stands))
    if building is None or (said.building and not stands.has_building(said.building)):
        return _part(ctx, "building", said.building), replace(said, building=None)
    inside = _part(ctx, "unit", said.unit)
    between = ctx.word(ctx.chat_language, "request.place.between")
    named = between.join((_part(ctx, "building", building), inside)) if inside else ""
    return named, Place(floor=said.floor, room=said.room)


def _part(ctx: Context, kind: str, code: str | None) -> str:
    return ctx.word(ctx.chat_language, f"request.place.{kind}", code=code) if code else ""


async def _show(
    ctx: Context, draft: Draft, key: str, reply_to: str | None, **values: object
) -> None:
    language, waits = ctx.chat_language, draft.step == REPORT
    whole = await ctx.store.get_one(Area, int(draft.data["whole"]))
    offers = [
        (_choice(draft, await places.full_name(ctx, each, whole), f"here:{each.id}"),)
        for each in await _offers(ctx, whole)
    ]
    other = _choice(draft, ctx.word(language, "question.elsewhere"), "other")
    no = _choice(draft, ctx.word(language, f"question.{'not_ours' if waits else 'as_it_is'}"), "no")
    content = Content(text=ctx.word(language, key, **values), buttons=(*offers, (other,), (no,)))
    manner = Manner(reply_to=None if ctx.private else reply_to)
    ctx.show(ctx.chat, _slot(draft), content, manner)


def _choice(draft: Draft, text: str, what: str) -> Button:
    return button(text, f"{VERB}:{what}:{draft.data['token']}")


def _slot(draft: Draft) -> str:
    return f"w{draft.id}:{draft.data['token']}"


async def _offers(ctx: Context, whole: Area) -> list[Area]:
    """The stairwell in which the sender lives, and the group's own place."""
    home = await bases.lived_in(ctx, ctx.person.id)
    here = await ctx.store.get(Area, ctx.chat.area_id) if ctx.chat.area_id else None
    near = {each.id: each for each in (home, here) if each and each.kind in OFFERED}
    return [each for each in near.values() if each.path.startswith(whole.path)]


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "where:here:<area>", "where:at:<area>:<page>", "where:other" and "where:no", each
    with the form's token; only who was asked may answer."""
    draft, (what, *rest) = await _own(ctx, arguments)
    if what == "no":
        await _end(ctx, draft, "question.dropped" if draft.step == REPORT else "question.as_filed")
        return
    whole = await ctx.store.get_one(Area, int(draft.data["whole"]))
    area = await ctx.store.get(Area, int(rest[0])) if rest else whole
    if area is None or not area.path.startswith(whole.path):
        raise RefusalError("question.gone")
    if what == "here" or (what == "at" and not await picking.below(ctx, area)):
        await _found(ctx, draft, area)
        return
    page = int(rest[1]) if what == "at" else 0
    rows = await picking.browse(ctx, draft, VERB, [area], area, page)
    _replace(ctx, draft, "question.where_pick", rows)


async def _own(ctx: Context, arguments: Sequence[str]) -> tuple[Draft, Sequence[str]]:
    try:
        return await forms.pressed(ctx, arguments, "question.gone", FORM)
    except RefusalError:
        here = select(Draft).where(Draft.chat_id == ctx.chat.id, Draft.form == FORM)
        others = [each for each in await ctx.store.scalars(here) if each.expires_at > ctx.now]
        if any(each.data.get("token") == arguments[-1] for each in others):
            raise RefusalError("question.not_yours") from None
        raise


def _replace(ctx: Context, draft: Draft, key: str, rows: Rows = ()) -> None:
    text = ctx.word(ctx.chat_language, key)
    ctx.show(ctx.chat, _slot(draft), Content(text=text, buttons=rows))


async def _end(ctx: Context, draft: Draft, key: str) -> None:
    _replace(ctx, draft, key)
    await forms.end(ctx)


async def _found(ctx: Context, draft: Draft, area: Area) -> None:
    step, data = draft.step, {name: each for name, each in draft.data.items() if name != "whole"}
    if step == REQUEST:
        moved = await place_found.move(ctx, int(data["request"]), area, Place(**data["place"]))
        await _end(ctx, draft, "question.moved" if moved else "question.shared")
        return
    await _end(ctx, draft, "question.opened")
    await place_found.file(ctx, await questions.report_from(ctx, data), area)


async def asked_about(ctx: Context, message_id: str) -> str | None:
    """The words of a message about which its sender is asked: where, or if it is a request."""
    draft = await forms.draft_of(ctx)
    if draft is None or draft.form not in (FORM, questions.FORM):
        return None
    about = draft.data.get("message_id") == message_id
    return str(draft.data.get("words") or "") if about else None


async def outrun(ctx: Context, message_id: str, key: str) -> None:
    """What somebody was asked about a message is over: they changed it, or took it back."""
    draft = await forms.draft_of(ctx)
    if draft is not None and draft.form == FORM and draft.data.get("message_id") == message_id:
        await _end(ctx, draft, key)
    else:
        await questions.outrun(ctx, ctx.person, message_id, key)


async def settled(ctx: Context, request: Request) -> None:
    """Where a request is, is asked no more: the changed words say it, or it is cancelled."""
    draft = await forms.draft_of(ctx)
    waits = draft is not None and (draft.form, draft.step) == (FORM, REQUEST)
    if draft is not None and waits and draft.data["request"] == request.id:
        alive = request.state in ALIVE
        await _end(ctx, draft, "question.as_filed" if alive else "question.dropped")


async def is_answered(ctx: Context, draft: Draft, message: Message) -> bool:
    """Whether a message answers where it is: it replies to the bot, or names a place and nothing
    else, to the bot alone or a short while after."""
    to_bot = ctx.private or message.to_bot
    if to_bot and message.reply_to is not None:
        return True
    return (to_bot or _just_asked(ctx, draft)) and await _names_only(ctx, draft, message.text)


async def _names_only(ctx: Context, draft: Draft, text: str) -> bool:
    """Whether a text names a place and says nothing else."""
    if placed_after.is_bare(without_lead(ctx, text)):
        return True
    try:
        await _named(ctx, draft, text, alone=True)
    except SeveralError:
        return True
    except RefusalError:
        return False
    return True


def _just_asked(ctx: Context, draft: Draft) -> bool:
    """Later on a place that is said to nobody may be of any other talk, if there was any."""
    if draft.expires_at - questions.LASTS + questions.AT_ONCE >= ctx.now:
        return True
    last = ctx.memory.last_heard()
    return last is not None and last.key == draft.data.get("message_id")


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A place in words answers; anything else is heard as usual."""
    alone = not (ctx.private or message.to_bot)
    if alone and not _just_asked(ctx, draft):
        return False
    try:
        area = await _named(ctx, draft, message.text, alone=alone)
    except SeveralError as several:
        await _offer_several(ctx, draft, several)
        return True
    except RefusalError:
        words = without_lead(ctx, message.text)
        if placed_after.is_bare(words) or (not alone and places.looks_like_place(words)):
            raise
        return False
    await _found(ctx, draft, area)
    return True


async def _named(ctx: Context, draft: Draft, text: str, *, alone: bool) -> Area:
    """The place that somebody answers, as it is written or without what is said before it."""
    base = await areas_query.facts_at(ctx.store, ctx.chat.area_id or int(draft.data["whole"]))
    try:
        return await places.find_place(ctx, base, text, alone=alone)
    except SeveralError:
        raise
    except RefusalError:
        words = without_lead(ctx, text)
    try:
        return await places.find_place(ctx, base, words, alone=alone)
    except SeveralError:
        raise
    except RefusalError:
        if not placed_after.is_bare(words):
            raise
        return await _house(ctx, draft, words)


async def _house(ctx: Context, draft: Draft, words: str) -> Area:
    """The house of which a flat or floor is named that stands in no list ("3栋5楼")."""
    whole = await ctx.store.get_one(Area, int(draft.data["whole"]))
    said = listed(look(words).text, Scene(places=await known_places(ctx.store, whole.path)))
    found = await places.smallest_area(ctx, whole.path, said)
    if found == whole.id:
        raise RefusalError("directory.place_unknown", text=words, base=whole.name)
    return await ctx.store.get_one(Area, found)


def without_lead(ctx: Context, text: str) -> str:
    """ "应该是在3栋2单元" is as good an answer as "3栋2单元"."""
    listed = ctx.desk.words.every("question.leads")
    leads = sorted({lead for each in listed for lead in each.split("\n") if lead}, key=len)
    said, before = plain_words.normal(text).strip(), ""
    while said != before:
        before = said
        lead = next((each for each in reversed(leads) if said.startswith(each)), "")
        said = said[len(lead) :].strip(" ,:")
    return said.rstrip(AFTER)


async def _offer_several(ctx: Context, draft: Draft, several: SeveralError) -> None:
    """Which of the places of the neighbourhood that are called so?"""
    whole = await ctx.store.get_one(Area, int(draft.data["whole"]))
    rows: list[tuple[Button, ...]] = []
    for name, word in several.choices[: questions.MOST_CHOICES]:
        area = await ctx.store.get(Area, int(word.rpartition(".")[2]))
        if area is not None and area.path.startswith(whole.path):
            rows.append((_choice(draft, name, f"here:{area.id}"),))
    if not rows:
        raise RefusalError("directory.place_unknown", text=several.text, base=whole.name)
    ctx.answer_text(ctx.t("filling.which", text=several.text), buttons=tuple(rows))
