"""The sums of numbers at each level of the tree of places, and what is still to be counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORDS = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
COLUMNS = ("whole", "own", "categories", "rungs", "days")
AT_ONCE = 1000
#: Lines of history that are counted when there is time.
OLD = 2
INSIDE = ("unit", "household")
#: Marks of what still has time, by the column that says until when.
MAY = {"answer_by": "may_answer", "solve_by": "may_solve"}

Words = Counter[str]
#: By place: by column, how often each word.
Cells = dict[int, dict[str, Words]]


def plain_text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def key() -> sa.types.TypeEngine[int]:
    """The type of ids."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


AREA = sa.table("area", sa.column("id"), sa.column("path"), sa.column("kind"))
REQUEST = sa.table("request", sa.column("id"))
EVENT = sa.table("event", sa.column("request_id"), sa.column("move"), sa.column("uncounted"))
COUNTED = sa.table(
    "counted",
    sa.column("request_id"),
    sa.column("day", sa.Date()),
    sa.column("area_id"),
    sa.column("category"),
    sa.column("rung"),
    sa.column("marks", sa.String()),
    sa.column("answer_by"),
    sa.column("solve_by"),
)
TOTAL = sa.table(
    "total",
    sa.column("area_id"),
    sa.column("period"),
    *(sa.column(each, WORDS) for each in COLUMNS),
)
TALLY = sa.table(
    "tally",
    sa.column("month", sa.Date()),
    sa.column("area_id"),
    sa.column("category"),
    sa.column("rung"),
    sa.column("mark"),
    sa.column("n"),
)


def upgrade() -> None:
    """Make them, of what each request counts as; what was never counted is to be counted."""
    counting = op.create_table(
        "counting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counting")),
    )
    op.execute(sa.insert(counting).values(id=1, at=datetime(2026, 1, 1, tzinfo=UTC)))
    op.create_table(
        "total",
        sa.Column("area_id", key(), nullable=False),
        sa.Column("period", plain_text(11), nullable=False),
        *(sa.Column(each, WORDS, nullable=False) for each in COLUMNS),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_total_area_id_area")),
        sa.PrimaryKeyConstraint("area_id", "period", name=op.f("pk_total")),
    )
    op.add_column("event", sa.Column("uncounted", sa.Integer(), nullable=True))
    _partly_indexed("event", "uncounted")
    for until, mark in MAY.items():  # whose time is over is found out by the clock
        has_time = COUNTED.c[until].is_not(None)
        marks = COUNTED.c.marks + f" {mark}"
        op.execute(COUNTED.update().where(has_time).values(marks=marks))
    _sum_up(op.get_bind())
    known = sa.select(COUNTED.c.request_id).where(COUNTED.c.request_id == EVENT.c.request_id)
    never = EVENT.c.move == "open", ~known.exists()
    op.execute(EVENT.update().where(*never).values(uncounted=OLD))
    op.drop_table("tally")
    op.drop_index(op.f("ix_counted_day_area_id"), table_name="counted")
    for until in MAY:
        op.drop_index(op.f(f"ix_counted_{until}"), table_name="counted")
        _partly_indexed("counted", until)


def downgrade() -> None:
    """Sums of buildings alone. What happened last and was not counted yet is counted when its
    request goes on."""
    for until, mark in MAY.items():
        marks = sa.func.replace(COUNTED.c.marks, f" {mark}", "")
        op.execute(COUNTED.update().where(COUNTED.c[until].is_not(None)).values(marks=marks))
        op.drop_index(op.f(f"ix_counted_{until}"), table_name="counted")
        op.create_index(op.f(f"ix_counted_{until}"), "counted", [until])
    op.create_index(op.f("ix_counted_day_area_id"), "counted", ["day", "area_id"])
    op.create_table(
        "tally",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("area_id", key(), nullable=False),
        sa.Column("category", plain_text(32), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("mark", plain_text(16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_tally_area_id_area")),
        sa.PrimaryKeyConstraint(
            "month", "area_id", "category", "rung", "mark", name=op.f("pk_tally")
        ),
        sqlite_with_rowid=False,
    )
    _tally_up(op.get_bind())
    op.drop_index(op.f("ix_event_uncounted"), table_name="event")
    op.drop_column("event", "uncounted")
    op.drop_table("total")
    op.drop_table("counting")


def _partly_indexed(table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    name = op.f(f"ix_{table}_{column}")
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def _sum_up(connection: sa.Connection) -> None:
    """By month and by week, one after another: no more than one is in memory."""
    lines = _lines(connection)
    for name, begin in (("{:%Y-%m}", _month), ("w{:%Y-%m-%d}", _week)):
        for first, days in _periods(connection, begin):
            own: Cells = defaultdict(lambda: defaultdict(Counter))
            for row in _counted(connection, days):
                _add(own[row.area_id], row)
            period = name.format(first)
            _put(connection, TOTAL, _totals(period, _at_all_levels(own, lines)))


def _tally_up(connection: sa.Connection) -> None:
    names = [each.name for each in TALLY.c]
    for month, days in _periods(connection, _month):
        sums: Counter[tuple[Any, ...]] = Counter()
        for row in _counted(connection, days):
            for mark in row.marks.split():
                sums[month, row.area_id, row.category, row.rung, mark] += 1
        rows = (dict(zip(names, (*each, n), strict=True)) for each, n in sums.items())
        _put(connection, TALLY, rows)


def _month(day: date) -> date:
    return day.replace(day=1)


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _periods(
    connection: sa.Connection, begin: Callable[[date], date]
) -> list[tuple[date, list[date]]]:
    """The periods in which there is anything, each with its days."""
    found: dict[date, list[date]] = defaultdict(list)
    for day in connection.scalars(sa.select(COUNTED.c.day).distinct().order_by(COUNTED.c.day)):
        found[begin(day)].append(day)
    return list(found.items())


def _counted(connection: sa.Connection, days: list[date]) -> Iterable[Any]:
    return connection.execute(sa.select(COUNTED).where(COUNTED.c.day.in_(days)))


def _lines(connection: sa.Connection) -> dict[int, list[int]]:
    """By place, those above it that numbers tell apart, and itself if it is one."""
    rows = connection.execute(sa.select(AREA.c.id, AREA.c.path, AREA.c.kind)).all()
    inside = {row.id for row in rows if row.kind in INSIDE}
    return {
        row.id: [each for each in map(int, row.path.strip("/").split("/")) if each not in inside]
        for row in rows
    }


def _add(cell: dict[str, Words], row: Any) -> None:
    marks = row.marks.split()
    for mark in marks:
        cell["own"][mark] += 1
        cell["categories"][f"{mark} {row.category}"] += 1
        cell["rungs"][f"{mark} {row.rung}"] += 1
    if "n" in marks:
        cell["days"][row.day.isoformat()] += 1


def _at_all_levels(own: Cells, lines: dict[int, list[int]]) -> Cells:
    found: Cells = defaultdict(lambda: defaultdict(Counter))
    for area, cell in own.items():
        found[area]["own"].update(cell["own"])
        for above in lines[area]:
            found[above]["whole"].update(cell["own"])
            for column in ("categories", "rungs", "days"):
                found[above][column].update(cell[column])
    return found


def _totals(period: str, cells: Cells) -> Iterator[dict[str, Any]]:
    for area, cell in cells.items():
        yield {
            "area_id": area,
            "period": period,
            **{column: dict(cell[column]) for column in COLUMNS},
        }


def _put(connection: sa.Connection, table: sa.TableClause, rows: Iterable[dict[str, Any]]) -> None:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        connection.execute(table.insert(), some)
