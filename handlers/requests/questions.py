"""The one question to a sender when it is not sure that something is a request (or where it is)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from handlers import forms
from handlers.chat import Content, Media, Message
from handlers.context import Context, Manner, RefusalError, button
from handlers.directory.places import base_of, find_place
from handlers.requests.opening import Report, open_request
from handlers.understanding.meaning import Place
from storage.tables import Chat, Draft, Person

#: The words wait no longer than this for an answer; then they are forgotten.
LASTS = timedelta(hours=12)
FORM = "question"


async def ask(ctx: Context, report: Report, *, clash: bool = False) -> None:
    """Ask the sender, with buttons; the report waits in a form until the answer."""
    draft = await forms.start(ctx, FORM, "where" if clash else "sure", _kept(report), lasts=LASTS)
    if clash:
        drop = ((forms.drop_button(ctx, draft),),)
        ctx.answer_text(ctx.word(ctx.chat_language, "question.where"), buttons=drop)
        return
    language = ctx.chat_language
    category = ctx.word(language, f"categories.{report.category}")
    data = f"{draft.id}:{draft.data['token']}"
    yes = button(ctx.word(language, "question.yes"), f"q:yes:{data}", "primary")
    no = button(ctx.word(language, "question.no"), f"q:no:{data}")
    content = Content(
        text=ctx.word(language, "question.sure", category=category), buttons=((yes, no),)
    )
    ctx.show(ctx.chat, _slot(draft), content, Manner(reply_to=report.message_id))


def _slot(draft: Draft) -> str:
    return f"q{draft.id}:{draft.data['token']}"


def _kept(report: Report) -> dict[str, Any]:
    return {
        "words": report.words,
        "category": report.category,
        "kind": str(report.kind),
        "urgency": str(report.urgency),
        "place": asdict(report.place),
        "area_id": report.area_id,
        "chat_id": report.chat.id if report.chat else None,
        "reporter_id": report.reporter.id if report.reporter else None,
        "message_id": report.message_id,
        "asset": report.asset,
        "album": report.album,
        "media": [each.model_dump(mode="json") for each in _pictures(report)],
        "confidence": report.confidence,
        "reasons": report.reasons,
        "language": report.language,
    }


def _pictures(report: Report) -> list[Media]:
    return [*(each.media for each in report.earlier), *report.media]


async def _report(ctx: Context, data: dict[str, Any]) -> Report:
    values = {name: value for name, value in data.items() if name != "token"}
    chat_id, reporter_id = values.pop("chat_id"), values.pop("reporter_id")
    values["place"] = Place(**values["place"])
    values["media"] = media = tuple(Media.model_validate(each) for each in values["media"])
    album = ctx.memory.pictures_in(values["album"]) if values["album"] else ()
    return Report(
        **values,
        earlier=tuple(each for each in album if each.media not in media),
        chat=await ctx.store.get(Chat, chat_id) if chat_id else None,
        reporter=await ctx.store.get(Person, reporter_id) if reporter_id else None,
    )


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "q:yes:<draft>:<token>", "q:no:<draft>:<token>"; only who was asked may answer."""
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
    if not opens:
        ctx.show(ctx.chat, slot, Content(text=ctx.word(language, "question.dropped")))
        return
    ctx.show(ctx.chat, slot, Content(text=ctx.word(language, "question.opened")))
    await open_request(ctx, await _report(ctx, data))


async def _said_whether(ctx: Context, draft: Draft, message: Message) -> bool:
    answer = forms.yes_or_no(ctx, message.text)
    if answer is None or not (ctx.private or message.to_bot):
        return False
    await _decided(ctx, draft, opens=answer)
    return True


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A place in words answers "where?", "yes" said to the bot "is it one?"; anything else is
    heard as usual."""
    if draft.step != "where":
        return await _said_whether(ctx, draft, message)
    try:
        base = await base_of(ctx, ctx.person.id, ctx.chat.area_id)
        area = await find_place(ctx, base, message.text)
    except RefusalError:
        return False
    data = dict(draft.data)
    await forms.end(ctx)
    await open_request(ctx, replace(await _report(ctx, data), area_id=area.id))
    return True
