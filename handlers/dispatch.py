"""From something that came in to the one handler that answers it: tables, not chains of ifs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import command_line, hearing, quoting, reach
from handlers.changes import CHANGES
from handlers.chat.incoming import ChatKind, Incoming, Message, Press, Reaction, Recalled
from handlers.chat.platform import Speaks
from handlers.commands import Subject, fits
from handlers.context import Context
from handlers.directory import groups
from handlers.hearing import Hearing
from handlers.meeting import Doing, Meeting
from handlers.messages import Messages
from handlers.requests import belonging, lifecycle, replies, which_place
from handlers.requests.rules import ALIVE
from handlers.scenes import Scenes
from handlers.tables import Tables
from handlers.turn import Ahead
from handlers.twins import choosing
from handlers.understanding.meaning import Outcome
from handlers.understanding.opinion import Opinion, Question
from handlers.work import Desk, RefusalError, Work
from storage.engine import Store


class Dispatcher:
    """Answers what comes in. Built once, with the subjects' tables."""

    def __init__(self, desk: Desk, subjects: Iterable[Subject]) -> None:
        self.desk = desk
        self.tables = Tables(subjects)
        self.scenes = Scenes(desk.policy)
        self.hearing = Hearing(desk, self.scenes)
        self._meeting = Meeting(desk, self.tables.book(), self.scenes)
        self._messages = Messages(self.tables, self.hearing, self.scenes)

    async def doubt(self, incoming: Incoming, store: Store, now: datetime) -> Question | None:
        """What to ask a second opinion of a message in a group; None where none is wanted."""
        if not isinstance(incoming, Message) or not _is_plain(incoming) or incoming.album:
            return None
        glance = self.hearing.glance(incoming)
        if glance is None:
            async with store.read() as session:
                glance = await self.hearing.look_up(session, incoming, now)
        if glance is None or incoming.sender.id in glance.scene.filling:
            return None
        return hearing.question_on(glance, self.desk.policy.categories)

    def may_wait(self, incoming: Incoming) -> bool:
        """Whether what came in is a plain line in a group that tells of no emergency."""
        if not isinstance(incoming, Message) or not _is_plain(incoming):
            return False
        glance = self.hearing.glance(incoming)
        return glance is not None and not hearing.is_emergency(glance)

    def shares(self, incoming: Incoming) -> bool:
        """Whether it may be handled together with lines of other chats: nobody is asked for it
        before its transaction."""
        return isinstance(incoming, Message) and _is_plain(incoming)

    def looked_again(self, incoming: Incoming, now: datetime, ahead: Ahead) -> Ahead:
        """What memory tells after something else was done: the same, or what is new in it."""
        glance = ahead.glance
        if glance is None or not isinstance(incoming, Message):
            return ahead
        known = self.scenes.scene((incoming.chat.platform, incoming.chat.id))
        return ahead if known is glance.scene else self.first_look(incoming, now)

    def unhear(self, incoming: Iterable[Incoming]) -> None:
        """What was done about these is undone: nothing of them is remembered."""
        for each in incoming:
            if isinstance(each, Message):
                self.scenes.unhear((each.chat.platform, each.chat.id), each.message_id)

    def first_look(
        self, incoming: Incoming, now: datetime, opinion: Opinion | None = None
    ) -> Ahead:
        """What memory alone tells, with a second opinion if there is one; plain talk in a group is
        then done with."""
        if not isinstance(incoming, Message) or not _is_plain(incoming):
            return Ahead()
        scene = self.scenes.scene((incoming.chat.platform, incoming.chat.id))
        if scene is None or incoming.sender.id in scene.filling:
            return Ahead()
        can = self.desk.capabilities.get(incoming.chat.platform)
        if can is not None and can.speaks is Speaks.ANSWERING:
            return Ahead(glance=self.hearing.glance(incoming))  # talk, too, lets it speak
        glance = self.hearing.glance(incoming)
        if glance is not None and opinion is not None:
            glance = self.hearing.agreed(glance, opinion)
        if glance is None or not hearing.is_silent(glance):
            return Ahead(glance=glance)
        self.scenes.keep_pictures(incoming)
        self.hearing.remember(glance, Outcome.TALK)
        return Ahead(done=True)

    def forget(self, work: Work) -> None:
        """After the commit: what changed is read anew when next needed."""
        self.scenes.forget(work)

    def forget_chats(self, chat_ids: Iterable[int], *, everything: bool) -> None:
        """Another process changed these chats, or what is remembered of all."""
        self.scenes.forget_chats(chat_ids, everything=everything)

    def forget_people(self, gone: Callable[[str, str], bool]) -> None:
        """Another process forgot these people (platform, id there)."""
        self.scenes.forget_people(gone)

    def forget_all(self) -> None:
        """After a failure: trust nothing that is remembered."""
        self.scenes.forget_all()

    async def prepare(self, incoming: Incoming, ahead: Ahead) -> Ahead:
        """Ask platforms what must be known of them before the transaction begins."""
        if not isinstance(incoming, Message):
            return ahead
        typed = command_line.read(incoming, self.tables.commands)
        if typed is None or typed.command is None or typed.command.prepare is None:
            return ahead
        return replace(ahead, prepared=await typed.command.prepare(self.desk, incoming))

    async def handle(
        self, incoming: Incoming, store: AsyncSession, now: datetime, ahead: Ahead
    ) -> Work:
        """Do what it asks for, in the given session; what is to be said lies in the work's tray.

        What another bot says or presses is nobody's word.
        """
        if ahead.done or (isinstance(incoming, Doing) and incoming.sender.is_bot):
            return Work(self.desk, store, now)
        if change := CHANGES.get(type(incoming)):
            work = Work(self.desk, store, now)
            await change(work, incoming)
            return work
        assert isinstance(incoming, Doing)
        ctx = await self._meeting.context(incoming, store, now)
        ctx.prepared = ahead.prepared
        await groups.meet(ctx)
        try:
            await self._answer(ctx, ahead)
            await reach.file_waiting(ctx)
            if ctx.private and isinstance(incoming, Message):
                await reach.opened_private(ctx, ctx.account)
        except RefusalError as refusal:
            await _refuse(ctx, refusal)
        await choosing.spoken_to(ctx)
        if isinstance(incoming, Press) and not ctx.acknowledged:
            ctx.toast("")
        return ctx

    async def _answer(self, ctx: Context, ahead: Ahead) -> None:
        incoming = ctx.incoming
        if isinstance(incoming, Message):
            ctx.incoming = incoming = await quoting.resolved(ctx, incoming)
            press = await choosing.pressed(ctx, incoming)
            if press is None:
                await self._messages.answer(ctx, incoming, ahead.glance)
                return
            ctx.incoming = incoming = press
        async with ctx.store.begin_nested():  # what is refused half-way leaves nothing behind
            if isinstance(incoming, Press):
                await self._press(ctx, incoming)
            elif isinstance(incoming, Reaction):
                await _react(ctx, incoming)
            elif isinstance(incoming, Recalled):
                self.scenes.take_back(
                    (incoming.chat.platform, incoming.chat.id), incoming.message_id
                )
                await _recall(ctx, incoming)

    async def _press(self, ctx: Context, press: Press) -> None:
        if ctx.anonymous:
            raise RefusalError("directory.anonymous")
        verb, _, arguments = press.data.partition(":")
        run = self.tables.presses.get(verb)
        if run is None or not fits(verb, arguments):
            raise RefusalError("access.old_button")
        await run(ctx, arguments.split(":") if arguments else [])


def _is_plain(message: Message) -> bool:
    return (
        message.chat.kind is ChatKind.GROUP
        and not message.edited
        and not message.to_bot
        and message.quote is None
        and not message.text.startswith("/")
        and not message.sender.is_bot
    )


async def _react(ctx: Context, reaction: Reaction) -> None:
    if ctx.anonymous:
        return  # nobody's voice, and there is nobody to tell so
    request = await belonging.request_of(ctx, reaction.message_id)
    if request is not None:
        await replies.on_reaction(ctx, request, reaction)


async def _recall(ctx: Context, recalled: Recalled) -> None:
    request = await belonging.request_of(ctx, recalled.message_id)
    if request is not None:
        await lifecycle.recall_detail(ctx, request, recalled)
        if request.state not in ALIVE:
            await which_place.settled(ctx, request)
    elif await which_place.asked_about(ctx, recalled.message_id) is not None:
        await which_place.outrun(ctx, recalled.message_id, "question.dropped")


async def _refuse(ctx: Context, refusal: RefusalError) -> None:
    """What was begun is rolled back, and nothing of it is said but why."""
    ctx.refused = refusal.key
    for row in (ctx.chat, ctx.person, ctx.account):
        await ctx.store.refresh(row)
    ctx.tray.clear()
    text = ctx.t(refusal.key, **refusal.values)
    if isinstance(ctx.incoming, Press):
        ctx.toast(text, alert=len(text) > 60)
    elif isinstance(ctx.incoming, Message):
        ctx.answer_text(text)
