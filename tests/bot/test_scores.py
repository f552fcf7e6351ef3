"""`--score`: the figures of annotated conversations, of the reader and of the whole program."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import cli
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

JOINS = {"outcome": "join", "of": 999}


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


BAD_FILES = {
    "not UTF-8": (b"\xff\xfe\x00", "talk.jsonl: 'utf-8' codec"),
    "nothing in it": (b"\n", "talk.jsonl: no messages"),
    "a number twice": (
        "\n".join(json.dumps(row) for row in (ROWS[0], ROWS[0])).encode(),
        "talk.jsonl:2: n: 1 stands twice in zh-1",
    ),
    "a request that is not there": (
        json.dumps(ROWS[0] | {"gold": JOINS}).encode(),
        "talk.jsonl:1: gold.of: no message 999",
    ),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_told_with_its_line(transcript: Path, what: str) -> None:
    data, told = BAD_FILES[what]
    transcript.write_bytes(data)
    result = run("understand", "--score", transcript)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_a_packed_file_that_ends_early_is_told(transcript: Path) -> None:
    packed = transcript.with_name("talk.jsonl.gz")
    packed.write_bytes(gzip.compress(transcript.read_bytes())[:-12])
    result = run("understand", "--score", packed)
    assert result.exit_code == 2
    assert "talk.jsonl.gz: Compressed file ended" in " ".join(result.output.split())


@pytest.mark.parametrize("more", [("no water",), ("--folds", "3")])
def test_what_would_be_passed_over_is_told(transcript: Path, more: tuple[str, ...]) -> None:
    score = () if "--folds" in more else ("--score", transcript)
    result = run("understand", *score, *more)
    assert result.exit_code == 2
    assert "--score FILE" in result.output


def test_who_reads_only_the_first_line_of_it_ends_it_quietly(transcript: Path) -> None:
    """ "| head -1" leaves a pipe that nobody reads: no fault of any database."""

    class Gone(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with contextlib.redirect_stdout(Gone()), pytest.raises(SystemExit) as ended:
        cli(["understand", "--score", str(transcript)])
    assert ended.value.code == 1


def test_the_help_says_what_the_figures_mean() -> None:
    told = " ".join(run("understand", "--help").output.split())
    for figure in ("opened", "linked", "false_alarms", "emergency_recall", "--folds"):
        assert figure in told
