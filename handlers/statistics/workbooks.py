"""The numbers as data: rows for programs and tables, an Excel file for the community's office."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from handlers.administration.exporting import cell_of
from handlers.requests import texts as request_texts
from handlers.statistics import texts
from handlers.statistics.report import Report
from handlers.statistics.rules import Figures, ranked
from handlers.work import Work

Row = dict[str, Any]
#: Columns of shares, written as percentages in Excel.
SHARES = ("response", "resolution", "satisfaction")


def row_of(figures: Figures) -> Row:
    """The numbers as a flat row: shares from 0 to 1, times to answer in minutes, to solve in hours;
    None where nothing was measured."""
    return {
        "n": figures.n,
        "response": figures.response.share,
        "response_of": figures.response.of,
        "resolution": figures.resolution.share,
        "resolution_of": figures.resolution.of,
        "satisfaction": figures.satisfaction.share,
        "satisfaction_of": figures.satisfaction.of,
        "answer_median": _in(figures.to_answer.median, timedelta(minutes=1)),
        "answer_p90": _in(figures.to_answer.p90, timedelta(minutes=1)),
        "answer_n": figures.to_answer.n,
        "solve_median": _in(figures.to_solve.median, timedelta(hours=1)),
        "solve_p90": _in(figures.to_solve.p90, timedelta(hours=1)),
        "solve_n": figures.to_solve.n,
        "unanswered": figures.unanswered,
        "open": figures.open,
        "unknown": figures.unknown,
        "reopened": figures.reopened,
        "merged": figures.merged,
        "cancelled": figures.cancelled,
    }


def _in(value: timedelta | None, unit: timedelta) -> float | None:
    return round(value / unit, 2) if value is not None else None


def parts(work: Work, language: str, found: Report) -> Iterator[tuple[str, str, str, Row]]:
    """All parts: by what, its key, its name, its numbers with whether they are ranked."""
    for by, group, name in _groups(work, language, found):
        enough, _ = ranked(group, found.small)
        for each in group:
            row = row_of(each.figures)
            yield by, str(each.what), name(each.what), {**row, "ranked": each in enough}


def _groups(
    work: Work, language: str, found: Report
) -> list[tuple[str, Sequence[Any], Callable[[Any], str]]]:
    return [
        ("area", found.areas, lambda each: found.names.get(each, "?")),
        ("category", found.categories, lambda each: request_texts.category(work, language, each)),
        ("rung", found.rungs, lambda each: texts.rung(work, language, each)),
    ]


def as_data(work: Work, language: str, found: Report) -> dict[str, Any]:
    """All of it for a program."""
    ask, change = found.ask, found.change
    return {
        "place": found.title,
        "period": ask.period.name,
        "begin": ask.period.begin.isoformat(),
        "end": (ask.period.end - timedelta(days=1)).isoformat(),
        "over": ask.period.over(ask.today),
        "as_of": ask.now.isoformat(),
        "baseline": {
            "period": ask.baseline.name,
            "n": change.before,
            "change": change.share,
        },
        "whole": row_of(found.whole),
        "parts": [
            {"by": by, "key": key, "name": name, **row}
            for by, key, name, row in parts(work, language, found)
        ],
        "definitions": texts.definitions(work, language),
        "small": found.small,
    }


def as_csv(work: Work, language: str, found: Report) -> str:
    """A line for the whole and for each part; a cell that a program could compute is text."""
    head = ["by", "key", "name", "period", *row_of(found.whole), "ranked"]
    rows = [("all", "", found.title, {**row_of(found.whole), "ranked": ""})]
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(head)
    for by, key, name, row in [*rows, *parts(work, language, found)]:
        cells = [by, key, name, found.ask.period.name, *row.values()]
        write.writerow([cell_of(each) for each in cells])
    return out.getvalue()


def workbook(work: Work, language: str, found: Report) -> bytes:
    """An Excel file: the whole, by building, category, rung, day and month, and the definitions."""
    from openpyxl import Workbook  # 8 MB that a bot at rest does not need

    book = Workbook(write_only=True)

    def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        made: Any = book.create_sheet(_sheet_name(work, language, name))
        _lay_out(made, words := [work.word(language, f"stats.column.{each}") for each in head])
        made.append(words)
        for row in rows:
            made.append(
                [_cell(made, column, value) for column, value in zip(head, row, strict=True)]
            )

    columns = list(row_of(found.whole))
    whole = [found.title, *row_of(found.whole).values()]
    sheet("whole", ["name", *columns], [whole])
    by_part = list(parts(work, language, found))
    for by in ("area", "category", "rung"):
        rows = [[name, *_yes(row)] for what, _, name, row in by_part if what == by]
        sheet(by, ["name", *columns, "ranked"], rows)
    if found.curves is not None:
        sheet("days", ["day", "n"], sorted(_days(found.curves.days.items())))
        months = [(period.name, n) for period, n in found.curves.months]
        sheet("months", ["month", "n"], months)
    _define(work, language, found, book.create_sheet(_sheet_name(work, language, "define")))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lay_out(sheet: Any, head: Sequence[str]) -> None:
    """Columns in which their heads can be read; head and names stay in sight."""
    sheet.freeze_panes = "B2"
    for number, words in enumerate(head):
        wide = sum(1 if sign.isascii() else 2 for sign in words)
        sheet.column_dimensions[chr(ord("A") + number)].width = max(wide + 2, 0 if number else 24)


def _cell(sheet: Any, column: str, value: Any) -> Any:
    """A value as it is written: shares as percentages, people's words never as formulas."""
    if column not in SHARES or value is None:
        return cell_of(value)
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "0.0%"
    return cell


def _sheet_name(work: Work, language: str, name: str) -> str:
    return work.word(language, f"stats.sheet.{name}")[:31]


def _yes(row: Row) -> list[Any]:
    """Whether it is ranked as 1 or 0: a cell of Excel that can be filtered by."""
    return [int(value) if isinstance(value, bool) else value for value in row.values()]


def _days(days: Iterable[tuple[date, int]]) -> Iterator[tuple[str, int]]:
    return ((day.isoformat(), n) for day, n in days)


def _define(work: Work, language: str, found: Report, sheet: Any) -> None:
    lines = [
        texts.title(work, language, found),
        *texts.whole(work, language, found),
        *texts.definitions(work, language),
    ]
    for each in lines:
        sheet.append([cell_of(each)])
