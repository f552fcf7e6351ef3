"""Questions that the bot can answer from what it knows: which one a message asks."""

from __future__ import annotations

import re
from functools import lru_cache

from handlers.understanding.normal import plain

#: The newest texts: each is asked about several times.
MOST_REMEMBERED = 512
_NUMBER = "(?:电话|号码|联系方式|手机)"
_OFFICE = r"(?:office|emergency|maintenance|management|property|security|caretaker|concierge)"
_WHEN = "(?:什么时候|啥时候|何时|几时|几点|哪天|几号)"
_NAMED = f"(?:是谁|是哪|叫什么|叫啥|叫谁|姓什么|姓啥|找谁|的?{_NUMBER})"

#: The first that matches counts. Plain text (see normal.plain).
QUESTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "status",
        re.compile(
            r"(?:报|修|反映|处理|解决).{0,6}(?:了吗|了没|没有|么|吗|没)|什么时候.{0,4}(?:修|好|来)|"
            r"(?:reported|fixed|any update|any news|logged)\b.*\?|when will"
        ),
    ),
    (
        "office_hours",
        re.compile(
            rf"(?:物业|管理处|客服|前台|服务中心|办公室).{{0,6}}{_WHEN}.{{0,3}}(?:上班|下班|开门|关门)|"
            r"(?:物业|管理处|客服|前台|服务中心|办公室).{0,6}(?:上班|开门)(?:吗|么|没|不\b)|"
            r"(?:when|what time) (?:does|is|will) (?:the )?(?:\w+ )?(?:office|front desk) "
            r"(?:open|clos)|\bis (?:the )?(?:\w+ )?(?:office|front desk) open\b"
        ),
    ),
    (
        "hotline",
        re.compile(
            rf"(?:物业|值班|维修|客服|24小时|电工).{{0,6}}{_NUMBER}|"
            rf"{_OFFICE}.{{0,14}}(?:number|phone)|"
            r"(?:number|phone) (?:for|of) (?:the )?(?:office|management|security)"
        ),
    ),
    (
        "on_duty",
        re.compile(
            r"(?:谁|哪位|哪个).{0,6}(?:值班|当班|值日|坐班|值守|巡逻)(?!.{0,3}(?:电话|手机|号码))|"
            r"(?:值班|当班|值守|坐班|巡逻)(?:的|人|人员|表)?(?:上)?(?:是|有)(?:谁|哪|没有人)|"
            r"有(?:没有)?人(?:在)?(?:值班|当班|坐班|值守)(?:吗|么|没|嘛|\?|$)|"
            r"\bwho(?:'s|s| is| are|'ll be| will be)? .{0,20}\bon (?:duty|call|watch)\b|"
            r"\b(?:is|are) (?:anyone|anybody|somebody|someone) .{0,14}on (?:duty|call)\b|"
            r"\bwhose (?:turn|shift|duty)\b"
        ),
    ),
    (
        "unit_captain",
        re.compile(
            rf"(?:谁是|哪位是|有没有).{{0,8}}单元长|单元长(?:都)?(?:有谁|有哪|{_NAMED})|"
            r"who(?:'s|s| is| are) (?:the |our )?unit captains?|\bunit captains? .{0,8}\bwho\b"
        ),
    ),
    (
        "captain",
        re.compile(
            rf"(?:谁是|哪位是|有没有).{{0,6}}(?:楼长|组长)|(?:楼长|组长){_NAMED}|"
            r"who(?:'s|s| is| are) (?:the |our )?(?:building |block |neighbou?rhood )?captains?\b"
        ),
    ),
    (
        "community",
        re.compile(
            rf"(?:谁是|哪位是).{{0,6}}(?:书记|社区工作者|社区主任)|(?:书记|社区工作者|社区主任|居委会?){_NAMED}"
        ),
    ),
    (
        "manager",
        re.compile(
            rf"(?:谁是|哪位是).{{0,6}}(?:物业|经理|网格员|管家)|(?:物业经理|网格员|管家|物业){_NAMED}|"
            r"有(?:事情?|问题|急事)(?:该|应该|要|可以)?(?:找谁|联系谁|打哪个电话)|"
            r"who(?:'s|s| is) .{0,20}manager|"
            r"who (?:is|do i|should i|can i|do we|should we).{0,20}(?:manager|contact|management)|"
            r"who (?:do|should|can) (?:i|we) (?:call|ring|phone)(?:\?|$| about (?:the|my|our) )"
        ),
    ),
    (
        "next_reminder",
        re.compile(
            rf"(?:下一?次|下个|下一个)的?.{{0,8}}{_WHEN}|"
            r"(?:when(?:'s|s| is)|what(?:'s|s| is)) (?:the |our )?next\b"
        ),
    ),
)
NEXT_REMINDER = "next_reminder"
#: Which reminder is asked after, where it is not just any.
WHICH_NEXT = re.compile(
    rf"(?:下一?次|下个|下一个)的?(.{{1,8}}?)(?:是|在|会)*{_WHEN}|\bnext (\w+(?: \w+)?)"
)
ANY_REMINDER = re.compile(r"提醒|\breminders?\b")

#: Questions that are answered even where the rest of the message says nothing else.
OFFICES = frozenset(
    ("captain", "unit_captain", "community", "manager", "hotline", "office_hours", "on_duty")
)
#: Longer ones say something besides; what is said with letters takes more of them.
MOST_SIGNS, MOST_LETTERS = 24, 48
#: Whoever asks after an office says one of these.
OFFICE_WORDS = (
    *("值", "班", "巡逻", "单元长", "楼长", "组长", "物业", "经理", "网格员", "管家", "书记"),
    *("社区", "居委", "找谁", "联系谁", "提醒", "管理处", "客服", "前台", "办公室", "服务中心"),
    *("电话", "号码", "联系方式", "手机", "who", "duty", "call", "number", "phone"),
    *("office", "front desk", "reminder"),
)
NAMES_OFFICE = re.compile("|".join(OFFICE_WORDS))
#: Who asks for a number says so, or hardly anything else; others tell of it.
ASKS_NUMBER = re.compile(
    rf"^.{{0,8}}{_NUMBER}(?:[啊呀呢吗\W]|来着|谢谢)*$|多少|好多|几多|哪个|谁有|有没有|有吗|发一?下|给一?下|求|问一?下|啥|什么"
    r"|\?|^(?:what|who|which|any|does|do|can|could|is there|number|phone)"
)
#: What a message is made of: sentences, and what commas part.
PART = re.compile(r"[^,，;；。.!！?？\n]+[。.!！?？]*")


@lru_cache(MOST_REMEMBERED)
def plain_question(text: str) -> str | None:
    """Who holds an office here, or what else is known of the place, asked and nothing besides
    ("单元长是谁")."""
    longest = MOST_LETTERS if text.isascii() else MOST_SIGNS
    if len(text) > longest:
        return None
    said = _plain(text)
    if NAMES_OFFICE.search(said) is None:
        return None  # nothing is asked after without one of these words
    question = question_of(said)
    if question == "hotline" and ASKS_NUMBER.search(said) is None:
        return None
    if question == NEXT_REMINDER:
        return question if ANY_REMINDER.search(said) else None
    return question if question in OFFICES else None


def which_next(text: str) -> str | None:
    """What the next reminder that a question means tells of; None: it may be any."""
    found = WHICH_NEXT.search(_plain(text))
    named = (found[1] or found[2] or "") if found else ""
    return ANY_REMINDER.sub("", named).strip("的 ") or None


@lru_cache(MOST_REMEMBERED)
def _plain(text: str) -> str:
    return plain(text)


def question_of(text: str) -> str | None:
    """Which question a plain text asks; None for none that can be answered well."""
    return next((name for name, pattern in QUESTIONS if pattern.search(text)), None)


def parted(text: str) -> tuple[str | None, str]:
    """The question after an office in a text that says more, and what it says besides.

    "今天谁值班？我家漏水了" -> ("on_duty", "我家漏水了"). None where nothing is asked, or where
    nothing else is said.
    """
    parts = [each.strip() for each in PART.findall(text) if each.strip()]
    if len(parts) < 2 or NAMES_OFFICE.search(_plain(text)) is None:
        return None, ""  # most of what is said names no office
    asked = [plain_question(each) for each in parts]
    rest = " ".join(each for each, asks in zip(parts, asked, strict=True) if asks is None)
    return next(filter(None, asked), None) if rest else None, rest
