"""What an operator does with numbers: shows them, writes the event file, recounts it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from bot.app import App
from bot.archive_files import archived_events, folder_of, lines_of
from bot.desk_errors import WRONG, DeskError, check_replaced, whole_file, write_whole
from bot.desk_work import NobodyTalks, desk_app
from bot.printing import echo
from config.policy import load_policy
from config.settings import Settings, load_settings
from config.words import catalogue
from handlers.chat.platform import ChatFacts
from handlers.directory import places
from handlers.statistics import (
    asking,
    commands,
    drawing,
    events,
    periods,
    recounting,
    texts,
    workbooks,
)
from handlers.statistics.chain import BrokenError, Chain
from handlers.statistics.fonts import NoFontError
from handlers.statistics.recounting import Recount
from handlers.statistics.report import Report
from handlers.work import Defaults, Desk, RefusalError, Work
from storage.engine import Store
from storage.queries import administration as admin_query
from storage.queries import areas as areas_query

DONE = 0
#: So many places are named that one may have meant.
MOST_NAMED = 6

#: What other subjects add to the numbers: as data, and as lines.
More = tuple[dict[str, Any], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What numbers are wanted, in which form."""

    words: str = ""  #: "2026-10 3栋": a period, the month it is compared with, a place
    form: str = "table"  #: table | json | csv
    picture: Path | None = None
    excel: Path | None = None


async def stats(wish: Wish) -> int:
    """Print the numbers of the sums, and write the files that are wanted.

    What was not counted yet is counted: it takes a transaction, which ends before the drawing.
    """
    async with desk_app() as app:
        async with app.store.write() as store:
            work = Work(app.desk, store, app.clock.now())
            found, more = await _asked(app, work, wish)
        _files(work, app.settings.language, found, wish)
        _show(work, app.settings.language, found, wish, more)
    return DONE


async def _asked(app: App, work: Work, wish: Wish) -> tuple[Report, More]:
    """The numbers, and what other subjects add to them."""
    language, sections = app.settings.language, app.dispatcher.tables.sections
    said = commands.read(work, wish.words)
    paths = await asking.upto_building(work, await _paths(work, said.others))
    facts = await areas_query.facts_at(work.store, areas_query.ids_of(paths[0])[-1])
    today = (await asking.ask_at(work, facts, None, None)).today
    ask = await asking.ask_at(work, facts, *said.periods(today))
    commands.check_begun(work, language, ask)
    found = await asking.numbers(work, paths, ask)
    scope = commands.scope_of(work, facts, paths, ask.period)
    if wish.picture or wish.excel:
        found = replace(found, curves=await asking.curves(work, paths, ask))
    told = [(each, await each.run(work, language, scope)) for each in sections]
    data = {each.name: {line.name: dict(line.values) for line in lines} for each, lines in told}
    return found, (data, await commands.added(work, language, sections, scope))


async def _paths(work: Work, area: str) -> list[str]:
    roots = await admin_query.root_paths(work.store)
    if not roots:
        raise DeskError("no_places")
    if not area:
        return list(roots)
    problem: RefusalError | None = None
    for root in roots:
        facts = await areas_query.facts_at(work.store, areas_query.ids_of(root)[-1])
        try:
            return [(await places.find_place(work, facts, area)).path]
        except RefusalError as error:
            problem = error
    assert problem is not None
    raise _not_understood(area) or problem


def _not_understood(words: str) -> RefusalError | None:
    """A month that there is not ("2026-13") is no place that is not there."""
    if not periods.MONTH.search(words):
        return None
    return RefusalError("stats.period_unknown", text=words[:40])


def _files(work: Work, language: str, found: Report, wish: Wish) -> None:
    for file, suffix in ((wish.picture, ".png"), (wish.excel, ".xlsx")):
        if file is not None and file.suffix.lower() != suffix:
            raise DeskError("stats_form", path=file, suffix=suffix)
    if wish.picture:
        try:
            write_whole(wish.picture, drawing.picture(work, language, found))
        except NoFontError:
            raise RefusalError("stats.no_font") from None
    if wish.excel:
        write_whole(wish.excel, workbooks.workbook(work, language, found))


def _show(
    work: Work,
    language: str,
    found: Report,
    wish: Wish,
    more: More = ({}, ()),
) -> None:
    if wish.form == "json":
        data = workbooks.as_data(work, language, found)
        if more[0]:
            data["sections"] = more[0]
        typer.echo(json.dumps(data, ensure_ascii=False))
    elif wish.form == "csv":
        typer.echo(workbooks.as_csv(work, language, found), nl=False)
    else:
        echo("\n".join([*texts.everything(work, language, found), *more[1]]))


async def export_events(out: Path, *, as_json: bool) -> int:
    """Write the event file; prints its last seal, to be noted elsewhere."""
    check_replaced(out, _is_event_file)
    async with desk_app() as app:
        chain = Chain()
        async with app.store.read() as store:
            work = Work(app.desk, store, app.clock.now())
            old = await archived_events(work, app.settings, app.secrets.pseudonym)
            with whole_file(out) as file:
                async for line in events.written(work, app.secrets.pseudonym, chain, old.events):
                    file.write(f"{line}\n".encode())
        missing = list(old.missing)
        if as_json:
            told = {"file": str(out), "lines": chain.lines, "seal": chain.seal}
            typer.echo(json.dumps({**told, "left_out": missing}, ensure_ascii=False))
        else:
            values = {"path": out, "n": chain.lines, "seal": chain.seal}
            typer.echo(app.desk.words.say(app.settings.language, "stats.file.written", **values))
        if missing:
            values = {"names": ", ".join(missing), "folder": folder_of(app.settings)}
            typer.echo(
                app.desk.words.say(app.settings.language, "archive.left_out", **values), err=True
            )
    return WRONG if missing else DONE


def _is_event_file(file: Path) -> bool:
    try:
        return events.NAME in next(lines_of(file), "")
    except (BrokenError, DeskError):
        return False


async def verify(file: Path, wish: Wish, noted: str = "") -> int:
    """Check an event file and print the numbers made of it alone; needs no database.

    `noted`: the last seal as it was noted when the file was written; "": it was not.
    """
    settings = load_settings()
    say, language = catalogue().say, settings.language
    try:
        found = recounting.read(lines_of(file))
        _compare(found, noted)
    except BrokenError as broken:
        why = say(language, f"stats.wrong.{broken.why}")
        if wish.form == "json":
            told = {"file": str(file), "whole": False, "line": broken.line, "why": broken.why}
            typer.echo(json.dumps(told, ensure_ascii=False))
        values = {"file": file, "line": broken.line, "why": why}
        key = "exchanged" if broken.why == "exchanged" else "broken"
        typer.echo(say(language, f"stats.file.{key}", **values), err=True)
        return WRONG
    values = {"file": file, "n": found.lines, "seal": found.seal}
    typer.echo(say(language, "stats.file.head", **values), err=wish.form != "table")
    await _recounted(settings, found, wish)
    return DONE


def _compare(found: Recount, noted: str) -> None:
    if noted and found.seal != noted.strip().casefold():
        raise BrokenError(found.lines, "exchanged")


async def _recounted(settings: Settings, found: Recount, wish: Wish) -> None:
    store = Store("sqlite:///:memory:")  # words need a desk, and a desk is never without one
    async with store.read() as session:
        work = Work(_desk(settings), session, found.as_of)
        said = commands.read(work, wish.words)
        tops = found.named(said.others) if said.others else found.roots
        if not tops:
            raise _not_understood(said.others) or DeskError("place_unknown", text=said.others)
        if said.others and len(tops) > 1:
            names = "、".join(found.name(each) for each in tops[:MOST_NAMED])
            raise DeskError("place_several", text=said.others, names=names)
        made = recounting.numbers(found, tops, *said.periods(found.today(tops[0])))
        commands.check_begun(work, settings.language, made.ask)
        _show(work, settings.language, made, wish)
    await store.close()


def _desk(settings: Settings) -> Desk:
    def link(platform: str, payload: str, group: bool) -> str | None:
        return None

    async def examine(platform: str, chat: str | None) -> ChatFacts:
        return ChatFacts(reachable=False, note="platform_off")

    return Desk(
        policy=load_policy(settings.policy_file),
        words=catalogue(),
        reader=NobodyTalks(),
        capabilities={},
        link=link,
        examine=examine,
        defaults=Defaults(language=settings.language, timezone=settings.timezone),
    )
