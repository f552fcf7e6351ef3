"""What an operator does to come back from a backup: look at it, put it in the place of all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from errno import ENOENT
from pathlib import Path

import typer

from bot.backup_file import Manifest, as_data, unpack
from bot.desk_backup import (
    BEFORE,
    DONE,
    KEEP,
    NAME_OF_KEY,
    desk_settings,
    keeper_here,
    keys_here,
    moment,
    next_name,
    tell,
    thin_out,
    write,
)
from bot.desk_errors import WRONG, DeskError
from bot.leftovers import BACKUPS, at_work
from bot.restored_files import POLICY, RESTORED_POLICY, all_or_nothing, exchange
from config.settings import Settings
from storage.files import make_folder
from storage.keeping.embedded import aside_of, set_aside
from storage.keeping.shape import Keeper, KeepingError
from storage.migrate import NewerDatabaseError, newest
from storage.secrets import Secrets, SecretsError, key_file, older_key_files, read_keys


@dataclass(frozen=True, slots=True)
class Wish:
    """How a backup is put back."""

    replace: bool = False  #: over a database with rows in it
    check: bool = False  #: only look whether the file is whole
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """Where that stands which was replaced."""

    database: Path | None = None
    damaged: Path | None = None  #: what no backup could be made of
    files: Path | None = None  #: what is not in the backup, or was another there


@dataclass(frozen=True, slots=True)
class Found:
    """A backup that was unpacked, and is whole."""

    file: Path
    folder: Path
    manifest: Manifest
    keeper: Keeper


async def restore(file: Path, wish: Wish) -> int:
    """Put a backup back; 1 when the phone numbers in it cannot be read with the key that is here.

    Whatever is wrong with the file or the database is found before anything is changed.
    """
    settings = desk_settings()
    _check_there(file)
    if not wish.check:
        make_folder(settings.data_dir)
    with _room(settings.data_dir) as folder:
        found = await _found(settings, file, folder)
        saved = Saved() if wish.check else await _put_back(settings, found, replace=wish.replace)
        return _told(settings, found, wish, saved)


def _check_there(file: Path) -> None:
    if file.is_dir():
        raise DeskError("backup.folder", path=file)
    if not file.is_file():
        raise DeskError("in_failed", path=file, why=os.strerror(ENOENT))


@contextlib.contextmanager
def _room(data: Path) -> Generator[Path]:
    """A folder to unpack in. Who only looks, where there is no data folder yet, makes none."""
    if not data.is_dir():
        with tempfile.TemporaryDirectory(prefix="linli-check-") as made:
            yield Path(made)
        return
    with at_work(data), tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as made:
        yield Path(made)


async def _found(settings: Settings, file: Path, folder: Path) -> Found:
    try:
        manifest = await asyncio.to_thread(unpack, file, folder)
    except OSError as error:
        raise DeskError("out_failed", path=folder, why=error.strerror or str(error)) from None
    keeper = keeper_here(settings)
    _check(keeper, manifest)
    await keeper.prepare(folder / keeper.member, manifest.snapshot)
    return Found(file, folder, manifest, keeper)


def _check(keeper: Keeper, manifest: Manifest) -> None:
    if manifest.kind != keeper.kind:
        raise KeepingError("other_kind", kind=manifest.kind, here=keeper.kind)
    if manifest.revision > newest():
        raise NewerDatabaseError(manifest.revision)
    if keeper.member not in manifest.files:
        raise KeepingError("broken", what=keeper.member)


async def _put_back(settings: Settings, found: Found, *, replace: bool) -> Saved:
    """The files first, the database last, in one transaction of its own: with it all is done."""
    data, keeper, manifest = settings.data_dir, found.keeper, found.manifest
    at, damaged = moment(), None
    database = await _saved(settings, keeper, replace=replace)
    if isinstance(database, Damaged):
        damaged, database = database.path, None
    aside = _free(data / f"replaced-{at}")
    with all_or_nothing(data, found.file, database) as moves:
        if damaged is not None:
            set_aside(damaged, at, moves.move)
        some = exchange(data, found.folder, manifest.files, aside, moves)
        await keeper.put_back(found.folder / keeper.member, manifest.snapshot)
    await keeper.bring_up()
    if database is not None:
        thin_out(data / BACKUPS, KEEP, found.file, database)
    return Saved(database, damaged and aside_of(damaged, at), aside if some else None)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A database of which no backup can be made."""

    path: Path


async def _saved(settings: Settings, keeper: Keeper, *, replace: bool) -> Path | Damaged | None:
    """Keep what is about to be replaced, if there is anything."""
    try:
        return await _backed_up(settings, keeper, replace=replace)
    except KeepingError as error:
        if error.key != "damaged" or not replace:
            raise
        return Damaged(Path(str(error.values["path"])))


async def _backed_up(settings: Settings, keeper: Keeper, *, replace: bool) -> Path | None:
    await keeper.check_alone()
    if not await keeper.holds_rows():
        return None
    if not replace:
        raise KeepingError("not_empty")
    path = next_name(settings, BEFORE)
    await write(settings, path)
    return path


def _free(path: Path) -> Path:
    """A name that nothing has yet."""
    names = (path, *(path.with_name(f"{path.name}-{n}") for n in range(2, 1000)))
    return next(each for each in names if not each.exists())


def _told(settings: Settings, found: Found, wish: Wish, saved: Saved) -> int:
    manifest, here = found.manifest, keys_here(settings)
    fits = manifest.key in (None, *here)
    if wish.as_json:
        _print(found, wish, saved, fits=fits)
        return DONE if fits else WRONG
    at = datetime.fromisoformat(manifest.made_at).strftime("%Y-%m-%d %H:%M UTC")
    key = "whole" if wish.check else "restored"
    tell(settings, key, path=found.file, at=at, n=sum(manifest.rows.values()))
    kept = {"saved": saved.database, "set_aside": saved.damaged, "files_aside": saved.files}
    for key, path in kept.items():
        if path is not None:
            tell(settings, key, path=path)
    if POLICY in manifest.files and not wish.check:
        tell(settings, "policy", path=settings.data_dir / RESTORED_POLICY)
    if not fits:
        _tell_of_key(settings, manifest.key, some=bool(here))
    return DONE if fits else WRONG


def _print(found: Found, wish: Wish, saved: Saved, *, fits: bool) -> None:
    kept, files = saved.database or saved.damaged, saved.files
    told = {"file": str(found.file), "restored": not wish.check, "key_fits": fits}
    more = {"saved": kept and str(kept), "files_aside": files and str(files)}
    told = {**told, **more, "manifest": as_data(found.manifest)}
    typer.echo(json.dumps(told, ensure_ascii=False))


def _tell_of_key(settings: Settings, key: str | None, *, some: bool) -> None:
    if old := _exchanged(settings, key):
        tell(settings, "key_exchanged", wrong=True, path=old, file=key_file(settings.data_dir))
    else:
        tell(settings, "key_other" if some else "key_missing", wrong=True)


def _exchanged(settings: Settings, key: str | None) -> Path | None:
    """The file with a key that was exchanged after the backup was made."""
    for each in older_key_files(settings.data_dir):
        with contextlib.suppress(SecretsError, OSError, UnicodeDecodeError):
            if key in Secrets(*read_keys(each)).pseudonyms(NAME_OF_KEY):
                return each
    return None
