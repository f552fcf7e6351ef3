"""Backups and restores that are killed, fail or find other files: nothing is mixed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import shutil
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import desk_backup, desk_restore, leftovers
from bot.app import DAY_SECONDS, opened
from bot.clock import SystemClock
from bot.desk_errors import DeskError
from bot.desk_work import NobodyTalks
from config.settings import load_settings
from storage.keeping.embedded import SqliteKeeper
from tests.bot.commanding import Linli, alone, run
from tests.bot.desks import DATABASE, people, rename
from tests.patience import PATIENCE

WEIGHTS, OLD_FILE = Path("data/weights.bin"), Path("data/archive/linli-archive-0001.jsonl.gz")
YOUNG_FILE = OLD_FILE.with_name("linli-archive-0002.jsonl.gz")


def _dies(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _writes_half(out: Any, *_: Any) -> None:
    out.write(b"half")
    out.flush()
    _dies()


def _killed_backup(out: str | None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk_backup, "pack", _writes_half)
        run("backup", *([out] if out else []))


def _killed_restore(file: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteKeeper, "put_back", _dies)
        run("restore", file, "--replace")


def killed(work: Callable[[], None]) -> None:
    """Do it in a process of its own, which kills itself."""
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def hidden() -> set[str]:
    found = (each for each in Path("data").rglob(".*") if each.name != ".lock")
    return {each.name.split("-")[0] for each in found}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_killed_backup_left_is_named_and_goes(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    Path("usb").mkdir()
    killed(partial(_killed_backup, None))
    killed(partial(_killed_backup, "usb/b.zip"))
    part = Path("usb/.b.zip.part")
    assert part.exists()
    assert hidden() == {".backup"}, "the second one swept what the first one left"
    told = linli("doctor").output.replace("\n", "")
    assert "data/.backup-" in told
    assert str(part.resolve()) in told
    with leftovers.alone(Path("data") / leftovers.LOCK):
        leftovers.sweep(Path("data"))
        busy = linli("backup")
        assert busy.exit_code == 2
        assert part.exists(), "one that lives is not swept"
    assert linli("backup").exit_code == 0
    assert not part.exists()
    assert hidden() == set()
    assert ".backup-" not in linli("doctor").output


def test_the_bot_sweeps_as_well(linli: Linli) -> None:
    killed(partial(_killed_backup, None))
    part = OLD_FILE.with_name(f".{OLD_FILE.name}.part")
    part.parent.mkdir()
    part.write_bytes(b"half")
    assert hidden() == {".backup", ".linli"}
    leftovers.nightly(load_settings(), datetime(2026, 11, 26, tzinfo=UTC), 90)
    assert hidden() == set()
    assert people()


class Nights(SystemClock):
    """Tells when the bot waits for the next day."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = asyncio.Event()

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        if seconds == DAY_SECONDS:
            self.waited.set()
        return super().sleep(seconds)


async def test_it_does_so_at_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(monkeypatch, tmp_path)
    left = tmp_path / "data" / ".backup-1"
    left.mkdir(parents=True)
    clock = Nights()
    async with opened(load_settings(web_chat=False), clock, NobodyTalks()) as app:
        running = asyncio.ensure_future(app.run())
        async with asyncio.timeout(PATIENCE):
            await clock.waited.wait()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert not list(left.parent.glob(".backup-*"))


def test_what_was_replaced_long_ago_goes_at_night(linli: Linli) -> None:
    day = datetime(2026, 11, 26, tzinfo=UTC)
    for n in (89, 91):
        at = f"{day - timedelta(days=n):%Y%m%dT%H%M%SZ}"
        for name in (f"backups/before-restore-linli-{at}.zip", f"linli.db.damaged-{at}-wal"):
            path = Path("data") / name
            path.parent.mkdir(exist_ok=True)
            path.touch()
        (Path("data") / f"replaced-{at}").mkdir()
    settings = load_settings()
    old = leftovers.outdated(settings, day - timedelta(days=90))
    assert len(old) == 3
    (finding,) = leftovers.findings(settings, day - timedelta(days=90))
    assert finding.key == "copies_due"
    leftovers.nightly(settings, day, 90)
    assert not [each for each in old if each.exists()]
    assert len(leftovers.outdated(settings, day)) == 3, "younger ones stay"


def test_a_few_of_what_was_replaced_stay(linli: Linli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_restore, "KEEP", 2)
    linli("backup", "b.zip")
    saved = [
        json.loads(linli("restore", "b.zip", "--replace", "--json").output)["saved"]
        for _ in range(4)
    ]
    assert [Path(each).exists() for each in saved] == [False, False, True, True]
    linli("restore", saved[2], "--replace")
    assert Path(saved[2]).exists(), "the one that came back stays"
    linli("backup", "--keep", 1)
    assert len(list(Path("data/backups").glob("before-restore-*"))) == 1


def with_files(linli: Linli) -> dict[Path, bytes]:
    """A backup with one archive and no weights; then weights, and another archive."""
    OLD_FILE.parent.mkdir()
    OLD_FILE.write_bytes(b"old")
    assert linli("backup", "b.zip").exit_code == 0
    rename("某人")
    WEIGHTS.write_bytes(b"fitted later")
    YOUNG_FILE.write_bytes(b"young")
    return {each: each.read_bytes() for each in (WEIGHTS, OLD_FILE, YOUNG_FILE)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_in_the_backup_is_set_aside(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    with_files(linli)
    there = OLD_FILE.stat().st_ino
    told = linli("restore", "b.zip", "--replace").output.replace("\n", "")
    (aside,) = Path("data").glob("replaced-*")
    assert str(aside) in told
    assert (aside / "weights.bin").read_bytes() == b"fitted later"
    assert (aside / "archive" / YOUNG_FILE.name).read_bytes() == b"young"
    assert not WEIGHTS.exists()
    assert not YOUNG_FILE.exists()
    assert OLD_FILE.stat().st_ino == there, "what is the same stays where it is"
    assert "某人" not in people()


def test_another_file_of_that_name_is_set_aside_too(linli: Linli) -> None:
    with_files(linli)
    OLD_FILE.write_bytes(b"another")
    told = json.loads(linli("restore", "b.zip", "--replace", "--json").output)
    assert OLD_FILE.read_bytes() == b"old"
    aside = Path(told["files_aside"])
    assert (aside / "archive" / OLD_FILE.name).read_bytes() == b"another"
    assert "files_aside" in json.loads(linli("restore", "b.zip", "--check", "--json").output)


@pytest.mark.parametrize("damaged", [False, True])
def test_what_fails_leaves_the_old_state(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    there = with_files(linli)
    if damaged:
        DATABASE.write_bytes(b"x" * 8192)
    before = DATABASE.read_bytes()
    moved: list[bool] = []

    def note() -> None:
        moved.append(WEIGHTS.exists())

    async def fails(*_: Any) -> None:
        note()
        raise DeskError("out_failed", path="disk", why="full")

    monkeypatch.setattr(SqliteKeeper, "put_back", fails)
    assert linli("restore", "b.zip", "--replace").exit_code == 2
    assert {each: each.read_bytes() for each in there} == there
    assert moved == [False], "the database comes last"
    assert DATABASE.read_bytes() == before if damaged else set(people()) == {"某人"}
    left = {each.name for each in Path("data").iterdir()}
    assert not [name for name in left if name.startswith(("replaced", "restore", "linli.db.dam"))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_killed_half_way_is_not_started(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    there = with_files(linli)
    killed(partial(_killed_restore, "b.zip"))
    (saved,) = Path("data/backups").glob("before-restore-*")
    for command in ("export", "backup", "doctor"):
        refused = linli(command)
        assert refused.exit_code == 2, command
        assert f"linli restore --replace {Path('b.zip').resolve()}" in refused.output
        assert str(saved) in refused.output
    assert linli("restore", "b.zip", "--replace").exit_code == 0
    assert hidden() == set()
    assert linli("export").exit_code == 0
    assert "某人" not in people()
    assert not WEIGHTS.exists()
    assert linli("restore", saved, "--replace").exit_code == 0
    assert {each: each.read_bytes() for each in there} == there
    assert set(people()) == {"某人"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_only_looks_makes_nothing(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    linli("backup", "b.zip")
    shutil.rmtree("data")
    assert linli("restore", "b.zip", "--check").exit_code == 1, "whole, and the key is not there"
    assert not Path("data").exists()
    for how in ((), ("--check",)):
        refused = linli("restore", ".", *how)
        assert refused.exit_code == 2
        assert {"en": "is a folder", "zh": "是文件夹"}[language] in refused.output
    assert not Path("data").exists()


@contextmanager
def no_room(size: int) -> Generator[None]:
    """No file may become larger: what is beyond fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_disk_that_is_full_is_told(
    linli: Linli, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    linli("backup", "b.zip")
    for size in (8192, 100_000):
        for command in (["backup", "c.zip"], ["restore", "b.zip", "--replace"]):
            with no_room(size):
                refused = linli(*command)
            assert refused.exit_code == 2, (size, command)
            assert {"en": "cannot be", "zh": "写不了"}[language] in refused.output, refused.output
    assert not Path("c.zip").exists()
    assert hidden() == set()
    assert linli("doctor").exit_code in (0, 1), "the database is as it was"
