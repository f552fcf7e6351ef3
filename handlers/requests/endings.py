"""Telling those whom it concerns that a request ended, and why, or goes on after all; once each.

In private where they can be written to, else by one quiet line in the group that names them (R24,
R59). Who said so themselves, or was asked whether it is solved, knows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content
from handlers.directory import addresses
from handlers.directory.addresses import Address
from handlers.manner import Manner
from handlers.requests import cards, telling
from handlers.requests.case import Case
from handlers.requests.rules import REOPENABLE, Move
from storage.queries import people as people_query
from storage.tables import Person

#: The moves that end a request for others, who only saw a card being edited.
TOLD = frozenset({Move.CANNOT, Move.REFER, Move.CLOSE, Move.CANCEL})
MOST_NAMED = 6


async def tell_end(case: Case, actor: Person | None) -> None:
    """How it ended and why; what to do when it is not solved for them."""
    key = "told_ended_open" if case.request.ending in REOPENABLE else "told_ended"
    await tell_all(case, actor, telling.Told(key))


async def tell_open_again(case: Case, actor: Person | None) -> None:
    """It was ended by mistake and goes on."""
    await tell_all(case, actor, telling.Told("told_open_again"))


async def tell_all(case: Case, actor: Person | None, told: telling.Told) -> None:
    """A word to all whom it concerns, but who acts."""
    named: list[Address] = []
    for address in await _concerned(case, actor):
        if address.chat is None:
            named.append(address)
        else:
            await telling.one(case, address.person.id, told)
    _name_in_group(case, told, named[:MOST_NAMED])


async def _concerned(case: Case, actor: Person | None) -> list[Address]:
    """Who reported or joined, but for who acts."""
    ids = {case.request.reporter_id, *(each.person_id for each in await case.voices.all())}
    ids -= {None, actor.id if actor else None}
    wanted = sorted(each for each in ids if each is not None)
    await case.know((await people_query.people(case.work.store, wanted)).values())
    return [case.addresses[each] for each in wanted]


def _name_in_group(case: Case, told: telling.Told, named: Sequence[Address]) -> None:
    groups = [chat for chat in case.chats if chat.kind == "group" and chat.present]
    for group, people in addresses.by_group(named, groups):
        language = case.language_in(group)
        names = [each.called_in(group) for each in people]
        text = case.work.word(
            language,
            "callback.named",
            names=case.work.word(language, "request.between").join(names),
            said=telling.text(case, language, told),
        )
        content = Content(text=text, mentions=cards.mentions(people, group))
        manner = Manner(about=case.request.id, silent=True, delay=case.delay or None, low=True)
        case.work.say(group, content, manner)
