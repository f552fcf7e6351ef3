"""When a chat moves or is out of reach, and what is said outside a linked group."""

from __future__ import annotations

from sqlalchemy import select, update

from handlers import acting, courtesy, forms, hearing, reporting
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Sendable, button
from handlers.context import Context
from handlers.directory import bases, places
from handlers.requests import answering, lifecycle, pages, questions
from handlers.understanding.meaning import NEW, Heard, Outcome, Scene, Urgency
from handlers.watching import standing
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import chats as chats_query
from storage.queries import post
from storage.tables import Account, Person, RequestMessage


async def on_moved(work: Work, platform: str, old: str, new: str) -> None:
    """A group lives on under a new id: building, requests and reminders stay with it (R15).

    The notice comes twice (from the old and from the new group) and in either order. Message ids
    of the old group mean nothing in the new one, so open cards are shown anew.
    """
    chat = await chats_query.chat(work.store, platform, old)
    if chat is None:
        return
    newer = await chats_query.chat(work.store, platform, new)
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
    chat = await chats_query.chat(work.store, out.platform, out.chat)
    if chat is None or not unreachable:
        return
    work.touched.add(chat.id)
    if chat.kind == "group":
        if not chat.can_speak:
            return  # several letters come back at once; it is told once
        chat.can_speak = False
        await standing.went_mute(work, chat)
        return
    account = await work.store.scalar(
        select(Account).where(
            Account.platform == chat.platform, Account.private_chat == chat.external_id
        )
    )
    if account is None:
        account = await accounts_query.account(work.store, chat.platform, chat.external_id)
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
    """Whether the chat has a place; a private one's is its person's: home, office, or group."""
    if ctx.private:
        area = await bases.own_place(ctx, ctx.person.id)
        if area is not None and ctx.chat.area_id != area.id:
            ctx.chat.area_id = area.id
            ctx.touched.add(ctx.chat.id)
            await ctx.store.flush()
    return ctx.chat.area_id is not None


async def file_waiting(ctx: Context) -> None:
    """What somebody reported before their place was known is filed as soon as it is."""
    draft = await forms.draft_of(ctx) if ctx.private else None
    if draft is not None and questions.waits_for_place(draft) and await placed(ctx):
        assert ctx.chat.area_id is not None
        await questions.found_place(ctx, draft, ctx.chat.area_id)


async def _without_place(ctx: Context, message: Message) -> bool:
    """A report of somebody whose place is not known: filed where its words say, else it waits
    until they say where; whether it was one. What to do in danger is told at once."""
    heard = Heard(message.message_id, message.at, message.sender.id, message.text)
    meaning = ctx.desk.reader.read(heard, Scene())
    if meaning.outcome not in NEW:
        return False
    if meaning.urgency is Urgency.EMERGENCY:
        key = f"request.danger.{meaning.category}"
        ctx.answer(key if ctx.desk.words.has(key) else "request.danger.other")
    named = await places.neighbourhood_in(ctx, message.text)
    report = await reporting.report_at(ctx, meaning, message, named.path if named else None)
    if named is None:
        await questions.ask_where(ctx, report)
    elif meaning.outcome is Outcome.OPEN:
        await lifecycle.open_request(ctx, report)
    else:
        await questions.ask(ctx, report)
    return True


async def heard_in_private(ctx: Context, ears: hearing.Hearing, message: Message) -> None:
    """A private message that is no command: a report from home, or a hint at what helps."""
    if not await placed(ctx):
        await _heard_without_place(ctx, message)
        return
    glance = await ears.look(ctx, message)
    if glance is None:
        ctx.answer("directory.private_silence")
        return
    outcome, of = await acting.act(ctx, glance, message)
    ears.remember(glance, outcome, of)


async def _heard_without_place(ctx: Context, message: Message) -> None:
    if courtesy.thanked(ctx, message.text):
        return
    if await answering.answer(ctx, message.text, None) is not None:
        return
    if not await _without_place(ctx, message):
        home = button(ctx.t("directory.button_home"), "home:ask")
        ctx.answer("directory.private_hint", buttons=((home,),))
