"""One program on one SQLite file: `linli run` holds a lock beside it for as long as it lives."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.desk_errors import DeskError
from config.settings import Settings
from storage.locks import alone

#: The lock's file is named after the database's.
ENDING = ".lock"


@contextmanager
def only_one(settings: Settings) -> Generator[None]:
    """Hold the lock of the database. Raises DeskError while another program runs on it.

    PostgreSQL is shared by many programs (bot/crew.py) and has none; commands beside the running
    bot ask for none either. Where no lock can be had, what is wrong the database tells better.
    """
    path = _lock_file(settings.database_url)
    if path is None:
        yield
        return
    with alone(path) as ours:
        if ours is False:
            raise DeskError("runs_already", path=path.with_name(path.name.removesuffix(ENDING)))
        yield


def _lock_file(url: str) -> Path | None:
    """Beside the file itself, by whatever link it is named; None for what is no file."""
    parts = make_url(url)
    name = parts.database
    if parts.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    path = Path(name).resolve()
    return path.with_name(path.name + ENDING)
