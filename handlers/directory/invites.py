"""Single-use tickets: a staff member binds an account, a group is linked to its building."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from handlers.work import RefusalError, Work
from storage.tables import Invite

LASTS = timedelta(days=7)


async def make_invite(
    work: Work,
    *,
    person_id: int | None = None,
    area_id: int | None = None,
    by: int | None = None,
    lasts: timedelta = LASTS,
) -> str:
    """A new ticket for a person's account or for a group of an area; gives its secret once.

    22 characters of the URL-safe alphabet (128 bits), so that it fits into a deep link.
    """
    token = secrets.token_urlsafe(16)
    work.store.add(
        Invite(
            token_hash=_hash(token),
            purpose="person" if person_id else "area",
            person_id=person_id,
            area_id=area_id,
            created_by=by,
            expires_at=work.now + lasts,
        )
    )
    await work.store.flush()
    return token


async def use_invite(work: Work, token: str, purpose: str) -> Invite:
    """Use a ticket up. Raises RefusalError for one unknown, used or expired, and says which."""
    invite = await work.store.scalar(
        select(Invite).where(Invite.token_hash == _hash(token.strip()))
    )
    if invite is None or invite.purpose != purpose:
        raise RefusalError("directory.invite_unknown")
    if invite.expires_at <= work.now:
        raise RefusalError("directory.invite_expired")
    used = await work.store.execute(
        update(Invite)
        .where(Invite.id == invite.id, Invite.used_at.is_(None))
        .values(used_at=work.now)
        .returning(Invite.id)
    )
    if used.first() is None:
        raise RefusalError("directory.invite_used")
    return invite


async def is_for_person(work: Work, token: str) -> bool:
    """Whether a ticket binds somebody's account, used or not."""
    found = select(Invite.purpose).where(Invite.token_hash == _hash(token.strip()))
    return await work.store.scalar(found) == "person"


async def was_used_by(work: Work, token: str, person_id: int) -> bool:
    """Whether this person's own ticket did its work already: they pressed the link once more."""
    used = select(Invite.id).where(
        Invite.token_hash == _hash(token.strip()),
        Invite.person_id == person_id,
        Invite.used_at.is_not(None),
    )
    return await work.store.scalar(used) is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
