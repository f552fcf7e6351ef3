"""Phone numbers in people's words: found, and shown to others without their middle. Pure."""

from __future__ import annotations

import re

#: Seven digits and more, however they are cut: mobile and landline, with or without a country.
NUMBER = re.compile(r"(?<![\d#])\+?\d(?:[\s().\-–]{0,3}\d){6,}(?!\d)")
#: What may hold a number to call.
LONG = re.compile(r"\d{7}|\d{3,4}[ -]\d{3,4}")
#: What a day or a span of hours looks like is no number of a phone ("2026-03-02 18:00").
DAY = re.compile(r"(?:19|20)\d\d\s?[.\-–]\s?\d{1,2}\s?[.\-–]\s?\d{1,2}(?!\d)")
DAY_OR_NUMBER = re.compile(rf"(?P<day>{DAY.pattern})|{NUMBER.pattern}")
#: A whole number, and what is said of it: of the matter it says nothing.
CONTACT = re.compile(
    r"[,，。;；、\s]*(?:"
    r"(?:请|可以?|麻烦|有事)?(?:联系|打|拨|加)(?:我|一下)?(?:的)?(?:电话|手机|微信)?"
    r"|我?的?(?:联系)?(?:电话|手机|微信)号?码?"
    r"|(?:please )?(?:call|ring|text|contact)(?: me)?(?: on| at)?"
    r"|(?:my )?(?:phone|mobile|tel|number)(?: number)?(?: is)?"
    r")?[:：是为\s]*(?<![\d#-])(?:"
    r"\+?\d{7,}|(?:\+\d{1,3}[ -]?)?(?:1[3-9]\d|0\d{2,4})[ -]?\d{3,4}[ -]?\d{3,4}"
    r")(?![\d-])\s*(?:打?给我|联系我?|请?回电)?"
)


def without_contact(text: str) -> str:
    """A text without the numbers to call that it ends or begins with, and what is said of them."""
    return CONTACT.sub(" ", text) if LONG.search(text) else text


def mask(phone: str) -> str:
    """A number as others may see it: "138****5678"; of a short one only the end."""
    digits = "".join(sign for sign in phone if sign.isdecimal())
    if len(digits) < 7:
        return "*" * len(digits)
    if len(digits) < 11:
        return "*" * (len(digits) - 2) + digits[-2:]
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def without_numbers(text: str) -> str:
    """A text in which no whole phone number can be read."""
    return DAY_OR_NUMBER.sub(lambda found: found[0] if found["day"] else mask(found[0]), text)


def is_phone(text: str) -> bool:
    """Whether the whole text can be a number to call."""
    digits = sum(sign.isdecimal() for sign in text)
    return re.fullmatch(r"\+?[\d\s().\-–]+", text) is not None and 7 <= digits <= 15
