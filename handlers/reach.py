"""When a chat moves or is out of reach, and what is said outside a linked group."""

from __future__ import annotations

from sqlalchemy import select, update

from handlers import courtesy, hearing
from handlers.chat import Message
from handlers.context import Context, Sendable, Work, button
from handlers.directory import groups
from handlers.requests import answering, lifecycle, pages
from handlers.understanding.meaning import Heard, Scene, Urgency
from storage.queries import directory as query
from storage.queries import post
from storage.tables import Account, Person, RequestMessage


async def on_moved(work: Work, platform: str, old: str, new: str) -> None:
    """A group lives on under a new id: building, requests and reminders stay with it (R15).

    The notice comes twice (from the old and from the new group) and in either order. Message ids
    of the old group mean nothing in the new one, so open cards are shown anew.
    """
    chat = await query.chat(work.store, platform, old)
    if chat is None:
        return
    newer = await query.chat(work.store, platform, new)
    if newer is not None:
        newer.external_id = f"was:{new}:{newer.id}"
        newer.present = False
        await work.store.flush()
    chat.external_id = new
    chat.present = True
    await work.store.execute(
        update(RequestMessage)
        .where(RequestMessage.chat_id == chat.id)
        .values(message_id="was:" + RequestMessage.message_id)
    )
    await post.move_post(work.store, platform, old, new)
    work.directory_changed = True
    await lifecycle.show_cards_in(work, chat)


async def undelivered(work: Work, out: Sendable, *, unreachable: bool) -> None:
    """Something could not be sent. Who is out of reach is noted; a page falls back (R24)."""
    chat = await query.chat(work.store, out.platform, out.chat)
    if chat is None or not unreachable:
        return
    work.touched.add(chat.id)
    if chat.kind == "group":
        chat.can_speak = False
        await groups.tell_coordinators(work, chat, "directory.muted_in_group")
        return
    account = await work.store.scalar(
        select(Account).where(
            Account.platform == chat.platform, Account.private_chat == chat.external_id
        )
    )
    if account is None:
        account = await query.account(work.store, chat.platform, chat.external_id)
    chat.present = False
    if account is not None:
        account.private_chat = None
        await work.store.flush()
        if out.about is not None:
            await pages.fall_back(work, out.about, account.person_id)


async def opened_private(work: Work, account: Account) -> None:
    """Somebody can be written to now: what they were only named for comes to them too (R24)."""
    person = await work.store.get(Person, account.person_id)
    if person is not None:
        await pages.catch_up(work, person)


async def placed(ctx: Context) -> bool:
    """Whether the chat has a place; a private one is where its person lives."""
    if ctx.chat.area_id is None and ctx.private:
        homes = await query.homes_of(ctx.store, ctx.person.id)
        if homes:
            ctx.chat.area_id = homes[0][1].parent_id or homes[0][1].id
            await ctx.store.flush()
    return ctx.chat.area_id is not None


def _help_in_danger(ctx: Context, message: Message) -> None:
    """Where somebody lives is not known yet, but what to do at once is."""
    heard = Heard(message.message_id, message.at, message.sender.id, message.text)
    meaning = ctx.desk.reader.read(heard, Scene())
    if meaning.urgency is Urgency.EMERGENCY:
        key = f"request.danger.{meaning.category}"
        ctx.answer(key if ctx.desk.words.has(key) else "request.danger.other")


async def heard_in_private(ctx: Context, ears: hearing.Hearing, message: Message) -> None:
    """A private message that is no command: a report from home, or a hint at what helps."""
    if not await placed(ctx):
        if courtesy.thanked(ctx, message.text):
            return
        if await answering.answer(ctx, message.text, None) is not None:
            return
        _help_in_danger(ctx, message)
        ctx.answer(
            "directory.private_hint",
            buttons=((button(ctx.t("directory.button_home"), "home:ask"),),),
        )
        return
    glance = await ears.look(ctx, message)
    if glance is None:
        ctx.answer("directory.private_silence")
        return
    outcome, of = await hearing.act(ctx, glance, message)
    ears.remember(glance, outcome, of)
