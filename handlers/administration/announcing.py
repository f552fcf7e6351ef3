"""/announce AREA text: previewed, posted to every group below, delivery shown per group."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, bases, filling, groups, paging, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.manner import Manner
from handlers.work import RefusalError, Work
from storage.base import begins_with
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries.due import ANNOUNCEMENTS_FOLLOWED
from storage.tables import Area, Audit, Chat, Draft, Letter

FORM = "announce"
#: How many groups are named before it is sent; how many there are is told as well.
MOST_NAMED = 12
#: In which order the groups are told, by the state of their letter.
ORDER = ("failed", "new", "sent", "folded")


async def announce(ctx: Context, rest: str) -> None:
    """Preview: which groups, which words; nothing is sent before the button."""
    areas = await access.require_somewhere(ctx, "manage")
    if not rest:
        await filling.ask(ctx, "announce", "", Part.PLACE)
        return
    base = await areas_query.facts_at(ctx.store, ctx.chat.area_id or areas[0].id)
    area, text = await places.place_first(ctx, base, rest)
    if area is None:
        raise RefusalError(
            "directory.place_unknown", text=rest.split()[0], base=await places.name_at(ctx, base)
        )
    await access.require(ctx, "manage", area.path)
    if not text:
        await filling.ask(ctx, "announce", places.token(area), Part.WORDS)
        return
    chats = await chats_query.group_chats_below(ctx.store, area.path)
    if not chats:
        raise RefusalError("announce.no_groups", area=await places.full_name(ctx, area))
    data = {"area": area.id, "text": text}
    draft = await forms.start(ctx, FORM, "confirm", data)
    names = "、".join(chat.title or chat.external_id for chat in chats[:MOST_NAMED])
    if len(chats) > MOST_NAMED:
        names += "…"
    ctx.answer(
        "announce.preview",
        n=len(chats),
        area=await places.full_name(ctx, area),
        groups=names,
        text=text,
        buttons=(
            (
                forms.choice(draft, ctx.t("announce.button_send"), "ann:send", "primary"),
                forms.drop_button(ctx, draft, "announce.button_cancel"),
            ),
        ),
    )


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it begins with a place, as an announcement does."""
    return await bases.begins_with_place(ctx, ctx.person.id, ctx.chat.area_id, rest)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "ann:send:<token>" and "ann:page:<announcement>:<page>"."""
    if arguments[0] == "page":
        await _turn(ctx, int(arguments[1]), int(arguments[2]))
        return
    draft, _ = await forms.pressed(ctx, arguments, "announce.gone", FORM)
    await _confirmed(ctx, draft)


async def _turn(ctx: Context, announcement: int, page: int) -> None:
    audit = await ctx.store.get(Audit, announcement)
    if audit is None or audit.command != "announce" or audit.detail["chat"] != ctx.chat.id:
        raise RefusalError("announce.gone")
    content = await _progress(ctx, audit, await _states(ctx, audit), page)
    ctx.edit_pressed(content, slot=_slot(audit))


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
    chats = await chats_query.group_chats_below(ctx.store, area.path)
    detail = {"area": area.id, "chat": ctx.chat.id, "language": ctx.language, "open": True}
    audit = await record(ctx, "announce", detail=detail)
    for chat in chats:
        language = await groups.language_of(ctx, chat)
        content = Content(text=text, title=ctx.word(language, "announce.title"))
        ctx.say(chat, content, Manner(occasion=f"announce:{audit.id}:{chat.id}"))
    ctx.edit_pressed(Content(text=ctx.t("announce.sending", n=len(chats))))


async def follow(work: Work) -> int:
    """Show how far each announcement of the last day has come, in one edited message."""
    rows = await work.store.scalars(
        select(Audit).where(
            Audit.command == "announce", Audit.at > work.now - ANNOUNCEMENTS_FOLLOWED
        )
    )
    for audit in rows.all():
        if audit.detail.get("open"):
            await _show_progress(work, audit)
    return 0


async def _show_progress(work: Work, audit: Audit) -> None:
    chat = await work.store.get(Chat, int(audit.detail["chat"]))
    states = await _states(work, audit)
    arrived = sum(state != "new" for state in states.values())
    if chat is None or not states or audit.detail.get("arrived") == arrived:
        return
    work.show(chat, _slot(audit), await _progress(work, audit, states, 0))
    audit.detail = {**audit.detail, "arrived": arrived, "open": arrived < len(states)}


def _slot(audit: Audit) -> str:
    return f"announce:{audit.id}"


async def _states(work: Work, audit: Audit) -> dict[int, str]:
    """How far it has come in each group."""
    found = await work.store.execute(
        select(Letter.occasion, Letter.state).where(
            begins_with(Letter.occasion, f"announce:{audit.id}:")
        )
    )
    return {int(str(row.occasion).rsplit(":", 1)[1]): row.state for row in found.all()}


async def _progress(work: Work, audit: Audit, states: dict[int, str], page: int) -> Content:
    """A line for each group, a page of them; first those in which it did not arrive."""
    language = str(audit.detail["language"])
    rows = await work.store.scalars(select(Chat).where(Chat.id.in_(states)))
    ordered = sorted(rows.all(), key=lambda each: (ORDER.index(states[each.id]), each.id))
    lines = [
        work.word(language, f"announce.{states[each.id]}", group=each.title or each.external_id)
        for each in paging.on_page(ordered, page)
    ]
    sent = sum(state in ("sent", "folded") for state in states.values())
    return Content(
        title=work.word(language, "announce.progress", n=sent, of=len(states)),
        text="\n".join(lines),
        buttons=paging.turns_in(
            work,
            language,
            (page, paging.pages(len(states))),
            lambda number: f"ann:page:{audit.id}:{number}",
        ),
    )
