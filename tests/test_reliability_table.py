"""docs/reliability.md and wechat.md name for each fault the test that shows what they promise."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def rows() -> list[str]:
    files = [ROOT / "docs" / name for name in ("reliability.md", "wechat.md")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if NAMED.search(line)]


def named_in(name: str) -> set[str]:
    """The tests in all files of this name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.glob(f"tests/**/{name}")]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {each.name for tree in trees for each in ast.walk(tree) if isinstance(each, functions)}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.split("|")[1].strip()[:40])
def test_the_tests_that_a_row_names_are_there(row: str) -> None:
    missing = [(name, test) for name, test in NAMED.findall(row) if test not in named_in(name)]
    assert not missing


def test_every_fault_of_the_table_has_a_test() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    table = text.split("## Every fault of Telegram")[1].splitlines()
    faults = [line for line in table if line.startswith("| ") and "| test |" not in line]
    assert len(faults) > 25
    assert [line for line in faults if not NAMED.search(line)] == []
