"""Logs: one line an event; tokens and phone numbers never, whoever writes them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import clean, set_up_logs

TOKEN = "123456789:AAF-exampleexampleexampleexample123"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs("debug", "json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_line_with_its_request_and_chat(lines: io.StringIO) -> None:
    structlog.get_logger("linli").info("request.opened", request=12, chat="g3")
    found = json.loads(lines.getvalue())
    assert (found["event"], found["request"], found["chat"]) == ("request.opened", 12, "g3")
    assert found["level"] == "info"


def test_a_library_s_line_with_the_token_in_its_address_is_cleaned(lines: io.StringIO) -> None:
    logging.getLogger("some.http.client").info("POST https://api/bot%s/getMe", TOKEN)
    assert "getMe" in lines.getvalue()
    assert "AAF" not in lines.getvalue()


def test_a_traceback_is_cleaned(lines: io.StringIO) -> None:
    def fails() -> None:
        raise ValueError(f"cannot reach https://api/bot{TOKEN}/getMe")

    try:
        fails()
    except ValueError:
        structlog.get_logger("linli").exception("failed")
    assert "ValueError" in lines.getvalue()
    assert "AAF" not in lines.getvalue()


def test_the_default_http_client_says_nothing_of_addresses(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api/bot%s/getMe", TOKEN)
    assert not lines.getvalue()


@pytest.mark.parametrize("phone", ["13812345678", "+86 138 1234 5678", "138-1234-5678"])
def test_phone_numbers_are_taken_out(phone: str) -> None:
    assert "5678" not in clean(f"call {phone} now")


def test_ordinary_numbers_stay() -> None:
    assert clean("request 12 at 2026-03-02 took 1380 ms") == (
        "request 12 at 2026-03-02 took 1380 ms"
    )


def test_secrets_are_hidden() -> None:
    assert "hunter2secret" not in clean("webhook secret=hunter2secret")
