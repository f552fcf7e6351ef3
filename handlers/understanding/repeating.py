"""What is said over and over: by one person, or by very many at once. Merged, never refused.

A first report is always kept. The same words of the same person a moment later tell nothing new;
and where a group speaks faster than anybody reads, the same words are about the same thing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.understanding.meaning import (
    NEW,
    Heard,
    KnownRequest,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.normal import plain

#: Who says the same again within this time says it because nobody answered yet.
AGAIN_WITHIN = timedelta(minutes=10)
#: So many lines within so long: a group in which nobody can follow any more.
CROWD, CROWD_WITHIN = 40, timedelta(minutes=1)
ALIVE = frozenset({"open", "taken", "waiting"})
PARTS = ("building", "unit", "floor", "room")


def said_already(heard: Heard, scene: Scene, meaning: Meaning) -> str | None:
    """The living request of which this person said just this a moment ago; None: it is new.

    Danger, pictures, replies and what is said to the bot itself are always heard anew.
    """
    apart = heard.media or heard.reply_to or heard.to_bot or heard.forwarded
    if apart or meaning.again or meaning.urgency is Urgency.EMERGENCY or not heard.text.strip():
        return None
    alive = {each.key for each in scene.requests if each.state in ALIVE}
    if not alive:
        return None
    words = plain(heard.text)
    for said in reversed(scene.recent):
        if said.of in alive and _again(said, heard) and plain(said.heard.text) == words:
            return said.of if meaning.of in (None, said.of) else None
    return None


def _again(said: Said, heard: Heard) -> bool:
    before = said.heard
    return before.sender == heard.sender and heard.at - before.at <= AGAIN_WITHIN


def merged(heard: Heard, scene: Scene, meaning: Meaning) -> Meaning:
    """In a crowd a report in the very words of a living request joins it, if places allow."""
    if meaning.outcome not in NEW or not crowded(heard, scene):
        return meaning
    if meaning.urgency is Urgency.EMERGENCY:
        return meaning
    words = plain(heard.text)
    same = (each for each in scene.requests if _same(each, words, meaning.place))
    found = next(same, None)
    return replace(meaning, outcome=Outcome.JOIN, of=found.key) if found else meaning


def crowded(heard: Heard, scene: Scene) -> bool:
    """Whether so many spoke within the last minute that nobody can follow."""
    if len(scene.recent) < CROWD:
        return False
    return heard.at - scene.recent[-CROWD].heard.at <= CROWD_WITHIN


def _same(known: KnownRequest, words: str, place: Place) -> bool:
    return known.state in ALIVE and plain(known.words) == words and not _apart(known.place, place)


def _apart(one: Place, other: Place) -> bool:
    """Whether two places are surely not the same."""
    pairs = ((getattr(one, part), getattr(other, part)) for part in PARTS)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
