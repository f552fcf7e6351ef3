"""One program on one SQLite file: `linli run` holds a lock beside it for as long as it lives."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.desk_errors import DeskError
from config.settings import Settings
from storage.files import FILE, make_folder

#: The lock's file is named after the database's. It stays there, empty; to be there locks nothing.
ENDING = ".lock"


@contextmanager
def only_one(settings: Settings) -> Generator[None]:
    """Hold the lock of the database. Raises DeskError while another program runs on it.

    The system gives it back when its holder dies, however it dies. PostgreSQL is shared by many
    programs (bot/crew.py) and has none; commands beside the running bot ask for none either.
    """
    path = _lock_file(settings.database_url)
    handle = None if path is None else _opened(path)
    try:
        if path is not None and handle is not None and not _locked(handle):
            raise DeskError("runs_already", path=path.with_name(path.name.removesuffix(ENDING)))
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock_file(url: str) -> Path | None:
    """Beside the file itself, by whatever link it is named; None for what is no file."""
    parts = make_url(url)
    name = parts.database
    if parts.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    path = Path(name).resolve()
    return path.with_name(path.name + ENDING)


def _opened(path: Path) -> int | None:
    """None where no file can be made: what is wrong with the disk the database tells better."""
    with suppress(OSError):
        make_folder(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT, FILE)
    return None


def _locked(handle: int) -> bool:
    """Whether it is ours now. Where there are no locks (Windows, some network disks), it is."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock

        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True
