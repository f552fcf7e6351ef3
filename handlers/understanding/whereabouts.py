"""Whose place a report means: what it names of a home or a house, and what its sender said before.

The words stand in the cue files (`whereabouts`); they are sought in reports alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache

from handlers.understanding.cues import PLACE, load_cues
from handlers.understanding.features import MOST_ALIKE
from handlers.understanding.floors import floor_of
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Said, Scene
from handlers.understanding.numerals import number
from handlers.understanding.passing import whom

MOST_REMEMBERED = 512
NOTHING = frozenset[str]()
#: How far back lines of the same breath are: of them, how long ago, and how many are looked at.
LINES, WHILE, MOST = 8, timedelta(minutes=10), 3
#: Somebody is asked: "你家也停了吗", "is that your ceiling".
ASKED = re.compile(r"[你您侬]|\b(?:you|your|u|ur)\b")
#: What stands or happens in a home, and what many pass or share.
HOMELY = frozenset(("room", "supply", "cooking", "lock", "body", "kin", "rest"))
SHARED = frozenset(
    ("landing", "stairs", "door", "hall", "lift", "top", "below", "wall", "front", "grounds")
)
NUMBERED = r"([\d一二三四五六七八九十]{1,3})\s*[楼层]"
#: On which floor one says to live or to be: "我住五楼", "我们9楼", "阿拉4楼".
LIVING = re.compile(
    rf"(?:[我俺咱偶额阮侬]|阿拉|我哋)(?:们|家|屋里)?(?:是|在|喺|住|住在|家在)?\s*{NUMBERED}|住(?:在|喺)?\s*{NUMBERED}"
    r"|\b(?:i'?m|i am|we'?re|we are|i live|we live|up here|down here) (?:up )?(?:on|in|at) "
    r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?\b"
)


@lru_cache(MOST_REMEMBERED)
def named(text: str) -> frozenset[str]:
    """What a plain text names that tells of a place: room, body, landing, grounds ..."""
    return frozenset(load_cues().whereabouts.said_in(text).get(PLACE, NOTHING))


def reach(names: frozenset[str]) -> str:
    """Whether something of a home is named, and something that is shared."""
    return f"{not HOMELY.isdisjoint(names)},{not SHARED.isdisjoint(names)}"


def features(
    heard: Heard, scene: Scene, looked: Looked, category: str, told: str, own_floor: str
) -> Iterator[str]:
    """Names of circumstances for the heads of the place; `told`: the tails that the words tell,
    `own_floor`: whether that is the sender's own."""
    here, lives = named(looked.text), _lives(heard, looked)
    yield from _within(here, lives, (told, category, own_floor), mine=looked.mine)
    yield from _said_before(heard, scene, bare=not here)
    yield from _of_others(heard, scene, looked, category)


@lru_cache(MOST_ALIKE)
def _within(
    here: frozenset[str], lives: str, beside: tuple[str, str, str], *, mine: bool
) -> tuple[str, ...]:
    """What of a home or a house is named, beside what else is told. There are few, so names are
    made once."""
    told, category, own_floor = beside
    within = f"within={reach(here)}"
    features = [f"ins={'+'.join(sorted(here))}", f"lives={lives}", within]
    for each in here or ("nothing",):
        features += [f"in={each}", f"in={each}|{mine}"]
    for each in (told, category, own_floor, f"{own_floor},{lives}", str(mine)):
        features.append(f"{within}|{each}")
    return tuple(features)


def _lives(heard: Heard, looked: Looked) -> str:
    """Whether one's own floor is told, and rightly as far as is known."""
    found = LIVING.search(looked.text)
    if found is None:
        return "unsaid"
    own = floor_of(heard.home.room if heard.home else None)
    said = number(next(each for each in found.groups() if each))
    return "unknown" if own is None else "own" if own == said else "other"


def _said_before(heard: Heard, scene: Scene, *, bare: bool) -> Iterator[str]:
    """What the sender told just before, of which this may be the rest."""
    lines = [look(each.heard.text) for each in _own(heard, scene)]
    before = frozenset[str]().union(*(named(each.text) for each in lines))
    yield f"told={min(2, len(lines))}"
    yield f"told within={reach(before)},{bare}"
    for each in before:
        yield f"told={each}"
        yield f"told={each}|{bare}"
    scopes = frozenset[str]().union(*(each.scopes for each in lines))
    yield f"told mine={any(each.mine for each in lines)},{bare}"
    yield f"told scope={'+'.join(sorted(scopes))},{bare}"
    if lines:
        yield f"told who={whom(lines[0].text)},{bare}"


def _own(heard: Heard, scene: Scene) -> Sequence[Said]:
    near = [
        each
        for each in reversed(scene.recent[-LINES:])
        if each.heard.sender == heard.sender and heard.at - each.heard.at <= WHILE
    ]
    return near[:MOST]


def _of_others(heard: Heard, scene: Scene, looked: Looked, category: str) -> Iterator[str]:
    """Whether others speak of the same, and whether they asked for it."""
    near = [
        each
        for each in scene.recent[-LINES:]
        if each.heard.sender != heard.sender and heard.at - each.heard.at <= WHILE
    ]
    same = [each for each in near[-MOST:] if category in look(each.heard.text).categories]
    yield f"others={bool(same)},{category}"
    yield f"others={bool(same)},{bool(looked.outages)},{looked.mine}"
    last = near[-1] if near else None
    if last is not None and last is scene.recent[-1]:
        before = look(last.heard.text)
        asked = ASKED.search(before.text) is not None and "wonder" in before.signs
        yield f"asked={asked},{'own' in before.scopes}"
        for each in named(before.text) if asked else ():
            yield f"asked={each}"
