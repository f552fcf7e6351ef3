"""The way of a message: a command, a change, a form's answer, a reply, or something to be heard."""

from __future__ import annotations

import re

from handlers import acting, command_line, forms, hearing, passing, reach, rereading
from handlers.administration import guide
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Mark
from handlers.command_line import Typed
from handlers.commands import Command
from handlers.context import Context
from handlers.directory import filling, groups, permission
from handlers.hearing import Glance, Hearing
from handlers.promises import noticing
from handlers.requests import belonging, lifecycle, replies, speaking, which_place
from handlers.requests.rules import ALIVE
from handlers.scenes import Scenes
from handlers.tables import Tables
from handlers.turn import Turn
from handlers.understanding.meaning import Outcome
from handlers.work import RefusalError
from storage.tables import Draft, Request

#: A line about a request that is known: it may give a date.
TOLD_OF = (Outcome.UPDATE, Outcome.DETAIL)
#: What stands where something was asked about a message, by what its new words are.
BECOMES = {Outcome.OPEN: "question.opened", Outcome.TALK: "question.dropped"}


class Messages:
    """Answers messages."""

    def __init__(self, tables: Tables, hearing: Hearing, scenes: Scenes) -> None:
        self._tables = tables
        self._hearing = hearing
        self._scenes = scenes

    async def answer(self, ctx: Context, message: Message, glance: Glance | None) -> None:
        """Do what it asks for; `glance`: what it means, if it was looked at already."""
        if await passing.drops(ctx, message):
            await forms.drop(ctx)
            return
        typed = command_line.read(message, self._tables.commands)
        if typed is not None and await _is_command(ctx, typed):
            if typed.command is not None:
                await _run(ctx, typed.command, typed.rest)
            return
        turn = Turn(ctx, message, self._hearing, glance)
        if message.edited:
            await self._edit(turn)
            return
        # Whoever is filling in something is not read from memory alone (`first_look`).
        draft = await forms.draft_of(ctx) if glance is None else None
        if draft is not None and await self._form(turn, draft):
            return
        if not (await _reply(turn) or await _same_album(turn)):
            await self._hear(turn)
        if draft is not None:
            await passing.still_there(turn)

    async def _form(self, turn: Turn, draft: Draft) -> bool:
        run = self._tables.forms.get(draft.form)
        if run is None or await passing.passes(turn, draft):
            return False
        if await passing.doubtful(turn, draft):
            return True
        async with turn.ctx.store.begin_nested():
            return await run(turn.ctx, draft, turn.message)

    async def _edit(self, turn: Turn) -> None:
        ctx, message = turn.ctx, turn.message
        asked = await which_place.asked_about(ctx, message.message_id)
        if asked == message.text:
            return  # what came with it was changed: a preview, say
        self._scenes.take_back((message.chat.platform, message.chat.id), message.message_id)
        request = await belonging.request_of(ctx, message.message_id)
        if request is not None:
            await _reworded(turn, request)
            return
        if asked is not None:
            await self._said_otherwise(turn)
            return
        glance = await turn.look() if not ctx.private else None
        if glance is None:
            return
        settled = hearing.settled(glance)
        if settled.outcome is Outcome.OPEN or (settled.outcome is Outcome.ASK and settled.clash):
            await self._act(turn, glance)

    async def _said_otherwise(self, turn: Turn) -> None:
        """Words that one is being asked about were changed: only the new ones are heard."""
        glance = await turn.look()
        outcome = hearing.settled(glance).outcome if glance is not None else Outcome.ASK
        key = BECOMES.get(outcome, "question.reworded")
        await which_place.outrun(turn.ctx, turn.message.message_id, key)
        await self._hear(turn)

    async def _hear(self, turn: Turn) -> None:
        if passing.gives_up_nothing(turn.ctx, turn.message):
            turn.ctx.answer("filling.nothing_open")
            return
        glance = await turn.look()
        if glance is not None:
            await self._act(turn, glance)
        elif turn.ctx.private:
            await reach.heard_in_private(turn.ctx, self._hearing, turn.message)
        elif turn.message.to_bot:
            await groups.needs_link(turn.ctx)

    async def _act(self, turn: Turn, glance: Glance) -> None:
        ctx, message = turn.ctx, turn.message
        outcome, of = await acting.act(ctx, glance, message)
        self._hearing.remember(glance, outcome, of)
        if outcome in (Outcome.TALK, Outcome.ASK):
            self._scenes.keep_pictures(message)
        if outcome in TOLD_OF and of is not None:
            await noticing.notice_by_id(ctx, int(of), message)
        if outcome in (Outcome.JOIN, Outcome.DETAIL) or (
            outcome is Outcome.UPDATE and acting.named_alone(ctx, message)
        ):
            ctx.mark(ctx.chat, message.message_id, Mark.HEARD)


#: "12", "#12", "@wang", "3栋", "3-2": talk that begins with a command's name rarely goes on so.
NAMED = re.compile(r"[#＃№@]\S+|\d+|\S*\d+(?:[-—/]\S+|栋\S*|幢\S*|号楼\S*|单元\S*|:\S+)")


async def _is_command(ctx: Context, typed: Typed) -> bool:
    """Whether it is a command and no talk; one that we do not know gets its hint, or nothing.

    Without a slash it is talk for those who may not use it (with one they are told), and wherever
    what stands behind the name is none of the command's: "close the window, please".
    """
    if typed.elsewhere:
        return True
    if typed.command is None:
        return await guide.unknown(ctx, typed.name)
    if typed.slash:
        return True
    return await permission.may(ctx, typed.command) and await _is_meant(ctx, typed)


async def _is_meant(ctx: Context, typed: Typed) -> bool:
    assert typed.command is not None
    replied = ctx.incoming.reply_to if isinstance(ctx.incoming, Message) else None
    answers = await belonging.request_of_own(ctx, replied) is not None
    if answers and not _goes_before_words(ctx, typed):
        return False
    if not typed.rest or NAMED.fullmatch(typed.rest.split()[0]):
        return True
    if typed.command.right == "answer" and not typed.name.isascii():
        return True  # "办结 换了阀门": hardly anybody begins talk so
    message = ctx.incoming if isinstance(ctx.incoming, Message) else None
    if typed.command.name == "report" and message and acting.named_alone(ctx, message):
        return True
    if typed.command.parses is not None and await typed.command.parses(ctx, typed.rest):
        return True
    return answers and typed.command.of_request


def _goes_before_words(ctx: Context, typed: Typed) -> bool:
    """Whether a command said in reply to a card goes before what its words say of that request:
    "mine too" joins, and "still broken" is no sign of life."""
    if typed.command is not None and typed.command.of_request and not typed.rest:
        return True
    return speaking.hear(ctx, f"{typed.name} {typed.rest}".strip()) is None


async def _run(ctx: Context, command: Command, rest: str) -> None:
    if ctx.anonymous and not command.nameless:
        raise RefusalError("directory.anonymous")
    await permission.require(ctx, command)
    if command.where == "group" and ctx.private:
        raise RefusalError("access.only_in_group")
    if command.where == "private" and not ctx.private:
        alone = ctx.can(ctx.chat.platform).private
        raise RefusalError("access.only_private" if alone else "access.only_other_app")
    async with ctx.store.begin_nested():  # what is refused leaves the form that one is filling in
        if not command.keeps_form:
            await forms.end(ctx)
        await filling.run(ctx, command.name, rest)


async def _reply(turn: Turn) -> bool:
    request = await belonging.request_of_own(turn.ctx, turn.message.reply_to)
    if request is None:
        return False
    async with turn.ctx.store.begin_nested():
        answered = await replies.on_reply(turn.ctx, request, turn.message)
    return await noticing.notice(turn.ctx, request, turn.message) or answered


async def _reworded(turn: Turn, request: Request) -> None:
    """Words of a request were changed; where the report names a place now that is not there, that
    is asked about."""
    ctx, message = turn.ctx, turn.message
    glance = await turn.look()
    found = await rereading.reread(ctx, glance, message) if glance is not None else None
    await lifecycle.change_detail(ctx, request, message, found.anew if found else None)
    if found is not None and found.clash and request.state in ALIVE:
        await which_place.ask_beside(ctx, request)
    elif (found is not None and found.anew.area) or request.state not in ALIVE:
        await which_place.settled(ctx, request)


async def _same_album(turn: Turn) -> bool:
    """A further picture of an album whose first message opened a request."""
    ctx, message = turn.ctx, turn.message
    if message.album is None:
        return False
    request = await lifecycle.request_of_album(ctx, ctx.chat, message.album)
    if request is None:
        return False
    await lifecycle.add_detail(ctx, request, message)
    return True
