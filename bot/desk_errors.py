"""What can go wrong at the desk, told in words with a remedy; our own mistakes are not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from config.policy import PolicyError
from config.settings import Settings, SettingsError, load_settings
from config.words import catalogue
from handlers.work import RefusalError
from storage.keeping.shape import KeepingError
from storage.migrate import NewerDatabaseError
from storage.secrets import SecretsError

#: Exit codes: it ran and found something wrong; it could not run as asked.
WRONG, UNUSABLE = 1, 2


class DeskError(Exception):
    """It cannot be done as asked; its words are "desk.<key>", or those of a whole key."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def in_words(error: BaseException) -> str | None:
    """What to tell for an error; None for one that is our own mistake."""
    if isinstance(error, BaseExceptionGroup):
        inside: list[BaseException] = list(
            cast("BaseExceptionGroup[BaseException]", error).exceptions
        )
        return in_words(inside[0]) if len(inside) == 1 else None
    if isinstance(error, SettingsError | PolicyError):
        return f"Please correct the settings:\n{error}"
    if not isinstance(error, Exception):
        return None
    try:
        settings = load_settings()
    except SettingsError as wrong:
        return in_words(wrong)
    return _told(error, settings)


def _told(error: Exception, settings: Settings) -> str | None:
    if isinstance(error, DeskError):
        key = error.key if "." in error.key else f"desk.{error.key}"
        return _say(settings, key, **error.values)
    if isinstance(error, KeepingError):
        return _say(settings, f"backup.{error.key}", **error.values)
    if isinstance(error, RefusalError):
        return _say(settings, error.key, **error.values)
    if isinstance(error, SecretsError):
        return _say(settings, "desk.key_failed", path=settings.data_dir / "secret.key")
    if isinstance(error, NewerDatabaseError):
        return _say(settings, "desk.database_newer")
    if isinstance(error, SQLAlchemyError):
        return _database(settings, _why(error))
    # Whoever read what we print may be gone ("| head"): then typer ends quietly.
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return _system(settings, error)
    return None


def _system(settings: Settings, error: OSError) -> str:
    """A folder that cannot be made, or a database server that does not answer."""
    if error.filename:
        return _say(
            settings, "desk.data_dir_failed", path=error.filename, why=error.strerror or error
        )
    return _database(settings, error.strerror or str(error))


def _database(settings: Settings, why: str) -> str:
    try:
        url = make_url(settings.database_url).render_as_string(hide_password=True)
    except ArgumentError:
        url = "?"
    return _say(settings, "desk.database_failed", why=why, url=url)


def _why(error: SQLAlchemyError) -> str:
    """The driver's own words, without the statement and its values."""
    origin = getattr(error, "orig", None)
    return str(origin if origin is not None else error).splitlines()[0]


def _say(settings: Settings, key: str, **values: object) -> str:
    return catalogue().say(settings.language, key, **values)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file wholly or not at all, for this user's eyes only. Raises DeskError."""
    with whole_file(path) as out:
        out.write(body)


@contextlib.contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """The same for what is written piece by piece: an error leaves nothing behind."""
    _check_target(path)
    part = part_of(path)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            yield out
        part.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink()
        if not isinstance(error, OSError):
            raise
        raise DeskError("out_failed", path=path, why=error.strerror or str(error)) from None


def part_of(path: Path) -> Path:
    """Where a file stands until it is whole."""
    return path.with_name(f".{path.name}.part")


def check_replaced(path: Path, ours: Callable[[Path], bool]) -> None:
    """Raise DeskError where a file stands already that is none of the kind to be written."""
    if path.exists() and not ours(path):
        raise DeskError("out_exists", path=path)


def _check_target(path: Path) -> None:
    """A slip of the hand must not cost the database, the key or the rules."""
    settings, wanted = load_settings(), path.resolve()
    folder = settings.data_dir.resolve()
    key = wanted.parent == folder and wanted.name.startswith("secret.key")
    if key or any(wanted == each.resolve() for each in _precious(settings)):
        raise DeskError("out_precious", path=path)


def _precious(settings: Settings) -> Generator[Path]:
    yield Path(".env")
    if settings.policy_file is not None:
        yield settings.policy_file
    if settings.database_url.startswith("sqlite"):
        database = make_url(settings.database_url).database or ":memory:"
        yield from (Path(database + end) for end in ("", "-wal", "-shm", "-journal"))
