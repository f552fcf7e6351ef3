"""/swap: a turn is offered to somebody, for one of theirs or as a favour; both agree in chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from handlers import forms
from handlers.chat import Content, Message, Rows
from handlers.context import Context, Manner, RefusalError, Work, button
from handlers.directory import finding, paging, roster
from handlers.directory.addresses import addresses
from handlers.directory.audit import record
from handlers.directory.groups import language_of
from handlers.duty import boards, changes, standing_in, telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.duty.rounds import called
from storage.queries import directory as directory_query
from storage.queries import duty as query
from storage.tables import Chat, Draft, Swap

FORM = "swap"
MOST_TURNS = 8
#: Rows of turns that are offered as a whole, and turns that are looked through for them.
MOST_ROWS, MOST_LOOKED_AT = 3, 60
PEOPLE_ON_A_PAGE = 21
#: Answers that are typed: what each says.
ANSWERS = {"yes": "yes", "同意": "yes", "好": "yes", "no": "no", "不同意": "no", "不行": "no"}


async def swap(ctx: Context, rest: str) -> None:
    """/swap: one's next turns, a button each; /swap yes and /swap no answer who asked."""
    answer = ANSWERS.get(rest.strip().casefold())
    if answer is not None:
        asked = await query.asked_swap(ctx.store, ctx.person.id)
        if asked is None:
            raise RefusalError("duty.swap_none")
        await _answer(ctx, asked, answer)
        return
    mine = await stretches_of(ctx, ctx.person.id)
    if not mine:
        raise RefusalError("duty.no_turns")
    data = [[board.rota.id, *_data(turns)] for board, turns in mine]
    draft = await forms.start(ctx, FORM, "mine", {"mine": data})
    rows = [
        (forms.choice(draft, _label(ctx, board, turns), f"swap:mine:{number}"),)
        for number, (board, turns) in enumerate(mine)
    ]
    _put(ctx, "duty.swap_which", (*rows, (forms.drop_button(ctx, draft),)))


async def turns_of(ctx: Context, person_id: int) -> list[tuple[Board, Manned]]:
    """The next turns of somebody in all rotas, the first one first."""
    found: list[tuple[Board, Manned]] = []
    for rota, area in await query.of_person(ctx.store, person_id, ctx.now):
        board = await boards.board_of(ctx, rota, area)
        found += [(board, each) for each in board.coming(ctx.now, MOST_TURNS, person_id)]
    return sorted(found, key=lambda pair: pair[1].start)[:MOST_TURNS]


Stretch = list[Manned]


async def stretches_of(ctx: Context, person_id: int) -> list[tuple[Board, Stretch]]:
    """What somebody may give away: each turn, and all that they have in a row."""
    mine = await turns_of(ctx, person_id)
    rows: list[tuple[Board, Stretch]] = []
    for board in {each.rota.id: each for each, _ in mine}.values():
        rows += [(board, row) for row in in_a_row(board, ctx.now, person_id) if len(row) > 1]
    whole = sorted(rows, key=lambda pair: pair[1][0].start)[:MOST_ROWS]
    return [*whole, *((board, [turn]) for board, turn in mine)]


def in_a_row(board: Board, now: datetime, person: int) -> list[Stretch]:
    """The turns of somebody to come, those in a row together."""
    found: list[Stretch] = []
    last = False
    for each in board.coming(now, MOST_LOOKED_AT):
        theirs = person in each.people
        if theirs and last:
            found[-1].append(each)
        elif theirs:
            found.append([each])
        last = theirs
    return found


def _data(turns: Stretch) -> list[int]:
    return [int(turns[0].start.timestamp()), len(turns)]


def label(ctx: Context, board: Board, turn: Manned) -> str:
    """A turn in one line: which rota, from when to when."""
    return _label(ctx, board, [turn])


def _label(ctx: Context, board: Board, turns: Stretch) -> str:
    return f"{board.rota.name} {_stretch(ctx, ctx.language, board, turns)}"[:60]


def _stretch(work: Work, language: str, board: Board, turns: Stretch) -> str:
    if not turns:
        return "-"
    when = texts.turn(work, language, board, turns[0])
    if len(turns) == 1:
        return when
    return work.word(language, "duty.stretch", when=when, n=len(turns))


def _put(ctx: Context, key: str, rows: Rows, **values: object) -> None:
    ctx.edit_pressed(Content(text=ctx.t(key, **values), buttons=rows))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "swap:<yes|no|back>:<swap>", and those of the form with its token behind."""
    what, *rest = arguments
    if what in ("yes", "no", "back"):
        asked = await ctx.store.get(Swap, int(rest[0]))
        if asked is None:
            raise RefusalError("access.old_button")
        await _answer(ctx, asked, what)
        return
    draft, picked = await forms.pressed(ctx, rest, "duty.swap_form_gone", FORM)
    if not _is_offered(draft, what, int(picked[0])):
        raise RefusalError("duty.swap_form_gone")
    await STEPS[what](ctx, draft, int(picked[0]))


async def _chose_mine(ctx: Context, draft: Draft, number: int) -> None:
    """Which turn to give: now for which one of the others'."""
    rota_id, stamp, count = draft.data["mine"][number]
    board = await standing_in.fresh(ctx, rota_id)
    theirs = _to_choose(board, ctx.now, ctx.person.id, whole=count > 1)
    data = {
        **draft.data,
        "rota": rota_id,
        "gives": [stamp, count],
        "theirs": [[*_data(turns), person] for person, turns in theirs],
    }
    draft = await forms.start(ctx, FORM, "theirs", data)
    rows = [
        (
            forms.choice(
                draft,
                f"{board.names([person])} {_stretch(ctx, ctx.language, board, turns)}"[:60],
                f"swap:for:{at}",
            ),
        )
        for at, (person, turns) in enumerate(theirs)
    ]
    favour = forms.choice(draft, ctx.t("duty.button_favour"), "swap:favour:0")
    _put(ctx, "duty.swap_for", (*rows, (favour,), (forms.drop_button(ctx, draft),)))


def _to_choose(board: Board, now: datetime, mine: int, *, whole: bool) -> list[tuple[int, Stretch]]:
    """The turns of the others, the next first; all in a row for all in a row."""
    found: list[tuple[int, Stretch]] = []
    for person in board.people:
        if person != mine:
            rows = in_a_row(board, now, person)
            parts = rows if whole else [[each] for row in rows for each in row]
            found += [(person, part) for part in parts if not _shared(part, mine)]
    return sorted(found, key=lambda pair: pair[1][0].start)[:MOST_TURNS]


def _shared(turns: Stretch, person: int) -> bool:
    return any(person in each.people for each in turns)


async def _chose_theirs(ctx: Context, draft: Draft, number: int) -> None:
    stamp, count, person = draft.data["theirs"][number]
    await _ask(ctx, draft, person, (stamp, count))


async def _favour(ctx: Context, draft: Draft, page: int) -> None:
    """Somebody stands in for nothing: who? Anybody may be named."""
    draft = await forms.start(ctx, FORM, "who", dict(draft.data))
    board = await standing_in.fresh(ctx, draft.data["rota"])
    total, people = await roster.people(
        ctx,
        board.area.path,
        "",
        but=ctx.person.id,
        offset=page * PEOPLE_ON_A_PAGE,
        limit=PEOPLE_ON_A_PAGE,
    )
    members = [p for p in board.people.values() if p.id != ctx.person.id] if page == 0 else []
    found = list({each.id: each for each in (*members, *people)}.values())
    buttons = [forms.choice(draft, each.name[:30], f"swap:who:{each.id}") for each in found]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    token = draft.data["token"]
    turns = paging.turns(
        ctx,
        page,
        total,
        lambda number: f"swap:favour:{number}:{token}",
        on_a_page=PEOPLE_ON_A_PAGE,
    )
    _put(ctx, "duty.swap_who", (*rows, *turns, (forms.drop_button(ctx, draft),)))


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A name where somebody is looked for who stands in."""
    if draft.step != "who" or not message.text.strip():
        return False
    person = await finding.find_person(ctx, message.text)
    await _ask(ctx, draft, person.id, None)
    return True


async def _chose_person(ctx: Context, draft: Draft, person: int) -> None:
    await _ask(ctx, draft, (await finding.person_numbered(ctx, person)).id, None)


STEPS = {
    "mine": _chose_mine,
    "for": _chose_theirs,
    "favour": _favour,
    "who": _chose_person,
}


#: Those of the form's buttons that choose from a list which it keeps.
LISTED = frozenset({"mine", "for"})
#: What the form must know already for each of them.
NEEDS = {"mine": "mine", "for": "theirs", "favour": "rota", "who": "rota"}


def _is_offered(draft: Draft, what: str, number: int) -> bool:
    """Whether the form has come so far that this button stands under it."""
    if NEEDS[what] not in draft.data:
        return False
    listed = draft.data[NEEDS[what]] if what in LISTED else range(number + 1)
    return number < len(listed)


async def _ask(ctx: Context, draft: Draft, person: int, takes: tuple[int, int] | None) -> None:
    """The question goes to who is asked: in this group, privately, or by name in the group."""
    board = await standing_in.fresh(ctx, draft.data["rota"])
    stamp, count = draft.data["gives"]
    gives = datetime.fromtimestamp(stamp, UTC)
    taken = datetime.fromtimestamp(takes[0], UTC) if takes else None
    await forms.end(ctx)
    for each in await query.waiting_swaps(ctx.store, ctx.person.id):
        if (each.rota_id, each.gives) == (board.rota.id, gives):
            await query.close_swap(ctx.store, each.id, "withdrawn", ctx.now)
    asked = Swap(
        rota_id=board.rota.id,
        asker_id=ctx.person.id,
        asked_id=person,
        gives=gives,
        gives_turns=count,
        takes=taken,
        takes_turns=takes[1] if takes else 0,
        state="asked",
        at=ctx.now,
        due_at=min(gives, taken or gives),
    )
    _still_theirs(ctx, board, asked)
    ctx.store.add(asked)
    await ctx.store.flush()
    told = await _question(ctx, board, asked)
    back = (button(ctx.t("duty.button_withdraw"), f"swap:back:{asked.id}"),)
    people = await directory_query.people(ctx.store, [person])
    _put(ctx, "duty.swap_sent" if told else "duty.swap_unsent", (back,), name=people[person].name)


def _given(board: Board, asked: Swap) -> Stretch:
    return board.stretch(asked.gives, asked.gives_turns, asked.asker_id)


def _taken(board: Board, asked: Swap) -> Stretch:
    if asked.takes is None:
        return []
    return board.stretch(asked.takes, asked.takes_turns, asked.asked_id)


def _still_theirs(work: Work, board: Board, asked: Swap) -> None:
    """The turns are to come and are theirs; else it is refused."""
    given, taken = _given(board, asked), _taken(board, asked)
    begun = any(each.start <= work.now for each in (*given, *taken))
    if begun or not given or (asked.takes is not None and not taken):
        raise RefusalError("duty.turn_gone")
    if _shared(given, asked.asked_id) or _shared(taken, asked.asker_id):
        raise RefusalError("duty.turn_theirs", name=board.names([asked.asked_id]))


async def _question(ctx: Context, board: Board, asked: Swap) -> bool:
    """Put the question; False: there is nowhere to put it."""

    def words(language: str) -> Content:
        return _content(ctx, language, board, asked, ctx.person.name)

    if ctx.private and await telling.privately(
        ctx, asked.asked_id, words, Manner(urgent=True), slot=_slot(asked)
    ):
        return True
    groups: Sequence[Chat] = (
        [ctx.chat] if not ctx.private else await telling.own_groups(ctx, board.area)
    )
    found = await directory_query.people(ctx.store, [asked.asked_id])
    for chat in groups[:1]:
        language = await language_of(ctx, chat)
        there = await addresses(ctx, found.values(), chat, language)
        ctx.show(chat, _slot(asked), called(words(language), there[asked.asked_id]))
    return bool(groups)


def _slot(asked: Swap) -> str:
    return f"swap:{asked.id}"


def _content(work: Work, language: str, board: Board, asked: Swap, name: str) -> Content:
    values = {
        "name": name,
        "rota": board.rota.name,
        "gives": _stretch(work, language, board, _given(board, asked)),
    }
    if asked.takes is None:
        text = work.word(language, "duty.swap_favour", **values)
    else:
        takes = _stretch(work, language, board, _taken(board, asked))
        text = work.word(language, "duty.swap_asked", takes=takes, **values)
    yes = button(work.word(language, "duty.button_yes"), f"swap:yes:{asked.id}", "primary")
    no = button(work.word(language, "duty.button_no"), f"swap:no:{asked.id}")
    return Content(text=text, buttons=((yes, no),))


def _at(work: Work, language: str, board: Board, start: datetime) -> str:
    turn = board.at(start)
    return texts.turn(work, language, board, turn) if turn else "-"


async def _answer(ctx: Context, asked: Swap, answer: str) -> None:
    """The one who is asked says yes or no; who asks may take it back."""
    whose = asked.asker_id if answer == "back" else asked.asked_id
    if ctx.person.id != whose:
        raise RefusalError("duty.swap_not_yours")
    if asked.state != "asked":
        raise RefusalError(f"duty.swap_is_{asked.state}")
    board = await standing_in.fresh(ctx, asked.rota_id)
    state = {"yes": "agreed", "no": "declined", "back": "withdrawn"}[answer]
    if answer == "yes":
        _still_theirs(ctx, board, asked)
    if not await query.close_swap(ctx.store, asked.id, state, ctx.now):
        await ctx.store.refresh(asked)
        raise RefusalError(f"duty.swap_is_{asked.state}")
    if answer == "yes":
        await _exchange(ctx, board, asked)
    ctx.edit_pressed(Content(text=ctx.word(ctx.chat_language, f"duty.swap_is_{state}")))
    await _tell_other(ctx, board, asked, state)


async def _exchange(ctx: Context, board: Board, asked: Swap) -> None:
    how = "swap" if asked.takes else "stand_in"
    taken = _taken(board, asked)
    for each in _given(board, asked):
        await standing_in.give(ctx, board, each.start, asked.asker_id, asked.asked_id, how)
    for each in taken:
        await standing_in.give(ctx, board, each.start, asked.asked_id, asked.asker_id, how)
    board = await standing_in.fresh(ctx, asked.rota_id)
    both = (asked.asker_id, asked.asked_id)
    await changes.tell(ctx, board, but=both)
    await record(ctx, "duty_swap", detail={"rota": board.rota.id, "person": asked.asker_id})
    names = board.names(both, " ⇄ ")

    def words(language: str) -> Content:
        given = {"rota": board.rota.name, "names": names}
        gives = _at(ctx, language, board, asked.gives)
        return Content(text=ctx.word(language, "duty.swap_told", when=gives, **given))

    note = telling.said(words, matters_at=_first(asked))
    await telling.to_coordinators(ctx, board, note, but=both)


def _first(asked: Swap) -> datetime:
    return min(asked.gives, asked.takes or asked.gives)


async def _tell_other(ctx: Context, board: Board, asked: Swap, state: str) -> None:
    """The other one hears what became of it, with the turns as they are now."""
    other = asked.asked_id if state == "withdrawn" else asked.asker_id

    def words(language: str) -> Content:
        return Content(
            text=ctx.word(
                language,
                f"duty.swap_told_{state}",
                name=ctx.person.name,
                rota=board.rota.name,
                when=_at(ctx, language, board, asked.gives),
            )
        )

    note = telling.said(words, matters_at=_first(asked))
    await telling.when_awake(ctx, board, other, note)


async def too_late(work: Work, asked: Swap) -> None:
    """Nobody answered before the turn began: who asked is told that it stays theirs."""
    if not await query.close_swap(work.store, asked.id, "late", work.now):
        return
    board = await boards.board(work, asked.rota_id)
    if board is None:
        return

    def words(language: str) -> Content:
        when = _at(work, language, board, asked.gives)
        return Content(
            text=work.word(language, "duty.swap_too_late", rota=board.rota.name, when=when)
        )

    await telling.privately(work, asked.asker_id, words)
