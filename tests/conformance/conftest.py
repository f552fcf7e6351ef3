"""Every story is told on every platform that declares what it takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.chat.platform import Capabilities
from tests.conformance.venue import Venue
from tests.conformance.venues import CAN, VENUES


def pytest_configure(config: pytest.Config) -> None:
    """A marker of this suite's own."""
    told = "takes(*capabilities): told only on platforms that declare these capabilities"
    config.addinivalue_line("markers", told)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.takes("edits")`: only where the capabilities say so."""
    if "venue" not in metafunc.fixturenames:
        return
    marks = metafunc.definition.iter_markers("takes")
    needed = [str(name) for mark in marks for name in mark.args]
    names = [name for name, can in CAN.items() if _has(can, needed)]
    metafunc.parametrize("venue", names, indirect=True)


def _has(can: Capabilities, needed: list[str]) -> bool:
    return all(getattr(can, name) for name in needed)


@pytest.fixture
async def venue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Venue]:
    async with VENUES[request.param](tmp_path) as made:
        yield made
