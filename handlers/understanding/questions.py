"""Questions that the bot can answer from what it knows: which one a message asks."""

from __future__ import annotations

import re

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
        "hotline",
        re.compile(
            r"(?:物业|值班|维修|客服|24小时|电工).{0,6}(?:电话|号码|联系方式|手机)|"
            r"(?:office|emergency|maintenance|security|caretaker|concierge).{0,14}(?:number|phone)|"
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
            r"(?:谁是|哪位是|有没有).{0,8}单元长|单元长(?:都)?(?:是谁|是哪|有谁|有哪|叫什么)|"
            r"who(?:'s|s| is| are) (?:the |our )?unit captains?|\bunit captains? .{0,8}\bwho\b"
        ),
    ),
    (
        "captain",
        re.compile(
            r"(?:谁是|哪位是|有没有).{0,6}(?:楼长|单元长|组长)|(?:楼长|单元长|组长)(?:是谁|是哪)|"
            r"who(?:'s|s| is| are) (?:the |our )?(?:building |block |neighbou?rhood )?captains?\b"
        ),
    ),
    (
        "manager",
        re.compile(
            r"(?:谁是|哪位是).{0,6}(?:物业|经理|网格员|管家)|"
            r"(?:物业经理|网格员|管家|物业)(?:是谁|是哪|找谁)|"
            r"who (?:is|do i|should i).{0,20}(?:manager|contact|management)"
        ),
    ),
    ("next_reminder", re.compile(r"下次.{0,8}(?:什么时候|几点|哪天)|when is (?:the )?next")),
)


#: Questions that are answered even where the rest of the message says nothing else.
OFFICES = frozenset({"captain", "unit_captain", "manager", "hotline", "on_duty"})
#: Longer ones say something besides; what is said with letters takes more of them.
MOST_SIGNS, MOST_LETTERS = 24, 48
#: Whoever asks after an office says one of these.
OFFICE_WORDS = (
    *("值", "班", "巡逻", "单元长", "楼长", "组长", "物业", "经理", "网格员", "管家"),
    *("电话", "号码", "联系方式", "手机", "who", "duty", "call", "number", "phone"),
)
NAMES_OFFICE = re.compile("|".join(OFFICE_WORDS))
#: What a message is made of: sentences, and what commas part.
PART = re.compile(r"[^,，;；。.!！?？\n]+[。.!！?？]*")


def plain_question(text: str) -> str | None:
    """Who holds an office here, asked and nothing besides ("单元长是谁")."""
    longest = MOST_LETTERS if text.isascii() else MOST_SIGNS
    if not _names_office(text):
        return None  # none of the offices is asked after without one of these words
    question = question_of(text.casefold()) if len(text) <= longest else None
    return question if question in OFFICES else None


def question_of(text: str) -> str | None:
    """Which question a plain text asks; None for none that can be answered well."""
    return next((name for name, pattern in QUESTIONS if pattern.search(text)), None)


def parted(text: str) -> tuple[str | None, str]:
    """The question after an office in a text that says more, and what it says besides.

    "今天谁值班？我家漏水了" -> ("on_duty", "我家漏水了"). None where nothing is asked, or where
    nothing else is said.
    """
    parts = [each.strip() for each in PART.findall(text) if each.strip()]
    if len(parts) < 2 or not _names_office(text):
        return None, ""
    asked = [plain_question(each) for each in parts]
    rest = " ".join(each for each, asks in zip(parts, asked, strict=True) if asks is None)
    return next(filter(None, asked), None) if rest else None, rest


def _names_office(text: str) -> bool:
    """Whether it is worth a closer look: most of what is said names none."""
    return NAMES_OFFICE.search(text.casefold()) is not None
