"""Which open request a plain question means that asks how something stands. Pure.

"电梯修好了吗", "was the lift reported?": nothing is said but a thing and the question. Then
the rule decides, not the heads: they have seen such lines answered by neighbours, and left as talk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, KnownRequest, Meaning, Outcome, Scene, Urgency
from handlers.understanding.normal import is_chinese
from handlers.understanding.spots import could_be_there

QUESTION = "status"
#: Newest texts of which it is known: one message asks again and again.
MOST_REMEMBERED = 512
#: Longer ones say something besides; what is said with letters takes more of them.
MOST_SIGNS, MOST_LETTERS = 20, 56
#: So few lines and minutes back a question without a thing can mean what was spoken of.
LINES, MINUTES = 3, timedelta(minutes=30)
ALIVE = frozenset(("open", "taken", "waiting", "done"))
#: What is no longer than this is too short for the same word to mean the same; and in letters.
SHORT = (1, 3)

_MEND = "(?:报修|修|弄|搞|整|处理|解决|换|通|疏通|清理|恢复)"
_WHEN = "(?:什么时候|啥时候|啥时|几时|何时|多久|多长时间|几点|哪天)"
_SEES_TO = "(?:报修|报|反映|管|修|处理|跟进)(?:过|了)?"
_ENDS = "(?:了(?:吗|么|没有|没|嘛|不)|没有|没|咗?未)"
#: The question in Chinese, wherever it stands.
CHINESE = re.compile(
    rf"(?:{_MEND}得|处理|维修|修)?(?:怎么样|咋样|怎样|如何)了|{_MEND}得(?:怎么样|咋样|怎样|如何)|到哪一步了?|"
    rf"(?:有没有人|有人)?(?:已经)?(?:来|去)?(?:{_MEND}(?:好|完|过|上|掉)?|报|上报|反映|登记){_ENDS}|"
    rf"有没有人(?:来|去)?{_SEES_TO}|有人(?:来|去)?{_SEES_TO}(?:吗|么|没有|没|嘛)|"
    rf"(?:(?:维修)?师傅|修理工|电工|水工|物业)?{_WHEN}(?:才)?(?:能|可以|会)?"
    rf"(?:来{_MEND}?(?:人|好)?|{_MEND}(?:好|完|上)?|好|能用)|"
    rf"(?:师傅|修理工|电工|水工){_WHEN}(?:才)?(?:能|可以|会)?到|"
    r"有(?:没有)?(?:什么|啥)?(?:进展|消息|下文)(?:了)?(?:吗|么|没有|没)?|"
    rf"(?:好|能用|来){_ENDS}"
)
#: Who asks says these besides.
FILLING_ZH = re.compile(
    r"请问|麻烦|问一?下|谁知道|大家|我们|咱们|那边|这边|现在|目前|今天|昨天|刚才|上次|之前|师傅|物业|报修|报|"
    r"\d+(?:栋|幢|座|号楼|单元|号|楼|层|室)|[东西南北]|单元(?!门)|事情|问题|故障|的事"
    r"|楼(?!道)|[我咱俺那这个部台处的家栋里边上儿事啊呀呢吧哦哎喂了坏,]"
)
_DONE = (
    r"(?:fixed|repaired|sorted|mended|done|working|back|ready|resolved|reported|logged|looked at)"
)
_SOMEONE = r"(?:anyone|anybody|someone|somebody)"
#: The whole question in English, and in it the thing.
ENGLISH = tuple(
    re.compile(each)
    for each in (
        rf"(?:has|did|have) {_SOMEONE} (?:already )?(?:report|log)(?:ed|ged)? (.+?)"
        r"(?: yet| already)?",
        rf"(?:has|have|was|were|is|are|did) (.+?) (?:been |get |got |come )?(?:already |yet )?"
        rf"{_DONE}(?: up)?(?: yet| already| now| again)?",
        rf"when (?:will|is|are) (.+?) (?:going to )?(?:be |get )?{_DONE}(?: again)?",
        r"when (?:will|is) (?:the )?(?:plumber|electrician|engineer|technician|repair ?man) "
        r"(?:coming|come|be here|arriv(?:e|ing)|get here)",
        rf"how long (?:until|till|before|will) (.+?) (?:is |are |be |take to be )?{_DONE}",
        r"(?:is there )?any (?:updates?|news|word|progress)"
        r"(?: (?:on|about|with|for|regarding) (.+?))?(?: yet)?",
        r"what(?:'s| is|s) (?:the )?(?:status|latest|news)(?: (?:of|on|with|about) (.+?))?",
        r"how(?:'s| is| are) (.+?) (?:going|coming along|getting on)",
    )
)
#: What asks after the mending itself; of anything else people ask in the other words.
MENDING = re.compile(
    r"修|报|师傅|电工|水工|反映|疏通|物业"
    r"|fixed|repaire?d?|report|logged|plumber|electrician|engineer|technician"
)
LEAD_EN = re.compile(
    r"^(?:(?:hi|hello|hey|so|and|excuse me|please|anyone know|does anyone know|any idea|um)[ ,]+)+"
)
FILLING_EN = re.compile(
    r"\b(?:the|our|my|this|that|it|its|in|of|at|on|building|block|tower|unit|broken|problem|issue|"
    r"one|request|report|repair|thing|\d{1,3})\b|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A plain question how something stands."""

    thing: str  #: what it names; empty where it names nothing
    mending: bool  #: whether it asks after the mending itself, which talk hardly ever does


def understood(heard: Heard, scene: Scene, meaning: Meaning, *, alone: bool = False) -> Meaning:
    """The meaning with what this rule says. `alone`: said to nobody but the bot."""
    if meaning.urgency is Urgency.EMERGENCY or not (alone or heard.role == "resident"):
        return meaning
    asked = read(heard.text)
    if asked is None or heard.media or heard.forwarded:
        return meaning
    request = meant(heard, scene, asked, alone=alone)
    if request is not None:
        return replace(
            meaning, outcome=Outcome.ANSWER, question=QUESTION, of=request.key, bears_out=None
        )
    if alone and meaning.outcome in (Outcome.TALK, Outcome.ANSWER):
        return replace(meaning, outcome=Outcome.ANSWER, question=QUESTION, of=None)
    return meaning


@lru_cache(MOST_REMEMBERED)
def read(text: str) -> Asked | None:
    """The question that a text asks and nothing besides; None for any other text."""
    if not text or len(text) > MOST_LETTERS or "!" in text or "！" in text:  # who shouts complains
        return None
    plain = look(text).text.strip("?. 。")
    if not is_chinese(plain):
        return _read_english(plain)
    if len(plain) > MOST_SIGNS:
        return None
    found = CHINESE.search(plain)
    if found is None:
        return None
    rest = f"{plain[: found.start()]} {plain[found.end() :]}"
    return Asked(core(rest, FILLING_ZH), MENDING.search(found[0]) is not None)


def _read_english(plain: str) -> Asked | None:
    plain = LEAD_EN.sub("", plain)
    found = next(filter(None, (each.fullmatch(plain) for each in ENGLISH)), None)
    if found is None:
        return None
    thing = found[1] if found.re.groups else None
    return Asked(core(thing or "", FILLING_EN), MENDING.search(plain) is not None)


def core(text: str, filling: re.Pattern[str]) -> str:
    """A text without what fills at its ends."""
    edge = f"(?:{filling.pattern}|\\s)+"
    return re.sub(f"^{edge}|{edge}$", "", text)


def meant(heard: Heard, scene: Scene, asked: Asked, *, alone: bool) -> KnownRequest | None:
    """The one request that is meant: of several the one that was spoken of last, if any was.

    What names no thing means, in a group, what was spoken of just before; else the only open one,
    where it asks after the mending. Who asks the bot alone means theirs first.
    """
    found = _found(heard, scene, asked)
    if not asked.thing and not (alone or asked.mending):
        found = [each for each in found if each.key == _last_spoken_of(heard, scene)]
    for some in (_theirs(heard, found) if alone else (), found):
        if len(some) == 1:
            return some[0]
    last = _last_spoken_of(heard, scene)
    return next((each for each in found if each.key == last), None)


def several(heard: Heard, scene: Scene) -> Sequence[KnownRequest]:
    """All that may be meant by who asks the bot alone: theirs first, if any is."""
    asked = read(heard.text)
    found = _found(heard, scene, asked) if asked is not None else ()
    return _theirs(heard, found) or found


def _found(heard: Heard, scene: Scene, asked: Asked) -> Sequence[KnownRequest]:
    """What is not ended and about the thing, if one is named; else what is and was done lately."""
    looked = look(heard.text)
    near = [each for each in scene.requests if could_be_there(heard, looked, each)]
    if asked.thing:
        near = [each for each in near if _is_about(asked.thing, each)]
    found = [each for each in near if each.state in ALIVE]
    return found or near if asked.thing else found


def _theirs(heard: Heard, requests: Iterable[KnownRequest]) -> Sequence[KnownRequest]:
    return [each for each in requests if heard.sender in {each.sender, *each.supporters}]


def _last_spoken_of(heard: Heard, scene: Scene) -> str | None:
    """The key of the request that is answered, or was spoken of in the last lines."""
    for said in reversed(scene.recent):
        if said.heard.key == heard.reply_to:
            return said.of
    lately = (each for each in scene.recent[-LINES:] if heard.at - each.heard.at <= MINUTES)
    return next((each.of for each in reversed([*lately]) if each.of), None)


def _is_about(thing: str, request: KnownRequest) -> bool:
    """Whether a request is about a thing: in the same word, or in another for the same."""
    looked, theirs = look(thing), look(request.words)
    if (looked.things or len(thing) > SHORT[thing.isascii()]) and _says(theirs.text, thing):
        return True
    if not _names_only(thing):
        return False
    lift = request.asset in looked.things
    other = looked.categories - theirs.categories - {request.category}
    return not other and (lift or not looked.things.isdisjoint(theirs.things))


def _says(text: str, thing: str) -> bool:
    if not thing.isascii():
        return thing in text
    return re.search(rf"\b{re.escape(thing)}\b", text) is not None


def _names_only(thing: str) -> bool:
    """Whether a text consists of a name and what fills: "电梯里那只猫" is not about the lift."""
    words = sorted({each.word for each in look(thing).found}, key=len, reverse=True)
    rest = thing
    for word in words:
        rest = rest.replace(word, " ")
    filling = FILLING_ZH if is_chinese(thing) else FILLING_EN
    return not filling.sub("", rest).strip()
