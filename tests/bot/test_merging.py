"""One picture of a standing message waits: what is newer takes the place of what is older."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.merging import picture_in
from storage.engine import Store
from tests.bot.test_delivery import Office, both, say, show


@pytest.fixture
async def office(store: Store) -> AsyncGenerator[Office]:
    made = Office(store)
    yield made
    await made.delivery.crew.close()


@both
async def test_of_one_standing_message_one_picture_waits(office: Office) -> None:
    await office.lays(show("1"), say("between"), show("2"))
    await office.lays(show("3"), show("another", slot="r2"), show("elsewhere", chat="g2"))
    assert await office.states() == ["new", "folded", "new", "new", "new"], "and no letter of 1"
    assert sorted(await office.sends()) == ["g1:3", "g1:another", "g1:between", "g2:elsewhere"]


async def test_the_first_picture_s_reply_is_kept_by_those_that_take_its_place(
    office: Office,
) -> None:
    await office.lays(show("1", reply_to="m1"), show("2"))
    await office.lays(show("3"))
    await office.lays(show("4"))
    await office.sends()
    (message,) = office.van.messages
    assert (message.text, message.reply_to) == ("4", "m1")


async def test_who_waits_for_an_answer_gets_it_with_the_newest_picture(office: Office) -> None:
    await office.lays(show("1", answers=True))
    await office.lays(show("2"))
    (letter,) = [each for each in await office.letters() if each.state == "new"]
    assert picture_in(letter.body) == show("2", answers=True)


async def test_what_became_urgent_is_shown_and_not_what_it_was_before(office: Office) -> None:
    await office.lays(show("1"))
    await office.lays(show("2", urgent=True))
    assert await office.sends() == ["g1:2"]


async def test_what_was_urgent_goes_first_as_it_is_now(office: Office) -> None:
    await office.lays(show("1", urgent=True))
    await office.lays(say("between"))
    await office.lays(show("2"))
    assert await office.sends() == ["g1:2", "g1:between"]


async def test_what_is_for_later_takes_no_place_now(office: Office) -> None:
    await office.lays(show("1"))
    await office.lays(show("2"), later=3600)
    assert await office.sends() == ["g1:1"]
    assert await office.waits(hours=1) == ["g1:2"]


async def test_what_was_for_later_is_not_shown_after_something_newer(office: Office) -> None:
    await office.lays(show("1"), later=3600)
    await office.lays(show("2"))
    assert await office.sends() == ["g1:2"]
    assert await office.waits(hours=1) == ["g1:2"]


async def test_of_what_has_just_begun_nothing_is_looked_for(office: Office) -> None:
    await office.lays(show("1"))
    await office.lays(show("2"), first=True)
    assert await office.states() == ["new", "new"]


async def test_what_two_laid_at_once_is_folded_when_it_is_sent(office: Office) -> None:
    await office.lays(show("1", reply_to="m1", urgent=True), say("between"))
    await office.lays(show("2"), first=True)  # as if the other were not there yet
    assert await office.sends() == ["g1:between", "g1:2"]
    assert office.van.messages[1].reply_to == "m1"


async def test_what_was_to_be_heard_is_not_silenced_by_what_comes_after(office: Office) -> None:
    await office.lays(show("1"))
    await office.lays(show("2", silent=True))
    (letter,) = [each for each in await office.letters() if each.state == "new"]
    assert picture_in(letter.body) == show("2")
