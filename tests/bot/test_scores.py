"""`--score`: the figures of annotated conversations, of the reader and of the whole program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bot.commanding import alone, run

NOWHERE = {"building": "3", "unit": None, "floor": None, "room": None, "spot": None}


def line(conv: str, n: int, sender: str, text: str, **gold: Any) -> dict[str, Any]:
    return {
        "conv": conv,
        "chat": {"area": "3栋", "title": "和平里3栋邻里群"},
        "n": n,
        "at": f"2026-03-02T08:{n:02d}:00+08:00",
        "sender": sender,
        "text": text,
        "gold": {"outcome": "talk", **gold},
    }


def report(text: str, category: str) -> dict[str, Any]:
    return {
        "text": text,
        "outcome": "open",
        "category": category,
        "urgency": "urgent",
        "kind": "repair",
        "place": NOWHERE,
    }


ROWS = [
    line("zh-1", 1, "li", "大家早上好"),
    line("zh-1", 2, "wang", **report("电梯坏了", "lift")),
    line("en-1", 1, "ann", "good morning all"),
    line("en-1", 2, "bob", **report("the lift is broken", "lift")),
]


@pytest.fixture
def transcript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    alone(monkeypatch, tmp_path)
    file = tmp_path / "talk.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n", encoding="utf-8")
    return file


def scored(*args: str) -> dict[str, dict[str, float]]:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_reader_and_the_whole_program_print_the_same_figures(transcript: Path) -> None:
    read = scored("understand", "--score", str(transcript))
    assert set(read) == {"zh", "en"}
    for figures in read.values():
        assert figures["opened_f1"] == 1.0
        assert figures["false_alarms"] == 0.0
        assert figures["category"] == 1.0
    assert scored("replay", str(transcript), "--score") == read


def test_people_read_a_figure_a_line(transcript: Path) -> None:
    result = run("understand", "--score", transcript)
    lines = result.output.splitlines()
    assert lines[0] == "en: 2 messages, 1 reports"
    assert "  opened_f1            1.000" in lines


def test_a_file_without_annotations_is_named(transcript: Path) -> None:
    bare = [{name: row[name] for name in row if name != "gold"} for row in ROWS]
    transcript.write_text("\n".join(json.dumps(row) for row in bare), encoding="utf-8")
    result = run("understand", "--score", transcript)
    assert result.exit_code == 2
    assert "talk.jsonl:1: gold" in result.output


def test_the_help_says_what_the_figures_mean() -> None:
    told = " ".join(run("understand", "--help").output.split())
    for figure in ("opened", "linked", "false_alarms", "emergency_recall", "--folds"):
        assert figure in told
