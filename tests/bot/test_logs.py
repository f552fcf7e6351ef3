"""Logs: one line an event; tokens and phone numbers never, whoever writes them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import clean, is_seen, set_up_logs
from tests.logs import log_plainly

TOKEN = "123456789:AAF-exampleexampleexampleexample123"


@contextmanager
def logged(form: str) -> Generator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs("debug", form, stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    log_plainly()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with logged("json") as stream:
        yield stream


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


#: What forges a line, colours a terminal, turns the reading order or hides itself.
HOSTILE = st.text("\n\r\x1b\x9b\x07\u2028\x85\u202e\0[2Jm灯 ", max_size=12)


@pytest.mark.parametrize("form", ["console", "json"])
@given(text=HOSTILE)
def test_no_text_forges_a_line_or_speaks_to_the_terminal(form: str, text: str) -> None:
    with logged(form) as stream:
        structlog.get_logger("linli").info("chat.renamed", title=text, inside=[text])
        logging.getLogger("a.library").warning("said %s", text)
        try:
            int(f"x{text}")
        except ValueError:
            structlog.get_logger("linli").exception("failed")
    written = stream.getvalue()
    assert all(sign == "\n" or is_seen(sign) for sign in written)
    begun = [line for line in written.splitlines() if not line.startswith("    ")]
    assert len(begun) == 3, "three events, whatever was said"


def test_what_was_hidden_can_still_be_read(lines: io.StringIO) -> None:
    structlog.get_logger("linli").info("chat.renamed", title="灯\u2028\x9b31m\U000e0041")
    assert json.loads(lines.getvalue())["title"] == "灯\u2028\x9b31m\U000e0041"
