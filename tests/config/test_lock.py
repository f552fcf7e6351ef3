"""The pinned versions: all that the program needs, and nothing of the machine they come from."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.fakes.programs import finished

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.!+-]+")


def pins() -> dict[str, str]:
    rows = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    rows = [row for row in rows if not row.startswith("#")]
    assert all(PINNED.fullmatch(row) for row in rows), "a name and a version, no path and no host"
    return {canonicalize_name(name): version for name, version in (r.split("==") for r in rows)}


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [
        Requirement(each) for some in (project["dependencies"], *extras.values()) for each in some
    ]


def test_every_dependency_is_pinned_to_a_version_that_is_wanted() -> None:
    known = pins()
    for each in wanted():
        assert each.specifier.contains(known[canonicalize_name(each.name)]), each


def fake_tool(folder: Path, says: object, code: int) -> Path:
    tool = folder / "pip-audit"
    text = says if isinstance(says, str) else json.dumps(says)
    tool.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stdout.write({text!r})\nsys.exit({code})\n"
    )
    tool.chmod(0o700)
    return tool


def audited(tool: Path) -> tuple[int, str, str]:
    return finished([ROOT / ".ci" / "audit"], env={**os.environ, "PIP_AUDIT": str(tool)})


Report = dict[str, list[dict[str, Any]]]

GOOD: Report = {"dependencies": [{"name": "pillow", "version": "13.0.0", "vulns": []}]}
KNOWN = {"id": "CVE-2026-1", "fix_versions": ["13.0.1"]}
UNKNOWN: Report = {"dependencies": [{"name": "pillow", "skip_reason": "not found on the index"}]}
WEAK: Report = {"dependencies": [{"name": "pillow", "version": "13.0.0", "vulns": [KNOWN]}]}


@pytest.mark.parametrize(
    ("says", "ends", "code", "told"),
    [
        (GOOD, 0, 0, "1 versions audited"),
        (WEAK, 1, 1, "WEAK: pillow 13.0.0: CVE-2026-1, mended in 13.0.1"),
        ("", 1, 0, "NOT AUDITED: the list of weaknesses could not be reached"),
        ("", 124, 0, "NOT AUDITED"),
        (UNKNOWN, 0, 0, "NOT AUDITED: the list of weaknesses could not be reached"),
        (GOOD, 1, 0, "NOT AUDITED: pip-audit ended with 1"),
    ],
    ids=["good", "weak", "unreachable", "too slow", "a mirror", "half"],
)
def test_a_finding_fails_and_a_list_out_of_reach_is_told(
    tmp_path: Path, says: object, ends: int, code: int, told: str
) -> None:
    ended, out, _ = audited(fake_tool(tmp_path, says, ends))
    assert ended == code
    assert told in out
