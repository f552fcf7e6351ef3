"""The neighbourhood file: read, checked and written, in YAML and in Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from handlers.directory.file.checking import check
from handlers.directory.file.excel_form import read_excel, write_excel
from handlers.directory.file.model import Neighbourhood
from handlers.directory.file.problems import FileError, FileProblems
from handlers.directory.file.yaml_form import read_yaml, write_yaml

__all__ = ["FileError", "FileProblems", "Neighbourhood", "read_file", "write_file"]


def read_file(path: Path, roles: frozenset[str]) -> Neighbourhood:
    """A neighbourhood file, whole and fitting together.

    Raises FileProblems with all that is wrong, each with its place in the file.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise FileProblems(
            [FileError(str(path), "unreadable", {"why": error.strerror or ""})]
        ) from None
    if path.suffix.lower() == ".xlsx":
        found = read_excel(body)
    elif path.suffix.lower() in (".yaml", ".yml"):
        found = read_yaml(_decoded(body))
    else:
        raise FileProblems([FileError(str(path), "unknown_form")])
    if errors := check(found, roles):
        raise FileProblems(errors)
    return found


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise FileProblems([FileError(f"line {line}", "not_utf8")]) from None


def write_file(found: Neighbourhood, form: Literal["yaml", "xlsx"]) -> bytes:
    """The file's bytes."""
    return write_excel(found) if form == "xlsx" else write_yaml(found).encode()
