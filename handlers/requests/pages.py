"""Asking somebody: a private message with buttons, else a mention in the group; and taking it back.

Each asking is a row and a message of its own, so that it is noticed; when it is over the message
is edited to say so (R27).
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.incoming import Media
from handlers.chat.outgoing import Content
from handlers.directory import addresses
from handlers.directory import groups as group_chats
from handlers.manner import Manner
from handlers.requests import bundles, cards, pictures, private_cards, telling
from handlers.requests.case import Case, answering, load
from handlers.requests.routing import Asked
from handlers.work import Work
from storage.laying import fresh, lay
from storage.queries import chats as chats_query
from storage.queries import in_hands
from storage.queries import requests as query
from storage.tables import Chat, Page, Person, Request

PRIVATE, MENTION, BOTH = "private", "mention", "both"
#: Those who read it on a page of their own, and those who are named in the group.
READS, NAMED = (PRIVATE, BOTH), (MENTION, BOTH)


def slot(page: Page) -> str:
    """The standing message of one asking."""
    return f"p{page.request_id}.{page.id}"


async def ask(case: Case, asked: Asked, *, call: bool = True) -> None:
    """Ask these people. `call`: the card stands already, so who is named in it is called too."""
    case.asked = asked
    await case.know((person for person, _ in asked.people), asked.accounts or None)
    await case.know_hours(person.id for person, _ in asked.people)
    how = asked.step.how if asked.step else PRIVATE
    for person, role in asked.people:
        _begin(case, person, role, asked.rung, how)
    if case.begins:
        await lay(case.work.store, *case.fresh)
    else:  # they are written together with its own change
        case.work.store.add_all(case.fresh)
    await _tell_later(case)
    await _need_group(case)
    if call:
        await _call(case)


async def _tell_later(case: Case) -> None:
    """Who sleeps or is not on duty is told when they are there; what is true then is read then."""
    waiting = [page for page in case.fresh if page.how in READS and page.tell_at > case.work.now]
    if waiting:
        await case.work.store.flush()
    for page in waiting:
        page.bundle = telling.WAITS
        telling.later(case, page.person_id, telling.PAGE, page.tell_at, page_id=page.id)


async def hold(case: Case, person: Person, role: str) -> None:
    """Somebody took it: they get a page of their own with what can be done next."""
    await case.know([person])
    if case.page_of(person.id) is None and case.addresses[person.id].chat is not None:
        page = _begin(case, person, role, case.request.rung)
        page.tell_at = case.work.now  # whoever takes it is awake
        case.work.store.add(page)
        await case.work.store.flush()


def _begin(case: Case, person: Person, role: str, rung: int, how: str = PRIVATE) -> Page:
    before = case.page_of(person.id)
    if before is not None:
        retire(case, before)
    if case.addresses[person.id].chat is None:
        how = MENTION
    now = case.work.now
    page = fresh(
        Page,
        request_id=case.request.id,
        person_id=person.id,
        rung=rung,
        role=role,
        how=how,
        at=now,
        tell_at=case.tell_at(person.id, role) if how in READS else now,
        pictures=0,
    )
    case.pages.append(page)
    case.fresh.append(page)
    return page


def retire(case: Case, page: Page) -> None:
    """This asking is over; `show` says so where it stands."""
    page.ended_at = case.work.now
    case.pages.remove(page)
    case.retired.append(page)


def retire_all(case: Case, but: int | None = None) -> None:
    """Nobody who was asked before is asked any more (but this person)."""
    for page in [each for each in case.pages if each.person_id != but]:
        if page not in case.fresh:
            retire(case, page)


async def follow_up(case: Case) -> None:
    """Whoever was asked before sees on their last page what became of it since."""
    asked_anew = {page.person_id for page in case.fresh}
    still = {page.person_id for page in case.pages} - asked_anew
    for page in await query.last_ended_pages(case.work.store, case.request.id):
        if page.person_id not in still and page not in case.retired:
            case.retired.append(page)


async def _need_group(case: Case) -> None:
    """Who can only be named needs a group: the nearest one gets the card too."""
    named = any(page.how in NAMED for page in case.fresh)
    if not named or any(chat.kind == "group" for chat in case.chats):
        return
    above = await chats_query.group_chats_over(case.work.store, case.request.area_path)
    groups = answering(case.work, above)
    if groups:
        twins = answering(case.work, await group_chats.twins(case.work, groups[:1]))
        case.chats += [groups[0], *twins]
        case.request.card_chats = [*case.request.card_chats, groups[0].id, *(t.id for t in twins)]


async def _call(case: Case) -> None:
    """Name those who have no private chat in a short line: an edited card calls nobody (R24)."""
    named = [page for page in case.fresh if page.how in NAMED]
    called = [case.addresses[page.person_id] for page in named]
    delay = None if any(case.wakes(page.role) for page in named) else case.delay or None
    groups = [chat for chat in case.chats if chat.kind == "group" and chat.present]
    for group, people in addresses.by_group(called, groups):
        language = case.language_in(group)
        names = [each.called_in(group) for each in people]
        text = case.work.word(
            language,
            "request.call",
            names=case.work.word(language, "request.between").join(names),
            title=cards.title(case, language),
        )
        mentions = cards.mentions(people, group)
        manner = Manner(about=case.request.id, urgent=case.emergency, delay=delay)
        case.work.say(group, Content(text=text, mentions=mentions), manner)


async def show(case: Case) -> None:
    """Show every page as it is now: who is asked or holds it, and those for whom it is over."""
    touched = [*case.pages, *case.retired]
    await pictures.know_for_cards(case)
    if not touched:
        return
    await _know_pages(case, touched)
    if case.delay and any(page.how in NAMED for page in case.retired):
        await query.fold_letters(case.work.store, case.request.id, case.work.now)
    if any(page.how in READS for page in touched):
        await _show_private(case, touched)
    for bundle in dict.fromkeys(page.bundle for page in touched if page.bundle):
        await bundles.refresh(case.work, bundle)


async def _show_private(case: Case, touched: list[Page]) -> None:
    for page in case.retired:
        if page.how in READS and not page.bundle:
            _show_ended(case, page)
    await pictures.know(case)
    details = await case.details(private_cards.MOST_DETAILS)
    for page in case.pages:
        if page.how in READS and not page.bundle:
            _show_page(case, page, details)


async def _know_pages(case: Case, touched: list[Page]) -> None:
    ids = {page.person_id for page in touched}
    await case.meet(ids)
    await case.know(case.people[each] for each in ids)


def _show_page(case: Case, page: Page, details: list[str]) -> None:
    address = case.addresses[page.person_id]
    if address.chat is None:
        return
    seen = pictures.seen_in(case, address.chat)
    content = private_cards.page(case, page.person_id, address.language, details)
    if page in case.fresh and page.pictures != len(seen.own):
        page.pictures = len(seen.own)
    content = private_cards.with_media(content, seen.own[: page.pictures])
    if seen.hidden:
        word = pictures.hidden_line(case.work, address.language, seen.hidden)
        content = content.model_copy(update={"text": f"{content.text}\n{word}"})
    manner = Manner(about=case.request.id, urgent=case.emergency, first=case.begins)
    case.work.show(address.chat, slot(page), content, manner)
    if page in case.fresh:
        title = cards.title(case, address.language, exact=True)
        pictures.carry(case, address.chat, title, address.language, seen.carried)


async def open_page(case: Case, page: Page) -> None:
    """Somebody wakes, or opens a line of a message: they get the page itself."""
    page.bundle = None
    case.fresh.append(page)
    await show(case)


async def send_pictures(case: Case, chat: Chat, sent: Sequence[Media]) -> None:
    """Pictures that came (in `chat`) after a page was sent follow it: an edit cannot add them."""
    if not sent:
        return
    await _know_pages(case, case.pages)
    await pictures.know(case)
    for page in case.pages:
        address = case.addresses[page.person_id]
        told = page.how in READS and not page.bundle
        if not told or address.chat is None:
            continue
        seen = pictures.newly_seen_in(case, address.chat, chat, sent)
        title = cards.title(case, address.language, exact=True)
        if seen.own or seen.hidden:
            hidden = pictures.hidden_line(case.work, address.language, seen.hidden)
            content = Content(text=f"{title}\n{hidden}".strip())
            content = private_cards.with_media(content, seen.own)
            case.work.say(address.chat, content, Manner(about=case.request.id))
        pictures.carry(case, address.chat, title, address.language, seen.carried)


def _show_ended(case: Case, page: Page) -> None:
    address = case.addresses[page.person_id]
    if address.chat is not None:
        again = case.page_of(page.person_id) is not None
        shown = private_cards.asked_again if again else private_cards.ended_page
        content = shown(case, address.language)
        case.work.show(address.chat, slot(page), content, Manner(about=case.request.id))


async def fall_back(work: Work, request_id: int, person_id: int) -> None:
    """Somebody's private chat is out of reach: they are named in the group instead (R24)."""
    request = await work.store.get(Request, request_id)
    if request is None:
        return
    case = await load(work, request)
    page = case.page_of(person_id)
    if page is None or page.how == MENTION:
        return
    page.how, page.tell_at, page.bundle = MENTION, work.now, None
    case.fresh.append(page)
    await case.know([case.people[person_id]])
    await _need_group(case)
    await _call(case)
    await pictures.know_for_cards(case)
    cards.show_cards(case)
    await work.store.flush()


async def catch_up(work: Work, person: Person) -> int:
    """Somebody opened a private chat: what they were only named for is sent there too."""
    waiting = [
        (page, request)
        for page, request in await in_hands.asked_of(work.store, person.id)
        if page.how == MENTION
    ]
    for page, request in waiting:
        case = await load(work, request)
        await case.know([person])
        if case.addresses[person.id].chat is None:
            return 0
        page.how = PRIVATE
        await show(case)
    await work.store.flush()
    return len(waiting)
