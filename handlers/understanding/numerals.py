"""Numbers in words and digits, as parts of a place are counted."""

from __future__ import annotations

import re

DIGIT_OF = {sign: i for i, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUM = r"(?:\d{1,3}|[一二两三四五六七八九十〇零]{1,4})"
SMALL = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"


def number(text: str) -> str:
    """A number in digits: "三" -> "3", "十二" -> "12"; anything else as it is."""
    if not text or any(sign not in DIGIT_OF and sign != "十" for sign in text):
        return text
    if "十" not in text:
        return "".join(str(DIGIT_OF[sign]) for sign in text)
    tens, _, ones = text.partition("十")
    return str((DIGIT_OF[tens[0]] if tens else 1) * 10 + (DIGIT_OF.get(ones[:1], 0)))


def first(found: re.Match[str]) -> str:
    """The group of a pattern's forms that was found."""
    return next(group for group in found.groups() if group)
