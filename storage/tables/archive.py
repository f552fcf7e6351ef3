"""Files into which old requests went (docs/backup.md)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Id


class Archive(Base):
    """One file: first it is written whole, then what stands in it is taken out, then it is done."""

    __tablename__ = "archive"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    ended_before: Mapped[datetime]  #: what goes in ended before this
    began_at: Mapped[datetime]
    seal: Mapped[str | None] = mapped_column(String(64))  #: of its last line, once it is whole
    done_at: Mapped[datetime | None]  #: all that stands in it was taken out
