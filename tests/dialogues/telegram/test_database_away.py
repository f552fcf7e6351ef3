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

from bot.clock import SystemClock
from bot.web.probes import Probes
from storage import sqlite
from storage.trouble import AwayError, passes
from tests.dialogues.telegram.going import all_is_done, going, until
from tests.dialogues.telegram.stage import Setting, TelegramStage, on_telegram
from tests.fakes.postgres import Postgres, running
from tests.harness import prepare
from tests.patience import PATIENCE

REPORT = "咱们楼电梯又坏了"

Log = list[Any]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    """The files of SQLite, whatever the run is for: a disk is what breaks under them."""
    async with on_telegram(tmp_path, Setting(database="sqlite")) as made:
        yield made


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


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with running() as made:
        made.stop()
        yield made


@pytest.fixture
def own_server(server: Postgres) -> Generator[Postgres]:
    """A PostgreSQL server that a test may stop."""
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def on_postgresql(own_server: Postgres, tmp_path: Path) -> AsyncGenerator[TelegramStage]:
    url = own_server.url(await own_server.fresh())
    await prepare(url)
    async with on_telegram(tmp_path, Setting(database_url=url)) as made:
        yield made


def going_clock(stage: TelegramStage) -> SystemClock:
    """What a process holds runs out by the clock: it is the stage's time, and it goes on."""
    clock = SystemClock()
    clock.turn(stage.clock.now() - clock.now())
    return clock


async def test_the_database_server_is_stopped_and_started_under_the_running_program(
    on_postgresql: TelegramStage, own_server: Postgres
) -> None:
    stage = on_postgresql
    async with going(stage, going_clock(stage)) as app:
        await stage.li.person.says(stage.group, "今天天气不错")
        await stage.tg.until_read()
        await until(lambda: app.crew.wire.listening)
        await asyncio.to_thread(own_server.stop)
        await stage.li.person.says(stage.group, REPORT)
        await until(lambda: not app.crew.wire.listening)
        assert (await Probes(app).ready())["ok"] is False
        await asyncio.to_thread(own_server.start)
        await as_if_nothing_had_been(stage)
        await until(lambda: app.crew.wire.listening)
        await until(lambda: app.store.away is None)
        assert (await Probes(app).ready())["ok"] is True


#: The steps of a message's way through the program: the statement each is known by (the last one,
#: where others must have come before), and whether it writes.
STEPS: dict[str, tuple[tuple[str, ...], bool]] = {
    "keeping what came": (("INSERT INTO update_in",), True),
    "taking the next turn": (("INSERT INTO update_in", "INSERT INTO lease"), True),
    "taking its chat": (("INSERT INTO update_in", "UPDATE lane SET holder"), True),
    "reading what waits there": (("JOIN LATERAL (SELECT update_in.id",), False),
    "beginning with it": (("UPDATE update_in SET",), True),
    "opening the request": (("INSERT INTO request ",), True),
    "laying down the letters": (("INSERT INTO letter",), True),
    "leaving its chat": (("UPDATE lane SET due_at",), True),
    "taking chats to speak to": (("INSERT INTO outlet (platform, chat, at_once, holder",), True),
    "reading the letters": (("LEFT OUTER JOIN posted",), False),
    "counting what is said": (("SELECT outlet.said",), True),
    "noting what was said": (("UPDATE letter SET",), True),
    "leaving a chat spoken to": (("UPDATE outlet SET until",), True),
}
#: Before a step, and where it writes, when all is written but not committed.
CUTS = [
    *((each, "before") for each in STEPS),
    *((each, "uncommitted") for each, (_, writes) in STEPS.items() if writes),
]


def stops_at(stage: TelegramStage, server: Postgres, step: str, when: str) -> asyncio.Event:
    """The server stops when the program has come to this step; set then."""
    engine, stopped = stage.store.engine.sync_engine, asyncio.Event()
    awaited, cut = list(STEPS[step][0]), list[object]()

    def strike() -> None:
        server.stop()  # nothing else of the program runs meanwhile
        stopped.set()

    def hear(connection: object, _cursor: object, statement: str, *_: object) -> None:
        if awaited and awaited[0] in statement:
            awaited.pop(0)
            if not awaited:
                cut.append(connection)
                if when == "before":
                    strike()

    def commit(connection: object) -> None:
        if connection in cut and not stopped.is_set():
            strike()

    event.listen(engine, "before_cursor_execute", hear)
    event.listen(engine, "commit", commit)
    return stopped


def errors(log: Log) -> set[str]:
    """What an operator was told as an error."""
    return {line["event"] for line in log if line["log_level"] == "error"}


@pytest.mark.parametrize(("step", "when"), CUTS)
async def test_the_server_stops_in_the_middle_of_a_message(
    on_postgresql: TelegramStage, own_server: Postgres, step: str, when: str
) -> None:
    """Turns, chats, messages and letters are taken, done and left in transactions of their own."""
    stage = on_postgresql
    with capture_logs() as log:
        async with going(stage, going_clock(stage)) as app:
            await stage.tg.until(lambda: stage.tg.calls("getUpdates"))
            stopped = stops_at(stage, own_server, step, when)
            await stage.li.person.says(stage.group, REPORT)
            await asyncio.wait_for(stopped.wait(), PATIENCE)
            await until(lambda: app.store.away)
            await asyncio.to_thread(own_server.start)
            await as_if_nothing_had_been(stage)
    assert errors(log) == {"database.away"}


async def test_where_the_server_does_not_stop_nothing_is_told(
    on_postgresql: TelegramStage,
) -> None:
    stage = on_postgresql
    with capture_logs() as log:
        async with going(stage, going_clock(stage)):
            await stage.tg.until(lambda: stage.tg.calls("getUpdates"))
            await stage.li.person.says(stage.group, REPORT)
            await as_if_nothing_had_been(stage)
    assert errors(log) == set()


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
