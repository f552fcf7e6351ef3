"""What can be taken off a person: accounts, with the lines that tell how they came, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.context import Context
from handlers.directory import access, people
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import erasing, moves
from storage.tables import Account, Audit, Person


@dataclass(frozen=True, slots=True)
class Share:
    """Accounts that go together: of one person before, or one account in several bots' sight."""

    accounts: tuple[Account, ...]
    lines: tuple[Audit, ...] = ()

    @property
    def name(self) -> str:
        """By which it is known again: the accounts may be others by then."""
        lines = "-".join(str(each.id) for each in self.lines)
        return f"{lines}:{'-'.join(str(each.id) for each in self.accounts)}"


async def is_tied(work: Work, person_id: int) -> bool:
    """Whether others rely on somebody (an office, turns, a request in hand): then a coordinator
    takes their accounts apart, for of two who say "the other is not me" one is not to be believed.
    """
    if await access.in_office(work, person_id):
        return True
    return bool(await erasing.busy_with(work.store, person_id))


async def own(ctx: Context) -> list[Share]:
    """What one's own account may take off: what came together with it, or after it.

    Who came later does not put those out who were there before. The last account stays: else
    there is nobody any more who could be reached.
    """
    shares = await joined(ctx, ctx.person)
    mine = [n for n, each in enumerate(shares) if ctx.account in each.accounts]
    accounts = await accounts_query.accounts_of(ctx.store, ctx.person.id)
    later = shares[: mine[0] + 1] if mine else shares
    return [each for each in later if len(each.accounts) < len(accounts)]


async def every(work: Work, person: Person) -> list[Share]:
    """All that can be taken off: where it is not told how an account came, it alone."""
    shares = await joined(work, person)
    accounts = await accounts_query.accounts_of(work.store, person.id)
    known = {account.id for share in shares for account in share.accounts}
    left = {each.id: each for each in accounts if each.id not in known}
    while left:
        share = Share(_with_twins(work, [left.popitem()[1]], left))
        if len(share.accounts) < len(accounts):
            shares.append(share)
    return shares


async def joined(work: Work, person: Person) -> list[Share]:
    """What came to this person by commands that are remembered; the newest first.

    What was one person before goes as one, for what they did went along with the last account.
    """
    left = {each.id: each for each in await accounts_query.accounts_of(work.store, person.id)}
    before: dict[int, list[Audit]] = {}
    for line in await moves.joinings(work.store, person.id):
        before.setdefault(int((line.undo or {})["was"]), []).append(line)
    found = [(lines, _taken(left, lines)) for lines in before.values()]
    return [
        Share(_with_twins(work, theirs, left), tuple(lines)) for lines, theirs in found if theirs
    ]


def _taken(left: dict[int, Account], lines: Sequence[Audit]) -> list[Account]:
    ids: list[int] = [each for line in lines for each in (line.undo or {})["accounts"]]
    return [left.pop(each) for each in ids if each in left]


def _with_twins(
    work: Work, accounts: Sequence[Account], left: dict[int, Account]
) -> tuple[Account, ...]:
    """With them goes what is known by the same id to another of our accounts on their network."""
    ids = {(name, a.external_id) for a in accounts for name in people.alike(work, a.platform)}
    twins = [n for n, each in left.items() if (each.platform, each.external_id) in ids]
    return (*accounts, *(left.pop(each) for each in twins))
