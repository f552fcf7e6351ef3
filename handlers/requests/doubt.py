"""Is it about the request that was asked about, or something new? Two buttons; nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import forms
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.requests import acts, asking_more, questions
from handlers.requests.acts import Act
from handlers.requests.opening import Report, open_request
from storage.tables import Draft, Request

FORM = "new"
#: At these steps of the form "more" residents answer, in whose words a new matter may hide.
STEPS = frozenset({"whynot"})


async def ask(ctx: Context, draft: Draft, request: Request, report: Report) -> None:
    """Ask which; the form that is open goes on with "about it", and stays open with "new"."""
    earlier = {name: value for name, value in draft.data.items() if name != "token"}
    data = {"earlier": earlier, "report": questions.kept(report)}
    draft = await forms.start(ctx, FORM, draft.step, data, lasts=questions.LASTS)
    same = forms.choice(
        draft, ctx.t("question.about_it", number=request.number), f"{FORM}:same", "primary"
    )
    other = forms.choice(draft, ctx.t("question.something_new"), f"{FORM}:other")
    ctx.answer("question.which_matter", number=request.number, buttons=((same,), (other,)))


async def on_press(ctx: Context, arguments: Sequence[str], verbs: Mapping[str, Act]) -> None:
    """Buttons "new:same:<token>" and "new:other:<token>"."""
    draft, (which,) = await forms.pressed(ctx, arguments, "question.gone", FORM)
    data: dict[str, Any] = dict(draft.data)
    step = draft.step
    await forms.end(ctx)
    earlier = await forms.start(ctx, asking_more.FORM, step, data["earlier"])
    if which == "same":
        await acts.continue_form(ctx, earlier, str(data["report"]["words"]), verbs)
        return
    ctx.edit_pressed(Content(text=ctx.t("question.opened")))
    await open_request(ctx, await questions.report_from(ctx, data["report"]))
