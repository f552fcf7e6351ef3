"""The command that exchanges the key of what is sealed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print for a program: JSON.")]


def register(cli: typer.Typer, finish: Callable[[Coroutine[Any, Any, int]], None]) -> None:
    """Add it to the command line; `finish` does the work and tells errors in words."""

    def rotate_key(as_json: Json = False) -> None:
        """Seal phone numbers and homes with a new key, while the bot runs or not.

        Killed on the way it goes on when called again; the old key stays until all is done. With
        LINLI_SECRET_KEY in the environment: set it to "new,old" everywhere first.
        """
        from bot import desk_keys

        finish(desk_keys.rotate(as_json=as_json))

    cli.command("rotate-key")(rotate_key)
