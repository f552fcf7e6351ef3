"""The command that exchanges the key of what is sealed."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli_finish import Json, finish

commands = typer.Typer()


@commands.command("rotate-key")
def rotate_key(
    without_old_key: Annotated[
        bool,
        typer.Option(
            "--without-old-key",
            help="The old key is lost for good: what it sealed is emptied, after a backup.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With it: do not ask for the word.")] = False,
    as_json: Json = False,
) -> None:
    """Seal phone numbers and homes with a new key, while the bot runs or not.

    Killed on the way it goes on when called again; the old key stays until all is done. With
    LINLI_SECRET_KEY in the environment: set it to "new,old" everywhere first.
    """
    if without_old_key:
        from bot import desk_lost_key

        finish(desk_lost_key.give_up(sure=yes, as_json=as_json))
    else:
        from bot import desk_keys

        finish(desk_keys.rotate(as_json=as_json))
