"""A community's own words for its things: what everybody's word says holds for them as well."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from handlers.understanding.cues import Found, load_cues
from handlers.understanding.looking import look
from handlers.understanding.meaning import NEW, Heard, Meaning, Reason

#: Categories whose words name a thing; those of the others name what is wrong already.
THINGS = frozenset(
    (
        "water",
        "electricity",
        "gas",
        "heating",
        "lift",
        "sanitation",
        "greening",
        "public_facilities",
    )
)


def in_common(heard: Heard, own: Found | None) -> Heard:
    """The message with the word that everybody uses in place of a community's own, where nothing
    else names a thing: what is known of lifts holds for "老铁笼" as well."""
    looked = look(heard.text)
    if own is None or looked.categories:
        return heard
    common = _common_word(own.name, own.word.isascii()) if own.name in THINGS else None
    return replace(heard, text=looked.text.replace(own.word, common)) if common else heard


@cache
def _common_word(category: str, ascii_: bool) -> str | None:
    """A word that names a thing of a category and nothing else: no fault, outage or danger."""
    for word in load_cues().tables["category"].get(category, ()):
        looked = look(word)
        only = looked.categories == frozenset((category,)) and not looked.signs | looked.dangers
        if word.isascii() is ascii_ and only and not (looked.outages or looked.alarms):
            return word
    return None


def named(meaning: Meaning, heard: Heard, own: Found | None) -> Meaning:
    """A community's own word decides the category of a report, unless danger is named."""
    if own is None or meaning.outcome not in NEW or look(heard.text).alarming:
        return meaning
    rest = [each for each in meaning.reasons if each.about != "category"]
    reasons = (Reason("category", "own", own.word, 1.0), *rest)
    asset = "lift" if own.name == "lift" else None
    return replace(meaning, category=own.name, asset=asset, reasons=reasons)
