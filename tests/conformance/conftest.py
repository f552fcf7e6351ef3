"""Every story is told on every platform that declares what it takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.chat.platform import Capabilities
from tests.conformance.house import House
from tests.conformance.houses import HOUSES, HOUSES_CAN
from tests.conformance.venue import Venue
from tests.conformance.venues import CAN, VENUES


def pytest_configure(config: pytest.Config) -> None:
    """A marker of this suite's own."""
    told = "takes(*capabilities): told only on platforms that declare these capabilities"
    config.addinivalue_line("markers", told)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.takes("edits")`: only where the capabilities say so."""
    marks = metafunc.definition.iter_markers("takes")
    needed = [str(name) for mark in marks for name in mark.args]
    for fixture, known in (("venue", CAN), ("house", HOUSES_CAN)):
        if fixture in metafunc.fixturenames:
            names = [name for name, can in known.items() if _has(can, needed)]
            metafunc.parametrize(fixture, names, indirect=True)


def _has(can: Capabilities, needed: list[str]) -> bool:
    """By a capability's name; what a platform tells of, as "tells:edited"."""
    told = {f"tells:{each}" for each in can.tells}
    return all(name in told if ":" in name else getattr(can, name) for name in needed)


@pytest.fixture
async def venue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Venue]:
    async with VENUES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    async with HOUSES[request.param](tmp_path) as made:
        yield made
