"""Every command and every button, tried by everybody everywhere: who_may.txt says what holds."""

from __future__ import annotations

import pytest

from handlers.subjects import SUBJECTS
from handlers.tables import Tables
from tests.guard.table import Line, cell, lines
from tests.guard.tries import ACTORS, Trier, situations
from tests.guard.world import FOREIGN

TABLE = lines()
TABLES = Tables(SUBJECTS)
PARTS = 4


def every_name() -> set[str]:
    """All commands and verbs there are, as the table writes them."""
    commands = {f"/{each.name}" for each in TABLES.commands.values()}
    return commands | {f"{verb}:" for verb in TABLES.presses}


def test_each_command_and_each_verb_has_a_line() -> None:
    """Default is no: what is new must say here whom it is for."""
    tried = set[str]().union(*(line.names for line in TABLE))
    assert not every_name() - tried, "add a line to tests/guard/who_may.txt"
    assert not tried - every_name(), "these do not exist"


def test_each_of_them_is_for_somebody() -> None:
    """A line on which everybody is refused could be refused for any reason."""
    open_to_some = set[str]().union(*(line.names for line in TABLE if line.allowed))
    assert every_name() == open_to_some


def test_nobody_of_another_community_is_let_in() -> None:
    """What somebody may do from here is the same wherever it is; all else stays at home."""
    of_a_place = [line for line in TABLE if "{" in line.what.replace("{token}", "")]
    let_in = {line.what for line in of_a_place if any(s.target == FOREIGN for s in line.allowed)}
    assert let_in == TO_READ_ELSEWHERE


#: Notice boards are public, as in the stairwell; where somebody lives a captain confirms.
TO_READ_ELSEWHERE = {
    "/ladder area.{building} 电梯",
    "/staff area.{building}",
    "staff:{building}:0:",
    "/home area.{home}",
    "home:both:{home}",
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("part", range(PARTS))
async def test_it_is_as_the_table_says(part: int, trier: Trier) -> None:
    wrong = [told for line in TABLE[part::PARTS] for told in await _wrong(trier, line)]
    assert not wrong, "\n".join(wrong)


async def _wrong(trier: Trier, line: Line) -> list[str]:
    """Where what is found is not what stands in the table."""
    told: list[str] = []
    for actor in ACTORS:
        found = [each for each in situations(actor) if await trier.allowed(line.steps, each)]
        stands, is_so = cell(actor, line.allowed), cell(actor, found)
        if stands != is_so:
            told.append(f"{line.what}: {actor}: the table says {stands}, it is {is_so}")
    return told
