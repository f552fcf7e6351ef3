"""Where tests write: in memory where there is room, so that no test waits for a disk.

What a test leaves need not survive a power cut, and a shared machine may take a tenth of a second
for each of the thousands of times that a database wants to be sure.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")  #: of Linux: what is mounted where, and of which kind
ROOM = 4 * 2**30  #: bytes; a run leaves far less, and a container's share may be 64 MB


def write_to_memory() -> None:
    """Have whatever is temporary made there; whoever has set TMPDIR is followed."""
    if "TMPDIR" not in os.environ and (found := in_memory(MOUNTS)) is not None:
        os.environ["TMPDIR"] = str(found)  # the programs that are started, too
        tempfile.tempdir = None


def in_memory(mounts: Path) -> Path | None:
    """A folder in memory in which everybody may keep files of their own, if one has room."""
    rows = [row.split() for row in mounts.read_text().splitlines()] if mounts.exists() else []
    folders = (Path(where) for _, where, kind, *_ in rows if kind == "tmpfs")
    return next((each for each in folders if _is_for_all(each)), None)


def _is_for_all(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.stat().st_mode & stat.S_ISVTX:
        return False
    return shutil.disk_usage(folder).free >= ROOM
