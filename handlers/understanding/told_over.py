"""Which open request a plain line means that tells its end: "电梯好了", "lift works again". Pure.

Nothing is said but a thing and that it is well again. Neighbours say so hours later, amid other
talk, where the heads have seen hardly anything but talk.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from handlers.understanding.asked_after import (
    ALIVE,
    FILLING_EN,
    FILLING_ZH,
    MOST_LETTERS,
    MOST_SIGNS,
    Asked,
    core,
    meant,
)
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    KnownRequest,
    Meaning,
    Outcome,
    Scene,
    Urgency,
)
from handlers.understanding.normal import is_chinese
from handlers.understanding.spots import could_be_there

_NOW = "(?:已经|现在|刚刚?|终于|都|又)*"
#: Newest texts of which it is known: one message asks again and again.
MOST_REMEMBERED = 512
#: How a line ends that tells so, and what comes back: "来电了" names the thing itself.
CHINESE = re.compile(
    rf"(.*?){_NOW}(?:(?:修|弄|搞|整|换|处理)?好了|修完了|(?:可以|能)(?:用|坐|开|进|洗|走)了|好使了|亮了|通了|"
    r"不[漏堵响臭]了|恢复(?:正常)?了|正常了)"
)
_SUPPLY = "(水|电|气|热水|暖气|网)"
BACK = re.compile(rf"(.*?){_NOW}(?:[来有]{_SUPPLY}|{_SUPPLY}来)了")
#: What is hoped, thought, waited for, denied or asked.
UNSURE = re.compile(
    r"好像|似乎|应该|可能|大概|听说|希望|等|要是|如果|万一|快|就|谁|哪|什么|怎么|不|没"
    r"|\b(?:is|was|not|never|still|when|if|once|until|till|hope|maybe|think|should|seems|almost)\b"
)
#: What ends so and may be a fault as well: the doorbell is silent, the smell is back.
REPORTS = re.compile(r"亮了|响了|\b(?:back|working|running)\b")
#: What is missed while it is away.
MISSED = re.compile(
    r"(?:hot )?water|power|electricity|gas|heat(?:ing)?|lift|elevator|internet|wi-?fi"
)
#: What has more in it than a thing ("出租都叫好了"), and how long a thing is; and in letters.
MORE = re.compile(r"[\s,;!]\W*[^a-z\s]|已经|都|刚")
MOST_OF_THING = (6, 24)
TAIL = re.compile(r"[啊呀啦哈吧哦噢嗯~。.,👍🎉🙏\s]+$")
ENGLISH = tuple(
    re.compile(each)
    for each in (
        r"(.+?)(?: is| are|'s)?(?: now| finally)? (?:back(?: on)?|fixed|repaired|sorted|working)"
        r"(?: again| now)*",
        r"(.+?) (?:works|is ok|is fine|is running|is up and running)(?: again| now)+",
        r"(?:they|he)(?:'ve|'s| have| has)? fixed (.+?)(?: now)?",
    )
)


def understood(heard: Heard, scene: Scene, meaning: Meaning, *, alone: bool = False) -> Meaning:
    """The meaning with what this rule says. `alone`: said to nobody but the bot."""
    if heard.forwarded or heard.reply_to:
        return meaning
    thing = read(heard.text)
    if thing is None or meaning.urgency is Urgency.EMERGENCY:
        return meaning
    request = meant(heard, scene, Asked(thing, mending=True), alone=alone)
    if request is None:
        request = _linked(heard, scene, meaning, thing)
    if request is None or request.state not in ALIVE:
        silent = heard.role == "resident" and _says_nothing_new(heard, scene, meaning, thing)
        return _nothing_new(meaning) if silent else meaning
    told = replace(meaning, outcome=Outcome.UPDATE, of=request.key)
    return replace(told, over=True, bears_out=None, again=False)


def _linked(heard: Heard, scene: Scene, meaning: Meaning, thing: str) -> KnownRequest | None:
    """The request as whose progress it was read, if the thing is of its sort and may be there."""
    if meaning.outcome is not Outcome.UPDATE:
        return None
    looked = look(heard.text)
    serves = heard.role != "resident"
    of_others = replace(heard, home=None) if serves else heard
    return next(
        (
            each
            for each in scene.requests
            if each.key == meaning.of
            and each.category in look(thing).categories
            and could_be_there(of_others, looked, each)
        ),
        None,
    )


def _says_nothing_new(heard: Heard, scene: Scene, meaning: Meaning, thing: str) -> bool:
    """Whether it is good news and no report, of nothing that is open: "我儿子感冒好了"."""
    if meaning.outcome is Outcome.UPDATE:  # of another house
        looked = look(heard.text)
        theirs = (each for each in scene.requests if each.key == meaning.of)
        return any(not could_be_there(heard, looked, each) for each in theirs)
    if meaning.outcome is Outcome.DETAIL or look(thing).plainly_faulty or MORE.search(thing):
        return False
    if REPORTS.search(look(heard.text).text):
        return MISSED.fullmatch(thing) is not None
    return len(thing) <= MOST_OF_THING[thing.isascii()]


def _nothing_new(meaning: Meaning) -> Meaning:
    """Of no request we know: good news is no report, and bears none out."""
    silent = replace(meaning, outcome=Outcome.TALK, of=None, over=True, again=False)
    return replace(silent, leaning=0.0, bears_out=None, leans=None, clash=False)


@lru_cache(MOST_REMEMBERED)
def read(text: str) -> str | None:
    """The thing of which a text tells the end, and nothing besides; None for any other text."""
    if not text or len(text) > MOST_LETTERS or "?" in text or "？" in text:
        return None
    looked = look(text)
    if "elsewhere" in looked.signs:
        return None  # "公司电梯好了"
    plain = TAIL.sub("", looked.text.rstrip("!"))
    if is_chinese(plain):
        thing = _chinese(plain) if len(plain) <= MOST_SIGNS else ""
    else:
        found = next(filter(None, (each.fullmatch(plain) for each in ENGLISH)), None)
        thing = core(found[1], FILLING_EN) if found else ""
    return None if UNSURE.search(thing) else thing or None


def _chinese(plain: str) -> str:
    if (back := BACK.fullmatch(plain)) is not None:
        return "" if FILLING_ZH.sub("", back[1]).strip() else f"来{back[2] or back[3]}"
    found = CHINESE.fullmatch(plain)
    return core(found[1], FILLING_ZH) if found else ""
