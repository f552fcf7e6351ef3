"""Locks: held against another opening, given back at the end, and not needed to start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from storage.locks import alone, lock
from tests.fakes.programs import finished

ROOT = Path(__file__).parents[2]
#: As on a system that has no such module.
WITHOUT = """
import sys
sys.modules["fcntl"] = None
import bot.archive_files, bot.desk_archive, bot.desk_backup, bot.only_one, storage.keeping.embedded
from pathlib import Path
from storage.locks import alone
with alone(Path(sys.argv[1])) as ours:
    print(ours)
"""


def test_one_holds_it_and_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / "data" / "lock"
    with alone(path) as first, alone(path) as second:
        assert (first, second) == (True, False)
    with alone(path) as third:
        assert third is True


def test_where_no_file_can_be_made_nobody_can_tell(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with alone(tmp_path / "file" / "lock") as ours:
        assert ours is None


def test_bytes_are_locked_beside_the_whole(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        assert lock(file.fileno(), (10, 5)) is True
        assert lock(file.fileno()) is True


def test_the_desk_starts_on_a_system_without_locks(tmp_path: Path) -> None:
    there = {**os.environ, "PYTHONPATH": str(ROOT)}
    _, out, err = finished([sys.executable, "-c", WITHOUT, tmp_path / "lock"], env=there)
    assert (out.strip(), err) == ("None", "")
