"""A second opinion on what is unsure: when it is asked for, what is shown, what an answer may be.

The answer is one of three words and a category; nothing that it could say addresses anybody, opens
a second request or makes an emergency of something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

import tomli
from pydantic import BaseModel, ConfigDict, ValidationError

from handlers.understanding.features import minutes_since
from handlers.understanding.masking import masked
from handlers.understanding.meaning import Heard, Meaning, Outcome, Reason, Said, Scene, Urgency

#: The unsure band: what is opened with less, what is left as talk with more than this.
OPENS_BELOW = 0.87
LEANS_FROM = 0.15
#: What a second opinion agrees to counts as so sure at least.
AGREED = 0.9
MOST_EARLIER = 5
EARLIER_MINUTES = 60
MOST_REQUESTS = 8
LONGEST_ANSWER = 4000
FENCE = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)


class Opinion(BaseModel):
    """What the other says: the only three words that count, and what it is about."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    verdict: Literal["request", "talk", "unsure"]
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is shown: the instructions, and the residents' words as a JSON document beside them."""

    system: str
    document: str


def is_unsure(meaning: Meaning) -> bool:
    """Whether a second opinion is worth asking for; an emergency waits for none."""
    if meaning.urgency is Urgency.EMERGENCY:
        return False
    if meaning.outcome is Outcome.OPEN:
        return meaning.bears_out is None and meaning.confidence < OPENS_BELOW
    if meaning.outcome is Outcome.TALK:
        return meaning.leaning >= LEANS_FROM
    return meaning.outcome is Outcome.ASK


def question(heard: Heard, scene: Scene, categories: Collection[str]) -> Question:
    """What to show of a message in its scene, with numbers, names and flats masked."""
    lines = _earlier(heard, scene)
    letters = _letters([*(said.heard for said in lines), heard])
    names = _names([*(said.heard for said in scene.recent), heard], letters)
    document = {
        "earlier": [
            {
                "who": letters[said.heard.sender],
                "minutes_ago": round(minutes_since(heard, said)),
                "text": masked(said.heard.text, names),
            }
            for said in lines
        ],
        "open_requests": [
            {"category": each.category, "text": masked(each.words, names)}
            for each in scene.requests[-MOST_REQUESTS:]
        ],
        "message": {"who": letters[heard.sender], "text": masked(heard.text, names)},
    }
    system = _system().replace("{categories}", ", ".join(sorted(categories)))
    return Question(system, json.dumps(document, ensure_ascii=False))


def understood(answer: str, categories: Collection[str]) -> Opinion | None:
    """The opinion in an answer; None for anything that is not exactly one."""
    if len(answer) > LONGEST_ANSWER:
        return None
    fenced = FENCE.fullmatch(answer.strip())
    try:
        opinion = Opinion.model_validate_json(fenced[1] if fenced else answer)
    except ValidationError:
        return None
    known = opinion.category is None or opinion.category in categories
    return opinion if known else None


def decided(meaning: Meaning, report: Meaning, opinion: Opinion) -> Meaning:
    """The meaning of an unsure message with an opinion; `report`: what it is if it is a request.

    The words decide over an emergency and the place, the opinion over what is no emergency.
    """
    if opinion.verdict == "unsure":
        return meaning
    reason = Reason("request", "second_opinion", weight=1.0)
    if opinion.verdict == "talk":
        return Meaning(Outcome.TALK, AGREED, reasons=(reason,))
    opened = replace(
        report,
        outcome=Outcome.OPEN,
        confidence=max(meaning.confidence, AGREED),
        reasons=(*report.reasons, reason),
    )
    if opinion.category is None or report.urgency is Urgency.EMERGENCY:
        return opened
    asset = "lift" if opinion.category == "lift" else None
    return replace(opened, category=opinion.category, asset=asset)


@cache
def _system() -> str:
    text = (files("config") / "opinion.toml").read_text(encoding="utf-8")
    return str(tomli.loads(text)["system"]).strip()


def _earlier(heard: Heard, scene: Scene) -> list[Said]:
    lines = scene.recent[-MOST_EARLIER:]
    return [each for each in lines if minutes_since(heard, each) <= EARLIER_MINUTES]


def _letters(lines: list[Heard]) -> dict[str, str]:
    """Each sender's letter, in the order in which they spoke."""
    senders = dict.fromkeys(line.sender for line in lines)
    return {sender: chr(ord("A") + i) for i, sender in enumerate(senders)}


def _names(lines: list[Heard], letters: dict[str, str]) -> dict[str, str]:
    return {line.name: letters.get(line.sender, "[name]") for line in lines if line.name}
