"""Accounts became one person's, or are so no more: each is told, with what to do if it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import addresses, shares
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.tables import Account, Person

#: Signs of an id that are shown whole.
SHORT = 12


async def tell(ctx: Context, person: Person, *, parted: bool = False) -> None:
    """Tell all of somebody's accounts but the one that speaks now, which gets its answer.

    At once and at night too: whoever did not want it must hear of it while it matters. Where an
    account cannot be written to alone, nothing is said: a group need not know whose it is.
    """
    key = "directory.parted"
    if not parted:
        tied = await shares.is_tied(ctx, person.id)
        key = "directory.joined_office" if tied else "directory.joined"
    accounts = await accounts_query.accounts_of(ctx.store, person.id)
    for account, chat in await addresses.letterboxes(ctx, person):
        if account.id != ctx.account.id:
            language = addresses.language_of(ctx, person, account)
            named = all_named(ctx, language, accounts, account)
            text = ctx.word(language, key, name=person.name, accounts=named)
            ctx.say(chat, Content(text=text))


def all_named(
    work: Work, language: str, accounts: Sequence[Account], own: Account | None = None
) -> str:
    """Accounts as people tell them from others; which one is their own is said."""
    said = [
        work.word(language, "directory.this_one", account=name) if each is own else name
        for each in accounts
        for name in [named(work, language, each)]
    ]
    return work.word(language, "request.between").join(said)


def named(work: Work, language: str, account: Account) -> str:
    """An account as people tell it from others: its app, and its name there."""
    app = work.app(language, account.platform) or work.word(language, "directory.same_app")
    if account.username:
        return f"{app} @{account.username}"
    if not account.name:
        return f"{app} {_short(account.external_id)}"
    more = _short(account.external_id)
    return f"{app} {work.word(language, 'directory.same_one', name=account.name, more=more)}"


def _short(identity: str) -> str:
    """Enough of what an app calls somebody to tell two of one name from each other."""
    return identity if len(identity) <= SHORT else f"{identity[:4]}…{identity[-4:]}"
