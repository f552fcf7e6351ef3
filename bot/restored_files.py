"""The files beside a database: those of a backup take the place of those that are there.

A mark stands in the data folder from before the first of them moves until the database is replaced
as well. Whatever fails in between is taken back; who is killed leaves the mark, and nothing starts
on what may not belong together.
"""

from __future__ import annotations

import errno
import filecmp
import json
import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.desk_errors import DeskError, part_of
from storage.files import FILE, keep_for_good, make_folder

WEIGHTS, POLICY, ARCHIVE = "weights.bin", "policy.toml", "archive"
RESTORED_POLICY = "policy.restored.toml"
MARK = "restore.unfinished"  #: in the data folder


class Moves:
    """Files that were moved, and can be moved back."""

    def __init__(self) -> None:
        self._done: list[tuple[Path, Path]] = []

    def move(self, source: Path, target: Path) -> None:
        """Give a file another name for good, also on another disk."""
        make_folder(target.parent)
        _move(source, target)
        self._done.append((source, target))
        keep_for_good(target)

    def take_back(self) -> bool:
        """The last one first; False where one could not be taken back."""
        whole = True
        for source, target in reversed(self._done):
            try:
                _move(target, source)
                keep_for_good(source)
            except OSError:
                whole = False
            with suppress(OSError):  # other files stand there
                target.parent.rmdir()
        return whole


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = part_of(target)
        shutil.copyfile(source, part)
        part.chmod(FILE)
        part.replace(target)
        source.unlink()


def exchange(data: Path, fresh: Path, names: Iterable[str], aside: Path, moves: Moves) -> bool:
    """Put these files of a backup, which lie in `fresh`, into the data folder.

    What stands there and is not in the backup, or is another in it, goes into the folder `aside`;
    gives whether there was any.
    """
    coming = {data / _place(name): fresh / name for name in names if _is_beside(name)}
    some = False
    for there in _there(data):
        if there in coming and filecmp.cmp(there, coming[there], shallow=False):
            del coming[there]
            continue
        moves.move(there, aside / there.relative_to(data))
        some = True
    for target, source in coming.items():
        moves.move(source, target)
    return some


def _is_beside(name: str) -> bool:
    return name in (WEIGHTS, POLICY) or name.startswith(f"{ARCHIVE}/")


def _place(name: str) -> str:
    """Nobody's own policy is written over: it may be in use, and need not stand here."""
    return RESTORED_POLICY if name == POLICY else name


def _there(data: Path) -> list[Path]:
    single = [data / name for name in (WEIGHTS, RESTORED_POLICY)]
    found = [*single, *sorted((data / ARCHIVE).glob("*.jsonl.gz"))]
    return [each for each in found if each.is_file()]


@contextmanager
def all_or_nothing(data: Path, file: Path, saved: Path | None) -> Generator[Moves]:
    """What is moved inside stays moved if the end is reached, and is moved back at an error.

    `file`: the backup; `saved`: where that stands which it replaces. Interrupted from outside the
    mark stays, since nobody knows how far the database came.
    """
    moves, mark = Moves(), data / MARK
    _write_mark(mark, file, saved)
    try:
        yield moves
    except Exception:
        if moves.take_back():
            _unmark(mark)
        raise
    _unmark(mark)


def _write_mark(mark: Path, file: Path, saved: Path | None) -> None:
    """Called again after one that was cut off, what was there before the first one counts."""
    first = _marked(mark).get("saved") if mark.exists() else None
    told = {"file": str(file.resolve()), "saved": first or (str(saved) if saved else None)}
    part = part_of(mark)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "w") as out:
        json.dump(told, out)
    part.replace(mark)
    keep_for_good(mark)


def _unmark(mark: Path) -> None:
    mark.unlink()
    keep_for_good(mark.parent)


def _marked(mark: Path) -> dict[str, Any]:
    with suppress(ValueError):
        return json.loads(mark.read_text(encoding="utf-8"))
    return {}


def check_not_cut_off(data: Path) -> None:
    """Raise DeskError where a restore was begun and not finished."""
    mark = data / MARK
    if not mark.exists():
        return
    told = _marked(mark)
    if saved := told.get("saved"):
        raise DeskError("backup.cut_off_saved", file=told.get("file", "FILE"), saved=saved)
    raise DeskError("backup.cut_off", file=told.get("file", "FILE"))
