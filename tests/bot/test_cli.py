"""The command line as somebody new uses it: what is right works, what is wrong is told in words."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import socket
import stat
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from typer.main import get_command

from bot import desk_work
from bot.cli import cli
from config.words import catalogue
from storage import sqlite
from storage.queries import intake
from storage.trouble import AwayError
from tests.bot.commanding import Linli, alone, run
from tests.fakes.bot_api import FakeTelegram
from tests.fakes.programs import finished

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "neighbourhood.yaml"
COMMANDS = (
    "run",
    "import",
    "export",
    "stats",
    "verify",
    "replay",
    "invite",
    "doctor",
    "understand",
    "learn",
    "rotate-key",
    "backup",
    "restore",
    "archive",
    "simulate",
    "wechat-login",
    "version",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two data folders, made once by the command itself: an empty one, one with the example."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        alone(patch, folder)
        assert run("export").output == "{}\n"
        shutil.copytree("data", "empty")
        assert run("import", EXAMPLE).exit_code == 0
        shutil.move("data", "example")
    return folder


@pytest.fixture
def linli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """The command in English, in a folder of its own with a database without a place."""
    alone(monkeypatch, tmp_path)
    shutil.copytree(made / "empty", tmp_path / "data")
    return run


@pytest.fixture
def settled(made: Path, linli: Linli, tmp_path: Path) -> Linli:
    """The command where the example was imported."""
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(made / "example", tmp_path / "data")
    return linli


def test_every_command_has_help(linli: Linli) -> None:
    shown = linli("--help").output
    for name in COMMANDS:
        assert name in shown
        help_ = linli(name, "--help")
        assert help_.exit_code == 0
        assert "Usage" in help_.output


@pytest.mark.parametrize("name", COMMANDS)
def test_no_word_of_a_help_is_eaten_as_markup(linli: Linli, name: str) -> None:
    written = str(cast("Any", get_command(cli)).commands[name].help)
    shown = linli(name, "--help").output.split()
    assert [word for word in written.split() if word not in shown] == []


def test_the_version_for_people_and_for_programs(linli: Linli) -> None:
    said = json.loads(linli("version", "--json").output)
    assert linli("version").output == f"linli {said['version']}\n"


@pytest.mark.parametrize("args", [(), ("nonsense",), ("import",), ("run", "--port", "99999")])
def test_a_wrong_call_is_code_2(linli: Linli, args: tuple[str, ...]) -> None:
    assert linli(*args).exit_code == 2


# Import and export


def test_a_file_is_shown_then_imported_then_changes_nothing(linli: Linli) -> None:
    dry = linli("import", EXAMPLE, "--dry-run")
    assert dry.exit_code == 0
    assert "New people: 7" in dry.output
    assert "nothing was changed now" in dry.output
    done = linli("import", EXAMPLE)
    assert done.output.splitlines()[:-1] == dry.output.splitlines()[:-1]
    assert "Nothing to change." in linli("import", EXAMPLE).output
    again = json.loads(linli("import", EXAMPLE, "--json").output)
    assert again == {"applied": True, "changes": []}


def test_what_would_change_is_told_to_programs_too(linli: Linli) -> None:
    said = json.loads(linli("import", EXAMPLE, "--dry-run", "--json").output)
    assert said["applied"] is False
    people = next(each for each in said["changes"] if each["what"] == "person")
    assert people["action"] == "add"
    assert "王淑芬" in people["names"]


@pytest.mark.parametrize(
    ("name", "body", "code", "words"),
    [
        ("none.yaml", None, 2, "cannot be read"),
        ("file.txt", b"x", 2, "Only .yaml, .yml and .xlsx"),
        ("empty.yaml", b"", 1, "empty"),
        ("broken.yaml", b"places: [\n", 1, "line 2: Not valid YAML"),
        ("latin.yaml", "people:\n- {key: a, name: é}".encode("latin-1"), 1, "line 2: Not UTF-8"),
        ("noise.yaml", b"\x00\x01\x02\xff", 1, "UTF-8"),
        ("noise.xlsx", b"\x00\x01\x02\xff" * 99, 1, "Not an Excel file"),
        ("empty.xlsx", b"", 1, "Not an Excel file"),
        ("list.yaml", b"- 1\n", 1, "Fields with names"),
        (
            "many.yaml",
            b"places:\n- kind: castle\n  name: X\n"
            b"people:\n- key: a\n- {key: b, name: B, phone: 1}\n"
            b"chats:\n- {platform: telegramm, id: 1, area: X}\n",
            1,
            "line 2, places.1.kind: “castle”",
        ),
    ],
)
def test_a_bad_file_is_told_and_nothing_changes(
    linli: Linli, tmp_path: Path, name: str, body: bytes | None, code: int, words: str
) -> None:
    if body is not None:
        (tmp_path / name).write_bytes(body)
    result = linli("import", name)
    assert result.exit_code == code
    assert words in result.stderr
    assert all(line.startswith(name) for line in result.stderr.splitlines()[:-1])
    assert "nothing was changed" in result.stderr
    assert linli("export").output == "{}\n"


def test_all_mistakes_come_at_once(linli: Linli, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for right, wrong in (
        ("role: red_steward", "role: king"),
        ("deputy: zhou", "deputy: nobody"),
        ("area: 松江花园\n    title", "area: 松江公园\n    title"),
        ("when: 每天 21:30", "when: 有空的时候"),
        ("- platform: telegram\n    id: -1001", "- platform: telegrm\n    id: -1001"),
        ("phone: 025-55550103", "phone: call me"),
    ):
        assert right in text
        text = text.replace(right, wrong, 1)
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    result = linli("import", "wrong.yaml", "--json")
    assert result.exit_code == 1
    said = json.loads(result.output)
    assert said["applied"] is False
    for wrong in ("king", "nobody", "松江公园", "有空的时候", "telegrm", "call me"):
        found = [each for each in said["errors"] if wrong in each["text"]]
        assert len(found) == 1, wrong
        number: int = found[0]["where"]["line"]
        assert wrong in text.splitlines()[number - 1], (wrong, number)


def test_mistakes_are_told_in_the_operators_language(
    linli: Linli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", "zh")
    Path("x.yaml").write_text("places:\n- {kind: castle, name: X}\n")
    said = linli("import", "x.yaml").stderr
    assert "第 2 行" in said
    assert "什么都没有改动" in said


@pytest.mark.parametrize("name", ["out.yaml", "out.yml", "out.xlsx", "OUT.XLSX"])
def test_what_is_exported_can_be_imported(settled: Linli, tmp_path: Path, name: str) -> None:
    said = settled("export", name)
    assert "7 people, 2 groups, 3 reminders" in said.output
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600  # phone numbers stand there
    assert "Nothing to change." in settled("import", name).output


def test_an_export_goes_to_standard_output_too(settled: Linli) -> None:
    assert "王淑芬" in settled("export").output
    assert len(json.loads(settled("export", "--json").output)["people"]) == 7


@pytest.mark.parametrize(
    ("out", "words"),
    [("x.txt", "must end in"), ("no/such/x.yaml", "cannot be written"), ("dir.yaml", "cannot be")],
)
def test_where_nothing_can_be_written_is_told(linli: Linli, out: str, words: str) -> None:
    Path("dir.yaml").mkdir()
    result = linli("export", out)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not list(Path().glob("**/*.part"))


# Invites


def test_an_invite_for_people_for_programs_and_as_a_picture(settled: Linli) -> None:
    told = settled("invite", "wang").output
    assert "http://127.0.0.1:8080/?start=" in told
    assert "LINLI_PORT (8080)" in told
    said = json.loads(settled("invite", "王淑芬", "--qr", "wang.png", "--json").output)
    assert said["person"] == "王淑芬"
    assert said["start"].split()[1] in said["link"]
    assert Path("wang.png").read_bytes().startswith(b"\x89PNG")
    settled("invite", "@wang", "--qr", "wang.svg")
    assert b"<svg" in Path("wang.svg").read_bytes()


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("nobody",), 1, "nobody"),
        (("wang", "--platform", "telegram"), 2, "not turned on"),
        (("wang", "--qr", "x.docx"), 2, ".png or .svg"),
        (("wang", "--qr", "no/such/x.png"), 2, "cannot be written"),
        (("wang", "--days", "0"), 2, "--days"),
    ],
)
def test_an_invite_that_cannot_be_made_is_told(
    settled: Linli, args: tuple[str, ...], code: int, words: str
) -> None:
    result = settled("invite", *args)
    assert result.exit_code == code
    assert words in result.output + result.stderr


async def test_an_invite_through_telegram_leaves_nothing_open(
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with FakeTelegram() as tg:
        _with_telegram(monkeypatch, made, tmp_path, tg.base_url, tg.token)
        assert await desk_work.invite("wang", platform="", qr=None, days=7, as_json=True) == 0
        gc.collect()
        await asyncio.sleep(0)
    said = json.loads(capsys.readouterr().out)
    assert said["link"].startswith("https://t.me/")
    assert "problem" not in said
    assert "nclosed" not in caplog.text


async def test_a_link_that_cannot_be_made_is_told(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{_free_port()}/bot"
    _with_telegram(monkeypatch, made, tmp_path, nowhere, f"123456:{'a' * 35}")
    assert await desk_work.invite("wang", platform="", qr=None, days=7, as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert "link" not in said
    assert said["problem"].startswith("telegram: cannot be reached")
    assert await desk_work.invite("wang", platform="", qr=None, days=7, as_json=False) == 1
    told = capsys.readouterr()
    assert "telegram: cannot be reached" in told.err
    assert "/start " in told.out


def _with_telegram(
    patch: pytest.MonkeyPatch, made: Path, folder: Path, base_url: str, token: str
) -> None:
    alone(patch, folder)
    shutil.copytree(made / "example", folder / "data")
    patch.setenv("LINLI_TELEGRAM_TOKEN", token)
    patch.setenv("LINLI_TELEGRAM_BASE_URL", base_url)


# The doctor, settings and the database


def test_the_data_are_for_this_user_alone(linli: Linli, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    before = os.umask(0o022)
    try:
        linli("import", EXAMPLE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    for file in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_the_doctor_tells_what_to_do(linli: Linli) -> None:
    empty = linli("doctor")
    assert empty.exit_code == 0
    assert "linli import FILE" in empty.output
    linli("import", EXAMPLE)
    ill = linli("doctor")
    assert ill.exit_code == 1  # groups of Telegram, and no token
    assert ill.output.count("telegram: is not turned on") == 1
    findings = json.loads(linli("doctor", "--json").output)["findings"]
    assert {each["level"] for each in findings} == {"bad", "warn"}


def test_all_wrong_settings_are_told_by_every_command(
    linli: Linli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_PORT", "eighty")
    monkeypatch.setenv("LINLI_TIMEZONE", "Mars/Olympus")
    for args in (("run",), ("doctor",), ("export",), ("understand", "x"), ("replay", "x")):
        result = linli(*args)
        assert result.exit_code == 2
        assert "LINLI_PORT" in result.stderr
        assert "LINLI_TIMEZONE" in result.stderr


def test_a_refused_policy_leaves_nothing_behind(
    linli: Linli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.toml").write_text("[laders.self]\n", encoding="utf-8")
    monkeypatch.setenv("LINLI_POLICY_FILE", str(tmp_path / "own.toml"))
    shutil.rmtree(tmp_path / "data")
    for args in (("doctor",), ("export",), ("import", EXAMPLE)):
        result = linli(*args)
        assert result.exit_code == 2
        assert "did you mean 'ladders'" in result.stderr
        assert not list((tmp_path / "data").glob("*")), args


def test_a_database_that_cannot_be_used_is_told_without_its_password(
    linli: Linli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.db").write_bytes(os.urandom(5000))
    (tmp_path / "plain").touch()
    for url, words in (
        ("sqlite:///bad.db", "not a database"),
        ("sqlite:///plain/x.db", "plain"),
        (f"postgresql+asyncpg://u:s3cret@127.0.0.1:{_free_port()}/x", "127.0.0.1"),
        ("postgresql+asyncpg://u:s3cret@127.0.0.1:abc/x", "port"),
    ):
        monkeypatch.setenv("LINLI_DATABASE_URL", url)
        result = linli("doctor")
        assert result.exit_code == 2
        assert words in result.stderr
        assert "LINLI_DATABASE_URL" in result.stderr
        assert "s3cret" not in result.stderr


def test_doctor_says_when_nothing_can_be_written(
    linli: Linli, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_store: object) -> None:
        raise AwayError("database or disk is full")

    monkeypatch.setattr(intake, "write_nothing", full)
    result = linli("doctor")
    assert result.exit_code == 1
    assert "database or disk is full" in result.output
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA query_only=ON"))
    result = linli("doctor")
    assert result.exit_code == 2
    assert "readonly" in result.stderr


def test_a_database_of_a_newer_program_is_told(linli: Linli, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "data" / "linli.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    result = linli("export")
    assert result.exit_code == 2
    assert "newer version" in result.stderr


def test_a_damaged_key_is_told(linli: Linli, tmp_path: Path) -> None:
    (tmp_path / "data" / "secret.key").write_text("not a key")
    result = linli("import", EXAMPLE)
    assert result.exit_code == 2
    assert "secret.key" in result.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_told_before_anything_starts(linli: Linli, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = linli("run", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "--port" in result.stderr
    assert not (tmp_path / "data").exists()


# Understanding single texts


def test_texts_are_understood_one_by_one(linli: Linli) -> None:
    lines = '电梯坏了\n\n{"id": 7, "text": "电梯坏了", "area": "3栋", "home": {"building": "3"}}\n'
    said = linli("understand", "--json", "--area", "4栋", given=lines).output.splitlines()
    first, second = (json.loads(line) for line in said)
    assert first["place"]["building"] == "4"
    assert second["id"] == 7
    assert second["place"]["building"] == "3"
    assert {"outcome", "category", "urgency", "kind", "confidence"} <= set(first)
    assert "电梯坏了" in linli("understand", "电梯坏了").output


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{bad", "line 1: is not valid JSON"),
        ('{"text": 5}', "line 1: text"),
        ('{"words": "x"}', "line 1: text"),
        ('{"text": "x", "area": 3}', "line 1: area"),
        ('{"text": "x", "home": "3-2-501"}', "line 1: home"),
        ("x" * 100_001, "line 1: is longer"),
        (b"\xff\xfe", "line 1: is not UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(linli: Linli, line: str | bytes, words: str) -> None:
    body = line if isinstance(line, bytes) else line.encode()
    result = linli("understand", given=body + b"\n")
    assert result.exit_code == 1
    assert words in result.stderr


def test_bad_lines_are_told_by_number_and_the_others_are_read(linli: Linli) -> None:
    lines = ["电梯坏了", "{bad", "没水了", '{"text": 5}', '{"id": 3, "text": "楼道灯不亮"}']
    result = linli("understand", "--json", given="\n".join(lines).encode() + b"\n\xff\n")
    assert result.exit_code == 1
    read = [json.loads(line)["text"] for line in result.stdout.splitlines()]
    assert read == ["电梯坏了", "没水了", "楼道灯不亮"]
    told = result.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == ["line 2", "line 4", "line 6"]


def test_the_command_itself_leaves_with_its_code_and_no_traceback(tmp_path: Path) -> None:
    code, out, err = finished(
        [sys.executable, "-m", "bot.cli", "import", tmp_path / "none.yaml"],
        cwd=ROOT,
        env={**os.environ, "LINLI_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
    )
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert catalogue().say("zh", "file.nothing_changed", n=1) in err
