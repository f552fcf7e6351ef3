"""How well single lines are read, from files outside the project: `python -m bench.lines FILE...`.

Each row is JSON with a `text` and what is known of it; what a row does not say is not measured:

- `is_request`: precision, recall and F1 of request-or-not: opened or put to an open request, or a
  question that the bot answers. With a `context`, somebody else said that two minutes before.
- `spans` (`building`, `unit`, `room`, `floor`): F1 of the parts that the words name, by their code.
- `category`: the share that is put into the same one, given that it is a report.
- neither: plain talk, of which the share that the bot would say anything to is told.

`--scene` says where a line is heard: in a `quiet` group, in which somebody wished a good morning
three hours before; in a `lively` one, after five other lines of the file, a minute apart; as the
`first` line ever. `--errors FILE` writes every row that went wrong, with in what.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.policy import default_policy
from handlers.understanding.floors import floor_of
from handlers.understanding.meaning import LINKS, Heard, Meaning, Outcome, Place, Scene
from handlers.understanding.normal import is_chinese, plain
from handlers.understanding.numerals import number
from handlers.understanding.place import parse
from handlers.understanding.reader import Reader
from handlers.understanding.scoring import LOUD
from handlers.understanding.transcripts import Walk

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARTS = ("building", "unit", "floor", "room")
#: What stands around the code of a part: "3栋", "blk 3", "#12-01", "9th floor".
FLAT = re.compile(r"\d+[a-z]")
AROUND = re.compile(
    r"[栋幢座楼层室户房#号]|单元|号楼|^(?:block|blk|bldg|building|tower|unit|flat|floor|level)\s*"
    r"|(?<=\d)(?:st|nd|rd|th)\b|\s*(?:floor|/?f)$"
)
DASHED = re.compile(r"([a-z]?\d+)-([a-z\d]+)-(\d{3,4})")

Row = dict[str, Any]


@dataclass(slots=True)
class Counts:
    """Right, found and wanted, for precision, recall and F1."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, found: bool, wanted: bool) -> None:
        self.right += found and wanted
        self.found += found
        self.wanted += wanted

    def figures(self) -> str:
        precision = self.right / self.found if self.found else 0.0
        recall = self.right / self.wanted if self.wanted else 0.0
        f1 = 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 0.0
        return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


@dataclass(slots=True)
class Score:
    """What is counted over one file."""

    scene: str = "quiet"
    rows: int = 0
    before: deque[Row] = field(default_factory=lambda: deque[Row](maxlen=5))
    requests: Counts = field(default_factory=Counts)
    asked: Counter[bool] = field(default_factory=Counter[bool])
    parts: dict[str, Counts] = field(default_factory=lambda: {each: Counts() for each in PARTS})
    categories: Counter[bool] = field(default_factory=Counter[bool])
    talk: int = 0
    alarms: Counter[str] = field(default_factory=Counter[str])
    errors: list[Row] = field(default_factory=list[Row])

    def measure(self, reader: Reader, row: Row) -> None:
        """Read one row and count what it says."""
        self.rows += 1
        meaning = read(reader, row, walk_before(self.scene, row, self.before))
        self.before.append(row)
        wrong = [*self._request(row, meaning), *self._category(reader, row), *self._parts(row)]
        if wrong:
            self.errors.append(
                {"what": wrong, **row, "said": meaning.outcome, "sure": meaning.confidence}
            )

    def _request(self, row: Row, meaning: Meaning) -> Iterator[str]:
        loud = meaning.outcome in LOUD
        if "is_request" not in row and "category" not in row:
            self.talk += 1
            self.alarms[meaning.outcome] += loud
            if loud:
                yield f"alarm {meaning.outcome}"
        if "is_request" not in row:
            return
        wanted: bool = row["is_request"]
        if meaning.outcome is Outcome.ASK:
            self.asked[wanted] += 1
        # A question that the bot answers is heard as one, where somebody wants to know.
        asks = meaning.outcome is Outcome.ANSWER and row.get("request_type") == "question"
        found = meaning.outcome in (Outcome.OPEN, *LINKS) or asks
        self.requests.add(found, wanted)
        if found is not wanted:
            yield "missed" if wanted else "falsely"

    def _category(self, reader: Reader, row: Row) -> Iterator[str]:
        if (wanted := row.get("category")) is None:
            return
        found = reader.report(heard(row["text"]), Scene()).category
        self.categories[found == wanted] += 1
        if found != wanted:
            yield f"category {wanted}>{found}"

    def _parts(self, row: Row) -> Iterator[str]:
        if "is_request" not in row or not row["is_request"]:
            return
        wanted, found = wanted_parts(row), found_parts(parse(row["text"]))
        for part in PARTS:
            ours = {code for name, code in found if name == part}
            theirs = {code for name, code in wanted if name == part}
            counts = self.parts[part]
            # Of several of a part, the reader takes one.
            right = len(ours & theirs)
            counts.right, counts.found = counts.right + right, counts.found + len(ours)
            counts.wanted += max(right, min(1, len(theirs)))
            if len(ours) != right or (theirs and not right):
                yield f"{part} {sorted(theirs)}>{sorted(ours)}"


def heard(text: str, key: str = "9", sender: str = "li", at: datetime = AT) -> Heard:
    """A line as somebody without a known home says it."""
    return Heard(key=key, at=at, sender=sender, text=text)


def walk_before(scene: str, row: Row, before: Iterable[Row]) -> Walk:
    """What was said before a line."""
    walk = Walk(Place(), "")
    if scene == "quiet":
        text = "大家早上好" if is_chinese(row["text"]) else "good morning"
        walk.hears(heard(text, "0", "zhao", AT - timedelta(hours=3)), Outcome.TALK, None)
    if scene == "lively":
        for minutes, each in zip(range(8, 3, -1), before, strict=False):
            at = AT - timedelta(minutes=minutes)
            walk.hears(heard(each["text"], f"0{minutes}", f"p{minutes}", at), Outcome.TALK, None)
    return walk


def read(reader: Reader, row: Row, walk: Walk) -> Meaning:
    """What a line means, after what somebody else said, if the row tells."""
    if before := row.get("context"):
        first = heard(before, "1", "wang", AT - timedelta(minutes=2))
        meaning = reader.read(first, walk.scene())
        if meaning.outcome is Outcome.OPEN:
            made = reader.report(first, walk.scene())
            assert made.category
            assert made.urgency
            assert made.kind
            walk.opens(first, made.category, made.urgency, made.kind, made.place)
        else:
            walk.hears(first, meaning.outcome, None)
    return reader.read(heard(row["text"]), walk.scene())


def wanted_parts(row: Row) -> set[tuple[str, str]]:
    """(part, code) of each span."""
    found: set[tuple[str, str]] = set()
    for span in row.get("spans", ()):
        text = plain(span["text"])
        if dashed := DASHED.search(text):
            found |= {(name, dashed[i]) for i, name in ((1, "building"), (2, "unit"), (3, "room"))}
        elif span["type"] in PARTS:
            # The F of a flat "3F" is no floor.
            code = text if span["type"] == "room" and FLAT.fullmatch(text) else AROUND.sub("", text)
            found.add((span["type"], number(code.strip()).lstrip("0")))
    return found


def found_parts(said: Place) -> set[tuple[str, str]]:
    """(part, code) of what was read; the floor that only a room number tells is no span."""
    parts = {part: plain(value) for part in PARTS if (value := getattr(said, part)) is not None}
    if "room" in parts and parts.get("floor") == floor_of(said.room):
        del parts["floor"]
    span = re.fullmatch(r"(\d+)-(\d+)", parts.get("floor", ""))
    ends = {("floor", code) for code in span.groups()} if span else set[tuple[str, str]]()
    if span:
        del parts["floor"]
    return ends | {(part, code.lstrip("#0")) for part, code in parts.items()}


def show(name: str, score: Score) -> None:
    print(f"{name}: {score.rows} lines")
    if score.requests.wanted:
        print(f"  request or not   {score.requests.figures()}", end="")
        print(f"  (asked about: {score.asked[True]} requests, {score.asked[False]} others)")
    if any(counts.wanted for counts in score.parts.values()):
        whole = Counts()
        for part, counts in score.parts.items():
            print(f"  {part:<16} {counts.figures()}  of {counts.wanted}")
            whole.right, whole.found = whole.right + counts.right, whole.found + counts.found
            whole.wanted += counts.wanted
        print(f"  all parts        {whole.figures()}")
    if total := score.categories.total():
        print(f"  category         {score.categories[True] / total:.3f} of {total}")
    if score.talk:
        alarms = score.alarms.total()
        print(f"  false alarms     {100 * alarms / score.talk:.2f} %  {dict(+score.alarms)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--scene", choices=("quiet", "lively", "first"), default="quiet")
    parser.add_argument("--errors", type=Path, help="write what went wrong, as JSON lines")
    asked = parser.parse_args()
    policy = default_policy()
    cues = {name: each.cues for name, each in policy.categories.items() if each.cues}
    reader, errors = Reader.load(extra_cues=cues), list[Row]()
    for file in asked.files:
        score = Score(scene=asked.scene)
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                score.measure(reader, json.loads(line))
        show(file.stem, score)
        errors += score.errors
    if asked.errors:
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in errors)
        asked.errors.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
