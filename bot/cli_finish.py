"""What all commands share: `--json`, exit codes, and how their work ends."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print for a program: JSON.")]

#: Exit codes: 0 done, 1 it ran and found something wrong, 2 it could not run as asked.
WRONG, UNUSABLE = 1, 2


def finish(work: Coroutine[Any, Any, int]) -> None:
    """Do the work; what is not our own mistake is told in words, without a traceback."""
    from bot.desk_errors import in_words
    from bot.loops import run_to_end
    from handlers.work import RefusalError

    try:
        code = run_to_end(work)
    except Exception as error:
        told = in_words(error)
        if told is None:
            raise
        typer.echo(told, err=True)
        code = WRONG if isinstance(error, RefusalError) else UNUSABLE
    if code:
        raise typer.Exit(code)
