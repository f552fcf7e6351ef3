"""The `linli` command: run, import, export, stats, verify, replay, invite, doctor and more."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, cast

import typer

from bot import cli_keeping, cli_privacy, cli_simulate, cli_wechat
from bot.cli_finish import Json, finish
from bot.garbage import while_loading

cli = typer.Typer(
    name="linli",
    help="Linli (邻里), the bot of the building group.",
    epilog="Exit codes: 0 done; 1 it ran and found something wrong; 2 it could not run as asked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for more in (
    cli_privacy.commands,
    cli_keeping.commands,
    cli_simulate.commands,
    cli_wechat.commands,
):
    cli.add_typer(more)


def main() -> None:
    """Run the command line."""
    cli()


@cli.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks one.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="Do only this part of the work, on PostgreSQL with others: intake, worker, sender "
            "or clock; may be given several times."
        ),
    ] = None,
) -> None:
    """Start the bot: every configured platform and the web chat.

    Several processes on one PostgreSQL share the work, with or without --role: docs/operations.md.
    """
    given: dict[str, Any] = {}
    if host is not None:
        given["host"] = host
    if port is not None:
        given["port"] = port
    # Nothing of what is loaded now will ever be garbage: looking for it costs a tenth of the start.
    with while_loading():
        # Logging and HTTP would load it to draw tables on a terminal, which a bot does not.
        sys.modules.setdefault("rich", cast("ModuleType", None))
        from bot import serve

        finish(serve.run(given, role or ()))


@cli.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A neighbourhood file (.yaml, .xlsx).")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read places, people, chats and reminders from a file: all or nothing."""
    from bot import desk_work

    finish(desk_work.import_file(file, dry_run=dry_run, as_json=as_json))


@cli.command()
def export(
    out: Annotated[
        Path | None, typer.Argument(help="File to write (.yaml or .xlsx); none: YAML to stdout.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Write the event file instead (.jsonl): no names, no words, no homes."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the neighbourhood as a file that `import` reads; with --events what happened, sealed.

    Every number of `linli stats` can be made again from the event file: `linli verify FILE`.
    """
    from bot import desk_work

    if events is not None:
        if out is not None:
            raise typer.BadParameter(f"please give {out} or --events {events}, not both")
        from bot import desk_numbers

        finish(desk_numbers.export_events(events, as_json=as_json))
        return

    finish(desk_work.export_file(out, as_json=as_json))


Asked = Annotated[
    list[str] | None,
    typer.Argument(
        help='A month like 2026-10, or "last month", "this week" (none: this month); a second '
        "month to compare with; a place like 3栋 (none: all)."
    ),
]
Csv = Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet: CSV.")]


def _form(*, as_csv: bool, as_json: bool) -> str:
    if as_csv and as_json:
        raise typer.BadParameter("please give --csv or --json, not both")
    return "json" if as_json else "csv" if as_csv else "table"


@cli.command()
def stats(
    asked: Asked = None,
    picture: Annotated[Path | None, typer.Option(help="Also draw them (.png).")] = None,
    excel: Annotated[Path | None, typer.Option(help="Also write them (.xlsx).")] = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """Show the numbers: requests, the three rates, times, by building, category and rung.

    What each number means: docs/numbers.md.
    """
    from bot import desk_numbers

    form = _form(as_csv=as_csv, as_json=as_json)
    wish = desk_numbers.Wish(" ".join(asked or []), form, picture, excel)
    finish(desk_numbers.stats(wish))


@cli.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An event file of `linli export --events`.")],
    asked: Asked = None,
    seal: Annotated[
        str, typer.Option(help="The seal that was told when the file was written.")
    ] = "",
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """Check an event file, name the first wrong line, and make the numbers again from it alone."""
    from bot import desk_numbers

    form = _form(as_csv=as_csv, as_json=as_json)
    finish(desk_numbers.verify(file, desk_numbers.Wish(" ".join(asked or []), form), seal))


@cli.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A transcript (.jsonl) or Telegram's result.json.")],
    area: Annotated[
        str | None, typer.Option(help="What the group stands for, where the file does not say.")
    ] = None,
    score: Annotated[
        bool, typer.Option("--score", help="The file is annotated: print the figures alone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what would have become of each message of a recorded conversation; nothing is sent.

    With --score, how often that is what was annotated; `linli understand --help` says what the
    figures mean.
    """
    from bot import replay as replaying

    if score:
        from bot import scores

        finish(scores.score_replay(file, as_json=as_json))
        return
    finish(replaying.replay_file(file, area=area, as_json=as_json))


@cli.command()
def invite(
    person: Annotated[str, typer.Argument(help="Key, name or @username of the person.")],
    platform: Annotated[str, typer.Option(help="Where they will open it.")] = "",
    qr: Annotated[Path | None, typer.Option(help="Also write a QR picture (.png, .svg).")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long it is valid.")] = 7,
    as_json: Json = False,
) -> None:
    """Make a single-use invite with which a person binds their account."""
    from bot import desk_work

    finish(desk_work.invite(person, platform=platform, qr=qr, days=days, as_json=as_json))


@cli.command()
def doctor(as_json: Json = False) -> None:
    """Check the whole path and say what to change; exit code 1 when something is bad."""
    from bot import desk_work

    finish(desk_work.doctor(as_json=as_json))


@cli.command()
def understand(
    texts: Annotated[
        list[str] | None, typer.Argument(help="Texts; none: one a line from standard input.")
    ] = None,
    area: Annotated[str, typer.Option(help="What the group stands for, like 3栋.")] = "",
    score: Annotated[
        Path | None, typer.Option(help="An annotated transcript: print how well it is understood.")
    ] = None,
    folds: Annotated[
        int,
        typer.Option(min=0, max=50, help="With --score: fit anew without each part (0: as it is)."),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Say what single texts mean. Input lines may be JSON: {"text": ..., "area": ...}.

    With --score, how well annotated conversations are understood (TRANSCRIPT lines of JSON). The
    figures: a report is a message annotated "open"; opening at one of its joins or details finds
    it too, opening it twice counts as false, what is annotated "ask" counts for nothing.
    opened: precision, recall, F1. linked: F1 of join, detail and update with the right request
    (exact: and with the right word). false_alarms: the share of annotated talk to which the bot
    would say anything. category, place, kind, urgency: right among the reports found (place:
    building, unit, floor, room; the floor may be left out where the room tells it).
    emergency_recall: emergencies opened as such; emergency_false: emergencies opened for anything
    else, per 1,000 messages.
    """
    from bot import desk_understanding

    if score is None and folds:
        raise typer.BadParameter("--folds goes with --score FILE")
    if score is not None and texts:
        raise typer.BadParameter("either texts or --score FILE, not both")
    if score is not None:
        from bot import scores

        finish(
            scores.score_reading(score, desk_understanding.reader(), folds=folds, as_json=as_json)
        )
        return
    finish(desk_understanding.understand(texts or [], area=area, as_json=as_json))


@cli.command()
def learn(
    apply: Annotated[
        bool, typer.Option("--apply", help="Read with the new weights from the next start on.")
    ] = False,
    revert: Annotated[
        bool, typer.Option("--revert", help="Go back to the shipped weights.")
    ] = False,
    folds: Annotated[
        int, typer.Option(min=2, max=20, help="Parts that are held out in turn to compare.")
    ] = 3,
    examples: Annotated[
        int, typer.Option(min=0, help="Shipped conversations of each kind (0: all); for a look.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Say what people put right, fit the weights with it, and compare before and after.

    Needs the extra `learn` of this package, and some minutes. Nothing changes without --apply.
    """
    from bot import desk_learning

    wish = desk_learning.Wish(apply, revert, folds, examples, as_json)
    finish(desk_learning.learn(wish))


@cli.command()
def version(as_json: Json = False) -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    found = installed("linli")
    typer.echo(json.dumps({"version": found}) if as_json else f"linli {found}")


if __name__ == "__main__":
    sys.exit(main())
