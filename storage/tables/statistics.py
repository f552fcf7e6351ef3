"""The numbers: what each request counts as, and the sums of it by place and period."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Table, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, index_of_some, plain_text


class Counted(Base):
    """What one request counts as in the sums; taken off and put on anew when it changes."""

    __tablename__ = "counted"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    day: Mapped[date]  #: it was opened, where it is
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))  #: its building, or above
    category: Mapped[str] = mapped_column(String(32))
    rung: Mapped[int]
    marks: Mapped[str] = mapped_column(String(120))  #: handlers/statistics/stories.py, by spaces
    #: it counts as one that still has time for its answer, until then; None: as one that has none
    answer_by: Mapped[datetime | None]
    solve_by: Mapped[datetime | None]  #: the same for its solution

    # Of those that ended nobody asks: the indexes are as long as what is open.
    __table_args__ = tuple(
        index_of_some(f"ix_counted_{name}", name, where=f"{name} IS NOT NULL")
        for name in ("answer_by", "solve_by")
    )


class Total(Base):
    """The sums of one place and one period: of all that was reported there or below.

    A row for each place from buildings up, so that the numbers of a town are read as those of a
    building are: from its own row. Each column counts by a word (handlers/statistics/cells.py).
    """

    __tablename__ = "total"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    period: Mapped[str] = mapped_column(plain_text(11), primary_key=True)  #: 2026-10, w2026-10-05
    whole: Mapped[dict[str, Any]]  #: by mark
    own: Mapped[dict[str, Any]]  #: the same, of what counts at this place itself and at none below
    categories: Mapped[dict[str, Any]]  #: by mark and category
    rungs: Mapped[dict[str, Any]]  #: by mark and rung
    days: Mapped[dict[str, Any]]  #: how many requests, by day


class Counting(Base):
    """When was counted last. Whoever counts holds its one row to the end of the transaction.

    The row is there with the table, so that nobody waits for whoever would make it first.
    """

    __tablename__ = "counting"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


@event.listens_for(Counting.__table__, "after_create")
def _one_row(table: Table, connection: Connection, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    connection.execute(insert(table).values(id=1, at=datetime(2026, 1, 1, tzinfo=UTC)))
