"""Accounts and chats as they are met: the rows behind a sender and a chat."""

from __future__ import annotations

from config.words import best_language
from handlers.chat.incoming import ChatKind, ChatRef, Sender
from handlers.work import Work
from storage.laying import amend, fresh, lay
from storage.queries import accounts as accounts_query
from storage.queries import chats as chats_query
from storage.tables import Account, Chat, Person


async def meet_chat(work: Work, ref: ChatRef) -> Chat:
    """The row of a chat; made when it is met for the first time, its title kept current."""
    chat = await chats_query.chat(work.store, ref.platform, ref.id)
    if chat is None:
        hears_all = work.can(ref.platform).hears == "everything"
        chat = Chat(
            platform=ref.platform,
            external_id=ref.id,
            kind=ref.kind.value,
            title=ref.title,
            present=True,
            administrator=False,
            hears_all=hears_all,
            can_speak=True,
            settings={},
        )
        work.store.add(chat)
        await work.store.flush()
    elif ref.title and chat.title != ref.title:
        chat.title = ref.title
    if chat.hears_all and not work.can(ref.platform).may_hear_all:
        chat.hears_all = False  # a neighbourhood file knows no platforms
    return chat


async def meet_sender(
    work: Work, ref: ChatRef, sender: Sender, heard_in: Chat | None = None
) -> tuple[Account, Person]:
    """The account and person behind a sender; somebody new becomes a person of their own.

    `heard_in`: the group is remembered, for whoever has no home yet is understood from there.

    Who is known to another of our accounts on the same network is nobody new.
    """
    group = heard_in.id if heard_in and heard_in.kind == ChatKind.GROUP.value else None
    known = await accounts_query.account_and_person(work.store, ref.platform, sender.id)
    if known is None:
        person = await _known_elsewhere(work, ref.platform, sender)
        if person is None:
            person = fresh(Person, name=sender.name[:80], skills=[], created_at=work.now)
            await lay(work.store, person)
        account = fresh(
            Account,
            platform=ref.platform,
            external_id=sender.id,
            person_id=person.id,
            last_group_id=group,
        )
        _keep_current(account, ref, sender)
        await lay(work.store, account)
    else:
        account, person = known
        _keep_current(account, ref, sender)
        if group is not None and account.last_group_id != group:
            await amend(work.store, account, last_group_id=group)
    return account, person


async def _known_elsewhere(work: Work, platform: str, sender: Sender) -> Person | None:
    others = alike(work, platform)
    return (
        await accounts_query.person_with_account(work.store, others, sender.id) if others else None
    )


def alike(work: Work, platform: str) -> list[str]:
    """Our other accounts on the same network: who is known there has the same id here."""
    people = work.can(platform).people
    return [
        name
        for name, can in work.desk.capabilities.items()
        if people and can.people == people and name != platform
    ]


def _keep_current(account: Account, ref: ChatRef, sender: Sender) -> None:
    """Set only what is another: a row that was set to what it was is written through again."""
    now = {
        "name": sender.name[:120] or account.name or "",
        "username": sender.username or account.username,
        "language": best_language(sender.language, default="") or account.language,
        "private_chat": ref.id if ref.kind is ChatKind.PRIVATE else account.private_chat,
    }
    for name, value in now.items():
        if getattr(account, name) != value:
            setattr(account, name, value)
