"""Every story is told on every platform that declares what it takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.chat.platform import Capabilities, Hears
from tests.conformance.house import House
from tests.conformance.houses import HOUSES, HOUSES_CAN
from tests.conformance.venue import Venue
from tests.conformance.venues import CAN, VENUES


def pytest_configure(config: pytest.Config) -> None:
    """A marker of this suite's own."""
    for told in (
        "takes(*capabilities): told only on platforms that declare these capabilities",
        "but(*houses): told on all houses but these, where it cannot happen",
    ):
        config.addinivalue_line("markers", told)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.takes("edits")`: only where the capabilities say so."""
    marks = metafunc.definition.iter_markers("takes")
    needed = [str(name) for mark in marks for name in mark.args]
    without = {name for mark in metafunc.definition.iter_markers("but") for name in mark.args}
    for fixture, known in (("venue", CAN), ("house", HOUSES_CAN)):
        if fixture in metafunc.fixturenames:
            assert without <= known.keys()
            names = [name for name, can in known.items() if _has(can, needed)]
            names = [name for name in names if name not in without]
            assert names, "a story that is told nowhere"
            metafunc.parametrize(fixture, names, indirect=True)


def _has(can: Capabilities, needed: list[str]) -> bool:
    """By a capability's name; what a platform tells of, as "tells:edited"; "heard:file": what
    reaches it; "only:called" and "only:forwarded": it hears in groups only what calls it, or
    nothing but what is sent on to it; "group:heard": what is said in a group can reach it."""
    told = {f"tells:{each}" for each in can.tells}
    told |= {f"heard:{each}" for each in can.media_in | can.media_in_private}
    if can.hears is Hears.MENTIONS and not can.may_hear_all:
        told.add("only:called")
    told.add("only:forwarded" if can.hears is Hears.FORWARDED else "group:heard")
    return all(name in told if ":" in name else getattr(can, name) for name in needed)


@pytest.fixture
async def venue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Venue]:
    async with VENUES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    async with HOUSES[request.param](tmp_path) as made:
        yield made
