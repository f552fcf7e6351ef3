"""From something that came in to the one handler that answers it: tables, not chains of ifs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.words import best_language
from handlers import forms, hearing, reach
from handlers.chat import (
    ChatKind,
    Incoming,
    Mark,
    MemberChange,
    Message,
    Moved,
    Press,
    Reaction,
    Recalled,
    Renamed,
    Standing,
)
from handlers.commands import Command, RunForm, RunPress, RunUndo, Subject
from handlers.context import Book, Context, Desk, RefusalError, Work
from handlers.directory import access, filling, groups, people
from handlers.hearing import Glance, Hearing
from handlers.requests import filing, lifecycle, questions, replies
from handlers.scenes import Scenes
from handlers.understanding.meaning import Outcome
from storage.queries import directory as query
from storage.tables import Draft

COMMAND = re.compile(r"^/([^\s@/]{1,40})(?:@\S+)?(?:\s+(.*))?$", re.DOTALL)
MOST_WORDS_OF_A_COMMAND = 400


class Dispatcher:
    """Answers what comes in. Built once, with the subjects' tables."""

    def __init__(self, desk: Desk, subjects: Iterable[Subject]) -> None:
        self.desk = desk
        self.scenes = Scenes(desk.policy)
        self.hearing = Hearing(desk, self.scenes)
        self.commands: dict[str, Command] = {}
        self.presses: dict[str, RunPress] = {}
        self.forms: dict[str, RunForm] = {}
        self.undos: dict[str, RunUndo] = {}
        for subject in subjects:
            self._add(subject)
        offers = tuple(dict.fromkeys(self.commands.values()))
        self._book = Book(offers, {each.name: each.run for each in offers}, self.undos)
        self._glances: dict[int, Glance] = {}

    def _add(self, subject: Subject) -> None:
        for command in subject.commands:
            for name in (command.name, *command.aliases):
                _put(self.commands, name.casefold(), command)
        for verb, press in (subject.presses or {}).items():
            _put(self.presses, verb, press)
        for form, run in (subject.forms or {}).items():
            _put(self.forms, form, run)
        for name, undo in (subject.undos or {}).items():
            _put(self.undos, name, undo)

    def is_talk(self, incoming: Incoming, now: datetime) -> bool:
        """Whether this is plain talk in a group, told from memory alone; it is then done with."""
        if not isinstance(incoming, Message) or not _is_plain(incoming):
            return False
        scene = self.scenes.scene((incoming.chat.platform, incoming.chat.id))
        if scene is None or incoming.sender.id in scene.filling:
            return False
        glance = self.hearing.glance(incoming)
        if glance is None:
            return False
        if not hearing.is_silent(glance):
            self._glances[id(incoming)] = glance
            return False
        self.scenes.keep_pictures(incoming)
        self.hearing.remember(glance)
        return True

    def forget(self, work: Work) -> None:
        """After the commit: what changed is read anew when next needed."""
        self.scenes.forget(work)

    def forget_chats(self, chat_ids: Iterable[int], *, everything: bool) -> None:
        """Another process changed these chats, or what is remembered of all."""
        self.scenes.forget_chats(chat_ids, everything=everything)

    def forget_all(self) -> None:
        """After a failure: trust nothing that is remembered."""
        self.scenes.forget_all()
        self._glances.clear()

    async def prepare(self, incoming: Incoming) -> Any:
        """What must be asked of platforms before the transaction begins."""
        command, _ = self._command_of(incoming)
        if command is None or command.prepare is None:
            return None
        return await command.prepare(self.desk, incoming)

    async def handle(
        self, incoming: Incoming, store: AsyncSession, now: datetime, prepared: Any = None
    ) -> Work:
        """Do what it asks for, in the given session; what is to be said lies in the work's tray."""
        plain = PLAIN.get(type(incoming))
        if plain is not None:
            work = Work(self.desk, store, now)
            await plain(work, incoming)
            return work
        assert isinstance(incoming, Message | Press | Reaction | Recalled)
        ctx = await self._context(incoming, store, now)
        ctx.prepared = prepared
        try:
            await self._answer(ctx)
            if ctx.private and isinstance(incoming, Message):
                await reach.opened_private(ctx, ctx.account)
        except RefusalError as refusal:
            await _refuse(ctx, refusal)
        if isinstance(incoming, Press) and not ctx.acknowledged:
            ctx.toast("")
        return ctx

    async def _context(
        self, incoming: Message | Press | Reaction | Recalled, store: AsyncSession, now: datetime
    ) -> Context:
        work = Work(self.desk, store, now)
        chat = await people.meet_chat(work, incoming.chat)
        account, person = await people.meet_sender(work, incoming.chat, incoming.sender)
        facts = await query.facts_at(store, chat.area_id) if chat.area_id else None
        community = facts.language if facts else None
        default = self.desk.defaults.language
        group = best_language(chat.language, community, default=default)
        mine = best_language(person.language, default=group)
        if chat.kind == "private" and person.language is None:
            mine = best_language(account.language, default=group)
        return Context(
            desk=self.desk,
            store=store,
            now=now,
            tray=work.tray,
            touched=work.touched,
            directory_changed=work.directory_changed,
            chat=chat,
            person=person,
            account=account,
            language=mine,
            group_language=group,
            incoming=incoming,
            book=self._book,
            memory=self.scenes.memory(store, chat, now),
        )

    async def _answer(self, ctx: Context) -> None:
        incoming = ctx.incoming
        if isinstance(incoming, Message):
            await self._message(ctx, incoming)
            return
        async with ctx.store.begin_nested():  # what is refused half-way leaves nothing behind
            if isinstance(incoming, Press):
                await self._press(ctx, incoming)
            elif isinstance(incoming, Reaction):
                await self._react(ctx, incoming)
            elif isinstance(incoming, Recalled):
                await self._recall(ctx, incoming)

    async def _message(self, ctx: Context, message: Message) -> None:
        if await _drops(ctx, message):
            await forms.drop(ctx)
            return
        command, rest = self._command_of(message)
        if command is not None and await _holds(ctx, command, message):
            await _run(ctx, command, rest)
        elif message.edited:
            await self._edit(ctx, message)
        elif not (
            await self._form(ctx, message)
            or await self._reply(ctx, message)
            or await self._same_album(ctx, message)
        ):
            await self._hear(ctx, message)

    def _command_of(self, incoming: Incoming) -> tuple[Command | None, str]:
        if not isinstance(incoming, Message) or incoming.edited or incoming.forwarded:
            return None, ""
        found = COMMAND.match(incoming.text.strip())
        if found:
            return self.commands.get(found[1].casefold()), (found[2] or "").strip()
        if incoming.chat.kind is ChatKind.PRIVATE or incoming.to_bot:
            # "分派 12 王师傅" to the bot itself needs no slash.
            first, _, rest = incoming.text.strip().partition(" ")
            command = self.commands.get(first.casefold())
            if command and _meant_as_command(command, first, rest.strip()):
                return command, rest.strip()
        return None, ""

    async def _press(self, ctx: Context, press: Press) -> None:
        verb, *arguments = press.data.split(":")
        run = self.presses.get(verb)
        if run is None:
            raise RefusalError("access.old_button")
        await run(ctx, arguments)

    async def _react(self, ctx: Context, reaction: Reaction) -> None:
        request = await hearing.request_of(ctx, reaction.message_id)
        if request is not None:
            await replies.on_reaction(ctx, request, reaction)

    async def _recall(self, ctx: Context, recalled: Recalled) -> None:
        request = await hearing.request_of(ctx, recalled.message_id)
        if request is not None:
            await lifecycle.recall_detail(
                ctx,
                request,
                person=ctx.person,
                chat=ctx.chat,
                message_id=recalled.message_id,
            )

    async def _edit(self, ctx: Context, message: Message) -> None:
        request = await hearing.request_of(ctx, message.message_id)
        if request is not None:
            await lifecycle.change_detail(
                ctx,
                request,
                person=ctx.person,
                chat=ctx.chat,
                message_id=message.message_id,
                text=message.text,
            )
            return
        glance = await self.hearing.look(ctx, message) if not ctx.private else None
        if glance is not None and hearing.settled(glance).outcome is Outcome.OPEN:
            await self._act(ctx, glance, message)

    async def _form(self, ctx: Context, message: Message) -> bool:
        draft = await forms.draft_of(ctx)
        run = self.forms.get(draft.form) if draft else None
        if draft is None or run is None or await self._passes(ctx, draft, message):
            return False
        async with ctx.store.begin_nested():
            return await run(ctx, draft, message)

    async def _passes(self, ctx: Context, draft: Draft, message: Message) -> bool:
        """Whether a message goes past the form that its sender is filling in: an unknown command,
        an answer to something else, an emergency, and in a group whatever is a request itself."""
        if message.text.startswith("/") or await _answers_other(ctx, message):
            return True
        glance = await self.hearing.look(ctx, message) if await reach.placed(ctx) else None
        if glance is None:
            return False
        if hearing.is_emergency(glance):
            return True
        expected = ctx.private or message.to_bot or (draft.form, draft.step) == filing.ASKS_WHAT
        return not expected and hearing.is_request(glance)

    async def _reply(self, ctx: Context, message: Message) -> bool:
        request = await hearing.request_of_own(ctx, message.reply_to)
        if request is None:
            return False
        async with ctx.store.begin_nested():
            return await replies.on_reply(ctx, request, message)

    async def _same_album(self, ctx: Context, message: Message) -> bool:
        """A further picture of an album whose first message opened a request."""
        if message.album is None:
            return False
        request = await lifecycle.request_of_album(ctx, ctx.chat, message.album)
        if request is None:
            return False
        await hearing.add_detail(ctx, request, message)
        return True

    async def _hear(self, ctx: Context, message: Message) -> None:
        glance = self._glances.pop(id(message), None)
        if glance is None:
            glance = await self.hearing.look(ctx, message)
        if glance is None:
            await self._unplaced(ctx, message)
            return
        await self._act(ctx, glance, message)

    async def _unplaced(self, ctx: Context, message: Message) -> None:
        """A private chat, or a group without a place: what was said is not a command."""
        if ctx.private:
            await reach.heard_in_private(ctx, self.hearing, message)
        elif message.to_bot:
            await groups.needs_link(ctx)

    async def _act(self, ctx: Context, glance: Glance, message: Message) -> None:
        outcome, of = await hearing.act(ctx, glance, message)
        self.hearing.remember(glance, outcome, of)
        if outcome in (Outcome.TALK, Outcome.ASK):
            self.scenes.keep_pictures(message)
        if outcome in (Outcome.JOIN, Outcome.DETAIL):
            ctx.mark(ctx.chat, message.message_id, Mark.HEARD)


def _put(table: dict[str, Any], name: str, value: object) -> None:
    if name in table:
        raise ValueError(f"two handlers for {name!r}")
    table[name] = value


def _meant_as_command(command: Command, first: str, rest: str) -> bool:
    """Whether a line without a slash is a command, and not talk that begins with such a word.

    "分派 12 王师傅" and "open" are; "help, the lift is stuck" and "open the gate, please" are not.
    """
    if len(rest) > MOST_WORDS_OF_A_COMMAND:
        return False
    numbered = rest[:1] in ("#", "@") or rest[:1].isdecimal()
    steering = command.right in ("remind", "assign", "manage")
    return not rest or numbered or steering or not (first.isascii() or command.right is None)


async def _run(ctx: Context, command: Command, rest: str) -> None:
    if command.where == "group" and ctx.private:
        raise RefusalError("access.only_in_group")
    if command.where == "private" and not ctx.private:
        raise RefusalError("access.only_private")
    async with ctx.store.begin_nested():  # what is refused leaves the form that one is filling in
        await forms.end(ctx)
        await filling.run(ctx, command.name, rest)


async def _holds(ctx: Context, command: Command, message: Message) -> bool:
    """Without a slash it is talk for those who may not use the command; with one they are told."""
    if message.text.startswith("/") or command.right is None:
        return True
    return bool(await access.areas_with(ctx, command.right))


async def _drops(ctx: Context, message: Message) -> bool:
    """Whether these are the words that give up a form ("算了"), and there is one to give up.

    The bot's own question waits for hours: in a group its "算了" is said to the bot.
    """
    if (
        message.edited
        or message.forwarded
        or not forms.says(ctx, "filling.drop_words", message.text)
    ):
        return False
    draft = await forms.draft_of(ctx)
    if draft is None or await _answers_other(ctx, message):
        return False
    return ctx.private or message.to_bot or draft.form != questions.FORM


async def _answers_other(ctx: Context, message: Message) -> bool:
    """Whether it replies to a neighbour, or to a card of the bot's, and so to no form."""
    if message.reply_to is None:
        return False
    if not ctx.private and not message.to_bot:
        return True
    return await hearing.request_of_own(ctx, message.reply_to) is not None


def _is_plain(message: Message) -> bool:
    return (
        message.chat.kind is ChatKind.GROUP
        and not message.edited
        and not message.to_bot
        and not message.text.startswith("/")
    )


async def _undone(ctx: Context) -> None:
    """What was begun is rolled back, and nothing of it is said."""
    for row in (ctx.chat, ctx.person, ctx.account):
        await ctx.store.refresh(row)
    ctx.tray.clear()


async def _refuse(ctx: Context, refusal: RefusalError) -> None:
    await _undone(ctx)
    text = ctx.t(refusal.key, **refusal.values)
    if isinstance(ctx.incoming, Press):
        ctx.toast(text, alert=len(text) > 60)
    elif isinstance(ctx.incoming, Message):
        ctx.answer_text(text)


async def _on_standing(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Standing)
    await groups.on_standing(work, incoming)
    if incoming.present and incoming.chat.kind is ChatKind.PRIVATE:
        account = await query.account(work.store, incoming.chat.platform, incoming.chat.id)
        if account is not None:
            await reach.opened_private(work, account)


async def _on_moved(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Moved)
    await reach.on_moved(work, incoming.chat.platform, incoming.chat.id, incoming.new_id)


async def _on_renamed(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Renamed)
    await groups.on_renamed(work, incoming)


async def _on_member(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, MemberChange)
    await groups.on_member(work, incoming)


PLAIN: Mapping[type, Callable[[Work, Incoming], Awaitable[None]]] = {
    Standing: _on_standing,
    Moved: _on_moved,
    Renamed: _on_renamed,
    MemberChange: _on_member,
}
