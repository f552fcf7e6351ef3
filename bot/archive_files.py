"""The files of event chains and archives: read line by line, locked, made durable."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk_errors import DeskError
from config.settings import Settings
from handlers.archive import reading
from handlers.statistics.chain import BrokenError
from handlers.statistics.events import Pseudonym
from handlers.work import Work
from storage import locks
from storage.queries import archiving as query

FOLDER = "archive"  #: in the data folder
PACKED = ".gz"
LOCK = ".lock"


def folder_of(settings: Settings) -> Path:
    """Where archives stand."""
    return settings.data_dir / FOLDER


def lines_of(file: Path) -> Iterator[str]:
    """The lines of a chain, packed or not. Raises DeskError, or BrokenError for what is no text."""
    number = 0
    try:
        with gzip.open(file, "rb") if file.suffix == PACKED else file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                yield _text(number, line)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BrokenError(number + 1, "unreadable") from None
    except OSError as error:
        raise DeskError("in_failed", path=file, why=error.strerror or str(error)) from None


def _text(number: int, line: bytes) -> str:
    try:
        return line.rstrip(b"\n").decode()
    except UnicodeDecodeError:
        raise BrokenError(number, "unreadable") from None


@contextmanager
def alone(settings: Settings) -> Generator[None]:
    """One archive is made at a time on this machine. Raises DeskError while another one is."""
    with locks.alone(folder_of(settings) / LOCK) as ours:
        if ours is False:
            raise DeskError("archive.busy")
        yield


@dataclass(slots=True)
class Old:
    """Events that stand in archives alone, and the archives that are missing."""

    events: Iterator[dict[str, Any]]
    missing: tuple[str, ...]


async def archived_events(work: Work, settings: Settings, pseudonym: Pseudonym) -> Old:
    """The events of all requests that were taken out, in the order in which they were."""
    wanted: list[tuple[Path, set[int]]] = []
    missing: list[str] = []
    for archive in await query.archives(work.store):
        if ids := await query.in_file(work.store, archive.id):
            path = folder_of(settings) / archive.name
            if path.is_file():
                wanted.append((path, ids))
            else:
                missing.append(archive.name)
    found = (
        event for path, ids in wanted for event in reading.events(lines_of(path), ids, pseudonym)
    )
    return Old(found, tuple(missing))
