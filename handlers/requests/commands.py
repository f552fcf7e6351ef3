"""What requests answer to: commands with their Chinese names, buttons, forms, undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypedDict, Unpack

from config.terms import Right
from handlers import forms
from handlers.chat.incoming import Message
from handlers.commands import Command, Run, RunPress, Subject
from handlers.context import Context
from handlers.requests import (
    access,
    acts,
    asking_more,
    choosing,
    correction_commands,
    doubt,
    explaining,
    filing,
    hours,
    lists,
    morning,
    questions,
    simulating,
    unaddressed,
    which_place,
)
from handlers.requests.acts import ACTS, PICKS, Act
from handlers.requests.correction_commands import STEERS
from handlers.requests.rules import Move
from handlers.work import RefusalError
from storage.queries import scenes as scene_query
from storage.tables import Draft, Request

Ask = Callable[[Context, Request], Awaitable[None]]


async def meant(ctx: Context, rest: str) -> tuple[Request, str] | None:
    """The request named first ("12 ..."), or the one whose card was replied to; None: neither."""
    first, _, more = rest.partition(" ")
    if first.lstrip("#＃№").isdecimal():
        request = await access.by_number(ctx, first)
        return await access.follow(ctx, request), more.strip()
    message = ctx.incoming
    if isinstance(message, Message) and message.reply_to:
        found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message.reply_to)
        if found is not None:
            return await access.follow(ctx, found[0]), rest.strip()
    return None


def _look(look: Ask) -> Act:
    async def act(ctx: Context, request: Request, rest: str) -> None:
        await look(ctx, request)

    return act


#: All that can be done with one request, by the verb of its button.
VERBS: dict[str, Act] = {
    **ACTS,
    **STEERS,
    "why": _look(explaining.why),
    "history": _look(explaining.history),
}

#: The same, said in words.
SAID: dict[str, Act] = {**VERBS, "take": acts.on_it, "ok": acts.is_solved}

#: What the buttons behind a verb pick.
PICKED = {**PICKS, "merge": correction_commands.pick_merge}


#: The moves for which somebody is looked for among others.
ASKING = {"help": Move.HELP, "pass": Move.HAND_ON, "assign": Move.ASSIGN}

#: These take no words: what stands behind them can only be a number.
WORDLESS = frozenset({"take", "resume", "metoo", "ok", "why", "history"})


def _act(verb: str) -> Run:
    async def run(ctx: Context, rest: str) -> None:
        found = await meant(ctx, rest)
        if found is None and rest and verb in WORDLESS:
            raise RefusalError("request.number_wrong", text=rest[:40])
        if found is None and (only := await unaddressed.only(ctx, verb)) is not None:
            found = only, rest
        if found is None:
            await choosing.ask(ctx, verb, rest)
            return
        await SAID[verb](ctx, *found)

    return run


def _press(verb: str, act: Act) -> RunPress:
    async def run(ctx: Context, arguments: Sequence[str]) -> None:
        if not arguments:
            raise RefusalError("access.old_button")
        request = await access.follow(ctx, await access.by_id(ctx, arguments[0]))
        picked = arguments[1:]
        if picked and verb in PICKED:
            await PICKED[verb](ctx, request, picked)
        elif picked and verb == "assign" and picked[0].isdecimal():
            person = await acts.picked_person(ctx, request, picked[0])
            await correction_commands.assign_to(ctx, request, person)
        else:
            await act(ctx, request, picked[0] if picked else "")

    return run


async def _on_whom(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "whom:<request>:<verb>:<up?>:<page>": others who may be meant."""
    request_id, verb, up, page = arguments
    request = await access.follow(ctx, await access.by_id(ctx, request_id))
    await access.may_begin(ctx, request, ASKING[verb])
    await asking_more.whom(ctx, request, verb, up=up == "1", page=int(page))


async def _on_doubt(ctx: Context, arguments: Sequence[str]) -> None:
    await doubt.on_press(ctx, arguments, VERBS)


async def _on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    return await acts.continue_form(ctx, draft, message.text, VERBS)


async def _on_number(ctx: Context, draft: Draft, message: Message) -> bool:
    """The number that answers "which one?"."""
    first, _, more = message.text.strip().partition(" ")
    if not first.lstrip("#＃№").isdecimal():
        return False
    request = await access.follow(ctx, await access.by_number(ctx, first))
    verb, words = draft.step, str(draft.data.get("words") or "")
    await forms.end(ctx)
    await SAID[verb](ctx, request, more.strip() or words)
    return True


async def _on_choice(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "which:<request>:<token>": the request that a command meant."""
    verb, request_id, words = await choosing.chosen(ctx, arguments)
    request = await access.follow(ctx, await access.by_id(ctx, request_id))
    await SAID[verb](ctx, request, words)


def _command(name: str, run: Run, aliases: tuple[str, ...], right: Right | None = None) -> Command:
    return Command(name, run, aliases, right=right)


class _May(TypedDict, total=False):
    concerned: bool
    nameless: bool


def _do(
    name: str, verb: str, alias: str, right: Right | None = None, **may: Unpack[_May]
) -> Command:
    """What is done with one request."""
    return Command(name, _act(verb), (alias,), right=right, of_request=True, **may)


def _work(name: str, verb: str, alias: str) -> Command:
    """For staff, and for whoever else has to do with a request; the table of moves says more."""
    return _do(name, verb, alias, "answer", concerned=True)


SUBJECT = Subject(
    commands=(
        Command("report", filing.report, ("报事",), nameless=True, of_request=True),
        _command("new", filing.new, ("新建",), "file"),
        Command("open", lists.open_, ("未结", "未办"), parses=lists.parses, nameless=True),
        _command("mine", lists.mine, ("我的",)),
        Command("find", lists.find, ("查找",), nameless=True),
        _command("ageing", lists.ageing, ("待议",), "answer"),
        _command("ladder", simulating.ladder, ("层级",), "answer"),
        _command("hours", hours.hours, ("时段",), "answer"),
        _work("take", "take", "接单"),
        _work("done", "done", "办结"),
        _work("wait", "wait", "等待"),
        _work("resume", "resume", "继续"),
        _work("assist", "help", "求助"),
        _work("pass", "pass", "转交"),
        _work("busy", "busy", "来不了"),
        _work("still", "still", "还在办"),
        _work("cannot", "cannot", "办不了"),
        _work("refer", "refer", "转出"),
        _do("metoo", "metoo", "我也是"),
        _do("solved", "ok", "解决了"),
        _do("unsolved", "no", "没解决"),
        _do("cancel", "cancel", "不是报事"),
        _do("why", "why", "为什么", nameless=True),
        _do("history", "history", "历史", nameless=True),
        _do("assign", "assign", "分派", "assign"),
        _do("merge", "merge", "合并", "manage"),
        _do("split", "split", "拆分", "manage"),
        _do("move", "move", "移动", "correct"),
        _do("recategorise", "recat", "改类", "correct"),
        _do("urgency", "urgency", "改急", "correct", concerned=True),
        _do("close", "close", "关闭", "manage"),
    ),
    presses={
        **{verb: _press(verb, act) for verb, act in VERBS.items()},
        "whom": _on_whom,
        doubt.FORM: _on_doubt,
        choosing.FORM: _on_choice,
        "q": questions.on_press,
        which_place.VERB: which_place.on_press,
        "list": lists.on_press,
        "see": morning.see,
        "file": filing.on_press,
    },
    forms={
        asking_more.FORM: _on_words,
        choosing.FORM: _on_number,
        questions.FORM: questions.on_words,
        which_place.FORM: which_place.on_words,
        filing.FORM: filing.on_words,
    },
    undos=dict.fromkeys(correction_commands.UNDO, correction_commands.undo),
)
