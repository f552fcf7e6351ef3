"""Whose accounts a coordinator takes apart: of those alone all whose places are theirs."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Audit, Person, RoleHeld
from tests.guard.test_offices import button_of, dismissed, owner_of, presses, says
from tests.guard.tries import Trier
from tests.harness import MONDAY

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUSED = "access.not_here"


@pytest_asyncio.fixture(loop_scope="module")
async def session(trier: Trier) -> AsyncGenerator[AsyncSession]:
    """Feng said that the account of 孙姐 is 李娜's."""
    async with trier.thrown_away() as session:
        ids = dict((await session.execute(select(Person.key, Person.id))).all())
        line = f"/same person.{ids['li']} = person.{ids['sun']}"
        asked = await says(trier, session, "feng", line)
        assert not (await presses(trier, session, "feng", button_of(asked, "same"))).refused
        assert await owner_of(session, "sun") == "li"
        yield session


async def li(session: AsyncSession) -> int:
    return (await session.scalars(select(Person.id).where(Person.key == "li"))).one()


async def undo_of(session: AsyncSession) -> str:
    row = await session.scalar(select(Audit.id).where(Audit.command == "same"))
    return f"undo:{row}"


async def gets_an_office_elsewhere(trier: Trier, session: AsyncSession) -> None:
    """Of the other community, in which Feng has no say."""
    area = trier.spots["5-1"].things["building"]
    session.add(
        RoleHeld(
            person_id=await li(session), role="volunteer", area_id=int(str(area)), since=MONDAY
        )
    )
    await session.flush()


async def test_the_coordinator_of_the_place_may(trier: Trier, session: AsyncSession) -> None:
    asked = await says(trier, session, "feng", f"/apart person.{await li(session)}")
    assert not (await presses(trier, session, "feng", button_of(asked, "apart"))).refused
    assert await owner_of(session, "sun") == "sun"


async def test_who_said_it_takes_it_back(trier: Trier, session: AsyncSession) -> None:
    assert not (await presses(trier, session, "feng", await undo_of(session))).refused
    assert await owner_of(session, "sun") == "sun"


@pytest.mark.parametrize("who", ["han", "wang", "wu"])
async def test_nobody_else_may(trier: Trier, session: AsyncSession, who: str) -> None:
    assert (await says(trier, session, who, f"/apart person.{await li(session)}")).refused
    assert (await presses(trier, session, who, await undo_of(session))).refused
    assert await owner_of(session, "sun") == "li"


async def test_what_somebody_has_elsewhere_is_not_given_away(
    trier: Trier, session: AsyncSession
) -> None:
    """Neither asked about then, nor by a button from before, nor by taking the word back."""
    asked = await says(trier, session, "feng", f"/apart person.{await li(session)}")
    await gets_an_office_elsewhere(trier, session)
    late = await presses(trier, session, "feng", button_of(asked, "apart"))
    assert late.refused == REFUSED
    undone = await presses(trier, session, "feng", await undo_of(session))
    assert undone.refused == REFUSED
    again = await says(trier, session, "feng", f"/apart person.{await li(session)}")
    assert again.refused == REFUSED
    assert await owner_of(session, "sun") == "li"


async def test_who_was_dismissed_takes_nobody_apart(trier: Trier, session: AsyncSession) -> None:
    asked = await says(trier, session, "feng", f"/apart person.{await li(session)}")
    await dismissed(session, "feng")
    assert (await presses(trier, session, "feng", button_of(asked, "apart"))).refused
    assert (await presses(trier, session, "feng", await undo_of(session))).refused
    assert await owner_of(session, "sun") == "li"
