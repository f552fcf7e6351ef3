"""`linli backup` and `linli restore` as an operator uses them: what is wrong changes nothing."""

from __future__ import annotations

import asyncio
import io
import json
import multiprocessing
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from bot import desk_backup
from bot.backup_file import MANIFEST
from tests.bot.commanding import Linli
from tests.bot.desks import DATABASE, EXAMPLE, people, rename
from tests.fakes.postgres import Postgres, clients


def manifest(file: str) -> dict[str, Any]:
    with zipfile.ZipFile(file) as found:
        return json.loads(found.read(MANIFEST))


def rewritten(file: str, change: Callable[[dict[str, Any]], None]) -> str:
    """The same backup with another manifest."""
    told = manifest(file)
    change(told)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(f"new-{file}", "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(told) if name == MANIFEST else old.read(name))
    return f"new-{file}"


def test_one_moves_to_a_new_machine_and_back(linli: Linli, tmp_path: Path) -> None:
    there = people()
    done = linli("backup", "b.zip")
    assert done.exit_code == 0
    assert "The key is not in it" in done.output
    assert not [name for name in zipfile.ZipFile("b.zip").namelist() if "key" in name]
    assert Path("b.zip").stat().st_mode & 0o777 == 0o600
    shutil.move("data", "old")
    gone = linli("restore", "b.zip")
    assert gone.exit_code == 1, "without the key no phone number can be read"
    assert "no key here" in gone.output
    assert people() == there
    shutil.copy("old/secret.key", "data/secret.key")
    again = linli("restore", "b.zip", "--replace")
    assert (again.exit_code, people()) == (0, there)
    assert linli("export").output == linli("export").output != "{}\n"
    assert not [each for each in Path("data").iterdir() if each.name.startswith(".")]


def test_over_data_it_is_put_only_when_told_and_what_was_there_is_kept(linli: Linli) -> None:
    there = people()
    linli("backup", "b.zip")
    rename("某人")
    refused = linli("restore", "b.zip")
    assert refused.exit_code == 2
    assert "--replace" in refused.output
    assert set(people()) == {"某人"}
    told = json.loads(linli("restore", "b.zip", "--replace", "--json").output)
    assert people() == there
    assert told["restored"] is True
    assert linli("restore", told["saved"], "--replace").exit_code == 0
    assert set(people()) == {"某人"}


def test_another_key_is_noticed(linli: Linli, monkeypatch: pytest.MonkeyPatch) -> None:
    linli("backup", "b.zip")
    monkeypatch.setenv("LINLI_SECRET_KEY", "A" * 43 + "=")
    found = linli("restore", "b.zip", "--check")
    assert found.exit_code == 1
    assert "is not the one" in found.output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_key_that_was_exchanged_is_found(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    there = linli("export").output
    linli("backup", "b.zip")
    old = Path("data/secret.key").read_text(encoding="ascii")
    assert linli("rotate-key").exit_code == 0
    new = Path("data/secret.key").read_text(encoding="ascii")
    told = linli("restore", "b.zip", "--check")
    (aside,) = Path("data").glob("secret.key.until-*")
    assert told.exit_code == 1
    assert str(aside) in told.output.replace("\n", "")
    monkeypatch.setenv("LINLI_SECRET_KEY", f"{new},{old}")
    assert linli("restore", "b.zip", "--check").exit_code == 0
    monkeypatch.delenv("LINLI_SECRET_KEY")
    Path("data/secret.key").write_text(f"{new}\n{old}", encoding="ascii")
    assert linli("restore", "b.zip", "--replace").exit_code == 0
    assert linli("rotate-key").exit_code == 0, "as the words say"
    assert linli("export").output == there


def test_while_it_runs_nothing_is_put_back(linli: Linli) -> None:
    linli("backup", "b.zip")
    with closing(sqlite3.connect(DATABASE)) as other:  # as a program does that runs
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM person").fetchall()
        refused = linli("restore", "b.zip", "--replace")
        assert refused.exit_code == 2
        assert "Stop it first" in refused.output
        assert linli("backup", "c.zip").exit_code == 0, "a copy disturbs nobody"
    assert linli("restore", "b.zip", "--replace").exit_code == 0
    assert not list(Path("data/backups").glob("linli-*")), "nor is one of those thinned out"


def _changed(whole: bytes, mark: bytes, at: int, value: int = 1) -> bytes:
    """A byte of each header of this mark exchanged."""
    body, start = bytearray(whole), 0
    while (start := whole.find(mark, start)) >= 0:
        body[start + at] = value
        start += 4
    return bytes(body)


def _packed_wrongly(file: str, whole: bytes) -> bytes:
    """The stream of the first file begins with a kind of block that there is not."""
    with zipfile.ZipFile(file) as found:
        first = found.infolist()[0]
    names = whole[first.header_offset + 26 : first.header_offset + 30]
    start = first.header_offset + 30 + sum(names[::2]) + 256 * sum(names[1::2])
    return whole[:start] + b"\xff" * 16 + whole[start + 16 :]


def _flipped(whole: bytes) -> bytes:
    """One bit is another one, from the middle on the first of which anything depends: which of many
    zeros are copied once more (half of the bits there) makes no difference."""
    for at in range(len(whole) // 2, len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        try:
            with zipfile.ZipFile(io.BytesIO(changed)) as found:
                if found.testzip() is not None:
                    return changed
        except (zipfile.BadZipFile, zlib.error):
            return changed
    raise AssertionError("no bit matters")


def broken_files(file: str) -> dict[str, bytes]:
    whole = Path(file).read_bytes()
    return {
        "cut": whole[: len(whole) // 2],
        "flipped": _flipped(whole),
        "empty": b"",
        "text": "不是备份".encode(),
        "locked": _changed(whole, b"PK\x01\x02", 8),
        "lzma": _changed(whole, b"PK\x01\x02", 10, 14),
        "packed wrongly": _packed_wrongly(file, whole),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_broken_file_changes_nothing(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    nothing = {"en": "Nothing was changed", "zh": "什么都没改"}[language]
    linli("backup", "b.zip")
    rename("某人")
    before = DATABASE.read_bytes()
    for name, body in broken_files("b.zip").items():
        Path(name).write_bytes(body)
        refused = linli("restore", name, "--replace")
        assert refused.exit_code == 2, name
        assert nothing in refused.output, name
        assert DATABASE.read_bytes() == before, name
    assert not [each for each in Path("data").iterdir() if each.name.startswith(".")]


def test_what_its_manifest_says_wrongly_is_found(linli: Linli) -> None:
    linli("backup", "b.zip")

    def newer(told: dict[str, Any]) -> None:
        told["version"] = 2

    def later(told: dict[str, Any]) -> None:
        told["revision"] = "9999"

    def fewer(told: dict[str, Any]) -> None:
        told["rows"]["person"] -= 1

    def strange(told: dict[str, Any]) -> None:
        told["format"] = "another"

    def elsewhere(told: dict[str, Any]) -> None:
        told["files"]["../out"] = told["files"]["database.sqlite"]

    def another(told: dict[str, Any]) -> None:
        told["kind"] = "postgresql"

    said = {
        newer: "newer version",
        later: "newer version",
        fewer: "damaged",
        strange: "damaged",
        elsewhere: "damaged",
        another: "of the same kind",
    }
    for change, words in said.items():
        refused = linli("restore", rewritten("b.zip", change), "--replace")
        assert refused.exit_code == 2, change
        assert words in refused.output, change
    assert not Path("out").exists()


def test_a_backup_that_is_of_no_day_is_refused(linli: Linli) -> None:
    linli("backup", "b.zip")
    rename("某人")

    def undated(told: dict[str, Any]) -> None:
        told["made_at"] = "yesterday"

    refused = linli("restore", rewritten("b.zip", undated), "--replace")
    assert refused.exit_code == 2
    assert "damaged" in refused.output
    assert set(people()) == {"某人"}


def holds(opened: Event, done: Event) -> None:
    """As a program does that runs; locks count between processes alone."""
    with closing(sqlite3.connect(DATABASE)) as held:
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("SELECT count(*) FROM person").fetchall()
        opened.set()
        done.wait(60)


def test_a_damaged_database_that_is_open_elsewhere_stays(linli: Linli) -> None:
    linli("backup", "b.zip")
    context = multiprocessing.get_context("spawn")
    opened, done = context.Event(), context.Event()
    other = context.Process(target=holds, args=(opened, done))
    other.start()
    try:
        assert opened.wait(60)
        with DATABASE.open("r+b") as file:
            file.write(b"x" * 4096)
        refused = linli("restore", "b.zip", "--replace")
    finally:
        done.set()
        other.join()
    assert refused.exit_code == 2
    assert "Stop it first" in refused.output
    assert not list(Path("data").glob("*.damaged*"))
    assert linli("restore", "b.zip", "--replace").exit_code == 0


PRECIOUS = ["data/linli.db", "data/linli.db-wal", "data/secret.key", "own.toml", ".env"]


@pytest.mark.parametrize("command", [["backup"], ["export", "--events"]])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_that_is_needed_is_written_over(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, command: list[str], language: str
) -> None:
    Path("own.toml").write_text("[nightly]\nat = '04:00'\n", encoding="utf-8")
    Path("notes.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("LINLI_POLICY_FILE", "own.toml")
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    kept = {name: Path(name).read_bytes() for name in PRECIOUS if Path(name).exists()}
    there = people()
    words = {"en": "Choose another name", "zh": "请换个名字"}[language]
    for name in (*PRECIOUS, "data/secret.key.until-20261126", "data/../data/linli.db", "notes.txt"):
        refused = linli(*command, name)
        assert refused.exit_code == 2, name
        assert words in refused.output, name
    assert Path("notes.txt").read_text(encoding="utf-8") == "mine"
    assert people() == there
    del kept["data/linli.db"]
    assert {name: Path(name).read_bytes() for name in kept} == kept
    assert linli(*command, "out").exit_code == linli(*command, "out").exit_code == 0, "its own may"


def damaged_databases() -> dict[str, bytes]:
    whole = DATABASE.read_bytes()
    return {
        "no database": bytes(range(7, 256)) * 64,
        "cut": whole[: len(whole) // 2],
        "pages": whole[:8192] + b"\x55" * (len(whole) - 8192),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_damaged_database_is_set_aside(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    linli("backup", "b.zip")
    there = people()
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    for name, body in damaged_databases().items():
        DATABASE.write_bytes(body)
        for refused in (linli("backup", "c.zip"), linli("restore", "b.zip")):
            assert refused.exit_code == 2, name
            assert "restore --replace" in refused.output, name
        assert DATABASE.read_bytes() == body, name
        assert not Path("c.zip").exists(), name
        done = linli("restore", "b.zip", "--replace")
        assert (done.exit_code, people()) == (0, there), name
        (aside,) = Path("data").glob("linli.db.damaged-*")
        assert aside.read_bytes() == body, name
        assert str(aside) in done.output.replace("\n", ""), name
        aside.unlink()


def test_the_oldest_go(linli: Linli) -> None:
    names = [json.loads(linli("backup", "--keep", 3, "--json").output) for _ in range(5)]
    left = sorted(Path("data/backups").iterdir())
    assert sorted(each["file"] for each in names[2:]) == sorted(map(str, left))
    assert names[-1]["removed"] == [names[1]["file"]]
    Path("data/backups/mine.zip").touch()
    assert "Removed the 2 oldest" in linli("backup", "--keep", 2).output
    assert Path("data/backups/mine.zip").exists(), "only our own"
    assert linli("backup", "--keep", 0).exit_code == 0
    assert len(list(Path("data/backups").iterdir())) == 4


def test_of_one_second_the_newest_stay_as_well(
    linli: Linli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_backup, "moment", lambda: "20260302T100000Z")
    for _ in range(3):
        linli("backup", "--keep", 2)
    told = json.loads(linli("backup", "--keep", 2, "--json").output)
    left = sorted(each.name for each in Path("data/backups").iterdir())
    assert left == [f"linli-20260302T100000Z-{n}.zip" for n in (3, 4)]
    assert told["removed"] == ["data/backups/linli-20260302T100000Z-2.zip"]


def test_what_is_a_community_s_own_comes_with_it(
    linli: Linli, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("own.toml").write_text("[nightly]\nat = '04:00'\n", encoding="utf-8")
    monkeypatch.setenv("LINLI_POLICY_FILE", "own.toml")
    Path("data/weights.bin").write_bytes(b"fitted")
    Path("data/archive").mkdir()
    Path("data/archive/a.jsonl.gz").write_bytes(b"old")
    linli("backup", "b.zip")
    shutil.rmtree("data/archive")
    Path("data/weights.bin").unlink()
    assert "LINLI_POLICY_FILE" in linli("restore", "b.zip", "--replace").output
    assert Path("data/policy.restored.toml").read_text(encoding="utf-8").startswith("[nightly]")
    assert Path("data/weights.bin").read_bytes() == b"fitted"
    assert Path("data/archive/a.jsonl.gz").read_bytes() == b"old"


def test_on_postgresql_it_is_the_same(
    linli: Linli, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = [postgres.url(asyncio.run(postgres.fresh())) for _ in range(2)]
    monkeypatch.setenv("LINLI_PG_PROGRAMS", str(clients()))
    monkeypatch.setenv("LINLI_DATABASE_URL", one)
    assert linli("backup").exit_code == 2, "there are no tables yet"
    linli("import", EXAMPLE)
    there = linli("export").output
    assert linli("backup", "b.zip").exit_code == 0
    monkeypatch.setenv("LINLI_DATABASE_URL", two)
    assert linli("restore", "b.zip").exit_code == 0
    assert linli("export").output == there
    assert linli("restore", "b.zip").exit_code == 2
    told = json.loads(linli("restore", "b.zip", "--replace", "--json").output)
    assert Path(told["saved"]).stat().st_size > 1000
    assert linli("export").output == there
    monkeypatch.delenv("LINLI_DATABASE_URL")
    assert "of the same kind" in linli("restore", "b.zip", "--replace").output


def test_what_is_not_there_is_told(linli: Linli) -> None:
    assert "nothing.zip" in linli("restore", "nothing.zip").output
    shutil.rmtree("data")
    missing = linli("backup")
    assert missing.exit_code == 2
    assert "no database to back up" in missing.output
    assert not DATABASE.exists()
