"""Asking whether it is solved: all who reported or joined, in private where possible (R47)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content
from handlers.directory import addresses
from handlers.directory.addresses import Address
from handlers.manner import Manner
from handlers.requests import bundles, cards, private_cards, telling
from handlers.requests.case import Case
from storage.queries import voices as query
from storage.tables import Supporter


def slot(case: Case) -> str:
    """The standing question in each private chat, one for each time it was said to be done."""
    again = "r" if case.reminded else ""
    return f"c{case.request.id}.{case.round}{again}"


async def ask_all(case: Case) -> None:
    """Ask each voice. Who has no private chat has the buttons under the card."""
    voices = await case.voices.unasked()
    await _know(case, voices)
    await case.know_hours(each.person_id for each in voices)
    for voice in voices:
        at = case.tell_at(voice.person_id)
        voice.verdict, voice.verdict_at, voice.bundle = "asked", at, None
        if at > case.work.now:
            voice.bundle = telling.WAITS
            telling.later(case, voice.person_id, telling.QUESTION, at)
        else:
            await ask_one(case, voice)
    await case.work.store.flush()


async def ask_one(case: Case, voice: Supporter) -> None:
    """Ask somebody who may be disturbed now."""
    await _know(case, [voice])
    voice.bundle = None
    address = case.addresses[voice.person_id]
    if address.chat is not None and not _sees_card(case, address):
        _show(case, address, _question(case, address.language))


def _question(case: Case, language: str) -> Content:
    ask = private_cards.callback_reminder if case.reminded else private_cards.callback_question
    return ask(case, language)


async def _waiting(case: Case) -> list[Supporter]:
    """Those who were asked and have not answered; it is known where they are reached."""
    asked = (each for each in await case.voices.all() if each.verdict == "asked")
    waiting = [each for each in asked if each.bundle != telling.WAITS]
    await _know(case, waiting)
    return waiting


async def take_down(case: Case) -> None:
    """The first question gives way to the second: one place to answer, not two."""
    for voice in await _waiting(case):
        address = case.addresses.get(voice.person_id)
        if address and address.chat and not voice.bundle and not _sees_card(case, address):
            content = private_cards.callback_question(case, address.language)
            _show(case, address, content.model_copy(update={"buttons": ()}))


async def ask_again(case: Case) -> None:
    """Ask once more who has not answered; who has no private chat is named in the group (R47)."""
    unheard: list[Address] = []
    for voice in await _waiting(case):
        await ask_one(case, voice)
        address = case.addresses[voice.person_id]
        if address.chat is None and address.person.shell is None:
            unheard.append(address)
    groups = [chat for chat in case.chats if chat.kind == "group" and chat.present]
    for group, people in addresses.by_group(unheard, groups):
        language = case.language_in(group)
        word, title = case.work.word, cards.title(case, language)
        names = word(language, "request.between").join(each.called_in(group) for each in people)
        text = word(language, "callback.call", names=names, title=title)
        content = Content(text=text, mentions=cards.mentions(people, group))
        case.work.say(group, content, Manner(about=case.request.id))


def _sees_card(case: Case, address: Address) -> bool:
    """The card itself stands in this private chat, with the same buttons."""
    return address.chat is not None and address.chat.id in {chat.id for chat in case.chats}


async def _know(case: Case, voices: Sequence[Supporter]) -> None:
    ids = [each.person_id for each in voices]
    await case.meet(ids)
    await case.know(case.people[each] for each in ids if each in case.people)


def _show(case: Case, address: Address, content: Content) -> None:
    assert address.chat is not None
    case.work.show(address.chat, slot(case), content, Manner(about=case.request.id))


async def answered(case: Case) -> bool:
    """Whether every household that was asked has said it is solved."""
    return await query.all_solved(case.work.store, case.request.id)


async def thank(case: Case, voice: Supporter) -> None:
    """Who answers sees the answer where the question stood, and cannot answer twice."""
    await _know(case, [voice])
    address = case.addresses.get(voice.person_id)
    asked = voice.verdict in ("asked", "unknown")
    if asked and address and address.chat and not _sees_card(case, address):
        said = private_cards.thanks(case, address.language)
        if voice.bundle is None:
            _show(case, address, said)


async def show_again(case: Case) -> None:
    """The question stands: it is shown as the request is named now."""
    told = await _waiting(case)
    for voice in told:
        address = case.addresses.get(voice.person_id)
        if address and address.chat and not voice.bundle and not _sees_card(case, address):
            _show(case, address, _question(case, address.language))
    for bundle in dict.fromkeys(each.bundle for each in told if each.bundle):
        await bundles.refresh(case.work, bundle)


async def take_back(case: Case) -> None:
    """The question is settled: those who did not answer see what became of it (R27)."""
    voices = await case.voices.all()
    pending = [each for each in voices if each.verdict in ("asked", "unknown")]
    if not pending:
        return
    await _know(case, pending)
    for voice in pending:
        address = case.addresses.get(voice.person_id)
        if address and address.chat and voice.bundle is None and not _sees_card(case, address):
            _show(case, address, private_cards.question_over(case, address.language))
        if voice.verdict == "asked":
            voice.verdict = None
    await case.work.store.flush()
    for bundle in dict.fromkeys(each.bundle for each in pending if each.bundle):
        await bundles.refresh(case.work, bundle)
