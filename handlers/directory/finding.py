"""Finding a person by what people call them: @username, a name, or the message replied to."""

from __future__ import annotations

import re

from sqlalchemy import func, or_, select

from handlers.context import RefusalError, Work
from storage.tables import Account, Person, RequestMessage, Residence, RoleHeld

MOST = 6
#: A word that names a person beyond doubt (a button carries it).
TOKEN = re.compile(r"^person\.(\d{1,18})$")


async def find_person(work: Work, text: str) -> Person:
    """The person meant by "@wang" or "王姨".

    Those who hold a role come before those who live here, these before anybody else. Raises
    RefusalError when nobody or more than one is meant.
    """
    name = text.strip()
    if not name:
        raise RefusalError("directory.person_missing")
    if picked := TOKEN.match(name):
        person = await work.store.get(Person, int(picked[1]))
        found = [person] if person else []
    elif name.startswith("@"):
        found = await _by_username(work, name[1:])
    else:
        found = await _by_name(work, name)
    if not found:
        raise RefusalError("directory.person_unknown", text=name)
    if len(found) > 1:
        raise RefusalError("directory.person_several", text=name, n=len(found))
    return found[0]


async def _by_username(work: Work, username: str) -> list[Person]:
    wanted = username.casefold()
    rows = await work.store.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(
            or_(
                func.lower(Account.username) == wanted,
                func.lower(Account.external_id) == wanted,
                func.lower(Person.key) == wanted,
            )
        )
        .distinct()
        .limit(MOST)
    )
    return list(rows.all()) or await _by_name(work, username)


async def _by_name(work: Work, name: str) -> list[Person]:
    named = select(Person).where(func.lower(Person.name) == name.casefold())
    for ring in (
        named.where(Person.id.in_(select(RoleHeld.person_id))),
        named.where(Person.id.in_(select(Residence.person_id))),
        named,
    ):
        found = list((await work.store.scalars(ring.limit(MOST))).all())
        if found:
            return found
    return []


async def person_of_message(work: Work, chat_id: int, message_id: str | None) -> Person | None:
    """Who wrote a message that belongs to a request; None when it is not known."""
    if message_id is None:
        return None
    return await work.store.scalar(
        select(Person)
        .join(RequestMessage, RequestMessage.person_id == Person.id)
        .where(RequestMessage.chat_id == chat_id, RequestMessage.message_id == message_id)
    )
