"""What an operator does with keys: exchange them, in the file or in the environment."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import typer

from bot.app import App
from bot.desk_errors import DeskError
from bot.desk_work import DONE, desk_app
from config.settings import load_settings
from config.words import catalogue
from storage.sealing import reseal
from storage.secrets import key_file, new_key, read_keys, write_keys


async def rotate(*, as_json: bool) -> int:
    """Seal all anew. Raises DeskError where the environment must be changed first."""
    settings = load_settings()
    given = settings.secret_key
    if given is not None:
        return await _in_environment(given.get_secret_value().split(","), as_json=as_json)
    file = key_file(settings.data_dir)
    if not file.exists():
        async with desk_app() as app:
            _ = app.secrets  # makes the first one, unless the database was sealed with another
    keys = read_keys(file)
    if len(keys) == 1:  # else one was begun before, and is gone on with
        write_keys(file, [new_key(), *keys])
    async with desk_app() as app:
        changed = await reseal(app.store, app.secrets)
        newest, *old = read_keys(file)
        kept = _aside(file, old, app.clock.now())
        write_keys(file, [newest])
        _tell(app, "rotated", as_json=as_json, n=changed, path=file, old=kept)
    return DONE


def _aside(file: Path, old: list[str], now: datetime) -> Path:
    """What was sealed in older backups is opened with them."""
    aside = file.with_name(f"{file.name}.until-{now:%Y%m%d}")
    before = read_keys(aside) if aside.exists() else []
    write_keys(aside, list(dict.fromkeys([*old, *before])))
    return aside


async def _in_environment(keys: list[str], *, as_json: bool) -> int:
    if len(keys) == 1:
        raise DeskError("rotate_environment")
    async with desk_app() as app:
        changed = await reseal(app.store, app.secrets)
        _tell(app, "rotated_environment", as_json=as_json, n=changed)
    return DONE


def _tell(app: App, key: str, *, as_json: bool, **values: object) -> None:
    if as_json:
        told = {name: v if isinstance(v, int) else str(v) for name, v in values.items()}
        typer.echo(json.dumps({"rotated": True, **told}))
        return
    typer.echo(catalogue().say(app.settings.language, f"desk.{key}", **values))
