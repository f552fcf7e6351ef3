"""Hearing a group: from a message to what it means, and to the one thing that is done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import courtesy
from handlers.chat import ChatKind, Message
from handlers.context import Context, Desk, RefusalError
from handlers.directory import answers, groups, places
from handlers.duty import answering as duty
from handlers.requests import answering, callback, inquiries, lessons, lifecycle, questions
from handlers.requests.lifecycle import Given, Report
from handlers.requests.rules import State
from handlers.scenes import ChatScene, Scenes, Speaker
from handlers.understanding import opinion as second
from handlers.understanding import placing, repeating
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    KnownRequest,
    Meaning,
    Outcome,
    Said,
    Urgency,
)
from handlers.understanding.opinion import Opinion, Question
from handlers.understanding.questions import plain_question
from handlers.understanding.seen import see, where_from
from storage.queries import directory
from storage.queries import scenes as scene_query
from storage.tables import Area, Request


@dataclass(frozen=True, slots=True)
class Glance:
    """A message read once: what was heard, in which scene, and what it means."""

    heard: Heard
    scene: ChatScene
    meaning: Meaning
    repeats: str | None = None  #: the request of which this person said just this a moment ago


Witness = Callable[[Glance, Outcome, str | None], None]


class Hearing:
    """Reads what is said in groups. Talk stays in memory for a while and is nowhere else."""

    def __init__(self, desk: Desk, scenes: Scenes) -> None:
        self._desk = desk
        self.scenes = scenes
        #: told what became of each message (a replay listens here)
        self.witness: Witness | None = None
        #: how many lines told nothing new since the start
        self.folded = 0

    def glance(self, message: Message) -> Glance | None:
        """Read a message from memory alone; None when something must be looked up first."""
        key = (message.chat.platform, message.chat.id)
        scene = self.scenes.scene(key)
        speaker_key = (message.chat.platform, message.sender.id)
        if scene is None or not self.scenes.knows_speaker(speaker_key):
            return None
        return self._read(message, scene, self.scenes.speaker(speaker_key))

    async def look(self, ctx: Context, message: Message) -> Glance | None:
        """Read a message, looking up what is not remembered; None in a group without a place."""
        scene = await self.scenes.load_scene(ctx.store, ctx.chat, ctx.now)
        if scene is None:
            return None
        speaker = await self.scenes.load_speaker(
            ctx.store, (message.chat.platform, message.sender.id)
        )
        return self._read(message, scene, speaker)

    async def look_up(self, store: AsyncSession, message: Message, now: datetime) -> Glance | None:
        """Read a message before its transaction; None in a chat unknown or without a place."""
        chat = await directory.chat(store, message.chat.platform, message.chat.id)
        scene = await self.scenes.load_scene(store, chat, now) if chat else None
        if scene is None:
            return None
        speaker = await self.scenes.load_speaker(store, (message.chat.platform, message.sender.id))
        return self._read(message, scene, speaker)

    def agreed(self, glance: Glance, opinion: Opinion) -> Glance:
        """The same message with a second opinion on it, if it is unsure (still)."""
        if not second.is_unsure(glance.meaning):
            return glance
        report = self._desk.reader.report(glance.heard, glance.scene.view())
        return replace(glance, meaning=second.decided(glance.meaning, report, opinion))

    def remember(
        self, glance: Glance, outcome: Outcome | None = None, of: str | None = None
    ) -> None:
        """Keep what was said among the recent lines of the chat, in memory."""
        if glance.repeats is not None:
            self.folded += 1
            outcome, of = Outcome.DETAIL, glance.repeats
        kept = outcome or settled(glance).outcome
        glance.scene.recent.append(Said(glance.heard, kept, of))
        if self.witness is not None:
            self.witness(glance, kept, of)

    def _read(self, message: Message, scene: ChatScene, speaker: Speaker | None) -> Glance:
        heard = heard_of(message, speaker, scene.facts.path)
        view = scene.view()
        meaning = repeating.merged(heard, view, self._desk.reader.read(heard, view))
        return Glance(heard, scene, meaning, repeating.said_already(heard, view, meaning))


def heard_of(message: Message, speaker: Speaker | None, path: str) -> Heard:
    """A chat message as understanding hears it.

    Who serves speaks in a group of others' matters as well; to the bot alone, of their own.
    """
    serves = speaker is not None and message.chat.kind is not ChatKind.PRIVATE
    return Heard(
        key=message.message_id,
        at=message.at,
        sender=message.sender.id,
        text=message.text,
        name=message.sender.name,
        role=speaker.role_at(path) if speaker and serves else "resident",
        home=speaker.home if speaker else None,
        reply_to=message.reply_to,
        media=message.media[0].kind.value if message.media else None,
        forwarded=message.forwarded,
        to_bot=message.to_bot,
    )


def question_on(glance: Glance, categories: Collection[str]) -> Question | None:
    """What to ask a second opinion; None where it is plain enough, or nobody would be told."""
    if not second.is_unsure(glance.meaning) or inquiries.names_number(glance.heard.text):
        return None
    return second.question(glance.heard, glance.scene.view(), categories)


def is_silent(glance: Glance) -> bool:
    """Whether nothing at all is done about a message."""
    nothing = glance.repeats is not None or settled(glance).outcome is Outcome.TALK
    return nothing and not inquiries.names_number(glance.heard.text)


def is_emergency(glance: Glance) -> bool:
    """Whether a message tells of an emergency."""
    return glance.meaning.urgency is Urgency.EMERGENCY and not is_silent(glance)


def is_request(glance: Glance) -> bool:
    """Whether a message tells of something new by itself."""
    return glance.meaning.outcome is Outcome.OPEN and not is_silent(glance)


def settled(glance: Glance) -> Meaning:
    """The meaning with the group's own thresholds: act, ask one question, or stay silent."""
    meaning, scene = glance.meaning, glance.scene
    if meaning.outcome is Outcome.TALK and (question := plain_question(glance.heard.text)):
        return replace(meaning, outcome=Outcome.ANSWER, question=question)
    if meaning.outcome is Outcome.OPEN and meaning.urgency is not Urgency.EMERGENCY:
        if scene.mode == "suggest":
            return replace(meaning, outcome=Outcome.ASK)
        if scene.ask_above is not None and meaning.confidence < scene.ask_above:
            return replace(meaning, outcome=Outcome.TALK)
        if scene.open_above is not None and meaning.confidence < scene.open_above:
            return replace(meaning, outcome=Outcome.ASK)
    return meaning


async def act(ctx: Context, glance: Glance, message: Message) -> tuple[Outcome, str | None]:
    """Do what the message means; gives what became of it and of which request."""
    named = named_alone(ctx, message)
    meaning = plainly(glance) if named else settled(glance)
    asked = await inquiries.by_number(ctx, message.text)
    if asked is not None:
        return Outcome.ANSWER, str(asked.id)
    if ctx.private:
        if courtesy.thanked(ctx, message.text):
            return Outcome.TALK, None
        answered = await answering.answer(ctx, message.text, meaning.category)
        if answered is not None:
            return Outcome.UPDATE, str(answered.id)
    elif glance.repeats is not None:
        return Outcome.DETAIL, glance.repeats
    act_as = _back if meaning.again else ACTS[meaning.outcome]
    done = await act_as(ctx, glance, message)
    if done is None and ctx.private and message.text.strip():
        ctx.answer("directory.private_silence")  # who speaks to the bot alone is never left alone
    elif done is None and named:
        done = await _named(ctx, glance, message)
    return done if done is not None else (Outcome.TALK, None)


Done = tuple[Outcome, str | None] | None


def named_alone(ctx: Context, message: Message) -> bool:
    """Whether somebody named the bot where it hears nothing else: what they say is meant for it."""
    only = not ctx.can(ctx.chat.platform).may_hear_all
    return only and message.to_bot and not ctx.private


def plainly(glance: Glance) -> Meaning:
    """The meaning of what was said to the bot on purpose: a report is one, however unsure."""
    meaning = glance.meaning
    if meaning.outcome is Outcome.ASK and not meaning.clash:
        return replace(meaning, outcome=Outcome.OPEN)
    return meaning if meaning.outcome is Outcome.OPEN else settled(glance)


async def _named(ctx: Context, glance: Glance, message: Message) -> Done:
    """Who names the bot is never left alone: it asks whether that is a report, or says how."""
    if courtesy.thanked(ctx, message.text):
        return None
    if message.reply_to is None and (message.media or courtesy.says_something(message.text)):
        return await _ask(ctx, glance, message)
    said = bool(message.text.strip())
    called = groups.called_in(ctx, ctx.chat, ctx.language)
    ctx.answer("directory.mentioned_what" if said else "directory.mentioned_nothing", called=called)
    return None


async def _open(ctx: Context, glance: Glance, message: Message) -> Done:
    report = await report_of(ctx, glance, message)
    if await _lacks_place(ctx, report):
        await questions.ask_where(ctx, report)
        return Outcome.ASK, None
    request = await lifecycle.open_request(ctx, report)
    return Outcome.OPEN, str(request.id)


async def _lacks_place(ctx: Context, report: Report) -> bool:
    """Whether somebody above several neighbourhoods said in private what, and not in which one.

    What is pressing waits for no answer: it is asked of those nearest to all of them.
    """
    if not ctx.private or report.urgency == Urgency.EMERGENCY:
        return False
    return not places.is_somewhere(await directory.facts_at(ctx.store, report.area_id))


async def _ask(ctx: Context, glance: Glance, message: Message) -> Done:
    await questions.ask(ctx, await report_of(ctx, glance, message), clash=glance.meaning.clash)
    return Outcome.ASK, None


async def _back(ctx: Context, glance: Glance, message: Message) -> Done:
    """What was said to be solved is there again: it is open again (R43), or opened anew."""
    request = await _linked(ctx, glance)
    if request is None:
        return await _open(ctx, glance, message)
    request = await lifecycle.follow(ctx, request)
    if request.state in (State.DONE, State.CLOSED):
        try:
            async with ctx.store.begin_nested():
                await callback.not_solved(ctx, request, ctx.person, Given(code="came_back"))
        except RefusalError:
            await ctx.store.refresh(request)  # it ended long ago, or otherwise
            return await _open(ctx, glance, message)
    await add_detail(ctx, request, message)
    return Outcome.DETAIL, str(request.id)


async def _join(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return await _open(ctx, glance, message)
    more = message.media or not lifecycle.only_me_too(ctx, message.text)
    said = None if more else message.message_id
    await lifecycle.join(ctx, request, ctx.person, chat=ctx.chat, message_id=said)
    if more:  # "我家也是，从昨晚就没水": who is asked reads the rest as well
        await add_detail(ctx, request, message)
    return Outcome.JOIN, str(request.id)


async def _detail(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return None
    await add_detail(ctx, request, message)
    await _narrow(ctx, glance, request)
    return Outcome.DETAIL, str(request.id)


async def _narrow(ctx: Context, glance: Glance, request: Request) -> bool:
    """What the words say of the place may be more exact than what was known; whether it is."""
    said = placing.listed(look(glance.heard.text).text, glance.scene.view())
    if said.unit is None and said.room is None:
        return False
    area_id = await places.smallest_area(ctx, glance.scene.facts.path, said)
    area = await ctx.store.get(Area, area_id)
    return area is not None and await lifecycle.narrow(ctx, request, ctx.person, area)


async def add_detail(ctx: Context, request: Request, message: Message) -> None:
    """A message (with its pictures) belongs to a request from now on."""
    await lifecycle.add_detail(
        ctx,
        request,
        person=ctx.person,
        chat=ctx.chat,
        message_id=message.message_id,
        text=message.text,
        media=message.media,
        album=message.album,
    )


async def _update(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return None
    still = await lifecycle.still_so(ctx, request, ctx.person, message.text)
    if await _narrow(ctx, glance, request) or still:
        await add_detail(ctx, request, message)
        return Outcome.DETAIL, str(request.id)
    await lifecycle.note_update(
        ctx,
        request,
        person=ctx.person,
        chat=ctx.chat,
        message_id=message.message_id,
        text=message.text,
    )
    return Outcome.UPDATE, str(request.id)


async def _answer(ctx: Context, glance: Glance, message: Message) -> Done:
    question = settled(glance).question or ""
    if question == "on_duty":
        return await _on_duty(ctx, glance)
    request = await _linked(ctx, glance)
    answered = await answers.answer(ctx, question, request)
    return (Outcome.ANSWER, glance.meaning.of) if answered else None


async def _on_duty(ctx: Context, glance: Glance) -> Done:
    """Of the place that the words name, else of the chat's own."""
    text, scene = look(glance.heard.text).text, glance.scene
    said = placing.listed(text, scene.view())
    area_id = await places.smallest_area(ctx, scene.facts.path, said)
    return (Outcome.ANSWER, None) if await duty.answered(ctx, text, area_id) else None


async def _nothing(ctx: Context, glance: Glance, message: Message) -> Done:
    return None


ACTS: dict[Outcome, Callable[[Context, Glance, Message], Awaitable[Done]]] = {
    Outcome.OPEN: _open,
    Outcome.ASK: _ask,
    Outcome.JOIN: _join,
    Outcome.DETAIL: _detail,
    Outcome.UPDATE: _update,
    Outcome.ANSWER: _answer,
    Outcome.TALK: _nothing,
}


async def _linked(ctx: Context, glance: Glance) -> Request | None:
    key = glance.meaning.of
    return await ctx.store.get(Request, int(key)) if key else None


async def report_of(ctx: Context, glance: Glance, message: Message) -> Report:
    """A message as a report: what, where and how urgent as far as understood."""
    facts = glance.scene.facts
    if ctx.private or not places.is_somewhere(facts):
        facts = await places.meant_by(ctx, facts, message.text)
    report = await report_at(ctx, glance.meaning, message, facts.path)
    return _as_read(glance, report)


def _as_read(glance: Glance, report: Report) -> Report:
    """With what is kept of how it was read: to learn from, and to say why (/why)."""
    heard, scene, meaning = glance.heard, glance.scene.view(), glance.meaning
    opens = meaning.outcome is Outcome.OPEN
    read = lessons.as_read(see(heard, scene, meaning.category), lessons.HEARD, opens=opens)
    where = [asdict(reason) for reason in where_from(heard, scene, meaning.place)]
    return replace(report, read=read, reasons=[*report.reasons, *where])


async def report_at(ctx: Context, meaning: Meaning, message: Message, path: str | None) -> Report:
    """The report of a message that is about a place at or under `path` (None: not known yet)."""
    area_id = await places.smallest_area(ctx, path, meaning.place) if path else questions.NOWHERE
    return Report(
        words=message.text,
        category=meaning.category or "other",
        kind=(meaning.kind or "help"),
        urgency=(meaning.urgency or Urgency.NORMAL),
        place=meaning.place,
        asset=meaning.asset,
        area_id=area_id,
        chat=ctx.chat,
        reporter=ctx.person,
        filed_by=None,
        message_id=message.message_id,
        album=message.album,
        media=message.media,
        earlier=ctx.memory.pictures_with(message),
        confidence=meaning.confidence,
        reasons=[asdict(reason) for reason in meaning.reasons],
        language=ctx.chat_language,
    )


def known_by_message(scene: ChatScene, message_id: str | None) -> KnownRequest | None:
    """The remembered request that a message of this group belongs to."""
    if message_id is None:
        return None
    return next((each for each in scene.requests if message_id in each.messages), None)


async def request_of(ctx: Context, message_id: str | None) -> Request | None:
    """The request that a message of this chat belongs to."""
    if message_id is None:
        return None
    found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message_id)
    return found[0] if found else None


async def request_of_own(ctx: Context, message_id: str | None) -> Request | None:
    """The request that a message of the bot's own (a card, a page) speaks of."""
    if message_id is None:
        return None
    found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message_id)
    return found[0] if found and found[1] in ("card", "page") else None
