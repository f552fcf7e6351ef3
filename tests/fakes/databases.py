"""Prepared databases, a fresh one for each test, on SQLite or on PostgreSQL as the run was told.

SQLite: a copy of a file. PostgreSQL: one database for each template and process, put back to what
was prepared before each test, which takes a tenth of what a new database does.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tests.fakes.postgres import Postgres, running

#: Makes the tables, and perhaps rows, in the empty database of this address.
Prepare = Callable[[str], Awaitable[None]]

#: Keeps aside what was prepared: copies of all tables that hold rows, and where numbering stands.
KEEP = """
DO $$ DECLARE t text; filled boolean; BEGIN
CREATE SCHEMA kept;
CREATE TABLE kept."sequences " AS SELECT sequencename AS name, last_value AS last FROM pg_sequences
    WHERE schemaname = 'public';
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', t); END IF;
END LOOP; END $$
"""
#: Whoever a failed test left behind would hold its rows.
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
#: Puts it back; the order of the tables does not matter, because no key is looked after meanwhile.
RESTORE = """
DO $$ DECLARE t text; filled boolean; used text[] := '{}'; was record; BEGIN
SET LOCAL session_replication_role = replica;
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
    IF filled THEN used := used || format('public.%I', t); END IF;
END LOOP;
IF used <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' CASCADE'; END IF;
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' AND tablename <> 'sequences '
LOOP EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', t); END LOOP;
FOR was IN SELECT * FROM kept."sequences " LOOP
    PERFORM setval(format('public.%I', was.name)::regclass, coalesce(was.last, 1),
        was.last IS NOT NULL);
END LOOP; END $$
"""


@dataclass(slots=True)
class Databases:
    """All databases of this process of the test run."""

    kind: str = "sqlite"
    _server: Postgres | None = None
    _files: dict[str, Path] = field(default_factory=dict[str, Path])
    _free: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _open: ExitStack = field(default_factory=ExitStack)

    def server(self) -> Postgres:
        """The PostgreSQL of this process, started when first asked for."""
        if self._server is None:
            self._server = self._open.enter_context(running())
        return self._server

    def close(self) -> None:
        """The end of the run."""
        self._open.close()

    @asynccontextmanager
    async def fresh(
        self, template: str, prepare: Prepare, folder: Path, kind: str = ""
    ) -> AsyncGenerator[str]:
        """The address of a database as `prepare` left it; `kind` is for a test of that kind."""
        if (kind or self.kind) == "sqlite":
            yield await self._copied(template, prepare, folder)
            return
        free = self._free.setdefault(template, [])
        name = free.pop() if free else await self._made(prepare)
        try:
            yield self.server().url(name)
        finally:
            await self.server().say(ALONE, name)
            await self._put_back(name, free)

    async def _put_back(self, name: str, free: list[str]) -> None:
        try:
            await self.server().say(RESTORE, name)
        except DBAPIError:  # a test took its tables away
            await self.server().drop(name)
        else:
            free.append(name)

    async def _made(self, prepare: Prepare) -> str:
        name = await self.server().fresh()
        await prepare(self.server().url(name))
        await self.server().say(KEEP, name)
        return name

    async def _copied(self, template: str, prepare: Prepare, folder: Path) -> str:
        if template not in self._files:
            made = self._open.enter_context(tempfile.TemporaryDirectory(prefix="linli-db-"))
            self._files[template] = Path(made) / "template.db"
            await prepare(f"sqlite:///{self._files[template]}")
        path = folder / f"{template}.db"
        shutil.copyfile(self._files[template], path)
        return f"sqlite:///{path}"


DATABASES = Databases()


async def make_tables(url: str) -> None:
    """All tables, with nothing in them."""
    from storage.base import Base
    from storage.engine import Store

    store = Store(url)
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await store.close()
