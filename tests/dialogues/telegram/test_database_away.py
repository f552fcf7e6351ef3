"""The database is full, read-only, locked or gone for a while: nothing is lost or comes twice.

The program says so in its log and in /ready, and goes on by itself when it is back.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.web.probes import Probes
from storage import sqlite
from storage.trouble import AwayError, passes
from tests.dialogues.telegram.going import all_is_done, going, until
from tests.dialogues.telegram.stage import Setting, TelegramStage, on_telegram
from tests.fakes.postgres import Postgres, running
from tests.harness import prepare

REPORT = "咱们楼电梯又坏了"

Log = list[Any]


class ReadOnly:
    """The disk takes nothing any more."""

    says = "readonly"

    def __init__(self, _stage: TelegramStage) -> None:
        self._broken: list[sqlite3.Connection] = []

    def breaks(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only=ON")
        self._broken.append(connection)

    def mended(self) -> None:
        for each in self._broken:
            each.execute("PRAGMA query_only=OFF")


class NoRoom:
    """No file grows beyond what the journal has now: the system refuses to write more."""

    says = "disk"  # "disk I/O error", or "database or disk is full"

    def __init__(self, stage: TelegramStage) -> None:
        self._journal = Path(stage.store.url.removeprefix("sqlite:///") + "-wal")
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def breaks(self, _connection: sqlite3.Connection) -> None:
        room = self._journal.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, self._before[1]))

    def mended(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


Disk = ReadOnly | NoRoom


@pytest.fixture(params=[ReadOnly, NoRoom])
def disk(request: pytest.FixtureRequest, stage: TelegramStage) -> Generator[Disk]:
    made: Disk = request.param(stage)
    yield made
    made.mended()


def breaks_at(stage: TelegramStage, disk: Disk, commit: int) -> None:
    """It breaks with so many commits from now."""
    left = [commit]

    def count(connection: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            disk.breaks(connection.connection.dbapi_connection)

    event.listen(stage.store.engine.sync_engine, "commit", count)


def told(log: Log) -> list[Any]:
    return [line for line in log if line["event"] == "database.away"]


async def as_if_nothing_had_been(stage: TelegramStage) -> None:
    await until(lambda: stage.cards(1))
    await all_is_done(stage)
    (request,) = await stage.requests()
    assert request.words == REPORT
    assert stage.card(1), "there is one, no second"
    assert len(stage.wang.heard) == 1, "who is asked is asked once"


@pytest.mark.parametrize("commit", range(1, 5), ids="at commit {}".format)
async def test_the_disk_breaks_in_the_middle_of_a_message(
    stage: TelegramStage, disk: Disk, commit: int
) -> None:
    with capture_logs() as log:
        async with going(stage) as app:
            await stage.tg.until(lambda: stage.tg.calls("getUpdates"))
            breaks_at(stage, disk, commit)
            await stage.li.person.says(stage.group, REPORT)
            await until(lambda: app.store.away)
            ready = await Probes(app).ready()
            assert ready["ok"] is False
            assert disk.says in ready["database"]["error"]
            disk.mended()
            await as_if_nothing_had_been(stage)
            await until(lambda: app.store.away is None)  # a tick finds out
            assert (await Probes(app).ready())["ok"] is True
    failed = [line["event"] for line in log if line["log_level"] == "error"]
    assert "update.dead" not in failed


async def test_another_program_keeps_the_file_locked(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LONGEST_WAIT", 0.01)
    other = sqlite3.connect(stage.store.url.removeprefix("sqlite:///"), isolation_level=None)
    async with going(stage) as app:
        await stage.tg.until(lambda: stage.tg.calls("getUpdates"))
        other.execute("BEGIN IMMEDIATE")
        await stage.li.person.says(stage.group, REPORT)
        await until(lambda: app.store.away)
        assert "locked" in str(app.store.away)
        other.execute("ROLLBACK")
        await as_if_nothing_had_been(stage)
    other.close()


@pytest.fixture
async def own_server() -> AsyncGenerator[Postgres]:
    """A PostgreSQL server that a test may stop."""
    with running() as server:
        yield server


@pytest.fixture
async def on_postgresql(own_server: Postgres, tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    url = own_server.url(await own_server.fresh())
    await prepare(url)
    async with on_telegram(tmp_path, Setting(database_url=url)) as made:
        yield made


async def test_the_database_server_is_stopped_and_started_under_the_running_program(
    on_postgresql: TelegramStage, own_server: Postgres
) -> None:
    stage = on_postgresql
    async with going(stage) as app:
        await stage.li.person.says(stage.group, "今天天气不错")
        await stage.tg.until_read()
        await asyncio.to_thread(own_server.stop)
        await stage.li.person.says(stage.group, REPORT)
        await until(lambda: not app.crew.wire.listening)
        assert (await Probes(app).ready())["ok"] is False
        await asyncio.to_thread(own_server.start)
        await as_if_nothing_had_been(stage)
        assert (await Probes(app).ready())["ok"] is True


async def test_the_server_stops_while_a_message_is_handled(
    on_postgresql: TelegramStage, own_server: Postgres
) -> None:
    stage, stops = on_postgresql, [2]

    def stop(_connection: object) -> None:
        stops[0] -= 1
        if stops[0] == 0:  # the update is kept; this is the transaction that handles it
            own_server.stop()

    event.listen(stage.store.engine.sync_engine, "commit", stop)
    with capture_logs() as log:
        async with going(stage):
            await stage.li.person.says(stage.group, REPORT)
            await until(lambda: told(log))
            await asyncio.to_thread(own_server.start)
            await as_if_nothing_had_been(stage)
    assert told(log)[0]["doing"] == "handling a message"


def test_only_what_passes_is_waited_for() -> None:
    scratch = sqlite3.connect(":memory:")
    scratch.execute("PRAGMA max_page_count=2")
    scratch.execute("CREATE TABLE t (x)")
    with pytest.raises(sqlite3.OperationalError, match="full") as full:
        scratch.execute("INSERT INTO t VALUES (zeroblob(100000))")
    scratch.close()
    errors: dict[Callable[[], BaseException], bool] = {
        lambda: AwayError("refused"): True,
        lambda: full.value: True,
        lambda: ValueError("our own mistake"): False,
        lambda: FileNotFoundError("a font"): False,
        lambda: sqlite3.OperationalError("no such table"): False,
    }
    assert [passes(made()) for made in errors] == list(errors.values())
