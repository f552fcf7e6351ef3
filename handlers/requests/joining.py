"""Me too: who else says so, counted by household, joined and withdrawn without a second request."""

from __future__ import annotations

from datetime import timedelta

from config.terms import Voice
from handlers.chat.incoming import Message
from handlers.requests import (
    access,
    callback_asking,
    growing,
    moving,
    opening,
    pages,
    plain_words,
)
from handlers.requests.case import Case, load
from handlers.requests.noting import grows, keep_message, keep_words, note, refresh
from handlers.requests.rules import REOPENABLE, Move, State
from handlers.understanding.normal import is_chinese
from handlers.work import RefusalError, Work
from storage.queries import requests as query
from storage.tables import Chat, Person, Request

#: Signs and letters of a "me too" that says nothing else.
SHORT, SHORT_LATIN = 10, 20


async def join(
    work: Work,
    request: Request,
    person: Person,
    *,
    chat: Chat,
    said: Message | None = None,
    in_words: bool = False,
) -> bool:
    """Somebody says "me too"; whether that is new. Once is enough: repeats change nothing.

    `said`: by which message; what it says besides is kept, and shown together with the voice.
    `in_words`: they told of it themselves, and did not choose it where it was shown to them.

    A "me too" to a request that was closed lately opens it again (R7, R43); to one that ended
    otherwise it raises RefusalError.
    """
    request = await access.follow(work, request)
    await query.lock(work.store, request)
    case = await load(work, request)
    again = case.state is State.CLOSED
    if again:
        await may_reopen(case, person)
    here = _welcome_here(case, person, chat, in_words=in_words)
    new = await add_voice(case, person)
    if again:
        await _again(case, person)
        case = await load(work, request)
    elif new:
        case = await growing.after(case, person, said.text if said else "")
    adds, as_before = await _keep(case, person, chat, said)
    if as_before and not here:
        grows(case, person, chat, said.message_id if said else None, joined=True)
    if not again and (new or here):
        await _show_joined(case)
    elif adds:
        await refresh(case)
    if adds and said is not None:
        await pages.send_pictures(case, chat, said.media)
    return new


async def _keep(case: Case, person: Person, chat: Chat, said: Message | None) -> tuple[bool, bool]:
    """Whether the message adds something, and whether the request's own words are as before."""
    if said is None:
        return False, True
    if not said.media and _only_me_too(case.work, said.text):
        await keep_message(case, "join", person, chat, said.message_id)
        return False, True
    if await query.message(case.work.store, chat.id, said.message_id) is not None:
        return False, True
    return True, await keep_words(case, person, chat, said)


def _only_me_too(work: Work, text: str) -> bool:
    spoken = plain_words.read(plain_words.phrases_of(work.desk.words), text)
    most = SHORT if is_chinese(text) else SHORT_LATIN
    return spoken is not None and spoken.kind == "join" and len(text.strip()) <= most


def _welcome_here(case: Case, person: Person, chat: Chat, *, in_words: bool) -> bool:
    """Who joins from another group finds the card there too, and who tells of it alone has one of
    their own, but who is asked about it and so has a page; whether it is new here."""
    asked = case.page_of(person.id) is not None
    if chat.id in case.request.card_chats or (chat.kind != "group" and (asked or not in_words)):
        return False
    case.request.card_chats = [*case.request.card_chats, chat.id]
    case.chats.append(chat)
    return True


async def add_voice(case: Case, person: Person) -> bool:
    """Count a person's voice; whether it is new."""
    if await case.voices.of(person.id) is not None:
        return False
    case.people[person.id] = person
    await note(case, "join", person)
    await case.voices.add(await opening.voice_of(case.work, case.request, person))
    return True


async def _show_joined(case: Case) -> None:
    """It is shown with who joined; they are asked as well, if all are asked whether it is solved.

    Nothing is read for each who joined before: a flood of voices must not grow with its square.
    """
    if case.state is State.DONE:
        await callback_asking.ask_all(case)
    await refresh(case)


async def may_reopen(case: Case, person: Person) -> None:
    """Whether the community lets this person say that it is not solved (R44): a public rule."""
    own = person.id in (case.request.reporter_id, case.request.filed_by)
    joined = await case.voices.of(person.id) is not None
    voice: Voice = "reporter" if own else "joined" if joined else "neighbour"
    allowed = case.policy.reopening.by
    if voice not in allowed:
        word, language = case.work.word, case.language
        names = [word(language, f"request.voice.{each}") for each in allowed]
        who = word(language, "request.between").join(names)
        raise RefusalError("request.not_yours_to_reopen", number=case.request.number, who=who)


async def _again(case: Case, person: Person) -> None:
    request = case.request
    rules = case.policy.reopening
    days = timedelta(days=rules.days)
    late = request.ended_at is None or case.work.now > request.ended_at + days
    if request.ending not in REOPENABLE or late or request.round >= rules.times:
        raise RefusalError("request.closed_new", number=request.number)
    await moving.move(case.work, request, Move.NOT_SOLVED, person)


async def leave(work: Work, request: Request, person: Person) -> bool:
    """A "me too" is taken back, as long as nobody answers for it; whether there was one."""
    case = await load(work, request)
    voice = await case.voices.of(person.id)
    own = person.id in (request.reporter_id, request.filed_by)
    if voice is None or own or case.state in (State.DONE, State.CLOSED):
        return False
    await note(case, "leave", person)
    await case.voices.drop([voice])
    await refresh(case)
    return True
