"""What an operator does whose key is lost: give up what it sealed, and go on without it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import typer

from bot.desk_backup import LOST_KEY, desk_settings, keeper_here, next_name, write
from bot.desk_errors import DeskError
from bot.leftovers import at_work
from config.policy import load_policy
from config.settings import Settings
from config.words import catalogue
from storage import lost_key
from storage.engine import Store
from storage.files import make_folder
from storage.keeping.shape import KeepingError
from storage.lost_key import Lost
from storage.migrate import upgrade
from storage.sealing import reseal
from storage.secrets import (
    Secrets,
    SecretsError,
    key_file,
    new_key,
    older_key_files,
    read_keys,
    write_keys,
)

DONE = 0


async def give_up(*, sure: bool, as_json: bool) -> int:
    """Tell what is lost, ask, back up, then empty it. Raises DeskError where nothing needs it."""
    settings = desk_settings()
    if as_json and not sure:
        raise DeskError("lost_key_json")
    await _check_alone(settings)
    keys = _keys(settings)
    secrets = Secrets(*keys)
    store = Store(settings.database_url)
    try:
        await upgrade(store)
        found = await _lost(settings, store, secrets)
        if not sure:
            _ask(settings, found)
        saved = await _backed_up(settings)
        if settings.secret_key is None:
            make_folder(settings.data_dir)
            write_keys(key_file(settings.data_dir), keys)
        found = await lost_key.give_up(store, secrets)
        await reseal(store, secrets)
    finally:
        await store.close()
    _tell(settings, found, saved, as_json=as_json)
    return DONE


async def _check_alone(settings: Settings) -> None:
    keeper = keeper_here(settings)
    if not await keeper.holds_rows():
        raise DeskError("lost_key_none")
    try:
        await keeper.check_alone()
    except KeepingError as error:
        if error.key != "running":
            raise
        raise DeskError("lost_key_running") from None


def _keys(settings: Settings) -> list[str]:
    """Those that are here; a new one where there is none."""
    given, file = settings.secret_key, key_file(settings.data_dir)
    if given is not None:
        return [each.strip() for each in given.get_secret_value().split(",")]
    return read_keys(file) if file.exists() else [new_key()]


async def _lost(settings: Settings, store: Store, secrets: Secrets) -> Lost:
    """What is lost indeed. Raises DeskError when the key is here after all."""
    found, known = await lost_key.lost(store, secrets), await lost_key.numbered_with(store)
    if not found.any and (known is None or known in secrets.fingerprints):
        raise DeskError("lost_key_none")
    for each in older_key_files(settings.data_dir):
        with contextlib.suppress(SecretsError, OSError, UnicodeDecodeError):
            if known in Secrets(*read_keys(each)).fingerprints:
                raise DeskError("lost_key_there", path=each, file=key_file(settings.data_dir))
    return found


def _ask(settings: Settings, found: Lost) -> None:
    """The word must be typed: what is emptied comes back from nowhere but the backup and the key.

    Raises DeskError for anything else.
    """
    word = _say(settings, "lost_key_word")
    typer.echo(_plan(settings, found))
    said = ""
    with contextlib.suppress(typer.Abort):  # nobody is there to type
        said = typer.prompt(
            _say(settings, "lost_key_ask", word=word), default="", prompt_suffix=" "
        )
    if said.strip().casefold() != word.casefold():
        raise DeskError("lost_key_stays")


def _plan(settings: Settings, found: Lost) -> str:
    return _say(
        settings, "lost_key_plan", phones=found.phones, homes=found.homes, names=found.names
    )


async def _backed_up(settings: Settings) -> Path:
    """As it is: should the key be found one day, all of it can be read again."""
    make_folder(settings.data_dir)
    path = next_name(settings, LOST_KEY)
    with at_work(settings.data_dir):
        await write(settings, path)
    return path


def _tell(settings: Settings, found: Lost, saved: Path, *, as_json: bool) -> None:
    if as_json:
        told = {"phones": found.phones, "homes": found.homes, "names": found.names}
        typer.echo(json.dumps({"given_up": True, **told, "saved": str(saved)}))
        return
    days = load_policy(settings.policy_file).retention.days("copies")
    counts = {"phones": found.phones, "homes": found.homes, "names": found.names}
    typer.echo(_say(settings, "lost_key_done", **counts))
    typer.echo(_say(settings, "lost_key_saved", path=saved, days=f"{days:g}"))


def _say(settings: Settings, key: str, **values: object) -> str:
    return catalogue().say(settings.language, f"desk.{key}", **values)
