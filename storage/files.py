"""Folders and files that only this user may read: phone numbers and words of people stand there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def make_folder(folder: Path) -> None:
    """Make a folder for this user alone, where there is none yet."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=FOLDER, exist_ok=True)


def make_database(path: Path) -> None:
    """Make the empty file of a database, for this user alone, where there is none yet.

    SQLite gives the files that it keeps beside it the rights of this one. One that is there is not
    even opened: whoever closes a file of theirs gives up all locks that the process has on it
    (https://sqlite.org/howtocorrupt.html, 2.2), and others would then take its log away.
    """
    make_folder(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE))


def keep_for_good(file: Path) -> None:
    """Return when a file (or folder) and its name outlast a power cut."""
    for path in (file, file.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def exchange(file: Path, text: str) -> None:
    """Put a text into a file, wholly or not at all, for this user alone."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)  # one that was left may be for more eyes
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
