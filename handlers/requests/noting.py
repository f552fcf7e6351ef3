"""What is kept of a request while its state stays: messages, words, lines of its history."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import cards, clocking, pages, texts
from handlers.requests.case import Case
from handlers.work import Grown
from storage.laying import fresh, lay
from storage.queries import requests as query
from storage.tables import Chat, Event, Person, RequestMessage

#: Lines by which whoever holds a request is heard of (R26).
SHOWS_LIFE = frozenset({"update", "detail"})


async def note(
    case: Case, what: str, person: Person | None, *, lives: bool = True, **data: object
) -> None:
    """A line of the history that changes no state (R45). Of whoever holds it, it shows life,
    unless they say (not `lives`) that they cannot come."""
    request = case.request
    if lives and what in SHOWS_LIFE and person is not None and person.id == request.holder_id:
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


async def keep_message(case: Case, role: str, person: Person, chat: Chat, message_id: str) -> bool:
    """Remember that a message belongs to the request, without its words; whether that is new."""
    if await query.message(case.work.store, chat.id, message_id) is not None:
        return False
    row = _row(case, role, person, chat, message_id)
    await lay(case.work.store, row)
    return True


async def keep_words(
    case: Case, person: Person, chat: Chat, message: Message, *, wordless: bool = False
) -> bool:
    """Keep what was said with its pictures; whether the request's own words are as they were.

    `wordless`: its words are none of the request's (a command, say).
    """
    request, text = case.request, "" if wordless else message.text.strip()
    row = _row(case, "detail", person, chat, message.message_id)
    row.album, row.text = message.album, text
    row.media = [media.model_dump(mode="json") for media in message.media]
    await lay(case.work.store, row)
    # The first picture of an album may come before its words.
    first = not request.words and bool(text) and person.id == request.reporter_id
    if first:
        request.words = text
    await note(case, "detail", person, text=texts.short(text), pictures=len(row.media))
    await case.work.store.flush()
    return not first


def _row(case: Case, role: str, person: Person, chat: Chat, message_id: str) -> RequestMessage:
    return fresh(
        RequestMessage,
        request_id=case.request.id,
        chat_id=chat.id,
        message_id=message_id,
        role=role,
        person_id=person.id,
        text="",
        media=[],
        at=case.work.now,
    )


def grows(case: Case, person: Person, chat: Chat, message_id: str | None, *, joined: bool) -> None:
    """All that is different now is that this person said so, here: what chats know of the request
    grows by that, and is not read anew. On other platforms they are called otherwise."""
    work = case.work
    if not isinstance(work, Context) or (work.person.id, work.chat.id) != (person.id, chat.id):
        return
    case.grown = {
        each.id: Grown(
            each.id,
            case.request.id,
            work.account.external_id,
            joined,
            message_id if each.id == chat.id else None,
            work.now,
        )
        for each in case.chats
        if each.platform == chat.platform
    }


async def refresh(case: Case) -> None:
    """Show the pages and the card as they are now."""
    await pages.show(case)
    cards.show_cards(case)
