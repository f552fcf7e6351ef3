"""Hearing a chat: what a message means in its scene, from memory where that is enough."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.chat.incoming import ChatKind, Message
from handlers.context import Context
from handlers.requests import inquiries, unaddressed
from handlers.scenes import ChatScene, Scenes, Speaker
from handlers.understanding import (
    asked_after,
    belated,
    besides,
    placed_after,
    repeating,
    seconding,
    told_over,
)
from handlers.understanding import opinion as second
from handlers.understanding.looking import look
from handlers.understanding.meaning import LINKS, NEW, Heard, Meaning, Outcome, Said, Urgency
from handlers.understanding.opinion import Opinion, Question
from handlers.understanding.questions import plain_question
from handlers.work import Desk
from storage.queries import chats as chats_query


@dataclass(frozen=True, slots=True)
class Glance:
    """A message read once: what was heard, in which scene, and what it means."""

    heard: Heard
    scene: ChatScene
    meaning: Meaning
    repeats: str | None = None  #: the request of which this person said just this a moment ago
    #: the message of a neighbour who is asked if it is a request, that this one says too
    seconds: str | None = None
    answers: bool = False  #: perhaps what somebody who is asked says to it


#: What a neighbour who says the same may change.
UNSETTLED = (Outcome.ASK, Outcome.TALK)

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
        chat = await chats_query.chat(store, message.chat.platform, message.chat.id)
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
        self._keep(glance, kept, of)
        if self.witness is not None:
            self.witness(glance, kept, of)

    def _keep(self, glance: Glance, kept: Outcome, of: str | None) -> None:
        recent, meaning = glance.scene.recent, glance.meaning
        earlier = meaning.bears_out or glance.seconds
        if kept is Outcome.OPEN and earlier is not None and of is not None:
            belated.settle(recent, glance.heard, earlier, of)
            return
        if meaning.leans is not None:
            belated.lean(recent, *meaning.leans)
        leaning = meaning.leaning if kept in (Outcome.TALK, Outcome.ASK) else 0.0
        recent.append(Said(glance.heard, kept, of, leaning))

    def _read(self, message: Message, scene: ChatScene, speaker: Speaker | None) -> Glance:
        heard = heard_of(message, speaker, scene.facts.path)
        view = scene.view()
        meaning = besides.read(self._desk.reader.read, heard, view)
        meaning = repeating.merged(heard, view, meaning)
        alone = message.chat.kind is ChatKind.PRIVATE
        meaning = asked_after.understood(heard, view, meaning, alone=alone)
        meaning = told_over.understood(heard, view, meaning, alone=alone)
        meaning = placed_after.understood(heard, view, meaning)
        repeats = repeating.said_already(heard, view, meaning)
        answers = repeats is None and unaddressed.may_be(self._desk, heard, scene.recent)
        glance = Glance(heard, scene, meaning, repeats, answers=answers)
        if repeats is not None or meaning.over or not seconding.is_asked(heard, view):
            return glance  # as it mostly is
        if settled(glance).outcome not in UNSETTLED:
            return glance
        return replace(glance, seconds=seconding.seconded(self._desk.reader, heard, view))


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
    nothing = nothing and glance.seconds is None
    return nothing and not glance.answers and not inquiries.names_number(glance.heard.text)


def is_emergency(glance: Glance) -> bool:
    """Whether a message tells of an emergency."""
    return glance.meaning.urgency is Urgency.EMERGENCY and not is_silent(glance)


def is_request(glance: Glance) -> bool:
    """Whether a message tells of something new by itself."""
    meaning = glance.meaning
    alone = meaning.outcome is Outcome.OPEN and meaning.bears_out is None
    return alone and not is_silent(glance)


def settled(glance: Glance) -> Meaning:
    """The meaning with the group's own thresholds: act, ask one question, or stay silent. Who asks
    plainly for what we know means that, whatever it looked like."""
    question = _asked_plainly(glance)
    if question is not None and _reports_too(glance):
        return replace(besides_question(glance), question=question)
    if question is not None:
        return replace(glance.meaning, outcome=Outcome.ANSWER, question=question, bears_out=None)
    return besides_question(glance)


def _reports_too(glance: Glance) -> bool:
    """Whether it tells of a fault besides ("no water, who should we call?")."""
    told = glance.meaning.outcome in (*NEW, *LINKS)
    return told and look(glance.heard.text).plainly_faulty


def _asked_plainly(glance: Glance) -> str | None:
    """Of those who serve only where nothing else is to be done: they tell of offices as well."""
    meaning, heard = glance.meaning, glance.heard
    if meaning.urgency is Urgency.EMERGENCY or meaning.question:
        return None
    asks = heard.role == "resident" or meaning.outcome is Outcome.TALK
    return plain_question(heard.text) if asks else None


def besides_question(glance: Glance) -> Meaning:
    """The same for who asks nothing that we can answer."""
    meaning, scene = glance.meaning, glance.scene
    if meaning.outcome is Outcome.OPEN and meaning.urgency is not Urgency.EMERGENCY:
        # Nobody is asked about what somebody else said.
        unsure = Outcome.ASK if meaning.bears_out is None else Outcome.TALK
        if scene.mode == "suggest":
            return replace(meaning, outcome=unsure)
        if scene.ask_above is not None and meaning.confidence < scene.ask_above:
            unsaid = Outcome.ANSWER if meaning.question else Outcome.TALK
            return replace(meaning, outcome=unsaid)
        if scene.open_above is not None and meaning.confidence < scene.open_above:
            return replace(meaning, outcome=unsure)
        if meaning.clash and meaning.bears_out is None:
            return replace(meaning, outcome=Outcome.ASK)
    return meaning
