"""Accounts became one person's, or are so no more: each is told, with what to do if it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import addresses
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.tables import Account, Person


async def tell(ctx: Context, person: Person, *, parted: bool = False) -> None:
    """Tell all of somebody's accounts but the one that speaks now, which gets its answer.

    At once and at night too: whoever did not want it must hear of it while it matters. Where an
    account cannot be written to alone, nothing is said: a group need not know whose it is.
    """
    key = "directory.parted" if parted else "directory.joined"
    accounts = await accounts_query.accounts_of(ctx.store, person.id)
    for account, chat in await addresses.letterboxes(ctx, person):
        if account.id != ctx.account.id:
            language = addresses.language_of(ctx, person, account)
            named = all_named(ctx, language, accounts)
            text = ctx.word(language, key, name=person.name, accounts=named)
            ctx.say(chat, Content(text=text))


def all_named(work: Work, language: str, accounts: Sequence[Account]) -> str:
    """Accounts as people tell them from others."""
    between = work.word(language, "request.between")
    return between.join(named(work, language, each) for each in accounts)


def named(work: Work, language: str, account: Account) -> str:
    """An account as people tell it from others: its app, and its name there."""
    app = work.app(language, account.platform) or work.word(language, "directory.same_app")
    return f"{app} @{account.username}" if account.username else f"{app} {account.external_id}"
