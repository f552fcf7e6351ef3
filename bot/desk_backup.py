"""What an operator does to have backups: make one of a running system, thin out the old ones."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

import typer

from bot.backup_file import Manifest, as_data, is_backup, pack
from bot.clock import SystemClock
from bot.desk_errors import check_replaced, whole_file
from bot.leftovers import BACKUPS, at_work, note_part
from bot.logs import set_up_logs
from bot.restored_files import ARCHIVE, POLICY, WEIGHTS, check_not_cut_off
from bot.weights import own_file
from config.settings import Settings, load_settings
from config.words import catalogue
from storage.files import keep_for_good, make_folder
from storage.keeping import keeper_of
from storage.keeping.shape import Keeper
from storage.secrets import key_file, load_secrets

DONE = 0
KEEP = 7  #: so many of each kind stay, unless somebody says otherwise
NAME_OF_KEY = "backup"  #: that name of a key stands in the manifest
BEFORE = "before-restore-"  #: what a restore replaced
LOST_KEY = "before-new-key-"  #: what a key sealed that is lost
#: Only files of these names are ever thrown away, each kind for itself.
KINDS = ("", BEFORE)
NAMED = re.compile(r"linli-(\d{8}T\d{6}Z)(?:-(\d+))?\.zip")


async def backup(out: Path | None, *, keep: int, as_json: bool) -> int:
    """Write a backup; in the usual folder, the oldest beyond `keep` go when it is written."""
    settings = desk_settings()
    check_not_cut_off(settings.data_dir)
    make_folder(settings.data_dir)
    path = out or next_name(settings)
    check_replaced(path, is_backup)
    with at_work(settings.data_dir):
        manifest = await write(settings, path)
        gone = thin_out(path.parent, keep, path) if out is None else []
    if as_json:
        told = {"file": str(path), "size": path.stat().st_size, **as_data(manifest)}
        typer.echo(json.dumps({**told, "removed": [str(each) for each in gone]}))
        return DONE
    rows, size = sum(manifest.rows.values()), _megabytes(path)
    tell(settings, "written", path=path, size=size, n=rows, revision=manifest.revision)
    tell(settings, "key_apart" if manifest.key else "key_none", path=key_file(settings.data_dir))
    if gone:
        tell(settings, "removed", n=len(gone), keep=keep)
    return DONE


def desk_settings() -> Settings:
    """Those of the environment, with quiet logs."""
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    return settings


def keeper_here(settings: Settings) -> Keeper:
    """Whoever copies the database of the settings."""
    return keeper_of(settings.database_url, settings.pg_programs)


async def write(settings: Settings, path: Path) -> Manifest:
    """Write a backup to a file, wholly or not at all; whoever calls it is at work alone."""
    keeper = keeper_here(settings)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.data_dir) as made:
        copy = Path(made) / keeper.member
        snapshot = await keeper.take(copy)
        manifest = Manifest(
            made_by=version("linli"),
            made_at=SystemClock().now().isoformat(timespec="seconds"),
            kind=keeper.kind,
            revision=snapshot.revision,
            key=next(iter(keys_here(settings)), None),
            rows=dict(snapshot.rows),
        )
        parts = {keeper.member: copy, **dict(_beside(settings))}
        note_part(Path(made), path)
        with whole_file(path) as out:
            manifest = await asyncio.to_thread(pack, out, manifest, parts)
            out.flush()
            os.fsync(out.fileno())
        keep_for_good(path)
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


def keys_here(settings: Settings) -> Sequence[str]:
    """By what each key that is here is known again, without telling it, the newest first."""
    given, folder = settings.secret_key, settings.data_dir
    if given is None and not key_file(folder).is_file():
        return ()
    keys = load_secrets(given.get_secret_value() if given else None, folder)
    return keys.pseudonyms(NAME_OF_KEY)


def next_name(settings: Settings, kind: str = "") -> Path:
    """A name in the usual folder behind those of all files there; `kind`: one of KINDS.

    Of the same moment the number goes on: one that was thrown away does not give its name.
    """
    folder = settings.data_dir / BACKUPS
    make_folder(folder)
    at = moment()
    ages = (_age(each, kind) for each in folder.iterdir())
    last = max((age[1] for age in ages if age and age[0] == at), default=0)
    return folder / f"{kind}linli-{at}{f'-{last + 1}' if last else ''}.zip"


def moment() -> str:
    """This moment as it stands in names of files."""
    return f"{SystemClock().now().astimezone(UTC):%Y%m%dT%H%M%SZ}"


def thin_out(folder: Path, keep: int, *spared: Path) -> list[Path]:
    """Throw away the oldest beyond `keep` of each kind (0: none), never `spared`."""
    needed = {each.resolve() for each in spared}
    oldest = [each for kind in KINDS for each in _oldest(folder, kind, keep)]
    gone = [each for each in oldest if each.resolve() not in needed]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def _oldest(folder: Path, kind: str, keep: int) -> list[Path]:
    ours = [each for each in folder.iterdir() if _age(each, kind)]
    ours = sorted(ours, key=lambda each: _age(each, kind))
    return ours[: max(0, len(ours) - keep)] if keep else []


def _age(path: Path, kind: str) -> tuple[str, int] | tuple[()]:
    """Orders files of a kind; nothing for any other file."""
    found = NAMED.fullmatch(path.name.removeprefix(kind)) if path.name.startswith(kind) else None
    return (found[1], int(found[2] or 1)) if found else ()


def tell(settings: Settings, key: str, *, wrong: bool = False, **values: object) -> None:
    """Say it in the operator's language."""
    typer.echo(catalogue().say(settings.language, f"backup.{key}", **values), err=wrong)


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1_000_000:.1f}"
