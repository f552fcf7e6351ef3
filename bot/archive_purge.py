"""Whoever is being forgotten is taken out of the archives of this machine: files written anew."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.archive_files import alone, folder_of, lines_of
from bot.clock import Clock
from bot.desk_errors import DeskError, whole_file
from config.settings import Settings
from handlers.archive import forgetting
from handlers.archive.forgetting import Gone
from handlers.privacy import archives, scrubbing
from handlers.privacy.archives import Leaving
from handlers.statistics.chain import BrokenError, Chain
from handlers.work import Desk, Work
from storage.engine import Store
from storage.files import keep_for_good
from storage.queries import archiving
from storage.queries import areas as areas_query

log = structlog.get_logger("linli.archives")

LOOK = 600.0  #: seconds between two looks whether somebody is being forgotten


@dataclass(slots=True)
class ArchivePurge:
    """The archives in this process's data folder."""

    settings: Settings
    store: Store
    clock: Clock
    desk: Desk

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.purge()
            except Exception:
                log.exception("archives.purge_broke")
            await self.clock.sleep(LOOK)

    async def purge(self) -> int:
        """Write anew what names them; gives how many files. Cut off, the next look does it."""
        if not folder_of(self.settings).is_dir():
            return 0
        async with self.store.read() as session:
            work = Work(self.desk, session, self.clock.now())
            people = await archives.leaving(work)
            done = [each.name for each in await archiving.archives(session) if each.done_at]
        wanted = [name for name in done if any(name in each.left for each in people)]
        return sum([await self._clean(name, people) for name in wanted])

    async def _clean(self, name: str, people: Sequence[Leaving]) -> int:
        path = folder_of(self.settings) / name
        theirs = [each for each in people if name in each.left]
        there = path.is_file()
        seal = await self._rewritten(path, theirs) if there else None
        if seal is None and (there or not self.store.sqlite):
            return 0  # later; another machine may have it
        async with self.store.write() as session:
            if seal is not None:
                await archiving.note_new_seal(session, name, seal)
            await archives.note_clean(session, [each.erasure for each in theirs], name)
        return int(there)

    async def _rewritten(self, path: Path, theirs: Sequence[Leaving]) -> str | None:
        try:
            with alone(self.settings):
                gone = await self._gone(theirs)
                ids = await asyncio.to_thread(lambda: forgetting.places(lines_of(path), gone))
                async with self.store.read() as session:
                    above = await areas_query.above_flats(session, ids)
                seal = await asyncio.to_thread(_write, path, gone, above)
        except (BrokenError, DeskError, OSError) as error:
            why = error.key if isinstance(error, DeskError) else str(error)
            log.warning("archives.not_rewritten", name=path.name, why=why)
            return None
        log.info("archives.rewritten", name=path.name, seal=seal)
        return seal

    async def _gone(self, theirs: Sequence[Leaving]) -> list[Gone]:
        async with self.store.read() as session:
            work = Work(self.desk, session, self.clock.now())
            instead = work.word(self.desk.defaults.language, "privacy.former")
            return [await _one(work, each, instead) for each in theirs]


async def _one(work: Work, leaving: Leaving, instead: str) -> Gone:
    known = leaving.known
    names, ids = await scrubbing.needles_of(work, known["names"], known["accounts"])
    return Gone(int(known.get("person", 0)), [*names, *ids], known["names"], instead)


def _write(path: Path, gone: Sequence[Gone], above: Mapping[int, int]) -> str:
    chain = Chain()
    with whole_file(path) as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
        for line in forgetting.lines(lines_of(path), gone, above, chain):
            packed.write(f"{line}\n".encode())
    keep_for_good(path)
    return chain.seal
