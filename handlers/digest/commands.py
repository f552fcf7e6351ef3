"""/digest: a coordinator looks at what a group would be told now, and may tell it now."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.incoming import Message
from handlers.chat.outgoing import Button, Content, Mark, button
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.digest import clock, telling
from handlers.digest.rules import WEEK
from handlers.directory import access, paging
from handlers.directory.addresses import address_of
from handlers.directory.groups import language_of
from handlers.noise import numbers
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import noise as noise_query
from storage.tables import Chat


async def digest(ctx: Context, rest: str) -> None:
    """In a group its own digest, told in private where that can be; in private, of which group."""
    if not ctx.private:
        await _preview(ctx, await _may(ctx, ctx.chat))
        return
    chats = await _groups(ctx)
    if len(chats) == 1:
        await _preview(ctx, chats[0])
        return
    _choose(ctx, chats, 0)


async def _groups(ctx: Context) -> list[Chat]:
    """All groups of the places that this person manages."""
    found = {
        chat.id: chat
        for area in await access.require_somewhere(ctx, "manage")
        for chat in await chats_query.group_chats_below(ctx.store, area.path)
    }
    return list(found.values())


def _choose(ctx: Context, chats: Sequence[Chat], page: int) -> None:
    if not chats:
        ctx.answer("digest.no_groups")
        return
    rows: list[tuple[Button, ...]] = [
        (button(chat.title[:60] or str(chat.id), f"dig:show:{chat.id}"),)
        for chat in paging.on_page(chats, page)
    ]
    rows += paging.turns(ctx, page, len(chats), lambda number: f"dig:page:{number}")
    ctx.edit_pressed(Content(text=ctx.t("digest.which"), buttons=tuple(rows)))


async def _may(ctx: Context, chat: Chat | None) -> Chat:
    """The group, if its place is this person's to manage. Raises RefusalError."""
    if chat is None or chat.kind != "group":
        raise RefusalError("access.old_button")
    if chat.area_id is None:
        raise RefusalError("directory.greeting_link")
    facts = await areas_query.facts_at(ctx.store, chat.area_id)
    await access.require(ctx, "manage", facts.path)
    return chat


async def _content(ctx: Context, chat: Chat, language: str) -> Content | None:
    since = max(filter(None, (chat.digested_at, ctx.now - WEEK)))
    return await telling.content(ctx, chat, since, language)


async def _preview(ctx: Context, chat: Chat) -> None:
    found = await _content(ctx, chat, await language_of(ctx, chat))
    address = await address_of(ctx, ctx.person.id)
    to = ctx.chat if ctx.private or address is None or address.chat is None else address.chat
    if to is not ctx.chat and isinstance(ctx.incoming, Message):
        ctx.mark(ctx.chat, ctx.incoming.message_id, Mark.HEARD)
    lines = [ctx.t("digest.preview" if found else "digest.preview_none", group=chat.title)]
    if found and to.kind == "group":
        lines = []  # everybody sees it
    if waits := await noise_query.waiting(ctx.store, chat):
        lines.append(ctx.t("digest.preview_held", n=waits))
    lines.append(ctx.t("digest.preview_how"))
    if found is None:
        ctx.say(to, Content(text="\n".join(lines)))
        return
    text = "\n".join((found.title, found.text, "", *lines))
    now = button(ctx.t("digest.button_post"), f"dig:post:{chat.id}")
    ctx.say(to, Content(text=text, buttons=((now,),)))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "dig:show:<chat>", "dig:post:<chat>" and "dig:page:<page>"."""
    what, number = arguments
    if what == "page":
        _choose(ctx, await _groups(ctx), int(number))
        return
    chat = await _may(ctx, await ctx.store.get(Chat, int(number)))
    if what == "show":
        await _preview(ctx, chat)
        return
    content = await _content(ctx, chat, await language_of(ctx, chat))
    if content is None:
        raise RefusalError("digest.preview_none", group=chat.title)
    ctx.show(chat, clock.slot(ctx.now), content)
    ctx.toast(ctx.t("digest.posted"))


async def parses(ctx: Context, rest: str) -> bool:
    """It takes no words: whatever stands behind its name is talk."""
    return not rest


SUBJECT = Subject(
    commands=(Command("digest", digest, ("周报", "小结"), right="manage", parses=parses),),
    presses={"dig": on_press},
    sections=(numbers.SECTION,),
)
