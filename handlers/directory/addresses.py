"""Where somebody can be written to, and how they are named where they cannot (R24)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.words import best_language
from handlers.chat.incoming import ChatKind, ChatRef
from handlers.directory import people as meeting
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import people as people_query
from storage.tables import Account, Chat, Person


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a person: `chat` is their private chat, None where they have none."""

    person: Person
    chat: Chat | None
    language: str
    mention: str  #: "@wang" where the platform knows such names, else the name
    account: str | None = None  #: id on the platform of the group in which they are named
    #: by platform: how they are named there, and their id
    named: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def called_in(self, chat: Chat | None) -> str:
        """How they are named in a chat: in an app in which they have no account, by their name."""
        if chat is None:
            return self.mention
        return self.named.get(chat.platform, (self.person.name, ""))[0]

    def account_in(self, chat: Chat) -> str | None:
        """Their id on the platform of a chat."""
        return self.named.get(chat.platform, ("", None))[1]


def by_group(
    people: Iterable[Address], groups: Sequence[Chat]
) -> Sequence[tuple[Chat, Sequence[Address]]]:
    """Each in the first group on whose platform they are, else in the first of all."""
    found: dict[int, list[Address]] = {}
    for each in people:
        own = next((chat for chat in groups if each.account_in(chat)), next(iter(groups), None))
        if own is not None:
            found.setdefault(own.id, []).append(each)
    return [(chat, found[chat.id]) for chat in groups if chat.id in found]


async def addresses(
    work: Work,
    people: Iterable[Person],
    near: Chat | None,
    language: str,
    accounts: Sequence[accounts_query.Reach] | None = None,
) -> dict[int, Address]:
    """The addresses of people by their ids; private chats on the platform of `near` come first.

    `accounts` are those of these people (and maybe of others), if they were read already.
    """
    by_id = {person.id: person for person in people}
    if not by_id:
        return {}
    theirs: dict[int, list[accounts_query.Reach]] = {each: [] for each in by_id}
    for account, chat in (
        await accounts_query.accounts(work.store, by_id) if accounts is None else accounts
    ):
        if account.person_id in theirs:
            theirs[account.person_id].append((account, chat))
    return {
        each: Address(
            person,
            await _private(work, person, theirs[each], near),
            best_language(person.language, *_apps(theirs[each]), default=language),
            _mention(work, person, theirs[each], near),
            _account(theirs[each], near),
            _named(work, person, theirs[each]),
        )
        for each, person in by_id.items()
    }


async def address_of(work: Work, person_id: int) -> Address | None:
    """The address of one person; None for nobody we know."""
    found = await people_query.people(work.store, [person_id])
    language = work.desk.defaults.language
    return (await addresses(work, found.values(), None, language)).get(person_id)


async def letterboxes(work: Work, person: Person) -> Sequence[tuple[Account, Chat]]:
    """All private chats in which somebody can be written to unasked, one for each account."""
    found = await accounts_query.accounts(work.store, [person.id])
    chats = [
        (account, await _of_account(work, person, (account, row), None)) for account, row in found
    ]
    return [(account, chat) for account, chat in chats if chat is not None]


def language_of(work: Work, person: Person, account: Account) -> str:
    """What is read at one account of somebody."""
    default = work.desk.defaults.language
    return best_language(person.language, account.language, default=default)


async def _private(
    work: Work, person: Person, accounts: Sequence[accounts_query.Reach], near: Chat | None
) -> Chat | None:
    here = near.platform if near else None
    for reach in sorted(accounts, key=lambda pair: pair[0].platform != here):
        chat = await _of_account(work, person, reach, near)
        if chat is not None:
            return chat
    return None


async def _of_account(
    work: Work, person: Person, reach: accounts_query.Reach, near: Chat | None
) -> Chat | None:
    account, chat = reach
    can = work.can(account.platform)
    if not can.private or not (account.private_chat or can.speaks_first):
        return None
    if not can.private_unasked and (chat is None or near is None or chat.id != near.id):
        return None
    if chat is None:
        return await _first_letter(work, person, account)
    return chat if chat.present or account.private_chat else None


async def _first_letter(work: Work, person: Person, account: Account) -> Chat:
    """A private chat that the bot begins, where the platform lets it speak first."""
    at = account.private_chat or account.external_id
    ref = ChatRef(account.platform, at, ChatKind.PRIVATE, person.name)
    return await meeting.meet_chat(work, ref)


def _apps(accounts: Sequence[accounts_query.Reach]) -> Iterable[str | None]:
    return (account.language for account, _ in accounts)


def _account(accounts: Sequence[accounts_query.Reach], near: Chat | None) -> str | None:
    here = near.platform if near else None
    return next((each.external_id for each, _ in accounts if each.platform == here), None)


def _mention(
    work: Work, person: Person, accounts: Sequence[accounts_query.Reach], near: Chat | None
) -> str:
    named = _named(work, person, accounts).get(near.platform if near else "")
    return named[0] if named else person.name


def _named(
    work: Work, person: Person, accounts: Sequence[accounts_query.Reach]
) -> dict[str, tuple[str, str]]:
    named: dict[str, tuple[str, str]] = {}
    for account, _ in accounts:
        called = account.username and work.can(account.platform).mentions
        name = f"@{account.username}" if called else person.name
        named.setdefault(account.platform, (name, account.external_id))
    return named
