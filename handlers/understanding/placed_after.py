"""A line that is nothing but a place, right after one's own report: that is where it is. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    Meaning,
    Outcome,
    Scene,
    Urgency,
)

#: Newest texts of which it is known: one message asks again and again.
MOST_REMEMBERED = 512
#: So long after one's report, or what one said of it.
WITHIN = timedelta(minutes=30)
MOST = 30
ALIVE = frozenset(("open", "taken", "waiting"))
_CODE = "[a-z0-9一二三四五六七八九十]{1,4}"
#: "3栋", "在3栋2单元", "3-2", "it's in building 3, unit 2".
BARE = re.compile(
    rf"(?:就?[是在]|位置|地址|地点|[:：\s])*(?:{_CODE}\s?(?:栋|幢|号楼|座|单元|室|户|楼|层)[\s,]*){{1,4}}"
    r"(?:\d{3,4})?[的哈啊.。]*|"
    r"(?:就?[是在])?[a-z]?\d{1,4}[-—][a-z]?\d{1,4}(?:[-—]\d{1,4})?|"
    r"(?:(?:it'?s|that'?s|sorry|i mean|in|at|the) ?)*"
    r"(?:(?:blk|block|building|bldg|tower|unit|flat|room|floor)\.? ?#?"
    r"(?:[a-z]?\d{1,4}|[a-z])(?:-\d{1,4})*[\s,.]*){1,3}"
)


@lru_cache(MOST_REMEMBERED)
def is_bare(text: str) -> bool:
    """Whether a text names a place and says nothing else."""
    return len(text) <= MOST and BARE.fullmatch(look(text).text) is not None


def understood(heard: Heard, scene: Scene, meaning: Meaning) -> Meaning:
    """The meaning with what this rule says."""
    if heard.reply_to or heard.media or heard.forwarded or meaning.urgency is Urgency.EMERGENCY:
        return meaning
    key = _own_last(heard, scene) if is_bare(heard.text) else None
    alive = {each.key for each in scene.requests if each.state in ALIVE}
    if key not in alive:
        return meaning
    return replace(meaning, outcome=Outcome.DETAIL, of=key, question=None, bears_out=None)


def _own_last(heard: Heard, scene: Scene) -> str | None:
    """The request that this person reported or spoke of last, a short while ago."""
    for said in reversed(scene.recent):
        if heard.at - said.heard.at > WITHIN:
            return None
        if said.heard.sender == heard.sender and said.of is not None:
            own = said.outcome in (Outcome.OPEN, Outcome.DETAIL)
            return said.of if own else None
    return None
