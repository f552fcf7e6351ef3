"""What desks of tests work on: the example, its database, and who stands in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "neighbourhood.yaml"
DATABASE = Path("data/linli.db")


def people() -> list[str]:
    """The names that stand in the database."""
    with closing(sqlite3.connect(DATABASE)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM person ORDER BY id")]


def rename(name: str) -> None:
    """Everybody is called so: what came after a backup."""
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("UPDATE person SET name = ?", (name,))
