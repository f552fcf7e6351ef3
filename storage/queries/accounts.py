"""Accounts: whose they are, and the private chats in which they are written to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import Account, Chat, Person

#: An account, and the row of the private chat it is written to in.
Reach = tuple[Account, Chat | None]


async def accounts(store: AsyncSession, person_ids: Iterable[int]) -> list[Reach]:
    """The accounts of people, each with the row of the private chat it is written to in."""
    rows = await _accounts.rows(store, list(person_ids))
    return [(account, chat) for account, chat in rows]


@prepared
def _accounts(person_ids: Sequence[int]) -> Select[Account, Chat]:
    address = func.coalesce(Account.private_chat, Account.external_id)
    return (
        select(Account, Chat)
        .outerjoin(
            Chat,
            and_(
                Chat.platform == Account.platform,
                Chat.external_id == address,
                Chat.kind == "private",
            ),
        )
        .where(Account.person_id.in_(person_ids))
        .order_by(Account.private_chat.is_(None), Account.id)
    )


async def accounts_among(store: AsyncSession, person_ids: Iterable[int]) -> set[int]:
    """Those of these people who have an account."""
    wanted, found = list(person_ids), set[int]()
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = await store.scalars(
            select(Account.person_id).where(Account.person_id.in_(some)).distinct()
        )
        found |= set(rows.all())
    return found


async def accounts_of(store: AsyncSession, person_id: int) -> Sequence[Account]:
    """A person's accounts; those that can be written to come first."""
    rows = (await store.scalars(select(Account).where(Account.person_id == person_id))).all()
    return sorted(rows, key=lambda account: account.private_chat is None)


async def account(store: AsyncSession, platform: str, external_id: str) -> Account | None:
    """The account of a platform's user."""
    return await _account.scalar(store, platform, external_id)


@prepared
def _account(platform: str, external_id: str) -> Select[Account]:
    return select(Account).where(Account.platform == platform, Account.external_id == external_id)


async def account_and_person(
    store: AsyncSession, platform: str, external_id: str
) -> tuple[Account, Person] | None:
    """The account of a platform's user, and whose it is."""
    return await _account_and_person.first(store, platform, external_id)


@prepared
def _account_and_person(platform: str, external_id: str) -> Select[Account, Person]:
    return (
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.platform == platform, Account.external_id == external_id)
    )


async def person_with_account(
    store: AsyncSession, platforms: Sequence[str], external_id: str
) -> Person | None:
    """Whose account with this id is, on any of these platforms."""
    return await store.scalar(
        select(Person)
        .join(Account, Person.id == Account.person_id)
        .where(Account.platform.in_(platforms), Account.external_id == external_id)
        .order_by(Account.id)
        .limit(1)
    )
