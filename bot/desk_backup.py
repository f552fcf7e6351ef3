"""What an operator does with backups: make one of a running system, and come back from one."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from bot.backup_file import Manifest, as_data, is_backup, pack, unpack
from bot.clock import SystemClock
from bot.desk_errors import WRONG, DeskError, check_replaced, whole_file
from bot.logs import set_up_logs
from bot.weights import own_file
from config.settings import Settings, load_settings
from config.words import catalogue
from storage.files import FILE, make_folder
from storage.keeping import keeper_of
from storage.keeping.embedded import set_aside
from storage.keeping.shape import Keeper, KeepingError
from storage.migrate import NewerDatabaseError, newest
from storage.secrets import (
    Secrets,
    SecretsError,
    key_file,
    load_secrets,
    older_key_files,
    read_keys,
)

DONE = 0
NAME_OF_KEY = "backup"  #: that name of a key stands in the manifest
FOLDER = "backups"  #: in the data folder
#: Only files of this name are ever thrown away.
NAMED = re.compile(r"linli-\d{8}T\d{6}Z(-\d+)?\.zip")
WEIGHTS, POLICY, ARCHIVE = "weights.bin", "policy.toml", "archive"
RESTORED_POLICY = "policy.restored.toml"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a backup is put back."""

    replace: bool = False  #: over a database with rows in it
    check: bool = False  #: only look whether the file is whole
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """Where that stands which was replaced."""

    key: str  #: of the words that tell of it: saved | set_aside
    path: Path


async def backup(out: Path | None, *, keep: int, as_json: bool) -> int:
    """Write a backup; in the usual folder, the oldest beyond `keep` go when it is written."""
    settings = _settings()
    path = out or _next(settings)
    check_replaced(path, is_backup)
    manifest = await _write(settings, path)
    gone = _thin_out(path.parent, keep, path) if out is None else []
    if as_json:
        told = {"file": str(path), "size": path.stat().st_size, **as_data(manifest)}
        typer.echo(json.dumps({**told, "removed": [str(each) for each in gone]}))
        return DONE
    rows, size = sum(manifest.rows.values()), _megabytes(path)
    _tell(settings, "written", path=path, size=size, n=rows, revision=manifest.revision)
    _tell(settings, "key_apart" if manifest.key else "key_none", path=key_file(settings.data_dir))
    if gone:
        _tell(settings, "removed", n=len(gone), keep=keep)
    return DONE


async def restore(file: Path, wish: Wish) -> int:
    """Put a backup back; 1 when the phone numbers in it cannot be read with the key that is here.

    Whatever is wrong with the file or the database is found before anything is changed.
    """
    settings = _settings()
    _check_there(file)
    make_folder(settings.data_dir)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as made:
        folder = Path(made)
        manifest = await asyncio.to_thread(unpack, file, folder)
        keeper = _keeper(settings)
        _check(keeper, manifest)
        copy = folder / keeper.member
        await keeper.prepare(copy, manifest.snapshot)
        saved = None
        if not wish.check:
            saved = await _saved(settings, keeper, replace=wish.replace)
            await keeper.put_back(copy, manifest.snapshot)
            _put_files(settings, folder, manifest)
        return _told(settings, file, manifest, wish, saved)


def _check_there(file: Path) -> None:
    if not file.is_file():
        raise DeskError("in_failed", path=file, why=os.strerror(errno.ENOENT))


def _settings() -> Settings:
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    return settings


def _keeper(settings: Settings) -> Keeper:
    return keeper_of(settings.database_url, settings.pg_programs)


async def _write(settings: Settings, path: Path) -> Manifest:
    keeper = _keeper(settings)
    make_folder(settings.data_dir)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.data_dir) as folder:
        copy = Path(folder) / keeper.member
        snapshot = await keeper.take(copy)
        manifest = Manifest(
            made_by=version("linli"),
            made_at=SystemClock().now().isoformat(timespec="seconds"),
            kind=keeper.kind,
            revision=snapshot.revision,
            key=next(iter(_keys(settings)), None),
            rows=dict(snapshot.rows),
        )
        parts = {keeper.member: copy, **dict(_beside(settings))}
        with whole_file(path) as out:
            manifest = await asyncio.to_thread(pack, out, manifest, parts)
            out.flush()
            os.fsync(out.fileno())
    return manifest


def _beside(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What a community has of its own beside the database. Never the key: whoever finds the file
    would read every phone number in it."""
    if own_file(settings).is_file():
        yield WEIGHTS, own_file(settings)
    if settings.policy_file is not None:
        yield POLICY, settings.policy_file
    for each in sorted((settings.data_dir / ARCHIVE).glob("*.jsonl.gz")):
        yield f"{ARCHIVE}/{each.name}", each


def _keys(settings: Settings) -> Sequence[str]:
    """By what each key that is here is known again, without telling it, the newest first."""
    given, folder = settings.secret_key, settings.data_dir
    if given is None and not key_file(folder).is_file():
        return ()
    keys = load_secrets(given.get_secret_value() if given else None, folder)
    return keys.pseudonyms(NAME_OF_KEY)


def _exchanged(settings: Settings, key: str | None) -> Path | None:
    """The file with a key that was exchanged after the backup was made."""
    for each in older_key_files(settings.data_dir):
        with contextlib.suppress(SecretsError, OSError, UnicodeDecodeError):
            if key in Secrets(*read_keys(each)).pseudonyms(NAME_OF_KEY):
                return each
    return None


def _next(settings: Settings) -> Path:
    folder = settings.data_dir / FOLDER
    make_folder(folder)
    stem = f"linli-{SystemClock().now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{stem}.zip", *(f"{stem}-{n}.zip" for n in range(2, 1000)))
    return next(folder / name for name in names if not (folder / name).exists())


def _thin_out(folder: Path, keep: int, newest_one: Path) -> list[Path]:
    """Throw away the oldest of our own; never the one just written. Gives what went."""
    ours = [each for each in folder.iterdir() if NAMED.fullmatch(each.name)]
    ours = sorted((each for each in ours if each != newest_one), key=_age)
    gone = ours[: max(0, len(ours) + 1 - keep)] if keep else []
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def _age(path: Path) -> tuple[str, int]:
    stem, _, number = path.stem.removeprefix("linli-").partition("-")
    return stem, int(number or 1)


def _check(keeper: Keeper, manifest: Manifest) -> None:
    if manifest.kind != keeper.kind:
        raise KeepingError("other_kind", kind=manifest.kind, here=keeper.kind)
    if manifest.revision > newest():
        raise NewerDatabaseError(manifest.revision)
    if keeper.member not in manifest.files:
        raise KeepingError("broken", what=keeper.member)


async def _saved(settings: Settings, keeper: Keeper, *, replace: bool) -> Saved | None:
    """Keep what is about to be replaced, if there is anything; what is damaged is set aside."""
    try:
        path = await _backed_up(settings, keeper, replace=replace)
    except KeepingError as error:
        if error.key != "damaged" or not replace:
            raise
        at = f"{SystemClock().now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return Saved("set_aside", set_aside(Path(str(error.values["path"])), at))
    return Saved("saved", path) if path else None


async def _backed_up(settings: Settings, keeper: Keeper, *, replace: bool) -> Path | None:
    await keeper.check_alone()
    if not await keeper.holds_rows():
        return None
    if not replace:
        raise KeepingError("not_empty")
    path = _next(settings)
    path = path.with_name(f"before-restore-{path.name}")  # not one of those that are thinned out
    await _write(settings, path)
    return path


def _put_files(settings: Settings, folder: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        target = settings.data_dir / name
        if name == POLICY:
            target = settings.data_dir / RESTORED_POLICY
        if name in (WEIGHTS, POLICY) or name.startswith(f"{ARCHIVE}/"):
            make_folder(target.parent)
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(folder / name, part)
            part.chmod(FILE)
            part.replace(target)


def _told(
    settings: Settings, file: Path, manifest: Manifest, wish: Wish, saved: Saved | None
) -> int:
    here = _keys(settings)
    fits = manifest.key in (None, *here)
    if wish.as_json:
        told = {"file": str(file), "restored": not wish.check, "key_fits": fits}
        more = {"saved": str(saved.path) if saved else None, "manifest": as_data(manifest)}
        typer.echo(json.dumps({**told, **more}, ensure_ascii=False))
        return DONE if fits else WRONG
    at = datetime.fromisoformat(manifest.made_at).strftime("%Y-%m-%d %H:%M UTC")
    key = "whole" if wish.check else "restored"
    _tell(settings, key, path=file, at=at, n=sum(manifest.rows.values()))
    if saved is not None:
        _tell(settings, saved.key, path=saved.path)
    if POLICY in manifest.files and not wish.check:
        _tell(settings, "policy", path=settings.data_dir / RESTORED_POLICY)
    if not fits:
        _tell_of_key(settings, manifest.key, some=bool(here))
    return DONE if fits else WRONG


def _tell_of_key(settings: Settings, key: str | None, *, some: bool) -> None:
    if old := _exchanged(settings, key):
        _tell(settings, "key_exchanged", wrong=True, path=old, file=key_file(settings.data_dir))
    else:
        _tell(settings, "key_other" if some else "key_missing", wrong=True)


def _tell(settings: Settings, key: str, *, wrong: bool = False, **values: object) -> None:
    typer.echo(catalogue().say(settings.language, f"backup.{key}", **values), err=wrong)


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1_000_000:.1f}"
