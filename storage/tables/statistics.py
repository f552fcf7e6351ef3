"""The numbers: what each request counts as at this moment, and the sums of it by month."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, plain_text


class Counted(Base):
    """What one request counts as now; taken off the sums and put on anew when it changes."""

    __tablename__ = "counted"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    day: Mapped[date]  #: it was opened, where it is
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))  #: its building, or above
    category: Mapped[str] = mapped_column(String(32))
    rung: Mapped[int]
    marks: Mapped[str] = mapped_column(String(120))  #: of `Tally`, parted by spaces
    #: not answered, and has time for it until then; None: answered, or needs no answer
    answer_by: Mapped[datetime | None] = mapped_column(index=True)
    #: not ended, and has time for it until then; None: ended
    solve_by: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (Index(None, "day", "area_id"),)


class Tally(Base):
    """How many requests of a cell carry a mark (handlers/statistics/stories.py).

    Weeks and days are few enough to be counted one by one; months are not.
    """

    __tablename__ = "tally"

    month: Mapped[date] = mapped_column(primary_key=True)  #: its first day
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    category: Mapped[str] = mapped_column(plain_text(32), primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(plain_text(16), primary_key=True)
    n: Mapped[int]

    __table_args__ = ({"sqlite_with_rowid": False},)
