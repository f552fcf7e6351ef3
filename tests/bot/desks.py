"""A desk of a test: an empty folder, English, and the example imported once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "neighbourhood.yaml"
DATABASE = Path("data/linli.db")


def alone(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing of this machine's own settings."""
    patch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        patch.delenv(name)
    patch.setenv("LINLI_LANGUAGE", "en")


def people() -> list[str]:
    """The names that stand in the database."""
    with closing(sqlite3.connect(DATABASE)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM person ORDER BY id")]


def rename(name: str) -> None:
    """Everybody is called so: what came after a backup."""
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("UPDATE person SET name = ?", (name,))
