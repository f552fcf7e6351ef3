"""An answer said without a reply ("收到，马上去", "#2 我来"): the one request that can be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import (
    access,
    choosing,
    inquiries,
    lists,
    over,
    plain_words,
    progress,
    replies,
    speaking,
)
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, State
from handlers.understanding import told_over
from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, Said
from handlers.work import Desk
from storage.queries import in_hands
from storage.tables import Request

#: Longer than this and it may well speak of something else.
MOST = 40
#: What can be meant without a reply, and the command that does the same.
VERBS = {
    "take": "take",
    "done": "done",
    "wait": "wait",
    "cannot": "cannot",
    "help": "help",
    "pass_on": "pass",
    "up": "pass",
    "busy": "busy",
}
#: What is said of what one is asked to take, and not of what one has.
OF_ASKED = ("take", "busy")


def may_be(desk: Desk, heard: Heard, recent: Sequence[Said]) -> bool:
    """Whether a line in a group may be such an answer: said by one of those who see to requests,
    right after somebody else's line about one."""
    if heard.role == "resident" or heard.reply_to is not None or heard.forwarded:
        return False
    if _read(desk, heard.text) is None or spoken_of(heard, recent) is None:
        return False
    return not hears_of_end(desk, heard, recent)


def spoken_of(heard: Heard, recent: Sequence[Said]) -> str | None:
    """The key of the request that the line before, of somebody else, is about."""
    before = _before(heard, recent)
    return before.of if before else None


def hears_of_end(desk: Desk, heard: Heard, recent: Sequence[Said]) -> bool:
    """Whether a mere "收到" answers somebody who told that it is over: it takes nothing."""
    before = _before(heard, recent)
    if before is None or told_over.read(before.heard.text) is None:
        return False
    return plain_words.is_mere(plain_words.phrases_of(desk.words), heard.text)


def _before(heard: Heard, recent: Sequence[Said]) -> Said | None:
    others = (each for each in reversed(recent) if each.heard.sender != heard.sender)
    return next(others, None)


async def answer(
    ctx: Context, message: Message, read: str | None, before: str | None
) -> Request | None:
    """The request that was moved so; None: it is no such answer, or which one is not certain.

    It is the one as which it was `read`, if that is theirs; else what it names must be what the
    request is about, and of several it is, in a group, the one spoken of `before`. In private it is
    asked which is meant, also where a mere "收到" may be for whatever the bot told lately.
    """
    spoken = _read(ctx.desk, message.text)
    if spoken is None or message.forwarded:
        return None
    theirs = await _theirs(ctx, VERBS[spoken.kind])
    if spoken.kind == "busy" and not theirs:
        theirs = await _theirs(ctx, "pass")  # who has it cannot come
    found = _keyed(theirs, read) or _about(ctx.desk, message.text, spoken, theirs)
    if found and ctx.private:
        return await _in_private(ctx, message, spoken, found)
    if len(found) > 1:
        found = _keyed(found, before)
    if found and progress.cannot_come(ctx, found[0], spoken):
        await progress.note_update(ctx, found[0], message)
        return found[0]
    if not found or not await progress.moved(ctx, found[0], spoken, message.text):
        return None
    replies.acknowledge(ctx, message)
    return found[0]


async def _in_private(
    ctx: Context, message: Message, spoken: Spoken, found: Sequence[Request]
) -> Request | None:
    verb = VERBS[spoken.kind]
    mere = plain_words.is_mere(plain_words.phrases_of(ctx.desk.words), message.text)
    if len(found) > 1 or mere:
        await choosing.ask(ctx, verb, "" if mere else message.text.strip())
    else:
        await replies.on_words(ctx, found[0], message)
    return found[0]


async def by_number(ctx: Context, message: Message) -> Request | None:
    """The request of which something was said by its number ("#2 我来"), as if in reply to its
    card; None: it names none, or says nothing certain."""
    found = None if message.forwarded else inquiries.said_of_number(message.text)
    spoken = speaking.hear(ctx, found[1]) if found else None
    if found is None or spoken is None:
        return None
    named = access.by_number if ctx.private else inquiries.numbered
    request = await named(ctx, found[0])
    if request is None:
        return None
    request = await access.follow(ctx, request)
    said = replace(message, text=found[1])
    if await replies.on_words(ctx, request, said):
        return request
    if spoken.kind != "done" or request.state not in ALIVE:
        return None
    if not await access.is_neighbour(ctx, request):
        return None
    await over.note_over(ctx, request, said)  # a neighbour's word ends nothing
    return request


def _read(desk: Desk, text: str) -> Spoken | None:
    if len(text) > MOST or inquiries.names_number(text):
        return None
    spoken = plain_words.read(plain_words.phrases_of(desk.words), text)
    return spoken if spoken is not None and spoken.kind in VERBS else None


def _keyed(requests: Sequence[Request], key: str | None) -> Sequence[Request]:
    return [each for each in requests if str(each.id) == key]


def _about(desk: Desk, text: str, spoken: Spoken, requests: Sequence[Request]) -> Sequence[Request]:
    """Those that the words can be about by what they name, if they name anything: "电梯修好了" the
    lift, but "修好了，换了个继电器" whatever was mended with a relay."""
    phrases = plain_words.phrases_of(desk.words)
    said = ""
    for clause in plain_words.clauses(plain_words.normal(text)):
        said += clause
        heard = plain_words.read(phrases, clause)
        if heard is not None and heard.kind == spoken.kind:
            break
    named = look(said).categories
    return [each for each in requests if not named or each.category in named]


async def only(ctx: Context, verb: str) -> Request | None:
    """The one request of theirs for which a command without a number can be meant.

    Who takes once more, and could take nothing else, is still on what they have.
    """
    if verb not in VERBS.values():
        return None
    found = await _theirs(ctx, verb)
    if not found and verb == "take":
        rows = await choosing.likely(ctx, verb)
        found = [each.request for each in rows if len(rows) == 1 and choosing.is_had(ctx, each)]
    return found[0] if len(found) == 1 else None


async def _theirs(ctx: Context, verb: str) -> Sequence[Request]:
    """What they are asked to take; for all else what they deal with, or are asked to."""
    asked, held = await in_hands.in_hands_of(ctx.store, ctx.person.id)
    if not ctx.private:
        places = await lists.paths_of(ctx)
        asked = [each for each in asked if each.area_path.startswith(places)]
        held = [each for each in held if each.area_path.startswith(places)]
    if verb not in OF_ASKED and held:
        return held
    return [each for each in asked if each.state == State.OPEN]
