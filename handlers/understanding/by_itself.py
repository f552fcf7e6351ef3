"""What a line says by itself: a report, a word on something reported, or talk.

Thousands of short reports teach what words mean, but not when people speak up: a head that learns
both from them takes too much for a report. So a head of its own learns from the words alone, from
all examples, and the outcome head is told how sure that one is (stacked generalization, Wolpert
1992), as steps that are passed. How much that is worth in which scene it learns from whole
conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from handlers.understanding.features import bucket
from handlers.understanding.meaning import LINKS, Heard, Outcome, Scene
from handlers.understanding.steps import odds
from handlers.understanding.transcripts import Gold

HEAD = "report"
REPORT, LINK, TALK = "open", "link", "talk"
#: Where the situation stands among the features of a message.
SITUATION = "@situation="
ROLE = "@role="
#: Steps of how sure it is, in log odds; of how sure in the situation.
SURE = (-4.0, -3.0, -2.25, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.25, 3.0, 4.0)
THERE = (-2.25, -1.0, 0.0, 1.0, 2.25)


def own(features: Iterable[str]) -> list[str]:
    """Of the features of a message those of its words, and as whom it is said."""
    return [each for each in features if "|" not in each and _is_own(each)]


def _is_own(feature: str) -> bool:
    return feature[0] != "@" or feature.startswith(ROLE)


def answer(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    """What a line is by itself; nobody knows of what is unclear."""
    del scene
    if gold.outcome is Outcome.ASK or not heard.text:
        return None
    if gold.outcome is Outcome.OPEN:
        return REPORT
    return LINK if gold.outcome in LINKS else TALK


def said(chances: Mapping[str, float]) -> tuple[int, int]:
    """How sure it is by itself that a line is a report, and that it is of one: steps passed."""
    report, link = odds(chances.get(REPORT, 0.0)), odds(chances.get(LINK, 0.0))
    return bucket(report, SURE), bucket(link, SURE)


def names(sure: tuple[int, int], situation: str) -> list[str]:
    """What the outcome head is told: so many steps, alone and in its situation."""
    found: list[str] = []
    for name, steps in zip((REPORT, LINK), sure, strict=True):
        for step in SURE[:steps]:
            found.append(f"@says {name}>{step}")
            if step in THERE:
                found.append(f"@says {situation} {name}>{step}")
    return found


def situation_of(features: Iterable[str]) -> str:
    """The situation that is among the features of a message; "" where none is."""
    marks = (each for each in features if each.startswith(SITUATION))
    return next(marks, SITUATION).removeprefix(SITUATION)
