"""What requests answer to: commands with their Chinese names, buttons, forms, undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from config.policy import Right
from handlers.chat import Message
from handlers.commands import Command, Run, RunPress, Subject
from handlers.context import Context, RefusalError
from handlers.requests import (
    access,
    acts,
    asking_more,
    explaining,
    filing,
    lists,
    questions,
    steering,
    voices,
)
from handlers.requests.acts import ACTS, PICKS, Act
from handlers.requests.steering import STEERS
from storage.queries import scenes as scene_query
from storage.tables import Draft, Request

Ask = Callable[[Context, Request], Awaitable[None]]


async def _meant(ctx: Context, rest: str) -> tuple[Request, str]:
    """The request named first ("12 ..."), or the one whose card was replied to."""
    first, _, more = rest.partition(" ")
    if first.lstrip("#＃№").isdecimal():
        request = await access.by_number(ctx, first)
        return await voices.follow(ctx, request), more.strip()
    message = ctx.incoming
    if isinstance(message, Message) and message.reply_to:
        found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message.reply_to)
        if found is not None:
            return await voices.follow(ctx, found[0]), rest.strip()
    raise RefusalError("request.which")


def _act(act: Act) -> Run:
    async def run(ctx: Context, rest: str) -> None:
        request, more = await _meant(ctx, rest)
        await act(ctx, request, more)

    return run


def _look(look: Ask) -> Run:
    async def run(ctx: Context, rest: str) -> None:
        request, _ = await _meant(ctx, rest)
        await look(ctx, request)

    return run


def _press(verb: str, act: Act) -> RunPress:
    async def run(ctx: Context, arguments: Sequence[str]) -> None:
        if not arguments:
            raise RefusalError("access.old_button")
        request = await voices.follow(ctx, await access.by_id(ctx, arguments[0]))
        picked = arguments[1:]
        if picked and verb in PICKS:
            await PICKS[verb](ctx, request, picked)
        elif picked and verb == "assign" and picked[0].isdecimal():
            await steering.assign_to(ctx, request, int(picked[0]))
        else:
            await act(ctx, request, picked[0] if picked else "")

    return run


async def _on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    return await acts.continue_form(ctx, draft, message, {**ACTS, **STEERS})


def _command(name: str, run: Run, aliases: tuple[str, ...], right: Right | None = None) -> Command:
    return Command(name, run, aliases, right=right)


SUBJECT = Subject(
    commands=(
        _command("report", filing.report, ("报事",)),
        _command("new", filing.new, ("新建",), "file"),
        _command("open", lists.open_, ("未结", "未办")),
        _command("mine", lists.mine, ("我的",)),
        _command("find", lists.find, ("查找",)),
        _command("take", _act(ACTS["take"]), ("接单",), "answer"),
        _command("done", _act(ACTS["done"]), ("办结",), "answer"),
        _command("wait", _act(ACTS["wait"]), ("等待",), "answer"),
        _command("resume", _act(ACTS["resume"]), ("继续",), "answer"),
        _command("assist", _act(ACTS["help"]), ("求助",), "answer"),
        _command("pass", _act(ACTS["pass"]), ("转交",), "answer"),
        _command("cannot", _act(ACTS["cannot"]), ("办不了",), "answer"),
        _command("refer", _act(ACTS["refer"]), ("转出",), "answer"),
        _command("metoo", _act(ACTS["metoo"]), ("我也是",)),
        _command("solved", _act(ACTS["ok"]), ("解决了",)),
        _command("unsolved", _act(ACTS["no"]), ("没解决",)),
        _command("cancel", _act(ACTS["cancel"]), ("不是报事",)),
        _command("why", _look(explaining.why), ("为什么",)),
        _command("history", _look(explaining.history), ("历史",)),
        _command("assign", _act(steering.assign), ("分派",), "assign"),
        _command("merge", _act(steering.merge), ("合并",), "manage"),
        _command("split", _act(steering.split), ("拆分",), "manage"),
        _command("move", _act(steering.move), ("移动",), "correct"),
        _command("recategorise", _act(steering.recategorise), ("改类",), "correct"),
        _command("urgency", _act(steering.urgency), ("改急",), "correct"),
        _command("close", _act(steering.close), ("关闭",), "manage"),
    ),
    presses={
        **{verb: _press(verb, act) for verb, act in {**ACTS, **STEERS}.items()},
        "q": questions.on_press,
        "list": lists.on_press,
        "file": filing.on_press,
    },
    forms={
        asking_more.FORM: _on_words,
        questions.FORM: questions.on_words,
        filing.FORM: filing.on_words,
    },
    undos=dict.fromkeys(steering.UNDO, steering.undo),
)
