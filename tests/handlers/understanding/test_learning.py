"""Annotated conversations: read with their errors named, walked, fitted on and scored."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from handlers.understanding.fit import fit_prepared
from handlers.understanding.meaning import Outcome, Place
from handlers.understanding.preparing import prepare
from handlers.understanding.reader import Reader
from handlers.understanding.reading import HEADS
from handlers.understanding.scoring import Prediction, Tally, golds_of, predict, score
from handlers.understanding.transcripts import (
    Conversation,
    TranscriptError,
    read_transcripts,
    walk_gold,
    walk_roughly,
)

HOME = {"building": "3", "unit": "2", "room": "501"}
WHERE = {"building": "3", "unit": None, "floor": None, "room": None, "spot": None}


def line(n: int, text: str, sender: str = "li", **gold: Any) -> dict[str, Any]:
    return {
        "conv": "t-1",
        "chat": {"area": "3栋", "title": "3栋群"},
        "n": n,
        "at": f"2026-03-02T08:{n:02d}:00+08:00",
        "sender": sender,
        "sender_home": HOME,
        "text": text,
        "gold": {"outcome": "talk", **gold},
    }


LINES = [
    line(1, "早上好"),
    line(
        2, "电梯坏了", outcome="open", category="lift", urgency="urgent", kind="repair", place=WHERE
    ),
    line(3, "我家也是", "wang", outcome="join", of=2),
    line(4, "师傅来了", "chen", outcome="update", of=2),
    line(5, "今天真热", "wang"),
]


def written(folder: Path, lines: list[dict[str, Any]]) -> Path:
    file = folder / "t.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in lines) + "\n\n", encoding="utf-8")
    return file


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return read_transcripts(written(tmp_path, LINES))[0]


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    broken = written(tmp_path, [LINES[0], {**LINES[1], "at": "yesterday"}])
    with pytest.raises(TranscriptError, match=r"t\.jsonl:2: at: "):
        read_transcripts(broken)


def test_the_walk_shows_each_message_what_was_known_before_it(conversation: Conversation) -> None:
    scenes = [scene for _, scene, _ in walk_gold(conversation)]
    assert [len(scene.requests) for scene in scenes] == [0, 0, 1, 1, 1]
    assert scenes[4].requests[0].messages == frozenset(("2", "3", "4"))
    assert scenes[4].requests[0].supporters == frozenset(("li", "wang"))


def test_a_rough_walk_errs_alike_each_time(conversation: Conversation) -> None:
    once, twice = (list(walk_roughly(conversation, Random(5).random)) for _ in range(2))
    assert once == twice
    assert [gold for _, _, gold in once] == [each.gold for each in conversation]


def test_what_is_fitted_on_is_learned(conversation: Conversation) -> None:
    reader = Reader(fit_prepared(prepare([conversation] * 200), set(range(200))))
    tally = score(predict(reader, conversation), golds_of(conversation))
    assert tally.figures()["opened_f1"] == 1.0
    assert tally.figures()["false_alarms"] == 0.0


@pytest.mark.parametrize(
    ("text", "outcome", "taught"),
    [
        ("轿厢里灯也灭了", "detail", "lift"),  # names something: so such words go with a lift
        ("我家也是", "join", None),
        ("轿厢里灯也灭了", "talk", None),
    ],
)
def test_what_is_told_of_a_request_teaches_its_category(
    tmp_path: Path, text: str, outcome: str, taught: str | None
) -> None:
    of = {} if outcome == "talk" else {"of": 2}
    told = [*LINES[:2], line(3, text, "wang", outcome=outcome, **of)]
    *_, last = walk_gold(read_transcripts(written(tmp_path, told))[0])
    assert HEADS["category"].answer(*last) == taught


def test_scores_count_what_they_say(conversation: Conversation) -> None:
    opened = Prediction(
        Outcome.OPEN, None, "lift", "emergency", "repair", Place("3", None, None, None)
    )
    said = {
        3: opened,  # a join that opens its report finds it
        4: Prediction(Outcome.UPDATE, 3),
        5: Prediction(Outcome.ASK),
    }
    tally = score(said, golds_of(conversation))
    expected = Tally(
        messages=5,
        reports=1,
        found=1,
        links=2,
        links_said=1,
        links_right=1,
        links_exact=1,
        talk=2,
        alarms=1,
        category_right=1,
        place_right=1,
        kind_right=1,
        emergencies_falsely=1,
    )
    assert tally == expected
