"""The command that tries out a policy: simulate."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print for a program: JSON.")]


def register(cli: typer.Typer, finish: Callable[[Coroutine[Any, Any, int]], None]) -> None:
    """Add it to the command line; `finish` does the work and tells errors in words."""

    @cli.command()
    def simulate(  # noqa: PLR0913 - each is an option  # pyright: ignore[reportUnusedFunction]
        policy: Annotated[
            list[Path] | None,
            typer.Option(exists=True, dir_okay=False, help="A policy file; twice: side by side."),
        ] = None,
        neighbourhoods: Annotated[int, typer.Option(min=1, help="How many.")] = 1,
        households: Annotated[int, typer.Option(min=4, help="Of each.")] = 224,
        weeks: Annotated[int, typer.Option(min=1, max=60)] = 4,
        start: Annotated[
            datetime, typer.Option(formats=["%Y-%m-%d"], help="Seasons matter.")
        ] = datetime(2026, 7, 6),  # noqa: DTZ001 - a day
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
        wish = desk_simulate.Wish(tuple(policy or ()), *size, start.date(), seed, captains, as_json)
        finish(desk_simulate.simulate(wish))
