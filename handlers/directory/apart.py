"""Accounts that were made one person are taken apart again: by that person, or by a coordinator.

What each brought along goes back to it, as far as it is still there; what was done since stays
where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import forms
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, filling, finding, joined, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.work import RefusalError
from storage.queries import accounts as accounts_query
from storage.queries import moves
from storage.tables import Account, Audit, Person

FORM = "apart"
#: What stands behind /account when one's own are meant.
WORDS = frozenset(("apart", "分开", "拆开"))


@dataclass(frozen=True, slots=True)
class Share:
    """What can be taken off a person: accounts, and the line that tells how they came."""

    accounts: tuple[Account, ...]
    line: Audit | None = None

    @property
    def name(self) -> str:
        """By which it is known again: the accounts may be others by then."""
        ids = "-".join(str(each.id) for each in self.accounts)
        return f"{self.line.id if self.line else 0}:{ids}"


async def own(ctx: Context) -> None:
    """/account apart: which of one's accounts shall be somebody else's again."""
    shares = await own_shares(ctx)
    if not shares:
        raise RefusalError("directory.apart_none_own")
    await _ask(ctx, ctx.person, shares)


async def apart(ctx: Context, rest: str) -> None:
    """/apart PERSON: the same for somebody else (coordinators)."""
    await access.require_somewhere(ctx, "manage")
    if not rest:
        await filling.ask(ctx, "apart", "", Part.PERSON)
        return
    person = await finding.find_person(ctx, rest)
    await _may(ctx, person)
    shares = await _shares(ctx, person)
    if not shares:
        raise RefusalError("directory.apart_none", name=person.name)
    await _ask(ctx, person, shares)


async def _may(ctx: Context, person: Person) -> None:
    """All their places must be one's own: what they have is given to somebody."""
    for area in await places.places_of(ctx, person.id):
        await access.require(ctx, "manage", area.path)


async def own_shares(ctx: Context) -> list[Share]:
    """What may be taken off by oneself: what came together with this account, or after it.

    Who came later does not put those out who were there before: an office stays with them.
    """
    shares = await _joined(ctx, ctx.person)
    mine = [n for n, each in enumerate(shares) if ctx.account in each.accounts]
    return shares[: mine[0] + 1] if mine else shares


async def _shares(ctx: Context, person: Person) -> list[Share]:
    """All that can be taken off: where it is not told how an account came, it alone."""
    shares = await _joined(ctx, person)
    accounts = await accounts_query.accounts_of(ctx.store, person.id)
    known = {account.id for share in shares for account in share.accounts}
    others = [each for each in accounts if each.id not in known]
    return [*shares, *(Share((each,)) for each in others if len(accounts) > 1)]


async def _joined(ctx: Context, person: Person) -> list[Share]:
    """What came to this person by a command that is remembered; the newest first."""
    left = {each.id: each for each in await accounts_query.accounts_of(ctx.store, person.id)}
    shares: list[Share] = []
    for line in await moves.joinings(ctx.store, person.id):
        ids: Sequence[int] = (line.undo or {}).get("accounts", ())
        if theirs := tuple(left.pop(each) for each in ids if each in left):
            shares.append(Share(theirs, line))
    return shares


async def _ask(ctx: Context, person: Person, shares: Sequence[Share]) -> None:
    data = {"person": person.id, "shares": [each.name for each in shares]}
    draft = await forms.start(ctx, FORM, "which", data)
    rows = tuple(
        (
            forms.choice(
                draft, ctx.t("directory.apart_button", accounts=_named(ctx, each)), f"apart:{n}"
            ),
        )
        for n, each in enumerate(shares)
    )
    ctx.answer(
        "directory.apart_ask", name=person.name, buttons=(*rows, (forms.drop_button(ctx, draft),))
    )


def _named(ctx: Context, share: Share) -> str:
    return joined.all_named(ctx, ctx.language, share.accounts)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "apart:<number>:<token>"; much may have changed since it was asked."""
    draft, (number, *_) = await forms.pressed(ctx, arguments, "filling.gone", FORM)
    names: Sequence[str] = draft.data["shares"]
    person = await ctx.store.get(Person, int(draft.data["person"]))
    await forms.end(ctx)
    if person is None or int(number) >= len(names):
        raise RefusalError("filling.gone")
    if person.id == ctx.person.id:
        shares = await own_shares(ctx)
    else:
        await _may(ctx, person)
        shares = await _shares(ctx, person)
    share = next((each for each in shares if each.name == names[int(number)]), None)
    if share is None:
        raise RefusalError("filling.gone")
    named = _named(ctx, share)
    await _take_off(ctx, person, share)
    if share.line is not None:
        share.line.undone_at = ctx.now
    ctx.edit_pressed(Content(text=ctx.t("directory.apart_done", name=person.name, accounts=named)))


async def undo(ctx: Context, line: Audit) -> None:
    """/undo of who said that two are one."""
    person = await ctx.store.get(Person, int((line.undo or {}).get("person", 0)))
    shares = await _joined(ctx, person) if person else []
    share = next((each for each in shares if each.line is line), None)
    if person is None or share is None:
        raise RefusalError("directory.undo_gone")
    await _may(ctx, person)
    await _take_off(ctx, person, share)


async def _take_off(ctx: Context, person: Person, share: Share) -> None:
    back = await _who_they_were(ctx, person, share)
    for account in share.accounts:
        account.person_id = back.id
    await ctx.store.flush()
    if share.line is not None and share.line.undo is not None:
        await moves.move_back(ctx.store, share.line.undo["moved"], person.id, back.id)
    ctx.directory_changed = True
    detail = {"person": person.id, "was": back.id, "accounts": [each.id for each in share.accounts]}
    await record(ctx, "apart", detail=detail)
    for each in (person, back):
        await joined.tell(ctx, each, parted=True)


async def _who_they_were(ctx: Context, person: Person, share: Share) -> Person:
    """The row that was theirs before; a new one where it is not told, or not there any more."""
    before = (share.line.undo or {}).get("was") if share.line else None
    known = await ctx.store.get(Person, int(before)) if before else None
    if known is not None and known.name:
        return known
    made = Person(name=(share.accounts[0].name or person.name)[:80], skills=[], created_at=ctx.now)
    ctx.store.add(made)
    await ctx.store.flush()
    return made
