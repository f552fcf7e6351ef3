"""/announce AREA text: previewed, posted to every group below, delivery shown per group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from handlers import forms
from handlers.chat import Content, Message, Say
from handlers.context import Context, RefusalError, Work, topic_of
from handlers.directory import access, filling, groups, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from storage.base import begins_with
from storage.queries import directory as query
from storage.tables import Area, Audit, Chat, Draft, Letter

FORM = "announce"
FOLLOWED = timedelta(hours=24)


async def announce(ctx: Context, rest: str) -> None:
    """Preview: which groups, which words; nothing is sent before the button."""
    areas = await access.require_somewhere(ctx, "manage")
    where, _, text = rest.partition(" ")
    if not where:
        await filling.ask(ctx, "announce", "", Part.PLACE)
        return
    base = await query.facts_at(ctx.store, ctx.chat.area_id or areas[0].id)
    area = await places.find_place(ctx, base, where)
    await access.require(ctx, "manage", area.path)
    if not text.strip():
        await filling.ask(ctx, "announce", where, Part.WORDS)
        return
    chats = await query.group_chats_below(ctx.store, area.path)
    if not chats:
        raise RefusalError("announce.no_groups", area=area.name)
    data = {"area": area.id, "text": text.strip()}
    draft = await forms.start(ctx, FORM, "confirm", data)
    names = "、".join(chat.title or chat.external_id for chat in chats[:12])
    ctx.answer(
        "announce.preview",
        n=len(chats),
        area=await places.full_name(ctx, area),
        groups=names,
        text=text.strip(),
        buttons=(
            (
                forms.choice(draft, ctx.t("announce.button_send"), "ann:send", "primary"),
                forms.drop_button(ctx, draft, "announce.button_cancel"),
            ),
        ),
    )


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "ann:send:<token>"."""
    draft, _ = await forms.pressed(ctx, arguments, "announce.gone", FORM)
    await _confirmed(ctx, draft)


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """ "Yes" sends it, said to the bot: a "yes" to a neighbour must not go to all groups."""
    answer = forms.yes_or_no(ctx, message.text)
    if answer is None or not (ctx.private or message.to_bot):
        return False
    await (_confirmed(ctx, draft) if answer else forms.drop(ctx))
    return True


async def _confirmed(ctx: Context, draft: Draft) -> None:
    data = dict(draft.data)
    await forms.end(ctx)
    area = await ctx.store.get(Area, int(data["area"]))
    if area is None:
        raise RefusalError("announce.gone")
    await access.require(ctx, "manage", area.path)
    await _send(ctx, area, str(data["text"]))


async def _send(ctx: Context, area: Area, text: str) -> None:
    chats = await query.group_chats_below(ctx.store, area.path)
    detail = {"area": area.id, "chat": ctx.chat.id, "language": ctx.language, "open": True}
    audit = await record(ctx, "announce", detail=detail)
    for chat in chats:
        language = await groups.language_of(ctx, chat)
        ctx.put(
            Say(
                platform=chat.platform,
                chat=chat.external_id,
                content=Content(text=text, title=ctx.word(language, "announce.title")),
                topic=topic_of(chat),
            ),
            occasion=f"announce:{audit.id}:{chat.id}",
        )
    ctx.edit_pressed(Content(text=ctx.t("announce.sending", n=len(chats))))


async def follow(work: Work) -> int:
    """Show how far each announcement of the last day has come, in one edited message."""
    rows = await work.store.scalars(
        select(Audit).where(Audit.command == "announce", Audit.at > work.now - FOLLOWED)
    )
    for audit in rows.all():
        if audit.detail.get("open"):
            await _show_progress(work, audit)
    return 0


async def _show_progress(work: Work, audit: Audit) -> None:
    chat = await work.store.get(Chat, int(audit.detail["chat"]))
    found = await work.store.execute(
        select(Letter.occasion, Letter.state).where(
            begins_with(Letter.occasion, f"announce:{audit.id}:")
        )
    )
    states = {int(str(row.occasion).rsplit(":", 1)[1]): row.state for row in found.all()}
    arrived = sum(state != "new" for state in states.values())
    if chat is None or not states or audit.detail.get("arrived") == arrived:
        return
    language = str(audit.detail["language"])
    rows = await work.store.scalars(select(Chat).where(Chat.id.in_(states)).order_by(Chat.id))
    lines = [
        work.word(language, f"announce.{states[each.id]}", group=each.title or each.external_id)
        for each in rows.all()
    ]
    work.show(chat, f"announce:{audit.id}", Content(text="\n".join(lines)))
    audit.detail = {**audit.detail, "arrived": arrived, "open": arrived < len(states)}
