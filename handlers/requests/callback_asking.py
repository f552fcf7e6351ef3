"""Asking whether it is solved: all who reported or joined, in private where possible (R47)."""

from __future__ import annotations

from datetime import timedelta

from handlers.chat import Content
from handlers.context import Manner
from handlers.directory.addresses import Address
from handlers.requests import private_cards
from handlers.requests.case import Case, home_of
from storage.queries import requests as query
from storage.tables import Supporter


def slot(case: Case) -> str:
    """The standing question in each private chat, one for each time it was said to be done."""
    return f"c{case.request.id}.{case.round}"


async def ask_all(case: Case) -> None:
    """Ask each voice. Who has no private chat has the buttons under the card."""
    await _know(case)
    for voice in case.supporters:
        if voice.verdict is not None:
            continue
        voice.verdict, voice.verdict_at = "asked", case.work.now + case.delay
        address = case.addresses[voice.person_id]
        if address.chat is not None and not _sees_card(case, address):
            content = private_cards.callback_question(case, address.language)
            _show(case, address, content, case.delay)
    await case.work.store.flush()


def _sees_card(case: Case, address: Address) -> bool:
    """The card itself stands in this private chat, with the same buttons."""
    return address.chat is not None and address.chat.id in {chat.id for chat in case.chats}


async def _know(case: Case) -> None:
    await case.know(
        case.people[each.person_id] for each in case.supporters if each.person_id in case.people
    )


def _show(case: Case, address: Address, content: Content, delay: timedelta | None = None) -> None:
    assert address.chat is not None
    manner = Manner(about=case.request.id, delay=delay or None)
    case.work.show(address.chat, slot(case), content, manner)


def answered(case: Case) -> bool:
    """Whether every household that was asked has said it is solved."""
    homes = {home_of(each) for each in case.supporters}
    solved = {home_of(each) for each in case.supporters if each.verdict == "solved"}
    return bool(homes) and homes == solved


async def thank(case: Case, voice: Supporter) -> None:
    """Who answers sees the answer where the question stood, and cannot answer twice."""
    await _know(case)
    address = case.addresses.get(voice.person_id)
    asked = voice.verdict in ("asked", "unknown")
    if asked and address and address.chat and not _sees_card(case, address):
        said = private_cards.thanks(case, address.language)
        _show(case, address, said)


async def show_again(case: Case) -> None:
    """The question stands: it is shown as the request is named now."""
    await _know(case)
    for voice in case.supporters:
        address = case.addresses.get(voice.person_id)
        told = voice.verdict == "asked" and voice.verdict_at and voice.verdict_at <= case.work.now
        if told and address and address.chat and not _sees_card(case, address):
            _show(case, address, private_cards.callback_question(case, address.language))


async def take_back(case: Case) -> None:
    """The question is settled: those who did not answer see what became of it (R27)."""
    pending = [each for each in case.supporters if each.verdict in ("asked", "unknown")]
    if not pending:
        return
    now = case.work.now
    if any(each.verdict_at and each.verdict_at > now for each in pending):
        await query.fold_letters(case.work.store, case.request.id, now)
    await _know(case)
    for voice in pending:
        address = case.addresses.get(voice.person_id)
        told = voice.verdict_at is not None and voice.verdict_at <= now
        if address and address.chat and told and not _sees_card(case, address):
            _show(case, address, private_cards.question_over(case, address.language))
        if voice.verdict == "asked":
            voice.verdict = None
    await case.work.store.flush()
