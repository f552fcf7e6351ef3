"""The one question to a sender when it is not sure that something is a request, or in which
neighbourhood it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from handlers import forms
from handlers.chat.incoming import Media, Message
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory import picking
from handlers.directory.bases import base_for
from handlers.directory.places import (
    find_place,
    full_name,
    looks_like_place,
    smallest_area,
)
from handlers.directory.several import SeveralError
from handlers.manner import Manner
from handlers.requests import lessons, plain_words
from handlers.requests.opening import Report, open_request
from handlers.understanding.meaning import Place, Urgency
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Chat, Draft, Person

#: The words wait no longer than this for an answer; then they are forgotten.
LASTS = timedelta(hours=12)
#: So long an answer needs no reply while nobody else speaks.
AT_ONCE = timedelta(minutes=30)
FORM = "question"
#: The place of a report of which nobody knows yet where it is.
NOWHERE = 0
#: What says yes or no to it: its buttons, its own words, and the usual ones.
SAYS_YES = ("question.yes", "question.yes_words", "filling.yes_words")
SAYS_NO = ("question.no", "question.no_words", "filling.no_words", "filling.drop_words")
#: Places that are offered by buttons, where a text names several.
MOST_CHOICES = 12


async def ask(ctx: Context, report: Report) -> None:
    """Ask the sender, with buttons; the report waits in a form until the answer."""
    draft = await forms.start(ctx, FORM, "sure", kept(report), lasts=LASTS)
    language = ctx.chat_language
    category = ctx.word(language, f"categories.{report.category}")
    data = f"{draft.id}:{draft.data['token']}"
    yes = button(ctx.word(language, "question.yes"), f"q:yes:{data}", "primary")
    no = button(ctx.word(language, "question.no"), f"q:no:{data}")
    content = Content(
        text=ctx.word(language, "question.sure", category=category), buttons=((yes, no),)
    )
    ctx.show(ctx.chat, _slot(draft), content, Manner(reply_to=report.message_id))


async def ask_where(ctx: Context, report: Report) -> None:
    """Ask where it is, in words or by buttons; the report waits, and what is said next is added."""
    data = kept(report)
    draft = await forms.draft_of(ctx)
    if draft is not None and waits_for_place(draft):
        data = _together(draft.data, data)
    draft = await forms.start(ctx, FORM, "where", data, lasts=LASTS)
    top = await ctx.store.get(Area, report.area_id) if report.area_id else None
    await _offer_places(ctx, draft, top, 0)


def _together(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Two reports of one person before it is known where: it is one, the graver one counts."""
    order = list(Urgency)
    graver = min(earlier, later, key=lambda each: order.index(Urgency(each["urgency"])))
    both = [*earlier["media"], *(each for each in later["media"] if each not in earlier["media"])]
    words = "\n".join(each["words"] for each in (earlier, later) if each["words"])
    return {**graver, "words": words, "media": both, "message_id": earlier["message_id"]}


async def _offer_places(ctx: Context, draft: Draft, area: Area | None, page: int) -> None:
    """Where? Down the tree from a place; in words alone where none is known."""
    drop = ((forms.drop_button(ctx, draft),),)
    rows = await picking.browse(ctx, draft, "q", [area], area, page) if area else drop
    key = "question.where_pick" if area else "question.where_whole"
    ctx.edit_pressed(Content(text=ctx.t(key), buttons=rows))


def asks_whether(draft: Draft) -> bool:
    """Whether it is asked in this form if something is a request at all."""
    return (draft.form, draft.step) == (FORM, "sure")


def waits_for_place(draft: Draft) -> bool:
    """Whether a report waits in this form until it is known where its person speaks from."""
    return (draft.form, draft.step) == (FORM, "where") and draft.data["area_id"] == NOWHERE


async def found_place(ctx: Context, draft: Draft, area_id: int) -> None:
    """The report is filed in a place, or in the smaller one in it that its words name."""
    report = await report_from(ctx, draft.data)
    facts = await areas_query.facts_at(ctx.store, area_id)
    await forms.end(ctx)
    found = await areas_query.facts_at(
        ctx.store, await smallest_area(ctx, facts.path, report.place)
    )
    inside = found.path.startswith(facts.path)  # what is answered counts more than the words
    await open_request(ctx, replace(report, area_id=found.area_id if inside else area_id))


async def _picked_place(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "q:at:<area>:<page>:<token>" and "q:here:<area>:<token>" under "where?"."""
    draft, (what, *rest) = await forms.pressed(ctx, arguments, "question.gone", FORM)
    area = await ctx.store.get(Area, int(rest[0]))
    if area is None or draft.step != "where":
        raise RefusalError("question.gone")
    place = (await report_from(ctx, draft.data)).place
    found = await smallest_area(ctx, area.path, place)
    known = area.kind == "neighbourhood" and found != area.id
    if what == "at" and not known and await picking.below(ctx, area):
        await _offer_places(ctx, draft, area, int(rest[1]))
        return
    ctx.edit_pressed(Content(text=await full_name(ctx, area)))
    await found_place(ctx, draft, area.id)


async def stands(ctx: Context, person: Person, message_id: str) -> bool:
    """Whether somebody is being asked if a message of theirs is a request."""
    draft = await forms.draft_by(ctx, person.id)
    if draft is None or not asks_whether(draft) or draft.expires_at <= ctx.now:
        return False
    return draft.data.get("message_id") == message_id


async def outrun(
    ctx: Context, person: Person, message_id: str, key: str = "question.opened"
) -> None:
    """What somebody was asked about a message is over: a neighbour bore it out, say."""
    draft = await forms.draft_by(ctx, person.id)
    if draft is None or draft.form != FORM or draft.data.get("message_id") != message_id:
        return
    slot = _slot(draft)
    await forms.end_of(ctx, person.id)
    ctx.show(ctx.chat, slot, Content(text=ctx.word(ctx.chat_language, key)))


def _slot(draft: Draft) -> str:
    return f"q{draft.id}:{draft.data['token']}"


def kept(report: Report) -> dict[str, Any]:
    """A report as a form keeps it."""
    return {
        "words": report.words,
        "category": report.category,
        "kind": str(report.kind),
        "urgency": str(report.urgency),
        "place": asdict(report.place),
        "area_id": report.area_id,
        "chat_id": report.chat.id if report.chat else None,
        "reporter_id": report.reporter.id if report.reporter else None,
        "filed_by": report.filed_by.id if report.filed_by else None,
        "message_id": report.message_id,
        "asset": report.asset,
        "album": report.album,
        "media": [each.model_dump(mode="json") for each in _pictures(report)],
        "confidence": report.confidence,
        "reasons": report.reasons,
        "language": report.language,
        "read": report.read,
    }


def _pictures(report: Report) -> list[Media]:
    return [*(each.media for each in report.earlier), *report.media]


async def report_from(ctx: Context, data: dict[str, Any]) -> Report:
    """The report that was kept so."""
    values = {name: value for name, value in data.items() if name != "token"}
    chat_id, reporter_id = values.pop("chat_id"), values.pop("reporter_id")
    filed_by = values.pop("filed_by", None)  # a form of an older version has none
    values["place"] = Place(**values["place"])
    values["media"] = media = tuple(Media.model_validate(each) for each in values["media"])
    album = ctx.memory.pictures_in(values["album"]) if values["album"] else ()
    return Report(
        **values,
        earlier=tuple(each for each in album if each.media not in media),
        chat=await ctx.store.get(Chat, chat_id) if chat_id else None,
        reporter=await ctx.store.get(Person, reporter_id) if reporter_id else None,
        filed_by=await ctx.store.get(Person, filed_by) if filed_by else None,
    )


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "q:yes:<draft>:<token>", "q:no:<draft>:<token>"; only who was asked may answer."""
    if arguments[0] in ("at", "here"):
        await _picked_place(ctx, arguments)
        return
    action, draft_id = arguments[0], int(arguments[1])
    draft = await ctx.store.get(Draft, draft_id)
    if draft is None or draft.form != FORM or draft.expires_at <= ctx.now:
        raise RefusalError("question.gone")
    if draft.person_id != ctx.person.id:
        raise RefusalError("question.not_yours")
    if list(arguments[2:]) != [draft.data.get("token")]:
        raise RefusalError("question.gone")
    await _decided(ctx, draft, opens=action == "yes")


async def _decided(ctx: Context, draft: Draft, *, opens: bool) -> None:
    data, slot = dict(draft.data), _slot(draft)
    await forms.end(ctx)
    language = ctx.chat_language
    read = data.get("read")  # a form of an older version has none
    if not opens:
        ctx.show(ctx.chat, slot, Content(text=ctx.word(language, "question.dropped")))
        await lessons.declined(ctx, read, str(data["words"]))
        return
    ctx.show(ctx.chat, slot, Content(text=ctx.word(language, "question.opened")))
    data["read"] = {**read, "how": lessons.ASKED} if read else None
    request = await open_request(ctx, await report_from(ctx, data))
    ctx.memory.became(data["message_id"], request.id)


async def _said_whether(ctx: Context, draft: Draft, message: Message) -> bool:
    answer = _yes_or_no(ctx, message.text)
    if answer is None or not (ctx.private or message.to_bot or _at_once(ctx, draft)):
        return False
    await _decided(ctx, draft, opens=answer)
    return True


def _yes_or_no(ctx: Context, text: str) -> bool | None:
    """What words answer to "shall I log it?", by themselves or with thanks."""
    for said in (text, plain_words.bare(text)):
        if any(forms.says(ctx, key, said) for key in SAYS_YES):
            return True
        if any(forms.says(ctx, key, said) for key in SAYS_NO):
            return False
    return None


def _at_once(ctx: Context, draft: Draft) -> bool:
    """Whether nobody has said anything in the group since what is asked about, a moment ago."""
    last = ctx.memory.last_heard()
    if last is None or ctx.now - last.at > AT_ONCE:
        return False
    return last.key == draft.data.get("message_id")


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A place in words answers "where?", "yes" said to the bot, or before anybody else speaks, "is
    it one?"; anything else is heard as usual."""
    if draft.step != "where":
        return await _said_whether(ctx, draft, message)
    try:
        base = await base_for(ctx, ctx.person.id, ctx.chat.area_id, message.text)
        area = await find_place(ctx, base, message.text)
    except SeveralError as several:
        _offer_several(ctx, draft, several)
        return True
    except RefusalError:
        if ctx.private and looks_like_place(message.text):
            raise
        return False
    await found_place(ctx, draft, area.id)
    return True


def _offer_several(ctx: Context, draft: Draft, several: SeveralError) -> None:
    """Which of the places that are called so?"""
    token = draft.data["token"]
    rows = tuple(
        (button(name, f"q:here:{word.rpartition('.')[2]}:{token}"),)
        for name, word in several.choices[:MOST_CHOICES]
    )
    text = ctx.t("filling.which", text=several.text)
    ctx.answer_text(text, buttons=(*rows, (forms.drop_button(ctx, draft),)))
