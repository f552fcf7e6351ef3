"""`linli simulate`: a neighbourhood lives some weeks under one policy, or under several."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import typer

from bot.app import App
from bot.clock import VirtualClock
from bot.logs import set_up_logs
from bot.loops import run_to_end
from bot.simulation.crowd import Crowd
from bot.simulation.figures import Figures, measured
from bot.simulation.life import ZONE, Life
from bot.simulation.life import Wish as Lived
from bot.simulation.people import stream
from bot.simulation.town import settle
from bot.simulation.year import days
from config.policy import load_policy
from config.settings import Settings, load_settings
from config.words import catalogue
from handlers.understanding.reader import Reader
from handlers.work import Understands
from storage.engine import Store
from storage.migrate import upgrade

DONE = 0
FOLDER, FILE = "linli-simulate-", "simulated.db"
#: Neighbourhoods that a process lives through before a new one takes its place: SQLAlchemy keeps
#: compiled statements for each database that there was (0.5 MB each). A pool is made anew for it,
#: for with `max_tasks_per_child` one may wait for ever (python/cpython#115634).
LIVES = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What is simulated, and how it is told."""

    policies: tuple[Path, ...] = ()  #: each is compared with the others; none: the one in use
    neighbourhoods: int = 1
    households: int = 224  #: 60,000 in 268 neighbourhoods (Xuanwu)
    weeks: int = 4
    start: date = date(2026, 7, 6)
    seed: int = 1
    captains: float = 0.75
    as_json: bool = False


async def simulate(wish: Wish) -> int:
    """Let it live, and print what came of it."""
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    policies = wish.policies or (settings.policy_file,)
    for each in policies:
        load_policy(each)  # what is wrong with one is told before anything is simulated
    begin = time.perf_counter()
    found = [await lived_by(policy, wish) for policy in policies]
    seconds = time.perf_counter() - begin
    names = [each.name if each else "-" for each in policies]
    if wish.as_json:
        _print(names, found, seconds)
    else:
        _table(settings.language, wish, (names, found), seconds)
    return DONE


async def lived_by(policy: Path | None, wish: Wish) -> Figures:
    """All neighbourhoods under one policy, shared out among the processors."""
    wishes = [replace(wish, seed=wish.seed + n) for n in range(wish.neighbourhoods)]
    whole = Figures()
    empty = await _empty()
    workers = min(os.cpu_count() or 1, len(wishes))
    if workers < 2:
        for each in wishes:
            whole.add(await lived(policy, each, empty=empty))
        return whole
    for first in range(0, len(wishes), workers * LIVES):
        some = wishes[first : first + workers * LIVES]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for each in await _shared_out(pool, policy, some, empty):
                whole.add(each)
    return whole


async def _shared_out(
    pool: ProcessPoolExecutor, policy: Path | None, wishes: Sequence[Wish], empty: bytes
) -> Sequence[Figures]:
    loop = asyncio.get_running_loop()
    runs = (loop.run_in_executor(pool, _share, policy, each, empty) for each in wishes)
    return await asyncio.gather(*runs)


def _share(policy: Path | None, wish: Wish, empty: bytes) -> Figures:
    """What one process does."""
    set_up_logs("error", "console")
    return run_to_end(lived(policy, wish, empty=empty))


@cache
def _reader(policy: Path | None) -> Reader:
    """The shipped reader with a policy's own words: one for all neighbourhoods of a process."""
    return Reader.load(extra_cues=load_policy(policy).own_cues)


async def lived(
    policy: Path | None, wish: Wish, reader: Understands | None = None, empty: bytes = b""
) -> Figures:
    """One neighbourhood, in a database of its own (`empty`: the file of a migrated one)."""
    clock = VirtualClock(datetime.combine(wish.start, datetime.min.time(), ZONE))
    crowd = Crowd(clock)
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        settings = _settings(policy, Path(folder))
        async with _opened(Path(folder), empty) as store:
            known = reader or _reader(policy)
            app = App(settings, store, [crowd], clock=clock, reader=known)
            town = await settle(store, wish.households, clock.now())
            weather = days(wish.start, 7 * wish.weeks, stream(wish.seed, "weather"))
            life = Life(app, clock, crowd, town, Lived(wish.seed, weather, wish.captains))
            await life.run()
            await app.close()
            return await measured(store, crowd, town, wish.weeks)


async def _empty() -> bytes:
    """The file of a migrated database without a row: migrating each is a tenth of a short life."""
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        async with _opened(Path(folder), b""):
            pass
        return (Path(folder) / FILE).read_bytes()


def _settings(policy: Path | None, folder: Path) -> Settings:
    return load_settings().model_copy(
        update={
            "database_url": _url(folder),
            "data_dir": folder,
            "policy_file": policy,
            "language": "zh",
            "timezone": ZONE.key,
            "web_chat": False,
            "telegram_token": None,
            "demo": False,
            "public_url": "",
            "opinion_url": "",
        }
    )


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / FILE}"


@asynccontextmanager
async def _opened(folder: Path, empty: bytes) -> AsyncGenerator[Store]:
    if empty:
        (folder / FILE).write_bytes(empty)
    store = Store(_url(folder))
    try:
        if not empty:
            await upgrade(store)
        yield store
    finally:
        await store.close()


def _print(names: Sequence[str], found: Sequence[Figures], seconds: float) -> None:
    told = [
        {
            "policy": name,
            **dict(figures.rows()),
            "load": dict(figures.load()),
            "counts": {"requests": figures.requests, "heard": figures.heard},
        }
        for name, figures in zip(names, found, strict=True)
    ]
    typer.echo(json.dumps({"seconds": round(seconds, 1), "runs": told}, ensure_ascii=False))


def _table(
    language: str, wish: Wish, of: tuple[Sequence[str], Sequence[Figures]], seconds: float
) -> None:
    names, found = of
    word = catalogue().say
    first = found[0]
    head = {"n": wish.neighbourhoods, "households": first.households, "weeks": wish.weeks}
    more = {"seed": wish.seed, "start": wish.start.isoformat(), "requests": first.requests}
    typer.echo(word(language, "simulate.head", **head, **more))
    if len(found) > 1:
        typer.echo("\t".join(["", *names]))
    for rows in zip(*(each.rows() for each in found), strict=True):
        typer.echo(_line(word(language, f"simulate.row.{rows[0][0]}"), [v for _, v in rows]))
    for loads in zip(*(each.load() for each in found), strict=True):
        role = word(language, f"roles.{loads[0][0]}")
        typer.echo(_line(word(language, "simulate.load", role=role), [v for _, v in loads]))
    typer.echo(word(language, "simulate.took", seconds=f"{seconds:.0f}"))


def _line(name: str, values: Sequence[float | None]) -> str:
    return "\t".join([name, *("-" if each is None else f"{each:.2f}" for each in values)])
