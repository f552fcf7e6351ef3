"""/report and /new: saying it step by step, or that a message replied to is a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypedDict

from handlers import forms
from handlers.chat.incoming import Media, Message, Sender
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory import bases, people, picking, places
from handlers.directory.finding import person_of_message
from handlers.known_places import known_places
from handlers.requests import (
    asking_more,
    correction_commands,
    lessons,
    lists,
    questions,
    which_place,
)
from handlers.requests.opening import Report, open_request
from handlers.understanding.meaning import Heard, Kind, Place, Scene, Urgency
from handlers.understanding.seen import see
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Draft, Person

FORM = "file"
#: The step at which one is asked what is the matter: what tells of it there is the answer.
ASKS_WHAT = (FORM, "words")


async def report(ctx: Context, rest: str) -> None:
    """/report as a reply: this is a request. With words: file them. Alone: a form by buttons."""
    message = ctx.incoming
    if isinstance(message, Message) and message.reply_to:
        await _replied(ctx, message, rest)
    elif rest:
        media = message.media if isinstance(message, Message) else ()
        await _file(ctx, {"words": rest, "media": _kept(media)})
    else:
        await _start(ctx, {"filed": False})


async def _replied(ctx: Context, message: Message, rest: str) -> None:
    """What was replied to is no longer known to the bot unless it belongs to a request already;
    its words stand in the chat, so the person who says so gives them once more if need be."""
    known = await person_of_message(ctx, ctx.chat.id, message.reply_to)
    if known is not None:
        raise RefusalError("request.reported_already")
    replied = message.reply_to or ""
    heard = ctx.memory.heard(replied)
    words = rest or (heard.text if heard else "")
    pictures = ctx.memory.pictures_of(replied)
    if not words and not pictures:
        raise RefusalError("request.report_words")
    said_by = await _who_said(ctx, message, heard) if heard else None
    their_own = said_by is not None or (heard and heard.sender == message.sender.id)
    own = bool(their_own) and not rest
    read = await _passed_over(ctx, heard, own=own) if heard else None
    await _file(
        ctx,
        {
            "words": words,
            "media": _kept([each.media for each in pictures]),
            "message_id": replied,
            "said_by": said_by,
            "read": read,
        },
    )


async def _passed_over(ctx: Context, heard: Heard, *, own: bool) -> dict[str, Any] | None:
    """What is kept of a message that was not taken for a request: as it stood when it was said."""
    scene = await ctx.memory.scene()
    if scene is None:
        return None
    before = [each for each in scene.recent if each.heard.at < heard.at]
    requests = [each for each in scene.requests if each.opened_at <= heard.at]
    then = replace(scene, recent=before, requests=requests)
    return lessons.as_read(see(heard, then, None), lessons.MISSED, opens=False, own=own)


async def _who_said(ctx: Context, message: Message, heard: Heard) -> int | None:
    """Whoever files for neighbours files it for the one who said it; others for themselves."""
    if heard.sender == message.sender.id:
        return None
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    theirs = await rights.areas_with(ctx, "file")
    if not any(a.path.startswith(base.path) or base.path.startswith(a.path) for a in theirs):
        return None
    sender = Sender(heard.sender, heard.name)
    return (await people.meet_sender(ctx, message.chat, sender))[1].id


async def new(ctx: Context, rest: str) -> None:
    """/new: for a neighbour; captains first see what is open there (R5)."""
    await rights.require_somewhere(ctx, "file")
    if rest:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
        area, words = await places.place_first(ctx, base, rest)
        if area is None:
            raise await _not_there(ctx, base, rest)
        await rights.require(ctx, "file", area.path)
        if words:
            await _file(ctx, {"words": words, "area": area.id, "filed": True})
            return
        await lists.open_(ctx, places.token(area))
        await _ask_category(ctx, {"filed": True, "area": area.id})
        return
    await lists.open_(ctx, "")
    await _start(ctx, {"filed": True})


async def _not_there(ctx: Context, base: areas_query.AreaFacts, rest: str) -> RefusalError:
    return RefusalError(
        "directory.place_unknown", text=rest.split()[0], base=await places.name_at(ctx, base)
    )


async def _start(ctx: Context, data: dict[str, Any]) -> None:
    try:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    except RefusalError:  # the place is asked for, and understood from its full address
        await _ask_category(ctx, {"area": questions.NOWHERE, **data})
        return
    await _ask_category(ctx, {"area": base.area_id, **data})


async def _ask_category(ctx: Context, data: dict[str, Any]) -> None:
    draft = await forms.start(ctx, FORM, "category", data)
    buttons = [
        forms.choice(draft, ctx.t(f"categories.{name}"), f"file:{name}")
        for name in ctx.policy.categories
        if ctx.desk.words.has(f"categories.{name}")
    ]
    rows = (*asking_more.in_rows(buttons, 3), (forms.drop_button(ctx, draft),))
    content = Content(text=ctx.t("request.form_category"), buttons=rows)
    ctx.show(ctx.chat, f"file:{ctx.person.id}:{ctx.message_id}", content)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "file:<category>", "file:at:<area>:<page>", "file:here:<area>" and "file:yes",
    each with the form's token."""
    draft, picked = await forms.pressed(ctx, arguments, "request.form_gone", FORM)
    choice = picked[0]
    if choice == "yes" and draft.step == "confirm":
        await _confirmed(ctx, draft)
    elif choice in ctx.policy.categories:
        await _chose_category(ctx, draft, choice)
    elif choice in ("at", "here") and draft.step == "place":
        await _picked_place(ctx, draft, picked)
    else:
        raise RefusalError("request.form_gone")


async def _confirmed(ctx: Context, draft: Draft) -> None:
    data = dict(draft.data)
    await forms.end(ctx)
    ctx.edit_pressed(Content(text=ctx.t("request.form_filed")))
    await _file(ctx, data)


async def _chose_category(ctx: Context, draft: Draft, category: str) -> None:
    await forms.start(ctx, FORM, "place", {**draft.data, "category": category})
    await _ask_place(ctx, draft, await ctx.store.get(Area, int(draft.data["area"])))


async def _ask_place(ctx: Context, draft: Draft, area: Area | None, page: int = 0) -> None:
    """In words, or down the tree by buttons."""
    rows = await picking.browse(ctx, draft, "file", [area] if area else [], area, page)
    text = ctx.t("question.where_whole")
    if area is not None:
        text = ctx.t("request.form_place", area=await places.full_name(ctx, area))
    ctx.edit_pressed(Content(text=text, buttons=rows))


async def _picked_place(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    what, *rest = arguments
    area = await ctx.store.get(Area, int(rest[0]))
    if area is None:
        raise RefusalError("request.form_gone")
    if what == "at" and await picking.below(ctx, area):
        await _ask_place(ctx, draft, area, int(rest[1]))
        return
    ctx.edit_pressed(Content(text=await places.full_name(ctx, area)))
    await _said_place(ctx, dict(draft.data), places.token(area))


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The form's next answer in words or pictures."""
    data, text = dict(draft.data), message.text.strip()
    if draft.step == "category" and text:
        return await _said_matter(ctx, draft, message)
    if draft.step == "place" and text:
        await _said_place(ctx, data, text)
    elif draft.step == "words" and (text or message.media):
        await _confirm(ctx, {**data, "words": text, "media": _kept(message.media)})
    elif draft.step == "confirm" and (answer := forms.yes_or_no(ctx, text)) is not None:
        await (_confirmed(ctx, draft) if answer else forms.drop(ctx))
    else:
        return False
    return True


async def _said_matter(ctx: Context, draft: Draft, message: Message) -> bool:
    """A category by its name; else the words are the matter itself, and tell of its category."""
    text = message.text.strip()
    try:
        category = correction_commands.category_named(ctx, text)
    except RefusalError:
        if not (ctx.private or message.to_bot):
            return False  # talk in the group
    else:
        await _chose_category(ctx, draft, category)
        return True
    data: dict[str, Any] = {**draft.data, "words": text, "media": _kept(message.media)}
    facts = await areas_query.facts_at(ctx.store, int(data["area"])) if data["area"] else None
    facts = await bases.meant_by(ctx, facts, text) if facts else await _base(ctx, text)
    scene = Scene(area=places.place_at(facts)) if facts else Scene()
    meaning = ctx.desk.reader.report(Heard(key="0", at=ctx.now, sender="", text=text), scene)
    data["category"] = meaning.category or "other"
    if facts is not None and meaning.place.building is not None:
        data["area"] = await places.smallest_area(ctx, facts.path, meaning.place)
    if (
        data["area"]
        and "building" in (await areas_query.facts_at(ctx.store, int(data["area"]))).codes
    ):
        await _confirm(ctx, data)
        return True
    draft = await forms.start(ctx, FORM, "place", data)
    await _ask_place(ctx, draft, await ctx.store.get(Area, int(data["area"])))
    return True


async def _said_place(ctx: Context, data: dict[str, Any], text: str) -> None:
    here = forms.says(ctx, "request.form_here", text) or forms.yes_or_no(ctx, text)
    if not here or not data["area"]:
        base = await bases.base_for(ctx, ctx.person.id, ctx.chat.area_id, text)
        area = await places.find_place(ctx, base, text)
        if data.get("filed"):
            await rights.require(ctx, "file", area.path)
        data["area"] = area.id
    if data.get("words"):  # they came first
        await _confirm(ctx, data)
        return
    draft = await forms.start(ctx, FORM, "words", data)
    ctx.answer("request.form_words", buttons=((forms.drop_button(ctx, draft),),))


async def _confirm(ctx: Context, data: dict[str, Any]) -> None:
    data.pop("token", None)  # each preview is confirmed by its own button
    draft = await forms.start(ctx, FORM, "confirm", data)
    area = await ctx.store.get(Area, int(data["area"]))
    text = ctx.t(
        "request.form_confirm",
        what=ctx.t(f"categories.{data['category']}"),
        where=await places.full_name(ctx, area) if area else "",
        words=data["words"],
    )
    yes = forms.choice(draft, ctx.t("request.form_yes"), "file:yes", "primary")
    no = forms.drop_button(ctx, draft, "request.form_no")
    ctx.show(
        ctx.chat, f"file:{ctx.person.id}:{ctx.message_id}", Content(text=text, buttons=((yes, no),))
    )


def _kept(media: Sequence[Media]) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in media]


async def _file(ctx: Context, data: dict[str, Any]) -> None:
    """Open what was said so, in the place that was chosen, or else that the words name."""
    words = str(data["words"])
    chosen = await ctx.store.get(Area, int(data["area"])) if data.get("area") else None
    facts = await areas_query.facts_at(ctx.store, chosen.id) if chosen else await _base(ctx, words)
    scene = await ctx.memory.scene() or Scene()
    if facts is not None and (chosen is not None or scene.area == Place()):
        scene = replace(scene, area=places.place_at(facts))
    if facts is not None and scene.places is None:
        scene = replace(scene, places=await known_places(ctx.store, facts.path))
    meaning = ctx.desk.reader.report(Heard(key="0", at=ctx.now, sender="", text=words), scene)
    place, area_id = meaning.place, questions.NOWHERE
    if chosen is not None:
        area_id = chosen.id
        here = places.place_at(await areas_query.facts_at(ctx.store, chosen.id))
        place = replace(here, floor=place.floor, spot=place.spot)
    elif facts is not None:
        area_id = await places.sure_area(ctx, facts.path, place, clash=meaning.clash)
    report = Report(
        words=words,
        category=str(data.get("category") or meaning.category or "other"),
        kind=meaning.kind or Kind.HELP,
        urgency=meaning.urgency or Urgency.NORMAL,
        place=place,
        area_id=area_id,
        chat=ctx.chat,
        **await _who(ctx, data),
        message_id=data.get("message_id") or ctx.message_id,
        read=data.get("read"),
        media=tuple(Media.model_validate(each) for each in data.get("media", [])),
        reasons=[{"about": "request", "cue": "said", "found": "/report", "weight": 1.0}],
    )
    if chosen is None and await _nowhere(ctx, area_id):
        await questions.ask_where(ctx, report)
    elif chosen is None and meaning.clash:
        await which_place.filed(ctx, report)
    else:
        await open_request(ctx, report)


async def _base(ctx: Context, words: str) -> areas_query.AreaFacts | None:
    """Where the words are to be looked for; None: the bot does not know where its person is."""
    try:
        base = await bases.base_for(ctx, ctx.person.id, ctx.chat.area_id, words)
    except RefusalError:
        return None
    whole = ctx.private or not places.is_somewhere(base)
    return await bases.meant_by(ctx, base, words) if whole else base


async def _nowhere(ctx: Context, area_id: int) -> bool:
    """Whether it is not known in which neighbourhood it is; a group speaks of all of its own."""
    if area_id == questions.NOWHERE:
        return True
    return ctx.private and not places.is_somewhere(await areas_query.facts_at(ctx.store, area_id))


class _Who(TypedDict):
    reporter: Person | None
    filed_by: Person | None


async def _who(ctx: Context, data: dict[str, Any]) -> _Who:
    """Whose request it is: a neighbour's who is not here, the one's who said it, or one's own."""
    if data.get("filed"):
        return {"reporter": None, "filed_by": ctx.person}
    said_by = await ctx.store.get(Person, data["said_by"]) if data.get("said_by") else None
    return {"reporter": said_by or ctx.person, "filed_by": ctx.person if said_by else None}
