"""Tickets, dismissals and groups: an office is held by whom it was given to, and no longer."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.chat.incoming import ChatKind, ChatRef, Message, Press, Reaction, Sender
from handlers.chat.outgoing import Acknowledge, Say
from handlers.context import Context
from handlers.directory.invites import make_invite
from handlers.work import Work
from storage.engine import Store
from storage.queries.erasing import erase
from storage.tables import Account, Chat, Invite, Person, RoleHeld, Supporter
from tests.guard.tries import Trier
from tests.guard.world import GROUP5
from tests.harness import GROUP, MONDAY

pytestmark = pytest.mark.asyncio(loop_scope="module")


def chat_of(room: str) -> ChatRef:
    return ChatRef("rooms", room, ChatKind.PRIVATE if room[0] == "@" else ChatKind.GROUP)


async def handled(trier: Trier, session: AsyncSession, did: Message | Press | Reaction) -> Work:
    dispatcher = trier.stage.app.dispatcher
    ahead = await dispatcher.prepare(did, dispatcher.first_look(did, did.at))
    return await dispatcher.handle(did, session, did.at, ahead)


async def says(
    trier: Trier,
    session: AsyncSession,
    who: str,
    text: str,
    room: str = "",
    *,
    hidden: bool = False,
) -> Context:
    sender = Sender(who, who, who, anonymous=hidden)
    said = Message(chat_of(room or f"@{who}"), sender, MONDAY, "m1", text)
    work = await handled(trier, session, said)
    assert isinstance(work, Context)
    return work


async def presses(trier: Trier, session: AsyncSession, who: str, data: str) -> Context:
    press = Press(chat_of(f"@{who}"), Sender(who, who, who), MONDAY, "m1", data, "p1")
    work = await handled(trier, session, press)
    assert isinstance(work, Context)
    return work


def text_of(work: Context) -> str:
    return "\n".join(each.out.content.text for each in work.tray if isinstance(each.out, Say))


def button_of(work: Context, verb: str) -> str:
    contents = [each.out.content for each in work.tray if isinstance(each.out, Say)]
    found = [b.data for each in contents for row in each.buttons for b in row]
    return next(each for each in found if each.startswith(f"{verb}:"))


async def ticket(trier: Trier, session: AsyncSession, by: str, line: str) -> str:
    made = re.search(r"\?(\S+)", text_of(await says(trier, session, by, line)))
    assert made
    return made[1]


async def dismissed(session: AsyncSession, key: str) -> None:
    person = await session.scalar(select(Person.id).where(Person.key == key))
    await session.execute(delete(RoleHeld).where(RoleHeld.person_id == person))


async def owner_of(session: AsyncSession, account: str) -> str | None:
    owned = select(Person.key).join(Account).where(Account.external_id == account)
    return await session.scalar(owned)


async def test_a_ticket_cannot_be_guessed_and_stands_nowhere(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        work = Work(trier.stage.app.desk, session, MONDAY)
        person = await session.scalar(select(Person.id).where(Person.key == "wang"))
        made = {await make_invite(work, person_id=person) for _ in range(20)}
        assert len(made) == 20
        assert all(re.fullmatch(r"[\w-]{22}", each, re.ASCII) for each in made), "128 bits"
        kept = await session.scalars(select(Invite.token_hash))
        assert not made & set(kept.all())


async def test_of_two_who_use_a_ticket_at_once_one_is_bound(trier: Trier) -> None:
    """Two processes on one database, each in its own transaction."""
    stage = trier.stage
    async with stage.app.store.write() as session:
        token = await ticket(trier, session, "feng", "/invite 周叔")
    other = Store(stage.app.settings.database_url)
    try:
        refused = await asyncio.gather(
            _uses(trier, stage.app.store, "one", token), _uses(trier, other, "two", token)
        )
    finally:
        await other.close()
    async with stage.app.store.read() as session:
        owners = [await owner_of(session, each) for each in ("one", "two")]
    assert sorted(refused) == ["", "directory.invite_used"]
    assert sorted(owners, key=str) == [None, "zhou"]


async def _uses(trier: Trier, store: Store, who: str, token: str) -> str:
    async with store.write() as session:
        return (await says(trier, session, who, f"/start {token}")).refused


async def test_a_ticket_of_who_was_dismissed_binds_nobody(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        token = await ticket(trier, session, "feng", "/invite 周叔")
        await dismissed(session, "feng")
        assert (await says(trier, session, "new", f"/start {token}")).refused
        assert await owner_of(session, "new") is None


async def test_nobody_becomes_a_person_of_another_community(trier: Trier) -> None:
    """Not even one without home or office, who was heard in a group there."""
    async with trier.thrown_away() as session:
        await says(trier, session, "guest", "大家好", GROUP)
        for name in ("@guest", "@li", "@wang"):
            assert (
                await says(trier, session, "han", f"/invite {name}")
            ).refused == "access.not_here"


@pytest.mark.parametrize("victim", ["xu", "han"])
async def test_a_coordinator_s_ticket_gets_no_office_of_another_community(
    trier: Trier, victim: str
) -> None:
    """Feng may bind accounts to people of her own; whose they were until now she has no say in."""
    async with trier.thrown_away() as session:
        token = await ticket(trier, session, "feng", "/invite 周叔")
        tried = await says(trier, session, victim, f"/start {token}")
        assert "/同一人" in text_of(tried)
        assert await owner_of(session, victim) == victim


async def test_a_resident_of_another_community_is_asked_first(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        token = await ticket(trier, session, "feng", "/invite 周叔")
        asked = await says(trier, session, "he", f"/start {token}")
        assert await owner_of(session, "he") == "he"
        assert not (await presses(trier, session, "he", button_of(asked, "bind"))).refused
        assert await owner_of(session, "he") == "zhou"


async def test_a_forgotten_coordinator_s_tickets_are_not_the_operator_s(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        token = await ticket(trier, session, "feng", "/invite 周叔")
        feng = await session.scalar(select(Person.id).where(Person.key == "feng"))
        assert feng is not None
        await erase(session, feng, "某位", lambda data, _shell: dict(data))
        assert (await says(trier, session, "new", f"/start {token}")).refused
        assert await owner_of(session, "new") is None


async def test_who_was_dismissed_brings_nobody_back(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        spot = trier.spots["3-2"]
        line = f"/staff add person.{spot.things['reporter']} coordinator 南京街社区"
        added = await says(trier, session, "feng", line)
        assert not added.refused
        removed = await says(trier, session, "feng", line.replace("add", "remove"))
        await dismissed(session, "feng")
        for work in (removed, added):
            assert (await presses(trier, session, "feng", button_of(work, "undo"))).refused
        held = select(RoleHeld.role).join(Person).where(Person.key == "li")
        assert (await session.scalars(held)).all() == []


@pytest.mark.parametrize("by_ticket", [False, True])
async def test_nobody_takes_a_group_from_another_community(trier: Trier, by_ticket: bool) -> None:
    async with trier.thrown_away() as session:
        before = await session.scalar(select(Chat.area_id).where(Chat.external_id == GROUP))
        line = "/link 5栋"
        if by_ticket:
            line = f"/start {await ticket(trier, session, 'han', line)}"
        assert (await says(trier, session, "han", line, GROUP)).refused
        assert not (await says(trier, session, "han", "/link 5栋", GROUP5)).refused
        after = await session.scalar(select(Chat.area_id).where(Chat.external_id == GROUP))
        assert after == before


async def test_an_office_given_to_a_group_s_name_is_nobodys(trier: Trier) -> None:
    """Whoever hides behind it today is another one tomorrow."""
    async with trier.thrown_away() as session:
        await says(trier, session, GROUP, "大家好", GROUP, hidden=True)
        building = trier.spots["3-2"].things["building"]
        given = await says(
            trier, session, "feng", f"/staff add @{GROUP} building_captain area.{building}"
        )
        assert not given.refused
        number = trier.spots["3-2"].things["open"]
        taken = await says(trier, session, GROUP, f"/take {number}", GROUP, hidden=True)
        assert taken.refused == "directory.anonymous"
        assert "匿名" in text_of(taken)


async def test_a_nameless_thumb_is_no_voice_and_another_bot_is_not_heard(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        card = trier.stage.card(int(str(trier.spots["3-2"].things["open"])))
        voices = select(Supporter.id)
        before = (await session.scalars(voices)).all()
        for sender in (Sender(GROUP, anonymous=True), Sender("otherbot", is_bot=True)):
            thumb = Reaction(chat_of(GROUP), sender, MONDAY, card.id, "👍")
            assert not (await handled(trier, session, thumb)).tray
        assert (await session.scalars(voices)).all() == before


async def test_a_press_of_the_nameless_is_answered(trier: Trier) -> None:
    async with trier.thrown_away() as session:
        sender = Sender(GROUP, anonymous=True)
        number = trier.spots["3-2"].things["open_id"]
        press = Press(chat_of(GROUP), sender, MONDAY, "m1", f"metoo:{number}", "p1")
        work = await handled(trier, session, press)
        (answer,) = [each.out for each in work.tray]
        assert isinstance(answer, Acknowledge)
        assert "匿名" in answer.text
