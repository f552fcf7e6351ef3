"""Doing what somebody said in plain words, if they may; the same moves that buttons make (R9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.context import Context
from handlers.directory.finding import find_person
from handlers.requests import access, callback, joining, moving, plain_words, texts, when
from handlers.requests.case import Case, load
from handlers.requests.given import Given
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, Move, State, Who, may
from handlers.work import Work
from storage.tables import Person, Request

MOST_WORDS = 300
#: What stands between clauses.
MARKS = " ,，.。；;!！、\n"
WORKERS = frozenset({Who.ASKED, Who.HOLDER, Who.STAFF})


def hear(work: Work, text: str) -> Spoken | None:
    """What a reply says, by the phrases of all languages."""
    return plain_words.read(plain_words.phrases_of(work.desk.words), text)


def answer_in(work: Work, text: str) -> str:
    """Of an answer the clauses that answer: what is said besides to the bot alone is nobody's."""
    comma = ", " if text.isascii() else "，"
    return comma.join(each.strip(MARKS) for each in _answers(work, text))


def says_more(work: Work, text: str) -> bool:
    """Whether an answer says something besides."""
    return len(_answers(work, text)) < len(plain_words.clauses(text))


def _answers(work: Work, text: str) -> list[str]:
    phrases = plain_words.phrases_of(work.desk.words)
    return [each for each in plain_words.clauses(text) if plain_words.tells_end(phrases, each)]


def _reason(case: Case, text: str) -> str | None:
    """The words as they are kept for all to read; of who has the fault, alone with the bot, no
    more than the answer."""
    alone = isinstance(case.work, Context) and case.work.private
    if alone and case.whos.isdisjoint(WORKERS):
        text = answer_in(case.work, text)
    return texts.short(text, MOST_WORDS) or None


async def obey(work: Work, request: Request, person: Person, spoken: Spoken, text: str) -> bool:
    """Do what was said; False when it is nothing this person can do now (then nothing changed).

    Raises RefusalError when somebody was asked and came too late, or named nobody we know.
    """
    case = await load(work, await access.follow(work, request))
    case.whos = await access.whos(case, person)
    return await SPOKEN[spoken.kind](case, person, spoken, texts.short(text, MOST_WORDS))


async def _make(case: Case, kind: Move, person: Person, given: Given) -> bool:
    """Make a move of those who work on it; who never had to do with it is not even refused."""
    if case.whos.isdisjoint(WORKERS):
        return False
    await moving.move(case.work, case.request, kind, person, given)
    return True


async def _take(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.state is not State.OPEN and case.request.holder_id == person.id:
        return False  # "on my way" from who has it already
    return await _make(case, Move.TAKE, person, Given())


async def _done(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    affected = case.whos & {Who.REPORTER, Who.SUPPORTER}
    if case.state is State.DONE and affected:
        await callback.solved(case.work, case.request, person)
        return True
    if case.state not in ALIVE and not affected:
        return await _make(case, Move.DONE, person, Given(reason=text))
    if not may(case.state, Move.DONE, case.whos):
        return False
    given = Given(reason=_reason(case, text))
    await moving.move(case.work, case.request, Move.DONE, person, given)
    return True


async def _not_solved(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.state in ALIVE or case.request.holder_id == person.id:
        return False
    given = Given(reason=_reason(case, text))
    await callback.not_solved(case.work, case.request, person, given)
    return True


async def _join(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if not case.chats:
        return False
    return await joining.join(case.work, case.request, person, chat=case.chats[0])


async def _cancel(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.whos.isdisjoint({Who.REPORTER, Who.CORRECTOR}) or case.state not in ALIVE:
        return False
    code = "not_request" if Who.REPORTER not in case.whos else "not_needed"
    await moving.move(case.work, case.request, Move.CANCEL, person, Given(code=code, reason=text))
    return True


async def _pass_on(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.whos.isdisjoint({Who.ASKED, Who.HOLDER}):
        return False
    to = await find_person(case.work, spoken.name or "")
    return await _make(case, Move.HAND_ON, person, Given(to=to, reason=text))


async def _up(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.whos.isdisjoint({Who.ASKED, Who.HOLDER}):
        return False
    return await _make(case, Move.HAND_ON, person, Given(reason=text, only_me=True))


async def _busy(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if Who.ASKED not in case.whos or case.request.holder_id == person.id:
        return False
    return await _make(case, Move.HAND_ON, person, Given(reason=text, only_me=True))


async def _help(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    if case.whos.isdisjoint({Who.ASKED, Who.HOLDER}):
        return False
    return await _make(case, Move.HELP, person, Given(reason=text))


async def _cannot(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    return await _make(case, Move.CANNOT, person, Given(reason=text))


async def _wait(case: Case, person: Person, spoken: Spoken, text: str) -> bool:
    until = when.until(text, case.work.now, case.zone)
    if until is None or until <= case.work.now:
        return False
    given = Given(reason=text, code=spoken.code, until=until)
    return await _make(case, Move.WAIT, person, given)


SPOKEN: dict[str, Callable[[Case, Person, Spoken, str], Awaitable[bool]]] = {
    "take": _take,
    "done": _done,
    "not_solved": _not_solved,
    "join": _join,
    "cancel": _cancel,
    "pass_on": _pass_on,
    "up": _up,
    "busy": _busy,
    "help": _help,
    "cannot": _cannot,
    "wait": _wait,
}
