"""What is never used is not loaded, and nothing that is loaded is taken away."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from bot.loaded import hollow, without
from tests.fakes.programs import finished

#: Each takes 1 to 9 MB of a program at rest.
NEVER = (
    "sqlalchemy.dialects.postgresql",
    "cryptography.hazmat.backends",
    "httpx",
    "click",
    "pygments",
    "websockets",
    "alembic",
    "openpyxl",
    "PIL",
    "jsonschema",
)
STARTS = """
import json, sys
sys.modules["rich"] = None  # as bot/cli.py does
import bot.app, bot.serve, bot.web.server, bot.platforms.telegram.platform
from storage.engine import Store
Store("sqlite:///:memory:")
print(json.dumps(sorted(sys.modules)))
"""


def test_a_program_with_telegram_and_sqlite_loads_nothing_that_it_never_uses() -> None:
    root = Path(__file__).parents[2]
    code, out, err = finished([sys.executable, "-c", STARTS], cwd=root)
    assert code == 0, err
    loaded = set(json.loads(out))
    assert {"telegram", "aiohttp", "uvicorn.server"} <= loaded
    assert not loaded.intersection(NEVER)


def test_what_is_hidden_can_be_loaded_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys"), pytest.raises(ImportError):
        import_module("colorsys")
    assert import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_what_is_loaded_already_stays() -> None:
    known = import_module("json")
    with without("json"), hollow("json", "dumps"):
        assert import_module("json") is known
    assert import_module("json") is known


def test_a_hollow_module_has_the_parts_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with hollow("colorsys", "rgb_to_hsv"):
        assert vars(import_module("colorsys"))["rgb_to_hsv"].__name__ == "rgb_to_hsv"
    assert import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
