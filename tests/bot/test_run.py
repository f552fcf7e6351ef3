"""`linli run` before it works: whom it can hear, and whether another one runs already."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import garbage, serve
from tests.bot.commanding import run
from tests.fakes.programs import started


@pytest.fixture(autouse=True)
def _stops_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own; it ends where it would begin to work."""

    async def stopped(_app: object, _listening: object) -> None:
        pass

    def keeps_logs(_level: str, _form: str) -> None:
        pass

    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")
    monkeypatch.setenv("LINLI_DEMO", "false")
    monkeypatch.setattr(serve, "_until_stopped", stopped)
    monkeypatch.setattr(serve, "set_up_logs", keeps_logs)
    monkeypatch.setattr(garbage.gc, "disable", gc.enable)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Nobody can be heard"), ("zh", "谁的话都听不到")]
)
def test_a_bot_that_hears_nobody_says_so(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    with capture_logs() as heard:
        assert run("run", "--port", 0).exit_code == 0
    assert "serve.nobody_heard" not in [each["event"] for each in heard]
    assert said not in run("doctor").output
    monkeypatch.setenv("LINLI_WEB_CHAT", "false")
    with capture_logs() as lines:
        assert run("run", "--port", 0).exit_code == 0
    told = next(each for each in lines if each["event"] == "serve.nobody_heard")
    examined = run("doctor")
    assert examined.exit_code == 1
    for text in (told["remedy"], examined.output):
        assert said in text
        assert "LINLI_TELEGRAM_TOKEN" in text
        assert "LINLI_WEB_CHAT=true" in text


HOLDS = """
import sys
from bot.only_one import only_one
from config.settings import load_settings
with only_one(load_settings()):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_program_on_one_file_is_told(tmp_path: Path) -> None:
    other = started(
        (sys.executable, "-c", HOLDS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        refused = run("run", "--port", 0)
        assert refused.exit_code == 2
        assert str(tmp_path / "data" / "linli.db") in refused.stderr
        assert "systemctl stop linli" in refused.stderr
        assert run("doctor").exit_code == run("backup").exit_code == 0
        other.kill()
    assert (tmp_path / "data" / "linli.db.lock").exists()
    assert run("run", "--port", 0).exit_code == 0, "whoever was killed holds nothing"
