"""Whether a message is the first word of an emergency: beyond doubt, or likely enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from handlers.understanding import drills
from handlers.understanding.emergencies import echoes, goes_with
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.normal import is_chinese
from handlers.understanding.speakers import tells_anew
from handlers.understanding.wording import Wording

#: What is said in bits: how many before the last, how long each at most in Chinese and otherwise,
#: and how soon one follows the other.
BITS, BIT, BIT_LATIN, AT_ONCE = 3, 12, 30, timedelta(minutes=2)
#: What names a danger and is so surely talk or an update is no alarm.
OPENS_NAMED = 0.05


def raised(wording: Wording, chances: Mapping[str, float]) -> bool:
    """Whether a message is the first word of an emergency, and not one more on that of these
    minutes."""
    heard, looked, scene = wording.heard, wording.looked, wording.scene
    alarm = _likely(wording, chances) or beyond_doubt(heard, looked, scene)
    return alarm and echoes(heard, looked, scene) is None


def _likely(wording: Wording, chances: Mapping[str, float]) -> bool:
    """Whether this is likely enough the first word of an emergency.

    A word of danger has to be meant; what is said in none that is known, or is doubted for what
    was said before (a drill of yesterday), must as a whole be all but surely one.
    """
    heard, looked, scene = wording.heard, wording.looked, wording.scene
    limits = wording.model.thresholds
    opens = 1 - chances.get("talk", 0) - chances.get("answer", 0) - chances.get("update", 0)
    if opens < (OPENS_NAMED if looked.dangers else limits["opens_unnamed"]):
        return False
    if drills.drilled(heard, looked, scene) or goes_with(heard, looked, scene):
        return False
    if looked.dangers:
        meant = wording.chances("emergency").get("yes", 0.0)
        if (meant * opens) ** 0.5 >= limits["emergency"]:
            return True
    if opens < limits["opens_unnamed"]:
        return False
    sure = limits["alarm_doubted" if looked.dangers else "alarm_unnamed"]
    return wording.chances("urgency").get("emergency", 0.0) >= sure


def beyond_doubt(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether danger is told beyond doubt: in plain words, or by who lives by a machine while the
    power is off."""
    if drills.drilled(heard, looked, scene):
        return False
    plainly = looked.alarming or bool(looked.alarms and drills.is_none(looked.text))
    if plainly or (looked.dangers and _told_in_bits(heard, looked, scene).alarming):
        return tells_anew(heard, looked, scene)
    return looked.lives_by_power and heard.role == "resident" and _powerless(looked, scene)


def _told_in_bits(heard: Heard, looked: Looked, scene: Scene) -> Looked:
    """A short line with the short ones that its sender said just before, of which nothing became:
    "有娃", "在窗口", "脚伸出来了"."""
    bits = [looked.text]
    for said in reversed(scene.recent[-BITS:]):
        before = look(said.heard.text)
        if said.heard.sender != heard.sender or heard.at - said.heard.at > AT_ONCE or said.of:
            break
        bits.append(before.text)
    most = BIT if is_chinese(looked.text) else BIT_LATIN
    return looked if len(bits) == 1 or max(map(len, bits)) > most else look(" ".join(bits[::-1]))


def _powerless(looked: Looked, scene: Scene) -> bool:
    off = (each for each in scene.requests if not each.ended)
    return "electricity" in looked.outages or any(each.category == "electricity" for each in off)
