"""`linli archive`: old requests go out of the database into a sealed file, and are read again.

What may be cut off at any moment goes in this order: the file's name is noted, the file is written
whole and read again, its seal is noted, and only then is taken out what stands in it, some at a
time. Whoever comes after goes on from whatever was noted last.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from bot.app import App
from bot.archive_files import alone, folder_of, lines_of
from bot.desk_errors import WRONG, DeskError, whole_file
from bot.desk_work import desk_app
from handlers.archive import reading, writing
from handlers.archive.reading import Held
from handlers.directory import places
from handlers.privacy import retention
from handlers.statistics import counting
from handlers.statistics.chain import BrokenError, Chain
from handlers.work import Work
from storage.files import keep_for_good
from storage.queries import archiving as query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries.archiving import Ripe
from storage.tables import Archive

DONE = 0
AT_ONCE = 200  #: are taken out in one transaction: others wait for so long at most


@dataclass(frozen=True, slots=True)
class Made:
    """What became of an archive."""

    path: Path
    seal: str
    taken: int
    changed: int  #: were others by then, and stay


async def archive(*, apply: bool, as_json: bool) -> int:
    """Show what may go, or let it go."""
    async with desk_app() as app:
        now = app.clock.now()
        days = app.desk.policy.archive.days
        before = now - timedelta(days=days)
        async with app.store.write() as store:  # of what goes nothing may be left to be counted
            await counting.settle(Work(app.desk, store, now))
        async with app.store.read() as store:
            ripe = await query.ripe(store, before)
            begun = await query.unfinished(store)
        if not apply or (begun is None and not ripe.n):
            _say_plan(app, ripe, begun, as_json=as_json)
            return DONE
        with alone(app.settings):
            made = await _go_on(app, await _begun(app, before))
        _say_made(app, made, as_json=as_json)
    return DONE


async def _begun(app: App, before: datetime) -> Archive:
    """The archive that was begun and not finished, else a new one with a name of its own."""
    async with app.store.write() as store:
        found = await query.unfinished(store)
        if found is None:
            known = {each.name for each in await query.archives(store)}
            known |= {each.name for each in folder_of(app.settings).glob("*")}
            name = next(each for each in map(_name, range(1, 10_000)) if each not in known)
            found = Archive(name=name, ended_before=before, began_at=app.clock.now())
            store.add(found)
    return found


def _name(number: int) -> str:
    return f"linli-archive-{number:04}.jsonl.gz"


async def _go_on(app: App, archive: Archive) -> Made:
    path = folder_of(app.settings) / archive.name
    held = _whole(path, archive.seal)
    if held is None:
        await _kept_no_longer(app)
        async with app.store.read() as store:
            if await query.in_file(store, archive.id):
                raise DeskError("archive.missing", path=path)
        held = await _written(app, archive, path)
    taken = 0
    left = iter(held.versions.items())
    while some := dict(islice(left, AT_ONCE)):
        async with app.store.write() as store:
            await query.take_out(store, archive.id, some)
    async with app.store.write() as store:
        taken = len(await query.in_file(store, archive.id))
        await query.note_done(store, archive.id, app.clock.now())
    return Made(path, held.seal, taken, len(held.versions) - taken)


async def _kept_no_longer(app: App) -> None:
    """What the night would let go, goes now: a file is looked through by nobody afterwards."""
    left = 1
    while left:
        async with app.store.write() as store:
            left = await retention.ended(Work(app.desk, store, app.clock.now()))


def _whole(path: Path, seal: str | None) -> Held | None:
    """What a finished file holds; None: there is none, or not the one that was noted."""
    if seal is None or not path.is_file():
        return None
    try:
        held = reading.held(lines_of(path))
    except BrokenError:
        return None
    return held if held.seal == seal else None


async def _written(app: App, archive: Archive, path: Path) -> Held:
    chain = Chain()
    async with app.store.read() as store:
        work = Work(app.desk, store, app.clock.now())
        with whole_file(path) as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
            lines = writing.lines(work, archive.ended_before, app.secrets.pseudonym, chain)
            async for line in lines:
                packed.write(f"{line}\n".encode())
    keep_for_good(path)
    held = _whole(path, chain.seal)  # read from the disk again, before anything depends on it
    if held is None:
        raise DeskError("archive.missing", path=path)
    async with app.store.write() as store:
        await query.note_seal(store, archive.id, chain.seal)
    return held


def _say(app: App, key: str, **values: object) -> None:
    typer.echo(app.desk.words.say(app.settings.language, f"archive.{key}", **values))


def _say_plan(app: App, ripe: Ripe, begun: Archive | None, *, as_json: bool) -> None:
    if as_json:
        first, last = (each.isoformat() if each else None for each in (ripe.first, ripe.last))
        told = {"applied": False, "requests": ripe.n, "first": first, "last": last}
        typer.echo(json.dumps({**told, "unfinished": begun.name if begun else None}))
    elif begun is not None:
        _say(app, "would_go_on", path=folder_of(app.settings) / begun.name)
    elif ripe.first is None or ripe.last is None:
        _say(app, "nothing", days=f"{app.desk.policy.archive.days:g}")
    else:
        span = {"first": f"{ripe.first:%Y-%m-%d}", "last": f"{ripe.last:%Y-%m-%d}"}
        _say(app, "would", n=ripe.n, path=folder_of(app.settings), **span)


def _say_made(app: App, made: Made, *, as_json: bool) -> None:
    if as_json:
        told = {"applied": True, "file": str(made.path), "seal": made.seal}
        typer.echo(json.dumps({**told, "requests": made.taken, "changed": made.changed}))
        return
    _say(app, "done", n=made.taken, path=made.path, seal=made.seal)
    if made.changed:
        _say(app, "changed", n=made.changed)


async def show(number: int, *, as_json: bool) -> int:
    """Print an archived request, as it stands in its file."""
    async with desk_app() as app:
        found = await _found(app, number)
        for whole in found:
            if as_json:
                typer.echo(json.dumps(whole, ensure_ascii=False))
            else:
                await _tell(app, whole)
        if not found:
            typer.echo(app.desk.words.say(app.settings.language, "archive.unknown", number=number))
    return DONE if found else WRONG


async def _found(app: App, number: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    async with app.store.read() as store:
        for request in await query.named(store, number):
            if request.archive_id is None:
                continue
            path = folder_of(app.settings) / await query.file_of(store, request.archive_id)
            try:
                of = (
                    w for w in reading.requests(lines_of(path)) if w["request"]["id"] == request.id
                )
                found += islice(of, 1)
            except (BrokenError, DeskError):
                raise DeskError("archive.missing", path=path) from None
    return found


async def _tell(app: App, whole: Mapping[str, Any]) -> None:
    row, language = whole["request"], app.settings.language
    events: list[Mapping[str, Any]] = whole["rows"].get("event", [])
    async with app.store.read() as store:
        facts = await areas_query.facts_at(store, row["area_id"])
        where = await places.name_at(Work(app.desk, store, app.clock.now()), facts)
        ids = {each["actor_id"] for each in events if each["actor_id"]}
        people = await people_query.people(store, ids)
    word = app.desk.words.say
    what = word(language, f"categories.{row['category']}")
    _say(app, "head", number=row["number"], what=what, where=where, words=row["words"])
    for event in events:
        person = people.get(event["actor_id"] or 0)
        nobody = "privacy.former" if event["actor_id"] is not None else "request.by_itself"
        who = person.name if person else word(language, nobody)
        what = word(language, f"request.event.{event['move']}")
        _say(app, "event", when=event["at"][:16].replace("T", " "), who=who, what=what)
