"""The neighbourhood file: read, checked and written, in YAML and in Excel."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from handlers.neighbourhood.file.checking import Known, check
from handlers.neighbourhood.file.model import Neighbourhood
from handlers.neighbourhood.file.problems import FileError, FileProblemsError, Spot
from handlers.neighbourhood.file.reading import Draft
from handlers.neighbourhood.file.yaml_form import draft_yaml, write_yaml

__all__ = ["FileError", "FileProblemsError", "Known", "Neighbourhood", "read_file", "write_file"]

MOST_BYTES = 100_000_000


def read_file(path: Path, known: Known | Collection[str]) -> Neighbourhood:
    """A neighbourhood file, whole and fitting together; `known` may be the roles alone.

    Raises FileProblemsError with all that is wrong, each with its place in the file.
    """
    draft = _drafted(path)
    check(draft, known if isinstance(known, Known) else Known(known))
    if draft.errors:
        raise FileProblemsError(draft.errors)
    return draft.found


def _drafted(path: Path) -> Draft:
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".yaml", ".yml"):
        raise FileProblemsError([FileError(Spot(), "unknown_form")])
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileProblemsError([FileError(Spot(), "too_large")])
        body = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise FileProblemsError([FileError(Spot(), "unreadable", {"why": why})]) from None
    if suffix != ".xlsx":
        return draft_yaml(_decoded(body))
    # Excel's library is loaded where a file asks for it: a bot at rest needs none of its memory.
    from handlers.neighbourhood.file.excel_form import draft_excel

    return draft_excel(body)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise FileProblemsError([FileError(Spot(line=line), "not_utf8")]) from None


def write_file(found: Neighbourhood, form: Literal["yaml", "xlsx"]) -> bytes:
    """The file's bytes."""
    if form != "xlsx":
        return write_yaml(found).encode()
    from handlers.neighbourhood.file.excel_form import write_excel

    return write_excel(found)
