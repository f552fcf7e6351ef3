"""The commands that keep what there is: backup, restore, archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli_finish import Json, finish

commands = typer.Typer()


@commands.command()
def backup(
    out: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="File to write; none: backups/ in the data folder."),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="So many of each kind stay in that folder (0: all).")
    ] = 7,
    as_json: Json = False,
) -> None:
    """Write all there is into one file, while the bot goes on. The key is not in it.

    The key that seals phone numbers (secret.key, or LINLI_SECRET_KEY) must be kept apart: in
    one file with them it would protect nobody. How to come back: docs/backup.md.
    """
    from bot import desk_backup

    finish(desk_backup.backup(out, keep=keep, as_json=as_json))


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `linli backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also over a database with rows; it is backed up first."),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether the file is whole.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Come back from a backup, wholly or not at all. Stop the bot first."""
    from bot import desk_restore

    finish(desk_restore.restore(file, desk_restore.Wish(replace, check, as_json)))


@commands.command()
def archive(
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without, only show what would go.")
    ] = False,
    show: Annotated[
        int | None, typer.Option(min=1, help="Print an archived request by its number.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Move requests that ended long ago into a sealed file; numbers and statistics stay.

    After how long: "days" under "archive" in the policy. What was cut off goes on with the next
    --apply.
    """
    from bot import desk_archive

    if show is not None:
        finish(desk_archive.show(show, as_json=as_json))
    else:
        finish(desk_archive.archive(apply=apply, as_json=as_json))
