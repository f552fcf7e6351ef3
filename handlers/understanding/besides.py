"""Who asks after an office and tells of something in one message is heard in both. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from handlers.understanding.questions import parted

#: What is told besides and something comes of.
TOLD = (Outcome.OPEN, Outcome.JOIN, Outcome.DETAIL)


def read(how: Callable[[Heard, Scene], Meaning], heard: Heard, scene: Scene) -> Meaning:
    """What a message means as `how` reads it; what it asks besides stands in `question`.

    A question at its beginning makes the whole look like one: so the rest is read for itself.
    """
    meaning = how(heard, scene)
    question, rest = parted(heard.text)
    if question is None:
        return meaning
    if meaning.outcome not in TOLD:
        told = how(replace(heard, text=rest), scene)
        if told.outcome not in TOLD:
            return meaning
        meaning = told
    return replace(meaning, question=question)
