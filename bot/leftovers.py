"""What commands leave that were killed: copies of the database, half files. Swept, and named.

A copy that nobody knows of would keep whoever asked to be forgotten. Whoever works holds a lock,
which the system gives back when he dies: what stands there while nobody holds it is left over.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.engine import make_url

from bot.archive_files import FOLDER as ARCHIVES
from bot.archive_files import LOCK as ARCHIVES_LOCK
from bot.desk_errors import DeskError, part_of
from config.settings import Settings
from handlers.administration.finding import Finding
from storage.locks import alone

log = structlog.get_logger("linli.leftovers")

LOCK = "keeping.lock"  #: in the data folder
BACKUPS = "backups"  #: in the data folder
WORKING = (".backup-*", ".restore-*")
HALF = (".linli-*.part", ".before-restore-*.part", ".before-new-key-*.part")
#: In a working folder: where the half file stands, if it is written elsewhere.
NOTE = "part"
#: What a restore, or going on without a key, replaced bears the moment in its name.
REPLACED = (
    "replaced-*",
    f"{BACKUPS}/before-restore-*.zip",
    f"{BACKUPS}/before-new-key-*.zip",
)
MOMENT = re.compile(r"\d{8}T\d{6}Z")


@contextmanager
def at_work(folder: Path) -> Generator[None]:
    """Hold the lock of a data folder, what dead ones left swept. Raises DeskError while one works.

    Where nobody can tell whether another one works, nothing is swept.
    """
    with alone(folder / LOCK) as ours:
        if ours is False:
            raise DeskError("backup.busy")
        if ours:
            _sweep(_keeping(folder))
        yield


def note_part(working: Path, path: Path) -> None:
    """Say where the half file of `path` will stand, should its writer die."""
    (working / NOTE).write_text(str(part_of(path).resolve()), encoding="utf-8")


def sweep(folder: Path) -> None:
    """Take away what dead ones left in a data folder; nothing of those that live."""
    for lock, found in _kinds(folder):
        _with_none_at_work(lock, found, _sweep)


def left_in(folder: Path) -> list[Path]:
    """What `sweep` would take away."""
    left: list[Path] = []
    for lock, found in _kinds(folder):
        _with_none_at_work(lock, found, left.extend)
    return left


def _kinds(folder: Path) -> list[tuple[Path, list[Path]]]:
    """What may be left over, by the lock of who made it."""
    archives = folder / ARCHIVES
    half = sorted(archives.glob(".linli-*.part"))
    return [(folder / LOCK, _keeping(folder)), (archives / ARCHIVES_LOCK, half)]


def _with_none_at_work(
    lock: Path, found: list[Path], do: Callable[[Collection[Path]], object]
) -> None:
    if found:  # else nobody is kept from beginning
        with alone(lock) as ours:
            if ours:
                do(found)


def _keeping(folder: Path) -> list[Path]:
    working = [each for name in WORKING for each in folder.glob(name)]
    half = [each for name in HALF for each in (folder / BACKUPS).glob(name)]
    noted = [part for each in working if (part := _noted(each)) and part not in half]
    return sorted({*working, *half, *noted})


def _noted(working: Path) -> Path | None:
    note = working / NOTE
    part = Path(note.read_text(encoding="utf-8")) if note.is_file() else None
    ours = part is not None and part.name.startswith(".") and part.suffix == ".part"
    return part if part is not None and ours and part.is_file() else None


def _sweep(found: Collection[Path]) -> None:
    for each in found:
        remove(each)
    if found:
        log.info("leftovers.swept", names=[each.name for each in found])


def remove(path: Path) -> None:
    """Take away a file or a folder, if it is still there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def outdated(settings: Settings, before: datetime) -> list[Path]:
    """What a restore replaced before this moment: no longer of use, and full of people."""
    folder, database = settings.data_dir, make_url(settings.database_url)
    found = [each for name in REPLACED for each in folder.glob(name)]
    if database.get_backend_name() == "sqlite" and database.database:
        path = Path(database.database)
        found += path.parent.glob(f"{path.name}.damaged-*")
    return sorted(each for each in found if any(at < before for at in _moments(each.name)))


def _moments(name: str) -> Iterator[datetime]:
    for found in MOMENT.findall(name)[:1]:
        yield datetime.strptime(found, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def nightly(settings: Settings, now: datetime, days: int) -> None:
    """What the bot does at its start and once a day, on each machine."""
    try:
        sweep(settings.data_dir)
        _sweep(outdated(settings, now - timedelta(days=days)))
    except OSError as error:
        log.warning("leftovers.failed", why=error.strerror, name=str(error.filename))


def findings(settings: Settings, before: datetime) -> list[Finding]:
    """For the doctor: what is left over, and what was replaced before this moment."""
    told = {"left_behind": left_in(settings.data_dir), "copies_due": outdated(settings, before)}
    return [
        Finding("warn", key, {"names": ", ".join(map(str, found))})
        for key, found in told.items()
        if found
    ]
