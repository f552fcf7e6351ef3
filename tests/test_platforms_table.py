"""docs/platforms.md says what the code declares."""

from __future__ import annotations

import pytest

from bench.platforms import DOCUMENT, ROWS, table, with_table
from bot.platforms import KNOWN
from bot.platforms.declared import PLACES, declared
from handlers.chat.platform import Capabilities
from tests.conformance.rooms_house import PURE

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_table_is_the_one_that_the_code_makes() -> None:
    assert with_table(TEXT) == TEXT, "python -m bench.platforms --write"


def test_every_platform_has_a_column_and_a_paragraph() -> None:
    assert set(PLACES) >= set(KNOWN)
    header = table().splitlines()[0]
    for name in PLACES:
        assert f" {name} " in header


@pytest.mark.parametrize("name", list(Capabilities.__dataclass_fields__))
def test_every_capability_changes_some_row(name: str) -> None:
    """A field that no row tells of would be a promise that nobody reads."""
    told_elsewhere = {"people"}  # which accounts are of the same people: no ability
    read = {each for row in ROWS.values() for each in _read_by(row)}
    assert name in read | told_elsewhere


def _read_by(row: object) -> set[str]:
    assert callable(row)
    seen: set[str] = set()
    for sample in (*declared().values(), *PURE.values()):
        row(Spy(sample, seen))
    return seen


class Spy:
    """Capabilities that note what is asked of them."""

    def __init__(self, sample: Capabilities, seen: set[str]) -> None:
        self._sample, self._seen = sample, seen

    def __getattr__(self, name: str) -> object:
        self._seen.add(name)
        return getattr(self._sample, name)


def test_the_recipe_has_at_most_six_steps() -> None:
    recipe = TEXT.split("## How to add one")[1]
    steps = [line for line in recipe.splitlines() if line[:2].rstrip(".").isdigit()]
    assert 1 <= len(steps) <= 6
