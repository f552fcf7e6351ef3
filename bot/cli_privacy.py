"""The command that exchanges the key of what is sealed."""

from __future__ import annotations

import typer

from bot.cli_finish import Json, finish

commands = typer.Typer()


@commands.command("rotate-key")
def rotate_key(as_json: Json = False) -> None:
    """Seal phone numbers and homes with a new key, while the bot runs or not.

    Killed on the way it goes on when called again; the old key stays until all is done. With
    LINLI_SECRET_KEY in the environment: set it to "new,old" everywhere first.
    """
    from bot import desk_keys

    finish(desk_keys.rotate(as_json=as_json))
