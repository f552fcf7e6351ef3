"""Locks on files, which the system gives back when their holder dies, however it dies."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.files import FILE, make_folder

#: What systems say of a lock that somebody else holds.
TAKEN = (errno.EACCES, errno.EAGAIN)


@contextmanager
def alone(path: Path) -> Generator[bool | None]:
    """Hold the lock of a file to the end; False: another process holds it.

    None where nobody can tell: no file can be made, or there are no locks (Windows, some network
    disks). The file is made where there is none and stays, empty; to be there locks nothing.
    """
    handle = _opened(path)
    try:
        yield None if handle is None else lock(handle)
    finally:
        if handle is not None:
            os.close(handle)


def _opened(path: Path) -> int | None:
    with suppress(OSError):
        make_folder(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT, FILE)
    return None


def lock(handle: int, span: tuple[int, int] | None = None) -> bool | None:
    """Lock an open file until it is closed; True: it is ours, False and None as above.

    `span`: the first byte and how many, of a file that others lock by bytes (SQLite does).
    """
    try:
        import fcntl  # not everywhere: what needs no lock must start without

        if span is None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            first, length = span
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, length, first)
    except ImportError:
        return None
    except OSError as error:
        return False if error.errno in TAKEN else None
    return True
