"""Finding a person by what people call them: @username, a name, a surname with a title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import func, or_, select

from handlers.context import Context
from handlers.directory import bases, places, roster
from handlers.directory.several import SeveralError
from handlers.understanding.normal import plain
from handlers.work import RefusalError, Work
from storage.queries import accounts as accounts_query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Account, Person, RequestMessage, Residence, RoleHeld

#: How many people of one name are looked at.
MOST = 60
#: A word that names a person beyond doubt (a button carries it).
TOKEN = re.compile(r"^person\.(\d{1,18})$")
#: "小王", "老王": the surname stands behind.
FAMILIAR = ("小", "老", "阿")


def token(person: Person) -> str:
    """A word that names a person for `find_person` beyond doubt (a button carries it)."""
    return f"person.{person.id}"


def id_in(word: str) -> int | None:
    """The person whom such a word names."""
    found = TOKEN.match(word)
    return int(found[1]) if found else None


async def find_person(work: Work, text: str) -> Person:
    """The person meant by "@wang", "王姨" or "王师傅".

    Those who hold a role come before those who live here, these before anybody else. Raises
    RefusalError when it is nobody, SeveralError when it may be more than one.
    """
    name = text.strip()
    if not name:
        raise RefusalError("directory.person_missing")
    if picked := id_in(name):
        person = await work.store.get(Person, picked)
        found = [person] if person else []
    elif name.startswith("@"):
        found = await _by_username(work, name[1:])
    else:
        found = await _by_name(work, name)
    found = await _of_our_town(work, found)
    if len(found) == 1:
        return found[0]
    # A surname with a title fits many: even a single one is asked for, and never taken for granted.
    if found or (found := await _of_our_town(work, await _by_title(work, name))):
        choices = [(await named(work, each), token(each)) for each in found]
        raise SeveralError("directory.person_several", name, choices)
    raise RefusalError("directory.person_unknown", text=name)


async def _of_our_town(work: Work, people: Sequence[Person]) -> list[Person]:
    """Without those who are known in another town alone: nobody learns their names here."""
    if not isinstance(work, Context) or not people:
        return list(people)
    if not await areas_query.shared_by_towns(work.store):
        return list(people)
    ours = await _towns_of(work, work.person.id)
    if work.chat.area_id is not None:
        ours = ours | {(await areas_query.facts_at(work.store, work.chat.area_id)).root_id}
    theirs = {each.id: await _towns_of(work, each.id) for each in people}
    return [each for each in people if not theirs[each.id] or theirs[each.id] & ours]


async def _towns_of(work: Work, person_id: int) -> set[int]:
    return {areas_query.ids_of(area.path)[0] for area in await bases.places_of(work, person_id)}


async def person_numbered(work: Work, person_id: int) -> Person:
    """The person whom a button names. Raises RefusalError like `find_person`."""
    return await find_person(work, f"person.{person_id}")


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
    called = select(Person).where(func.lower(Person.name).in_({name.casefold(), plain(name)}))
    for ring in (
        called.where(Person.id.in_(select(RoleHeld.person_id))),
        called.where(Person.id.in_(select(Residence.person_id))),
        called,
    ):
        found = list((await work.store.scalars(ring.order_by(Person.id).limit(MOST))).all())
        if found:
            return found
    return []


async def called(work: Work, name: str) -> list[Person]:
    """All of our town who have exactly this name, whatever they are."""
    same = select(Person).where(func.lower(Person.name) == name.casefold())
    rows = await work.store.scalars(same.order_by(Person.id).limit(MOST))
    return await _of_our_town(work, rows.all())


async def _by_title(work: Work, text: str) -> Sequence[Person]:
    """Those with a role whose surname is the one in "王师傅", "小王" or "Mr Wang"."""
    surname = _surname(work, text.casefold())
    if not surname:
        return []
    name = func.lower(Person.name)
    like = name.startswith(surname, autoescape=True)
    if surname.isascii():  # a whole word of the name, the first or the last one
        like = or_(
            name == surname,
            name.startswith(f"{surname} ", autoescape=True),
            name.endswith(f" {surname}", autoescape=True),
        )
    holders = select(Person).where(like, Person.id.in_(select(RoleHeld.person_id)))
    return (await work.store.scalars(holders.order_by(Person.name, Person.id).limit(MOST))).all()


def _surname(work: Work, text: str) -> str:
    """What is left of a text without the title in it; empty where there is none."""
    for title in sorted(_titles(work), key=len, reverse=True):
        rest = ""
        if title.isascii():
            rest = text.removeprefix(f"{title} ").removeprefix(f"{title}. ")
        elif text.endswith(title):
            rest = text.removesuffix(title)
        if rest and rest != text:
            return rest.strip()
    if len(text) == 2 and text[0] in FAMILIAR:
        return text[1]
    return ""


def _titles(work: Work) -> list[str]:
    return [
        line.strip()
        for listed in work.desk.words.every("directory.titles")
        for line in listed.splitlines()
        if line.strip()
    ]


async def named(work: Work, person: Person) -> str:
    """A name with what tells this person from others: the role and its place, else the account."""
    language = work.language if isinstance(work, Context) else work.desk.defaults.language
    for role, area in await people_query.roles_of(work.store, person.id):
        where = await places.full_name(work, area)
        called = roster.role_name(work, language, role)
        return work.word(
            language, "directory.person_called", name=person.name, role=called, area=where
        )
    accounts = await accounts_query.accounts_of(work.store, person.id)
    username = next((each.username for each in accounts if each.username), None)
    return f"{person.name} @{username}" if username else person.name


async def person_of_message(work: Work, chat_id: int, message_id: str | None) -> Person | None:
    """Who wrote a message that belongs to a request; None when it is not known."""
    if message_id is None:
        return None
    return await work.store.scalar(
        select(Person)
        .join(RequestMessage, RequestMessage.person_id == Person.id)
        .where(RequestMessage.chat_id == chat_id, RequestMessage.message_id == message_id)
    )
