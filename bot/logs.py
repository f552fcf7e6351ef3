"""Logs: structured, one line an event; tokens and phone numbers are taken out of every line.

The default HTTP clients log whole addresses, and Telegram's carry the token in their path; so the
cleaning stands at the root, behind everybody's records (Home Assistant met the same leak). There it
also sees to it that nobody's text forges a line or speaks to the terminal in which it is read.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import unicodedata
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}")
PHONE = re.compile(r"(?<![\d.:-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
SECRET = re.compile(r"(?i)(secret|token|password|key)([\"']?\s*[=:]\s*[\"']?)[^\s\"',}]{6,}")


def clean(text: str) -> str:
    """A text without tokens, secrets and phone numbers."""
    text = TOKEN.sub("[token]", text)
    text = SECRET.sub(r"\1\2[hidden]", text)
    return PHONE.sub("[phone]", text)


#: Before what goes on below an event (a traceback): no line of it looks like an event of its own.
BELOW = "    "


def one_event(text: str) -> str:
    """A text as one event: signs that nobody sees are written out, further lines are set in."""
    return f"\n{BELOW}".join(seen(line) for line in text.split("\n"))


def seen(line: str) -> str:
    """A line with those of its signs written out that nobody would see, or a terminal obey."""
    if line.isprintable():
        return line
    return "".join(sign if is_seen(sign) else json.dumps(sign)[1:-1] for sign in line)


def is_seen(sign: str) -> bool:
    """Whether it shows as itself; the wide space of Chinese texts does."""
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _clean_event(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: clean(value) if isinstance(value, str) else value for key, value in event.items()}


class _CleanFormatter(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return one_event(clean(self._inner.format(record)))


def set_up_logs(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send all records, ours and the libraries', through one cleaned line format."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        _CleanFormatter(
            structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # One line a request and one a tick would drown what matters.
    for noisy in ("httpx", "httpcore", "apscheduler", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
