"""Rounds: who is on duty is asked for a tap at each point; a missed one is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import forms
from handlers.chat.incoming import MediaKind, Message
from handlers.chat.outgoing import Content, Mark, Mention, button
from handlers.context import Context
from handlers.directory.addresses import Address, addresses
from handlers.directory.groups import language_of
from handlers.duty import boards, telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.manner import Manner
from handlers.work import RefusalError, Work
from storage.queries import people as people_query
from storage.queries import rounds as rounds_query
from storage.tables import Draft, Round, RoundCheck

FORM = "round"
#: A picture sent so long after a tap belongs to its point.
PICTURE_WITHIN = timedelta(minutes=15)
IN_A_ROW = 2


async def begin(work: Work, board: Board, turn: Manned) -> None:
    """A round is due: those on duty are asked, once."""
    row = {
        "rota_id": board.rota.id,
        "starts": turn.start,
        "ends": turn.end,
        "points": list(board.rota.points),
        "state": "open",
        "due_at": turn.end,
    }
    round_ = await rounds_query.begin(work.store, row)
    if round_ is not None:
        await _show(work, board, round_)


async def _show(work: Work, board: Board, round_: Round) -> None:
    """The card of a round in the chats of those whose it is; else in the group, by name."""
    checks = await rounds_query.checks(work.store, round_.id)
    for person in await rounds_query.who_goes(work.store, round_):

        def card(language: str) -> Content:
            return _card(work, language, board, round_, checks)

        told = await telling.privately(work, person, card, Manner(urgent=True), slot=_slot(round_))
        if not told:
            await _show_in_group(work, board, round_, checks, person)


def _slot(round_: Round) -> str:
    return f"round:{round_.id}"


async def _show_in_group(
    work: Work, board: Board, round_: Round, checks: Sequence[RoundCheck], person_id: int
) -> None:
    found = await people_query.people(work.store, [person_id])
    for chat in (await telling.own_groups(work, board.area))[:1]:
        language = await language_of(work, chat)
        there = await addresses(work, found.values(), chat, language)
        content = _card(work, language, board, round_, checks)
        work.show(chat, _slot(round_), called(content, there[person_id]))


def called(content: Content, who: Address) -> Content:
    """The content with somebody called in front of it."""
    mentions = (Mention(name=who.mention, account=who.account),) if who.account else ()
    return content.model_copy(
        update={"text": f"{who.mention}\n{content.text}", "mentions": mentions}
    )


def _card(
    work: Work, language: str, board: Board, round_: Round, checks: Sequence[RoundCheck]
) -> Content:
    done = {each.point: each for each in checks}
    lines = [
        texts.when(work, language, board.zone, round_.starts, round_.ends),
        *(_line(work, language, board, p, done.get(n)) for n, p in enumerate(round_.points)),
        work.word(language, f"duty.round_{round_.state}"),
    ]
    left = [
        button(str(point)[:40], f"rnd:{round_.id}:{number}")
        for number, point in enumerate(round_.points)
        if number not in done and round_.state == "open"
    ]
    rows = [tuple(left[at : at + IN_A_ROW]) for at in range(0, len(left), IN_A_ROW)]
    title = work.word(language, "duty.round_title", rota=board.rota.name)
    return Content(title=title, text="\n".join(lines), buttons=tuple(rows))


def _line(work: Work, language: str, board: Board, point: object, check: RoundCheck | None) -> str:
    if check is None:
        return work.word(language, "duty.point_left", point=point)
    at = f"{check.at.astimezone(board.zone):%H:%M}"
    key = "duty.point_photo" if check.photo else "duty.point_done"
    return work.word(language, key, point=point, time=at)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "rnd:<round>:<point>"."""
    round_ = await ctx.store.get(Round, int(arguments[0]))
    if round_ is None or not 0 <= int(arguments[1]) < len(round_.points):
        raise RefusalError("access.old_button")
    await _tap(ctx, round_, int(arguments[1]))


async def round_(ctx: Context, rest: str) -> None:
    """/round shows the round that one has now; /round POINT says that one is there."""
    found = await rounds_query.of_person(ctx.store, ctx.person.id, ctx.now)
    if found is None:
        raise RefusalError("duty.round_none")
    if rest:
        await _tap(ctx, found, _point(found, rest))
        return
    board = await _board(ctx, found)
    checks = await rounds_query.checks(ctx.store, found.id)
    ctx.say(ctx.chat, _card(ctx, ctx.chat_language, board, found, checks))


def _point(round_: Round, text: str) -> int:
    names = [str(each).casefold() for each in round_.points]
    wanted = text.strip().casefold()
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted[:4]) <= len(names):
        return int(wanted) - 1
    raise RefusalError("duty.point_unknown", text=text[:30], points="、".join(round_.points))


async def _board(work: Work, round_: Round) -> Board:
    board = await boards.board(work, round_.rota_id)
    if board is None:
        raise RefusalError("duty.gone")
    return board


async def _tap(ctx: Context, round_: Round, point: int) -> None:
    board = await _board(ctx, round_)
    if ctx.person.id not in await rounds_query.who_goes(ctx.store, round_):
        raise RefusalError("duty.round_not_yours")
    if round_.state != "open" or round_.ends <= ctx.now:
        raise RefusalError("duty.round_over", time=f"{round_.ends.astimezone(board.zone):%H:%M}")
    row = {"round_id": round_.id, "point": point, "person_id": ctx.person.id, "at": ctx.now}
    if not await rounds_query.check(ctx.store, {**row, "photo": None}):
        raise RefusalError("duty.point_known", point=round_.points[point])
    checks = await rounds_query.checks(ctx.store, round_.id)
    whole = len(checks) == len(round_.points)
    if whole:
        await rounds_query.close(ctx.store, round_.id, "done")
        await ctx.store.refresh(round_)
    ctx.toast(ctx.t("duty.round_done" if whole else "duty.point_kept", **_left(round_, checks)))
    await _wait_for_picture(ctx, round_, point)
    await _show(ctx, board, round_)


def _left(round_: Round, checks: Sequence[RoundCheck]) -> dict[str, object]:
    left = len(round_.points) - len(checks)
    return {"n": left} if left else {}


async def _wait_for_picture(ctx: Context, round_: Round, point: int) -> None:
    """The next picture in this private chat is of this point, unless a form is being filled in."""
    draft = await forms.draft_of(ctx)
    if ctx.private and (draft is None or draft.form == FORM):
        data = {"round": round_.id, "point": point}
        await forms.start(ctx, FORM, "photo", data, lasts=PICTURE_WITHIN)


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A picture for the point tapped last; anything else is not for the round."""
    photo = next((each for each in message.media if each.kind is MediaKind.PHOTO), None)
    round_ = await ctx.store.get(Round, int(draft.data["round"]))
    if photo is None or round_ is None:
        return False
    for each in await rounds_query.checks(ctx.store, round_.id):
        if each.point == int(draft.data["point"]):
            each.photo = {"platform": ctx.chat.platform, **photo.model_dump(mode="json")}
    await ctx.store.flush()
    ctx.mark(ctx.chat, message.message_id, Mark.HEARD)
    await _show(ctx, await _board(ctx, round_), round_)
    return True


async def missed(work: Work, round_: Round) -> None:
    """The time of a round is over: what was left out is told to those who coordinate."""
    if not await rounds_query.close(work.store, round_.id, "missed"):
        return
    await work.store.refresh(round_)
    board = await boards.board(work, round_.rota_id)
    if board is None:
        return
    done = {each.point for each in await rounds_query.checks(work.store, round_.id)}
    left = "、".join(str(each) for n, each in enumerate(round_.points) if n not in done)
    who = await rounds_query.who_goes(work.store, round_)
    people = await people_query.people(work.store, who)

    def words(language: str) -> Content:
        names = work.word(language, "duty.and").join(each.name for each in people.values())
        return Content(
            text=work.word(
                language,
                "duty.round_told",
                rota=board.rota.name,
                when=texts.when(work, language, board.zone, round_.starts, round_.ends),
                names=names or work.word(language, "duty.nobody"),
                points=left,
            )
        )

    await telling.to_coordinators(work, board, telling.said(words))
    await _show(work, board, round_)
