"""The command line as a test runs it: in this process, with whatever it raises failing the test."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import cli

#: `run`, where a test's fixture has prepared the folder for it.
Linli = Callable[..., Result]


def run(*args: object, given: str | bytes | None = None) -> Result:
    """The command; `given` is its standard input."""
    with _all_as_before():
        result = CliRunner().invoke(cli, [str(each) for each in args], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result


@contextmanager
def _all_as_before() -> Generator[None]:
    """A command sets up logs into its own output, which nobody may write to afterwards, and looks
    for garbage as suits a bot."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, looks = root.handlers[:], root.level, gc.get_threshold()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
        gc.set_threshold(*looks)


def alone(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on commands are run in a folder, in English, with nothing else set."""
    patch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        patch.delenv(name)
    patch.setenv("LINLI_LANGUAGE", "en")
