"""What the command line prints of people's words: shown as it is, never obeyed by the terminal."""

from __future__ import annotations

import typer

from bot.logs import seen


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text; escape sequences and other signs that nobody sees are written out."""
    lines = text.split("\n")
    typer.echo("\n".join("\t".join(map(seen, line.split("\t"))) for line in lines), err=err, nl=nl)
