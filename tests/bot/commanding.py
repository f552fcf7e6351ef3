"""The command line as a test runs it: in this process, with whatever it raises failing the test."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import structlog
from typer.testing import CliRunner, Result

from bot.cli import cli


def run(*args: object, given: str | bytes | None = None) -> Result:
    """The command; `given` is its standard input."""
    with _logs_as_before():
        result = CliRunner().invoke(cli, [str(each) for each in args], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result


@contextmanager
def _logs_as_before() -> Generator[None]:
    """A command sets up logs into its own output, which nobody may write to afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
