"""The command that tries out a policy: simulate."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_finish import Json, finish

commands = typer.Typer()


def _day(told: date | str) -> date:
    """typer asks the parser for what the default means too."""
    try:
        return told if isinstance(told, date) else date.fromisoformat(told)
    except ValueError as error:
        raise typer.BadParameter(f"{told!r} is no day: write it as 2026-07-06") from error


@commands.command()
def simulate(  # noqa: PLR0913 - typer reads a command's options from its parameters
    policy: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A policy file; twice: side by side."),
    ] = None,
    neighbourhoods: Annotated[int, typer.Option(min=1, help="How many.")] = 1,
    households: Annotated[int, typer.Option(min=4, help="Of each.")] = 224,
    weeks: Annotated[int, typer.Option(min=1, max=60)] = 4,
    start: Annotated[
        date, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Seasons matter.")
    ] = date(2026, 7, 6),
    seed: Annotated[int, typer.Option(help="The same seed, the same people and days.")] = 1,
    captains: Annotated[
        float, typer.Option(min=0, max=1, help="How likely who is asked reacts, on average.")
    ] = 0.75,
    as_json: Json = False,
) -> None:
    """Let a made-up neighbourhood live some weeks with this program, and measure it.

    For trying out a policy before it is used. What is assumed: docs/simulate.md.
    """
    from bot import desk_simulate

    size = (neighbourhoods, households, weeks)
    wish = desk_simulate.Wish(tuple(policy or ()), *size, start, seed, captains, as_json)
    finish(desk_simulate.simulate(wish))
