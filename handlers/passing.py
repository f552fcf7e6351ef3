"""What goes past the form that its sender is filling in, and what gives the form up."""

from __future__ import annotations

from handlers import forms, hearing, reach, reporting
from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import asking_more, belonging, doubt, filing, questions, which_place
from handlers.turn import Turn
from handlers.understanding.too import goes_on
from storage.tables import Draft, Request

#: What the bot asks of its own accord: it stands for hours, with its buttons.
ASKED = (questions.FORM, which_place.FORM)


async def passes(turn: Turn, draft: Draft) -> bool:
    """Whether a message goes past: an unknown command, an answer to something else, an emergency,
    and in a group whatever is a request itself."""
    ctx, message = turn.ctx, turn.message
    if message.text.startswith("/") or await answers_other(ctx, message):
        return True
    glance = await turn.look() if await reach.placed(ctx) else None
    if glance is None:
        return False
    if hearing.is_emergency(glance):
        return True
    return hearing.is_request(glance) and not await _is_expected(ctx, draft, message)


async def _is_expected(ctx: Context, draft: Draft, message: Message) -> bool:
    """Whether what is a request by itself may be what the form asks for."""
    if draft.form == which_place.FORM:
        return await which_place.is_answered(ctx, draft, message)
    return ctx.private or message.to_bot or (draft.form, draft.step) == filing.ASKS_WHAT


async def doubtful(turn: Turn, draft: Draft) -> bool:
    """Whether the answer to a form about a request plainly tells of something else: then it is
    asked which of the two is meant."""
    ctx = turn.ctx
    if draft.form != asking_more.FORM or draft.step not in doubt.STEPS:
        return False
    glance = await turn.look() if await reach.placed(ctx) else None
    request = await ctx.store.get(Request, int(draft.data["request"]))
    if glance is None or request is None or not hearing.is_request(glance):
        return False
    if goes_on(glance.heard.text):
        return False
    if glance.meaning.category in (None, "other", request.category):
        return False
    await doubt.ask(ctx, draft, request, await reporting.report_of(ctx, glance, turn.message))
    return True


async def drops(ctx: Context, message: Message) -> bool:
    """Whether these are the words that give up a form ("算了"), and there is one to give up.

    The bot's own question waits for hours: in a group its "算了" is said to the bot. Whether
    something is a request is answered by it, with a no.
    """
    if (
        message.edited
        or message.forwarded
        or not forms.says(ctx, "filling.drop_words", message.own)
    ):
        return False
    draft = await forms.draft_of(ctx)
    if draft is None or questions.asks_whether(draft) or await answers_other(ctx, message):
        return False
    return ctx.private or message.to_bot or draft.form not in ASKED


def gives_up_nothing(ctx: Context, message: Message) -> bool:
    """Whether "never mind" is said to the bot alone, and nothing is open."""
    alone = ctx.private and message.reply_to is None and not message.forwarded
    return alone and forms.says(ctx, "filling.drop_words", message.own)


async def answers_other(ctx: Context, message: Message) -> bool:
    """Whether it replies to a neighbour, or to a card of the bot's, and so to no form."""
    if message.reply_to is None:
        return False
    if not ctx.private and not message.to_bot:
        return True
    return await belonging.request_of_own(ctx, message.reply_to) is not None


async def still_there(turn: Turn) -> None:
    """An emergency was told in the middle of a form: how to go on with it, or drop it."""
    draft = await forms.draft_of(turn.ctx)
    if draft is None or draft.form in ASKED:
        return
    if turn.glance is not None and hearing.is_emergency(turn.glance):
        drop = forms.drop_button(turn.ctx, draft)
        turn.ctx.answer("filling.still_there", buttons=((drop,),))
