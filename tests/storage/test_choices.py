"""Numbers for buttons: they run on, begin anew with the oldest, and none is called in danger."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.queries import choices
from storage.queries.choices import CALLED, FIRST, LAST, LASTS, NUMBERS, Offered
from tests.harness import MONDAY, Stage

HOUR = timedelta(hours=1)


async def lay_out(stage: Stage, at: datetime, *data: str, slot: str | None = None) -> list[int]:
    async with stage.app.store.write() as store:
        offered = [Offered(each, "ab12cd34") for each in data]
        return await choices.lay_out(store, ("rooms", "g3", slot), offered, at)


async def many(stage: Stage, at: datetime, messages: int, apart: timedelta) -> list[list[int]]:
    """Messages of four buttons each, one after another."""
    given: list[list[int]] = []
    async with stage.app.store.write() as store:
        for n in range(messages):
            offered = [Offered(f"take:{n}:{i}", None) for i in range(4)]
            where = ("rooms", "g3", None)
            given.append(await choices.lay_out(store, where, offered, at + n * apart))
    return given


def test_no_number_is_one_that_is_called_in_danger() -> None:
    assert NUMBERS[0] == FIRST
    assert NUMBERS[-1] == LAST
    assert not ({*CALLED, 999} & set(NUMBERS))


async def test_they_run_on_and_begin_anew_with_the_oldest(stage: Stage) -> None:
    rounds = len(NUMBERS) // 4 + 60
    given = [each for four in await many(stage, MONDAY, rounds, HOUR) for each in four]
    assert given == [NUMBERS[n % len(NUMBERS)] for n in range(rounds * 4)]


async def test_across_the_end_no_number_stands_for_two_that_are_young(stage: Stage) -> None:
    """However often a card is told again, whose numbers then are the newest of all."""
    card = ["take:1", "join:1", "done:1", "look:1"]
    kept = await lay_out(stage, MONDAY, *card, slot="r1")
    live: dict[int, datetime] = {}
    at = MONDAY
    for n in range(300):
        at += timedelta(minutes=50)
        assert await lay_out(stage, at, *card, slot="r1") == kept
        for number in await lay_out(stage, at, *[f"n:{n}:{i}" for i in range(4)]):
            assert number not in kept
            assert number not in live or at - live[number] > LASTS
            live[number] = at
    assert len(live) > len(NUMBERS) - 5


async def test_a_number_stands_for_its_button_for_a_week(stage: Stage) -> None:
    (number,) = await lay_out(stage, MONDAY, "take:1")
    async with stage.app.store.read() as store:
        for later, known in ((LASTS, True), (LASTS + HOUR, False)):
            found = await choices.chosen(store, "rooms", "g3", number, MONDAY + later)
            assert found == (Offered("take:1", "ab12cd34") if known else None)
        assert await choices.chosen(store, "rooms", "g4", number, MONDAY) is None
        assert await choices.chosen(store, "other", "g3", number, MONDAY) is None
