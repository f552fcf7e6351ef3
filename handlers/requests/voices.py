"""Me too: who else says so, counted by household, joined and withdrawn without a second request."""

from __future__ import annotations

from datetime import timedelta

from config.terms import Voice
from handlers.context import Context
from handlers.requests import (
    callback_asking,
    cards,
    clocking,
    moving,
    opening,
    pages,
    plain_words,
)
from handlers.requests.case import Case, load
from handlers.requests.rules import REOPENABLE, Move, State
from handlers.requests.voiced import Growth
from handlers.work import RefusalError, Work
from storage.laying import fresh, lay
from storage.queries import requests as query
from storage.tables import Chat, Event, Person, Request, RequestMessage

#: Lines by which whoever holds a request is heard of (R26).
SHOWS_LIFE = frozenset({"update", "detail"})
#: Characters of a "me too" that says nothing else.
SHORT = 10


async def follow(work: Work, request: Request) -> Request:
    """The request itself, or the one it was merged into."""
    for _ in range(10):  # a chain of merges is short; a circle cannot be made, but never loop
        if request.merged_into is None:
            break
        into = await work.store.get(Request, request.merged_into)
        if into is None:
            break
        request = into
    return request


async def join(
    work: Work,
    request: Request,
    person: Person,
    *,
    chat: Chat,
    message_id: str | None = None,
    in_words: bool = False,
) -> bool:
    """Somebody says "me too"; whether that is new. Once is enough: repeats change nothing.

    `in_words`: they told of it themselves, and did not choose it where it was shown to them.

    A "me too" to a request that was closed lately opens it again (R7, R43); to one that ended
    otherwise it raises RefusalError.
    """
    case = await to_join(work, request)
    here = welcome_here(case, person, chat, in_words=in_words)
    if message_id is not None:
        await keep_message(case, "join", person, chat, message_id)
    if case.state is State.CLOSED:
        await may_reopen(case, person)
    new = await add_voice(case, person)
    if case.state is State.CLOSED:
        await _again(case, person)
    elif new or here:
        if not here:
            grows(case, person, chat, message_id, joined=True)
        await show_joined(case)
    return new


async def to_join(work: Work, request: Request) -> Case:
    """The request, or the one it was merged into, for somebody to join: nobody else does now."""
    request = await follow(work, request)
    await query.lock(work.store, request)
    return await load(work, request)


async def show_joined(case: Case) -> None:
    """It is shown with who joined; they are asked as well, if all are asked whether it is solved.

    Nothing is read for each who joined before: a flood of voices must not grow with its square.
    """
    if case.state is State.DONE:
        await callback_asking.ask_all(case)
    await refresh(case)


def grows(case: Case, person: Person, chat: Chat, message_id: str | None, *, joined: bool) -> None:
    """All that is different now is that this person said so, here: what chats know of the request
    grows by that, and is not read anew."""
    work = case.work
    if isinstance(work, Context) and work.person.id == person.id and work.chat.id == chat.id:
        case.growth = Growth(chat, work.account.external_id, joined, message_id)


def only_me_too(work: Work, text: str) -> bool:
    """Whether somebody says "me too" and nothing besides."""
    spoken = plain_words.read(plain_words.phrases_of(work.desk.words), text)
    return spoken is not None and spoken.kind == "join" and len(text.strip()) <= SHORT


async def add_voice(case: Case, person: Person) -> bool:
    """Count a person's voice; whether it is new."""
    if await case.voices.of(person.id) is not None:
        return False
    case.people[person.id] = person
    await note(case, "join", person)
    await case.voices.add(await opening.voice_of(case.work, case.request, person))
    return True


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


def welcome_here(case: Case, person: Person, chat: Chat, *, in_words: bool) -> bool:
    """Who joins from another group finds the card there too, and who tells of it alone has one of
    their own, but who is asked about it and so has a page; whether it is new here."""
    asked = case.page_of(person.id) is not None
    if chat.id in case.request.card_chats or (chat.kind != "group" and (asked or not in_words)):
        return False
    case.request.card_chats = [*case.request.card_chats, chat.id]
    case.chats.append(chat)
    return True


async def keep_message(case: Case, role: str, person: Person, chat: Chat, message_id: str) -> bool:
    """Remember that a message belongs to the request, without its words; whether that is new."""
    store = case.work.store
    if await query.message(store, chat.id, message_id) is not None:
        return False
    await lay(
        store,
        fresh(
            RequestMessage,
            request_id=case.request.id,
            chat_id=chat.id,
            message_id=message_id,
            role=role,
            person_id=person.id,
            text="",
            media=[],
            at=case.work.now,
        ),
    )
    return True


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


async def note(case: Case, what: str, person: Person | None, **data: object) -> None:
    """A line of the history that changes no state (R45). Of whoever holds it, it shows life."""
    request = case.request
    if what in SHOWS_LIFE and person is not None and person.id == request.holder_id:
        data.update(clocking.shows_life(case))
    await lay(
        case.work.store,
        fresh(
            Event,
            request_id=request.id,
            at=case.work.now,
            move=what,
            actor_id=person.id if person else None,
            data={key: value for key, value in data.items() if value},
        ),
    )
    if request.changed_at != case.work.now:
        request.changed_at = case.work.now


async def refresh(case: Case) -> None:
    """Show the pages and the card as they are now."""
    await pages.show(case)
    cards.show_cards(case)
