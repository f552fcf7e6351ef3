"""Drills: what staff have said that they would do is no danger, but has to be asked about."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Scene

DRILL = re.compile(r"演练|演习|\b(?:fire|evacuation|alarm) (?:drill|test)\b|\btesting the alarm")
OVER = re.compile(r"结束|圆满|完了|取消|误报|\b(?:over|ended|finished|cancelled|postponed)\b")
ANOTHER_DAY = re.compile(
    r"明[天日早]|后天|下[周个]|(?:周|星期|礼拜)[一二三四五六日天]"
    r"|\b(?:tomorrow|next week|(?:mon|tues|wednes|thurs|fri|satur|sun)day|wed|thu|sat)\b"
)
TODAY = re.compile(r"今[天日早晚]|现在|正在|\b(?:today|now|this (?:morning|afternoon)|tonight)\b")
#: For so long after it was told of it may go on.
LASTS = timedelta(hours=3)
#: What a drill plays. Somebody shut in a lift, or gas, is none.
PLAYED = frozenset(("fire",))
NONE = re.compile(r"不是演|不像演|\b(?:not|isn't|isnt) (?:a|the|part of the) (?:drill|test)\b")
REAL = re.compile(r"真的?(?:着|起|烧|冒|有|是)|\b(?:real|really|actual)\b")


def drilled(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether the danger that is told is what staff have announced for now: smoke and alarms of a
    drill. Who says that it is none ("不是演习，真的着火了") is believed."""
    text = looked.text
    if not looked.dangers or looked.dangers - PLAYED or is_none(text) or REAL.search(text):
        return False
    return any(
        said.heard.role != "resident"
        and heard.at - said.heard.at <= LASTS
        and _is_drill(look(said.heard.text).text)
        for said in scene.recent
    )


def is_none(text: str) -> bool:
    """Whether somebody says that this is no drill."""
    return NONE.search(text) is not None


def _is_drill(text: str) -> bool:
    if not DRILL.search(text) or OVER.search(text):
        return False
    return TODAY.search(text) is not None or ANOTHER_DAY.search(text) is None
