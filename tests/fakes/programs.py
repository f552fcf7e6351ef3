"""Programs that a test starts: this is the one place that does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def started(command: Sequence[str | Path], **how: Any) -> subprocess.Popen[Any]:
    """A running program; `how` as Popen takes it."""
    return subprocess.Popen(command, **how)  # noqa: S603 - written in the test, nothing from outside


def finished(command: Sequence[str | Path], **how: Any) -> tuple[int, str, str]:
    """Run it to its end: its exit code, and what it wrote to stdout and stderr."""
    pipe = subprocess.PIPE
    with started(command, stdout=pipe, stderr=pipe, text=True, **how) as program:
        out, err = program.communicate()
    return program.returncode, out, err
