"""The one thing that is done about a message, by what it means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers import borne_out, courtesy
from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.directory import answers, groups, places
from handlers.duty import answering as duty
from handlers.hearing import Glance, besides_question, settled
from handlers.reporting import report_of
from handlers.requests import (
    access,
    acts,
    answering,
    callback,
    calling,
    inquiries,
    lifecycle,
    lists,
    over,
    questions,
    unaddressed,
    which_place,
)
from handlers.requests.lifecycle import Given, Report
from handlers.requests.rules import State
from handlers.understanding import asked_after, placed_after
from handlers.understanding.looking import look
from handlers.understanding.meaning import NEW, Meaning, Outcome, Urgency
from handlers.understanding.sources import listed
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Request


async def act(ctx: Context, glance: Glance, message: Message) -> tuple[Outcome, str | None]:
    """Do what the message means; gives what became of it and of which request."""
    named = named_alone(ctx, message)
    meaning = plainly(glance) if named else settled(glance)
    done = await _of_number(ctx, message)
    if done is None:
        aside = _answered_alone if ctx.private else _borne_out
        done = await aside(ctx, glance, message)
    if done is None:
        done = await _as_meant(ctx, glance, message, meaning)
    if done is None and (ctx.private or named or _calls(message)):
        done = await _never_alone(ctx, glance, message)
    return done if done is not None else (Outcome.TALK, None)


Done = tuple[Outcome, str | None] | None


async def _of_number(ctx: Context, message: Message) -> Done:
    """What asks or says something of a request by its number."""
    asked = await inquiries.by_number(ctx, message.text)
    if asked is not None:
        return Outcome.ANSWER, str(asked.id)
    said_of = await unaddressed.by_number(ctx, message)
    return (Outcome.UPDATE, str(said_of.id)) if said_of is not None else None


async def _answered_alone(ctx: Context, glance: Glance, message: Message) -> Done:
    """Said to the bot alone: thanks, or the answer to what it asks whether it is solved."""
    if courtesy.thanked(ctx, message.text):
        return Outcome.TALK, None
    answered = await answering.answer(ctx, message.text, settled(glance).category)
    answered = answered or await over.answered_alone(ctx, message)
    return (Outcome.UPDATE, str(answered.id)) if answered is not None else None


async def _borne_out(ctx: Context, glance: Glance, message: Message) -> Done:
    """Said in a group: once more by the same person, or as a neighbour who is asked about it."""
    if glance.repeats is not None:
        return Outcome.DETAIL, glance.repeats
    if glance.seconds is None:
        return None
    seconded = await borne_out.second(ctx, glance, message)
    return (Outcome.OPEN, str(seconded.id)) if seconded is not None else None


def _calls(message: Message) -> bool:
    """Whether it calls the bot by name; who answers a message of ours may only be thanking."""
    return message.to_bot and message.reply_to is None


def named_alone(ctx: Context, message: Message) -> bool:
    """Whether somebody named the bot where it hears nothing else: what they say is meant for it."""
    only = not ctx.can(ctx.chat.platform).may_hear_all
    return only and message.to_bot and not ctx.private


def plainly(glance: Glance) -> Meaning:
    """The meaning of what was said to the bot on purpose: a report is one, however unsure; where
    it is, is asked all the same."""
    meaning = glance.meaning
    if meaning.outcome not in NEW:
        return settled(glance)
    waits = meaning.clash and meaning.urgency is not Urgency.EMERGENCY
    return replace(meaning, outcome=Outcome.ASK if waits else Outcome.OPEN)


async def _as_meant(ctx: Context, glance: Glance, message: Message, meaning: Meaning) -> Done:
    if (glance.answers or ctx.private) and meaning.outcome in (Outcome.TALK, Outcome.UPDATE):
        answered = await _answered(ctx, glance, message)
        if answered is not None:
            return answered
    act_as = _back if meaning.again else ACTS[meaning.outcome]
    done = await act_as(ctx, glance, message)
    if done is None and meaning.outcome is Outcome.ANSWER:
        return await _unanswered(ctx, glance, message)
    if done is not None and meaning.outcome is not Outcome.ANSWER and meaning.question:
        await _answer(ctx, glance, message)  # who asks and reports in one is answered as well
    return done


async def _unanswered(ctx: Context, glance: Glance, message: Message) -> Done:
    """A question to which we know no answer is what it looked like besides."""
    outcome = besides_question(glance).outcome
    return None if outcome is Outcome.ANSWER else await ACTS[outcome](ctx, glance, message)


async def _answered(ctx: Context, glance: Glance, message: Message) -> Done:
    """Who is asked to see to something, or does, says how it stands without a reply."""
    before = unaddressed.spoken_of(glance.heard, glance.scene.recent)
    request = await unaddressed.answer(ctx, message, glance.meaning.of, before)
    return (Outcome.UPDATE, str(request.id)) if request else None


async def _never_alone(ctx: Context, glance: Glance, message: Message) -> Done:
    """Who speaks to the bot alone, or names it, is asked whether that is a report, or told how."""
    if ctx.private:
        if message.text.strip():
            ctx.answer("directory.private_silence")
        return None
    if courtesy.thanked(ctx, message.text):
        return None
    if message.reply_to is None and (message.media or courtesy.says_something(message.text)):
        return await _ask(ctx, glance, message)
    said = bool(message.text.strip())
    called = groups.called_in(ctx, ctx.chat, ctx.language)
    ctx.answer("directory.mentioned_what" if said else "directory.mentioned_nothing", called=called)
    return None


async def _open(ctx: Context, glance: Glance, message: Message) -> Done:
    if glance.meaning.bears_out is not None:
        earlier = await borne_out.open_earlier(ctx, glance, message)
        return (Outcome.OPEN, str(earlier.id)) if earlier else None
    report = await report_of(ctx, glance, message)
    if await _lacks_place(ctx, report):
        await questions.ask_where(ctx, report)
        return Outcome.ASK, None
    if glance.meaning.clash:
        filed = await which_place.filed(ctx, report)
        return (Outcome.OPEN, str(filed.id)) if filed else (Outcome.ASK, None)
    request = await lifecycle.open_request(ctx, report)
    return Outcome.OPEN, str(request.id)


async def _lacks_place(ctx: Context, report: Report) -> bool:
    """Whether somebody above several neighbourhoods said in private what, and not in which one.

    What is pressing waits for no answer: it is asked of those nearest to all of them.
    """
    if not ctx.private or report.urgency == Urgency.EMERGENCY:
        return False
    return not places.is_somewhere(await areas_query.facts_at(ctx.store, report.area_id))


async def _ask(ctx: Context, glance: Glance, message: Message) -> Done:
    report = await report_of(ctx, glance, message)
    if glance.meaning.clash:
        await which_place.ask(ctx, report)
    else:
        await questions.ask(ctx, report)
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
    await lifecycle.add_detail(ctx, request, message)
    return Outcome.DETAIL, str(request.id)


async def _join(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return await _open(ctx, glance, message)
    if answering.says_solved(ctx, message.text):
        return await _update(ctx, glance, message)  # "all good now" is nobody's "me too"
    await borne_out.join(ctx, request, message)
    await _call_there(ctx, glance, request)
    return Outcome.JOIN, str(request.id)


async def _call_there(ctx: Context, glance: Glance, request: Request) -> None:
    """In danger those of a place that a further voice names are called, for the first may have
    been mistaken."""
    said = listed(look(glance.heard.text).text, glance.scene.view())
    if request.urgency != Urgency.EMERGENCY or (said.building is None and said.unit is None):
        return
    area_id = await places.smallest_area(ctx, glance.scene.facts.path, said)
    area = await ctx.store.get_one(Area, area_id)
    await calling.call_near(ctx, request, ctx.person, [area])


async def _detail(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return None
    await lifecycle.add_detail(ctx, request, message)
    if await _narrow(ctx, glance, request) and ctx.private:
        acts.did(ctx, request, "move")
    return Outcome.DETAIL, str(request.id)


async def _narrow(ctx: Context, glance: Glance, request: Request) -> bool:
    """What the words say of the place may be more exact than what was known; whether it is."""
    said = listed(look(glance.heard.text).text, glance.scene.view())
    bare = placed_after.is_bare(which_place.without_lead(ctx, glance.heard.text))
    if said.unit is None and said.room is None and not (bare and said.building):
        return False  # "3栋也有人讲": a house is named for many reasons
    area_id = await places.smallest_area(ctx, glance.scene.facts.path, said)
    area = await ctx.store.get(Area, area_id)
    if area is None:
        return False
    told = listed(look(request.words).text, glance.scene.view())
    guessed = bare and told.building is None and told.unit is None
    return await lifecycle.narrow(ctx, request, ctx.person, area, guessed=guessed)


async def _update(ctx: Context, glance: Glance, message: Message) -> Done:
    request = await _linked(ctx, glance)
    if request is None:
        return None
    if glance.meaning.over:
        await over.note_over(ctx, request, message)
        return Outcome.UPDATE, str(request.id)
    still = await lifecycle.still_so(ctx, request, ctx.person, message.text)
    if await _narrow(ctx, glance, request) or still:
        await lifecycle.add_detail(ctx, request, message)
        return Outcome.DETAIL, str(request.id)
    await lifecycle.note_update(ctx, request, message)
    return Outcome.UPDATE, str(request.id)


async def _answer(ctx: Context, glance: Glance, message: Message) -> Done:
    question = settled(glance).question or ""
    if question == "on_duty":
        return await _on_duty(ctx, glance)
    if question == asked_after.QUESTION:
        return await _how_it_stands(ctx, glance)
    answered = await answers.answer(ctx, question, message.text)
    return (Outcome.ANSWER, None) if answered else None


async def _how_it_stands(ctx: Context, glance: Glance) -> Done:
    """As for one who names it by its number; who asks the bot alone is told what it may be, or
    that there is none."""
    request = await _linked(ctx, glance)
    if request is not None and await access.may_see(ctx, request):
        await inquiries.answer(ctx, request)
        return Outcome.ANSWER, str(request.id)
    if not ctx.private:
        return None
    several = asked_after.several(glance.heard, glance.scene.view())
    if not (several and await lists.show_these(ctx, [int(each.key) for each in several])):
        ctx.answer("request.none_asked_after")
    return Outcome.ANSWER, None


async def _on_duty(ctx: Context, glance: Glance) -> Done:
    """Of the place that the words name, else of the chat's own."""
    text, scene = look(glance.heard.text).text, glance.scene
    said = listed(text, scene.view())
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
