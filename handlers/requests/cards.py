"""What a request looks like in a chat: its card for everybody, its page for who is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from handlers.chat.outgoing import Button, Content, Mention, Rows, button
from handlers.directory.addresses import Address
from handlers.directory.roster import role_name
from handlers.manner import Manner
from handlers.requests import alone, pictures, routing, texts
from handlers.requests.case import Case
from handlers.requests.rules import ALIVE, REOPENABLE, Ending, State
from handlers.work import Work
from storage.tables import Chat, Page

NUMBERS = ("fire", "police", "ambulance", "gas")
URGENT_MARK = {"emergency": "🚨 ", "urgent": "❗ "}


def slot(request_id: int) -> str:
    """The standing message of a request in every chat in which its card stands."""
    return f"r{request_id}"


def title(case: Case, language: str, *, exact: bool = False) -> str:
    """Number, what and where."""
    request = case.request
    where = texts.exact_place(case, language) if exact else texts.public_place(case, language)
    mark = URGENT_MARK.get(request.urgency, "")
    what = texts.category(case.work, language, request.category)
    return mark + case.work.word(
        language, "card.title", number=request.number, what=what, where=where
    )


def card(case: Case, chat: Chat) -> Content:
    """The card: number, what, where, who is asked, until when, state, households."""
    language = case.language_in(chat)
    case.near = chat
    lines = [
        alone.words_on_card(case, chat),
        *danger(case, language),
        state_line(case, language),
        hotline_line(case, language),
        deadline_line(case, language),
        promise_line(case, language),
        households_line(case, language),
        filed_line(case, language),
        pictures.elsewhere_line(case, chat, language),
    ]
    return Content(
        title=title(case, language),
        text="\n".join(line for line in lines if line),
        buttons=_card_buttons(case, language),
        mentions=mentions(
            (
                case.addresses[page.person_id]
                for page in case.pages
                if page.how != "private" and page.person_id in case.addresses
            ),
            chat,
        ),
    )


def mentions(people: Iterable[Address], chat: Chat) -> tuple[Mention, ...]:
    """Names that call their owners in a chat: those of people without a username (R24)."""
    return tuple(
        Mention(name=each.called_in(chat), account=account)
        for each in people
        if (account := each.account_in(chat)) and not each.called_in(chat).startswith("@")
    )


def danger(case: Case, language: str) -> list[str]:
    """What to do at once and whom to call, while nobody has taken it."""
    if not case.emergency or case.state not in (State.OPEN, State.TAKEN):
        return []
    work, key = case.work, f"request.danger.{case.request.category}"
    lines = [work.word(language, key if work.desk.words.has(key) else "request.danger.other")]
    if numbers := _numbers(case, language):
        lines.append(numbers)
    if case.facts.hotline:
        lines.append(work.word(language, "request.danger_hotline", number=case.facts.hotline))
    return lines


def _numbers(case: Case, language: str) -> str:
    """Whom to call at once: fire, police, ambulance, the gas company (policy, by place)."""
    known = case.policy.emergency.numbers
    named = [
        case.work.word(language, f"request.number.{each}", number=known[each])
        for each in NUMBERS
        if known.get(each)
    ]
    return " · ".join(named) and "☎ " + " · ".join(named)


def state_line(case: Case, language: str) -> str:
    """Where it stands, in a sentence."""
    return LINES[case.state](case, language)


def _open_line(case: Case, language: str) -> str:
    word = case.work.word
    if not case.pages:
        hotline = case.facts.hotline
        key = "card.nobody_hotline" if hotline else "card.nobody"
        return word(language, key, number=hotline or "")
    due = case.request.climb_at or case.request.answer_due
    values = {
        "who": _asked(case, language),
        "until": texts.when(case, language, due) if due else "",
    }
    if case.request.round:
        return word(language, "card.reopened", **values)
    climbed = len({page.rung for page in case.pages}) > 1  # those below may still take it
    return word(language, "card.climbed" if climbed else "card.asked", **values)


def _asked(case: Case, language: str) -> str:
    rung = max(page.rung for page in case.pages)
    names = [_asked_name(case, language, page) for page in case.pages if page.rung == rung]
    return case.work.word(language, "request.between").join(names)


def _asked_name(case: Case, language: str, page: Page) -> str:
    address = case.addresses.get(page.person_id)
    mention = page.how != "private" and address is not None
    name = address.called_in(case.near) if mention and address else case.name(page.person_id)
    role = role_name(case.work, language, page.role)
    return case.work.word(language, "request.person", name=name, role=role)


def _taken_line(case: Case, language: str) -> str:
    name = case.name(case.request.holder_id, case.work.word(language, "request.somebody"))
    others = [page for page in case.pages if page.person_id != case.request.holder_id]
    short = not case.enough
    missing = [page for page in others if short and page.answered_at is None]
    line = case.work.word(language, "card.taken", name=name)
    for key, some in (
        ("card.helping", [page for page in others if page not in missing]),
        ("card.still_needed", missing),
    ):
        if some:
            names = [case.name(page.person_id) for page in some]
            joined = case.work.word(language, "request.between").join(names)
            line += case.work.word(language, key, names=joined)
    return line


def _waiting_line(case: Case, language: str) -> str:
    request = case.request
    return case.work.word(
        language,
        "card.waiting",
        name=case.name(request.holder_id, case.work.word(language, "request.somebody")),
        reason=texts.reason(case.work, language, request.reason_code, request.reason),
        until=texts.when(case, language, request.resume_at) if request.resume_at else "",
    )


def said_done(case: Case, language: str) -> str:
    """Who said that it is done, and what was done."""
    request, word = case.request, case.work.word
    who = case.name(case.done_by, word(language, "request.somebody"))
    what = texts.done_how(case.work, language, request.reason_code, request.reason)
    return word(language, "card.done_what" if what else "card.done", name=who, what=what)


def _done_line(case: Case, language: str) -> str:
    word, line = case.work.word, said_done(case, language)
    if solved := case.voices.solved:
        line += "\n" + word(language, "card.confirmed_by", n=solved)
    return line + "\n" + word(language, "card.please_confirm")


def _closed_line(case: Case, language: str) -> str:
    request, word = case.request, case.work.word
    ending = request.ending or Ending.UNKNOWN.value
    line = word(language, f"request.ending_line.{ending}")
    code = None if request.reason_code == ending else request.reason_code
    what = texts.reason(case.work, language, code, request.reason, said=line)
    return line + (word(language, "card.because", what=what) if what else "")


LINES: dict[State, Callable[[Case, str], str]] = {
    State.OPEN: _open_line,
    State.TAKEN: _taken_line,
    State.WAITING: _waiting_line,
    State.DONE: _done_line,
    State.CLOSED: _closed_line,
}


def hotline_line(case: Case, language: str) -> str:
    """The number that is answered day and night, once nobody is further up the ladder."""
    asked = case.state is State.OPEN and case.pages and not case.emergency
    if not asked or not case.facts.hotline:
        return ""
    if case.request.rung < len(routing.ladder_of(case.policy, case.matter)) - 1:
        return ""
    return case.work.word(language, "card.or_call", number=case.facts.hotline)


def deadline_line(case: Case, language: str) -> str:
    """Until when it is to be solved, or that this moment has passed (R36)."""
    due = case.request.solve_due
    if due is None or case.state not in (State.OPEN, State.TAKEN):
        return ""
    key = "card.overdue" if due <= case.work.now else "card.solve_until"
    return case.work.word(language, key, until=texts.when(case, language, due))


def promise_line(case: Case, language: str) -> str:
    """Until when somebody promised it, or that a promise was broken; no name stands beside it."""
    request = case.request
    due, kind = request.promised_due, request.promised_as
    if due is None or kind is None or case.state not in ALIVE:
        return ""
    if case.state is State.WAITING and (request.resume_at or due) > due:
        return ""  # it waits along
    return case.work.word(language, f"card.promise_{kind}", until=texts.when(case, language, due))


def households_line(case: Case, language: str) -> str:
    """How many households say so, if more than one."""
    n = case.households
    return case.work.word(language, "card.households", n=n) if n > 1 else ""


def filed_line(case: Case, language: str) -> str:
    """Who filed it for a neighbour, if somebody did."""
    if case.request.filed_by is None:
        return ""
    name = case.name(case.request.filed_by, case.work.word(language, "request.somebody"))
    return case.work.word(language, "card.filed", name=name)


#: The answers to "is it solved?".
ANSWERS = frozenset({"ok", "no"})
#: Buttons by state, as rows of (verb, style); texts are "card.button.<verb>".
Layout = Sequence[Sequence[tuple[str, str | None]]]
CARD_BUTTONS: dict[State, Layout] = {
    State.OPEN: ((("metoo", None), ("take", "primary")), (("cancel", None),)),
    State.TAKEN: ((("metoo", None), ("done", "success")), (("wait", None),)),
    State.WAITING: ((("metoo", None), ("done", "success")),),
    State.DONE: ((("ok", "success"), ("no", "danger")),),
    State.CLOSED: ((("no", None),),),
}


def rows(case: Case, language: str, layout: Layout) -> Rows:
    """Buttons laid out in rows, each of which acts on this request."""
    return tuple(
        tuple(_button(case, language, verb, style) for verb, style in row) for row in layout
    )


def _button(case: Case, language: str, verb: str, style: str | None) -> Button:
    text = case.work.word(language, f"card.button.{verb}", n=case.households)
    # An answer names its question: one that was asked before answers nothing now (R28).
    asked = f":{case.request.round}" if verb in ANSWERS else ""
    return button(text, f"{verb}:{case.request.id}{asked}", style)


def _card_buttons(case: Case, language: str) -> Rows:
    if case.state is State.CLOSED and case.request.ending not in REOPENABLE:
        return ()
    return rows(case, language, CARD_BUTTONS[case.state])


def show_cards(case: Case) -> None:
    """Show the card as it is now wherever it stands."""
    for chat in case.chats:
        if not chat.present:
            continue
        origin = chat.id == case.request.chat_id
        manner = Manner(
            about=case.request.id,
            reply_to=case.report_id if origin else None,
            urgent=case.emergency,
            silent=bool(case.delay),
            first=case.begins,
        )
        case.work.show(chat, slot(case.request.id), card(case, chat), manner)
        grown = case.grown.get(chat.id)
        if grown is None:
            case.work.touched.add(chat.id)
        else:
            case.work.grown.append(grown)


def asking(work: Work, language: str, what: str, where: str) -> str:
    """The one question to a sender of whom the bot is not sure."""
    return work.word(language, "request.question", what=what, where=where)
