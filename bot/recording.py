"""What a recorded conversation is, whichever file it came from, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.neighbourhood.file.problems import FileError, FileProblemsError, Spot
from handlers.understanding.meaning import Place


class RecordingError(FileProblemsError):
    """A file cannot be replayed; each error names its line (or message) and field."""


def file_error(key: str, *, line: int = 0, **values: object) -> RecordingError:
    """Something is wrong with the file as a whole."""
    return RecordingError([FileError(Spot(line=line), key, values)])


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded message; `n` names it within its conversation."""

    n: int
    at: datetime
    sender: str  #: the name shown in the group
    text: str
    role: str = "resident"
    home: Place | None = None
    reply_to: int | None = None
    media: str | None = None
    forwarded: bool = False
    account: str = ""  #: who it is, where two may show the same name

    @property
    def who(self) -> str:
        """A stable key of the sender."""
        return self.account or self.sender


@dataclass(frozen=True, slots=True)
class Conversation:
    """A recorded conversation of one group."""

    name: str
    title: str
    area: str | None
    lines: Sequence[Line]
