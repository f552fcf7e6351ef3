"""How the tests log: as structlog does by itself, but for tracebacks."""

from __future__ import annotations

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def log_plainly() -> None:
    """Tracebacks as plain text: one drawn with boxes and the values in it takes half a second."""
    structlog.reset_defaults()
    *before, _ = structlog.get_config()["processors"]
    structlog.configure([*before, ConsoleRenderer(exception_formatter=plain_traceback)])
