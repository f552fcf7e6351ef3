"""What an operator does at a desk: import, export, invite, doctor."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import segno
import typer

from bot.app import App, opened
from bot.clock import SystemClock
from bot.logs import set_up_logs
from config.settings import load_settings
from config.words import catalogue
from handlers.administration import doctor as doctoring
from handlers.administration.doctor import Finding
from handlers.chat import ChatFacts
from handlers.context import RefusalError, Work
from handlers.directory import exporting, finding, importing, invites
from handlers.directory.file import FileProblems, read_file, write_file
from storage.queries import administration as query

UNUSABLE, WRONG = 2, 1


@asynccontextmanager
async def _app() -> AsyncGenerator[App]:
    settings = load_settings()
    set_up_logs("warning", settings.log_format)
    async with opened(settings) as app:
        yield app


async def import_file(file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Show what a neighbourhood file would change, and change it: all or nothing."""
    async with _app() as app:
        language = app.settings.language
        try:
            wanted = read_file(file, frozenset(app.desk.policy.roles))
        except FileProblems as problems:
            return _say_problems(problems, language, as_json=as_json)
        async with app.store.write() as store:
            plan = await importing.plan_import(
                store,
                wanted,
                now=app.clock.now(),
                secrets=app.secrets,
                zone=app.settings.timezone,
            )
            if not dry_run:
                await importing.apply_import(store, plan, app.clock.now())
        _say_plan(plan, language, dry_run=dry_run, as_json=as_json)
    return 0


def _say_problems(problems: FileProblems, language: str, *, as_json: bool) -> int:
    words = catalogue()
    lines = [each.say(words, language) for each in problems.errors]
    if as_json:
        typer.echo(json.dumps({"errors": lines}, ensure_ascii=False))
    else:
        for line in lines:
            typer.echo(line, err=True)
        typer.echo(words.say(language, "file.nothing_changed", n=len(lines)), err=True)
    return WRONG


def _say_plan(plan: importing.Plan, language: str, *, dry_run: bool, as_json: bool) -> None:
    words = catalogue()
    lines = plan.lines(words, language)
    if as_json:
        typer.echo(json.dumps({"applied": not dry_run, "changes": lines}, ensure_ascii=False))
        return
    for line in lines:
        typer.echo(line)
    key = "file.plan_empty" if not lines else "file.plan_dry" if dry_run else "file.plan_done"
    typer.echo(words.say(language, key))


async def export_file(out: Path | None) -> int:
    """Write the directory as a neighbourhood file."""
    async with _app() as app:
        async with app.store.read() as store:
            found = await exporting.export_directory(
                store, secrets=app.secrets, zone=app.settings.timezone
            )
        if out is None:
            typer.echo(write_file(found, "yaml").decode(), nl=False)
        elif out.suffix.lower() in (".yaml", ".yml", ".xlsx"):
            out.write_bytes(write_file(found, "xlsx" if out.suffix == ".xlsx" else "yaml"))  # noqa: ASYNC240 - nothing else runs here
        else:
            typer.echo(f"{out}: the name must end in .yaml or .xlsx", err=True)
            return UNUSABLE
    return 0


async def invite(person: str, *, platform: str, qr: Path | None, days: int, as_json: bool) -> int:
    """Make an invite and print its link (or the line to send), with a QR picture if asked."""
    async with _app() as app:
        chosen = platform or next((name for name in app.platforms if name != "local"), "local")
        if chosen not in app.platforms:
            typer.echo(f"platform {chosen!r} is not turned on: {list(app.platforms)}", err=True)
            return UNUSABLE
        try:
            async with app.store.write() as store:
                work = Work(app.desk, store, app.clock.now())
                found = await finding.find_person(work, person)
                token = await invites.make_invite(
                    work, person_id=found.id, lasts=timedelta(days=days)
                )
        except RefusalError as refusal:
            typer.echo(
                catalogue().say(app.settings.language, refusal.key, **refusal.values), err=True
            )
            return WRONG
        url = app.desk.link(chosen, token, False)
        _say_invite(found.name, token, url, qr, as_json=as_json)
    return 0


def _say_invite(name: str, token: str, url: str | None, qr: Path | None, *, as_json: bool) -> None:
    shown = url or f"/start {token}"
    if qr is not None:
        segno.make(shown).save(str(qr), scale=8)
    if as_json:
        typer.echo(json.dumps({"person": name, "link": url, "start": f"/start {token}"}))
        return
    typer.echo(f"{name}: {shown}")
    if qr is None:
        segno.make(shown).terminal(compact=True)


async def doctor(*, as_json: bool) -> int:
    """Examine everything, live; 1 when something is bad."""
    async with _app() as app:
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
            work = Work(app.desk, store, SystemClock().now())
            roots = await query.root_paths(store)
            found = await doctoring.examine(work, live, roots)
        _say_findings(app, found, as_json=as_json)
    return WRONG if any(each.level == "bad" for each in found) else 0


def _say_findings(app: App, found: Sequence[Finding], *, as_json: bool) -> None:
    language = app.settings.language
    if as_json:
        data = doctoring.as_data(app.desk, language, found)
        typer.echo(json.dumps({"findings": data}, ensure_ascii=False))
    else:
        typer.echo(doctoring.report(app.desk, language, found, most=10_000))
