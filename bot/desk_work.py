"""What an operator does at a desk: import, export, invite, doctor."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import segno
import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot import leftovers
from bot.app import App, opened
from bot.desk_errors import UNUSABLE, WRONG, DeskError, write_whole
from bot.logs import set_up_logs
from bot.platforms import KNOWN
from bot.printing import echo
from config.settings import load_settings
from config.words import catalogue
from handlers.administration import doctor as doctoring
from handlers.administration.finding import Finding
from handlers.chat.platform import ChatFacts
from handlers.directory import finding, invites
from handlers.neighbourhood import exporting, importing
from handlers.neighbourhood.file import (
    FileProblemsError,
    Known,
    Neighbourhood,
    read_file,
    write_file,
)
from handlers.neighbourhood.file.checking import paths_of
from handlers.privacy import retention
from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from handlers.work import Work
from storage.queries import administration as query
from storage.queries import intake
from storage.tables import Person
from storage.trouble import passes, reason

DONE = 0


class NobodyTalks:
    """At the desk no message is read: the model need not be loaded."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """Nothing."""
        return Meaning(Outcome.TALK)

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        """Nothing either."""
        return Meaning(Outcome.OPEN)


@asynccontextmanager
async def desk_app() -> AsyncGenerator[App]:
    """The program without a reader: at the desk no message is read."""
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    async with opened(settings, reader=NobodyTalks()) as app:
        yield app


def _say(app: App, key: str, **values: object) -> str:
    return catalogue().say(app.settings.language, key, **values)


def _print(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False))


async def import_file(file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Show what a neighbourhood file would change, and change it: all or nothing."""
    async with desk_app() as app:
        try:
            plan = await _import(app, file, dry_run=dry_run)
        except FileProblemsError as problems:
            return _say_problems(app, file, problems, as_json=as_json)
        _say_plan(app, plan, dry_run=dry_run, as_json=as_json)
    return DONE


async def _import(app: App, file: Path, *, dry_run: bool) -> importing.Plan:
    now, zone = app.clock.now(), app.settings.timezone
    async with app.store.read() as store:
        known = Known(
            roles=frozenset(app.desk.policy.roles),
            platforms=frozenset({*KNOWN, *app.platforms}),
            places=await importing.known_places(store),
            people=await importing.known_people(store),
            now=now,
            zone=zone,
        )
    wanted = read_file(file, known)
    async with app.store.write() as store:
        plan = await importing.plan_import(store, wanted, now=now, secrets=app.secrets, zone=zone)
        if not dry_run:
            await importing.apply_import(store, plan, now)
    return plan


def _say_problems(app: App, file: Path, problems: FileProblemsError, *, as_json: bool) -> int:
    words, language = catalogue(), app.settings.language
    unusable = any(each.key in ("unreadable", "unknown_form") for each in problems.errors)
    code = UNUSABLE if unusable else WRONG
    if as_json:
        told = [
            {"where": asdict(each.where), "key": each.key, "text": each.say(words, language)}
            for each in problems.errors
        ]
        _print({"applied": False, "errors": told})
        return code
    for each in problems.errors:
        echo(f"{file}: {each.say(words, language)}", err=True)
    typer.echo(_say(app, "file.nothing_changed", n=len(problems.errors)), err=True)
    return code


def _say_plan(app: App, plan: importing.Plan, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        changes = [
            dict(zip(("action", "what"), key.split(), strict=True)) | {"names": names}
            for key, names in plan.names.items()
        ]
        _print({"applied": not dry_run, "changes": changes})
        return
    lines = plan.lines(catalogue(), app.settings.language)
    for line in lines:
        echo(line)
    key = "file.plan_empty" if not lines else "file.plan_dry" if dry_run else "file.plan_done"
    typer.echo(_say(app, key))


async def export_file(out: Path | None, *, as_json: bool) -> int:
    """Write the directory as a neighbourhood file."""
    suffix = out.suffix.lower() if out is not None else ".yaml"
    if suffix not in (".yaml", ".yml", ".xlsx"):
        raise DeskError("out_form", path=out)
    async with desk_app() as app:
        async with app.store.read() as store:
            found = await exporting.export_directory(
                store, secrets=app.secrets, zone=app.settings.timezone
            )
        if out is not None:
            write_whole(out, write_file(found, "xlsx" if suffix == ".xlsx" else "yaml"))
            _say_exported(app, out, found, as_json=as_json)
        elif as_json:
            _print(found.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        else:
            typer.echo(write_file(found, "yaml").decode(), nl=False)
    return DONE


def _say_exported(app: App, out: Path, found: Neighbourhood, *, as_json: bool) -> None:
    counts = {
        "places": len(paths_of(found)),
        "people": len(found.people),
        "chats": len(found.chats),
        "reminders": len(found.reminders),
    }
    if as_json:
        _print({"file": str(out), **counts})
    else:
        typer.echo(_say(app, "desk.exported", path=out, **counts))


async def invite(person: str, *, platform: str, qr: Path | None, days: int, as_json: bool) -> int:
    """Make an invite and print its link (or the line to send), with a QR picture if asked."""
    if qr is not None and qr.suffix.lower() not in (".png", ".svg"):
        raise DeskError("qr_form", path=qr)
    async with desk_app() as app:
        chosen = _platform(app, platform)
        facts = await app.desk.examine(chosen, None)  # a link needs the bot's name
        async with app.store.write() as store:
            work = Work(app.desk, store, app.clock.now())
            found = await _person(work, person)
            token = await invites.make_invite(work, person_id=found.id, lasts=timedelta(days=days))
            url = app.desk.link(chosen, token, False)
            if qr is not None:  # before the commit: no invite without its picture
                write_whole(qr, _picture(url or f"/start {token}", qr.suffix[1:].lower()))
        problem = "" if url else _why_no_link(app, chosen, facts)
        made = Invitation(found.name, chosen, url, f"/start {token}", problem, days)
        _say_invite(app, made, as_json=as_json)
        if not as_json and qr is None and sys.stdout.isatty():
            segno.make(url or made.start).terminal(compact=True)
    return WRONG if problem else DONE


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invite as it is told; without a link, `problem` says why."""

    person: str
    platform: str
    link: str | None
    start: str  #: the line that does the same as the link
    problem: str
    days: int


def _why_no_link(app: App, platform: str, facts: ChatFacts) -> str:
    """A platform that has no links at all is no problem; one that is out of reach is."""
    if facts.reachable:
        return ""
    found = Finding("bad", facts.note or "platform_down", {"platform": platform})
    return doctoring.words_of(app.desk, app.settings.language, found)


def _platform(app: App, wanted: str) -> str:
    if not app.platforms:
        raise DeskError("no_platform")
    chosen = wanted or next((name for name in app.platforms if name != "local"), "local")
    if chosen not in app.platforms:
        raise DeskError("platform_unknown", name=chosen, known=", ".join(app.platforms))
    return chosen


async def _person(work: Work, text: str) -> Person:
    """By the key in the neighbourhood file, else as people call them."""
    named = select(Person).where(Person.key == text.strip().removeprefix("@"))
    return await work.store.scalar(named) or await finding.find_person(work, text)


def _picture(text: str, form: str) -> bytes:
    out = io.BytesIO()
    segno.make(text).save(out, kind=form, scale=8)
    return out.getvalue()


def _say_invite(app: App, made: Invitation, *, as_json: bool) -> None:
    if as_json:
        told = {key: value for key, value in asdict(made).items() if value not in (None, "")}
        _print(told)
        return
    if made.link is not None:
        echo(f"{made.person}: {made.link}")
    else:
        if made.problem:
            typer.echo(made.problem, err=True)
        echo(f"{made.person}: {_say(app, 'desk.no_link', start=made.start)}")
    typer.echo(_say(app, "desk.invite_valid", days=made.days))
    if made.platform == "local" and not app.settings.public_url:
        typer.echo(_say(app, "desk.invite_address", port=app.settings.port))


async def doctor(*, as_json: bool) -> int:
    """Examine everything, live; 1 when something is bad."""
    async with desk_app() as app:
        live: dict[tuple[str, str | None], ChatFacts] = {
            (name, None): await app.desk.examine(name, None) for name in app.platforms
        }
        async with app.store.read() as store:
            chats = await query.all_groups(store)
        for chat in chats:
            live[(chat.platform, chat.external_id)] = await app.desk.examine(
                chat.platform, chat.external_id
            )
        async with app.store.read() as store:
            work = Work(app.desk, store, app.clock.now())
            roots = await query.root_paths(store)
            found = await doctoring.examine(work, live, roots)
        if not app.platforms:
            found = [Finding("bad", "no_platform"), *found]
        if not roots:
            found = [Finding("warn", "no_places"), *found]
        found = [*await _not_writable(app), *found, *_left_over(app)]
        answers = await _second_opinion(app)
        if isinstance(answers, Finding):
            found = [*found, answers]
        _say_findings(app, found, as_json=as_json)
        if isinstance(answers, float) and not as_json:
            typer.echo(_say(app, "doctor.opinion_answers", seconds=f"{answers:.1f}"))
    return WRONG if any(each.level == "bad" for each in found) else DONE


async def _not_writable(app: App) -> list[Finding]:
    """What can be read may lie on a full disk all the same."""
    try:
        async with app.store.write() as store:
            await intake.write_nothing(store)
    except SQLAlchemyError as error:
        if not passes(error):
            raise
        return [Finding("bad", "database_full", {"why": reason(error)})]
    return []


def _left_over(app: App) -> list[Finding]:
    """What killed commands left, and copies that the nights should have taken away."""
    kept = timedelta(days=app.desk.policy.retention.days("copies"))
    return leftovers.findings(app.settings, app.clock.now() - kept - retention.GRACE)


async def _second_opinion(app: App) -> Finding | float | None:
    """Ask it something: the seconds that it took, what is wrong, or None where it is off."""
    if app.opinions is None:
        return None
    trouble, seconds = await app.opinions.examine()
    return Finding("warn", f"opinion_{trouble}") if trouble else seconds


def _say_findings(app: App, found: Sequence[Finding], *, as_json: bool) -> None:
    language = app.settings.language
    if as_json:
        _print({"findings": doctoring.as_data(app.desk, language, found)})
    else:
        echo(doctoring.report(app.desk, language, found, most=10_000))
