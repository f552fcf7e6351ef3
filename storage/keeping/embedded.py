"""Copies of an SQLite database by its online backup, while the program goes on writing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from storage.engine import Store
from storage.files import make_database
from storage.keeping.shape import KeepingError, Snapshot, any_row, looked_at
from storage.locks import lock
from storage.migrate import upgrade
from storage.trouble import SQLITE_PASSING

#: Seconds that a copy waits for a lock: an import may hold it for all its rows.
PATIENCE = 60.0
#: What SQLite says of a file that is no database, or no whole one.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
#: First and number of the bytes that every reader locks (https://sqlite.org/lockingv3.html):
#: of a damaged file SQLite itself no longer says whether somebody has it open.
SHARED = (0x40000000 + 2, 510)
#: Files that SQLite keeps beside a database, and looks for by its name.
BESIDE = ("-wal", "-shm", "-journal")


class SqliteKeeper:
    """Copies a database file."""

    kind = "sqlite"
    member = "database.sqlite"

    def __init__(self, url: str) -> None:
        self._path = Path(make_url(url).database or ":memory:")

    async def take(self, target: Path) -> Snapshot:
        """All pages in one step: a reader's snapshot, for which no writer has to wait."""
        if not self._path.is_file():
            raise KeepingError("no_database", path=self._path)
        make_database(target)
        return await asyncio.to_thread(self._take, target)

    def _take(self, target: Path) -> Snapshot:
        with _whole(self._path), _opened(self._path) as live, _opened(target) as copy:
            live.backup(copy)
            # One file without a log beside it, and without the free pages in which words of
            # handled messages may still stand.
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("VACUUM")
        with _whole(self._path), _asked(target) as made:
            return looked_at(made)

    async def holds_rows(self) -> bool:
        """Whether any table but the program's own has a row."""
        if not self._path.is_file():
            return False
        with _whole(self._path), _asked(self._path) as live:
            return any_row(live)

    async def check_alone(self) -> None:
        """To leave the write-ahead log SQLite wants to be the only one that has the file open."""
        if self._path.is_file():
            with _whole(self._path), _alone(self._path):
                pass

    async def prepare(self, copy: Path, snapshot: Snapshot) -> None:
        """Its pages and rows are all there; then it is migrated, before anything is replaced."""
        await asyncio.to_thread(_check, copy, snapshot)
        store = Store(f"sqlite:///{copy}")
        try:
            await upgrade(store)
        finally:
            await store.close()

    async def put_back(self, copy: Path, snapshot: Snapshot) -> None:
        """One transaction of SQLite: killed half-way, the old database is there again.

        In no thread of its own: interrupted, such a one would go on while its caller gives up.
        """
        make_database(self._path)
        with _whole(self._path), _alone(self._path) as live, _opened(copy) as new:
            new.execute("PRAGMA journal_mode=DELETE")
            new.backup(live)

    async def bring_up(self) -> None:
        """The copy was migrated already."""


def set_aside(path: Path, at: str, move: Callable[[Path, Path], None]) -> None:
    """Give a damaged database another name, its log with it: perhaps somebody can mend it.

    Raises KeepingError while another process has it open.
    """
    with path.open("r+b") as file:
        if lock(file.fileno(), SHARED) is False:
            raise KeepingError("running")
    aside = aside_of(path, at)
    move(path, aside)
    for end in BESIDE:
        if (beside := path.with_name(path.name + end)).exists():
            move(beside, aside.with_name(aside.name + end))


def aside_of(path: Path, at: str) -> Path:
    """The name that a damaged database gets."""
    return path.with_name(f"{path.name}.damaged-{at}")


@contextmanager
def _whole(path: Path) -> Generator[None]:
    """What is damaged, and a disk that is full or fails, is told in words."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        origin = error.orig if isinstance(error, DatabaseError) else error
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code in DAMAGE:
            raise KeepingError("damaged", path=path) from None
        if code not in SQLITE_PASSING:
            raise
        raise KeepingError("disk", path=path, why=origin) from None


@contextmanager
def _opened(path: Path, patience: float = PATIENCE) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _alone(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that holds the file for itself alone until it is closed."""
    with _opened(path, 0) as live:
        try:
            live.execute("PRAGMA locking_mode=EXCLUSIVE")
            live.execute("PRAGMA journal_mode=DELETE")
            live.execute("PRAGMA synchronous=FULL")
            live.execute("BEGIN EXCLUSIVE")
            live.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            raise KeepingError("running") from None
        yield live


@contextmanager
def _asked(path: Path) -> Generator[Connection]:
    """A connection that is asked in SQLAlchemy's words."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _check(path: Path, wanted: Snapshot) -> None:
    try:
        with _opened(path) as copy:
            sound = copy.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        with _asked(path) as made:
            found = looked_at(made)
    except (sqlite3.DatabaseError, DatabaseError):
        raise KeepingError("broken", what=path.name) from None
    if not sound or found != wanted:
        raise KeepingError("broken", what=path.name)
