"""Small pieces of text that every view of a request is made of: place, moment, reason, names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.requests.case import Case
from handlers.understanding.phones import without_numbers
from handlers.work import Work
from storage.queries.areas import AreaFacts
from storage.tables import Request

MOST_WORDS = 160
MARKS = " 。.!！，,；;：:、~"
STEPS = ("building", "unit")


def moment(work: Work, language: str, at: datetime, zone: ZoneInfo) -> str:
    """A moment with its day of the week, in local time: a card is read on other days too."""
    local = at.astimezone(zone)
    return work.word(
        language,
        "request.moment",
        day=local.day,
        month=work.word(language, f"request.month.{local.month}"),
        weekday=work.word(language, f"request.weekday.{local.isoweekday()}"),
        time=f"{local.hour:02}:{local.minute:02}",
    )


def day(work: Work, language: str, at: datetime, zone: ZoneInfo) -> str:
    """A day with its weekday, in local time."""
    local = at.astimezone(zone)
    return work.word(
        language,
        "request.day",
        day=local.day,
        month=work.word(language, f"request.month.{local.month}"),
        weekday=work.word(language, f"request.weekday.{local.isoweekday()}"),
    )


def when(case: Case, language: str, at: datetime) -> str:
    """A moment in the community's time zone."""
    return moment(case.work, language, at, case.zone)


def place(
    work: Work, language: str, facts: AreaFacts, understood: Mapping[str, Any], *, room: bool
) -> str:
    """Where it is, from the building down; the room only where `room` says so."""
    parts = [
        part for part in (_step(work, language, facts, understood, kind) for kind in STEPS) if part
    ]
    number = facts.codes.get("household") or understood.get("room")
    if room and number:
        parts.append(work.word(language, "request.place.room", code=number))
    elif floor := understood.get("floor"):
        parts.append(work.word(language, "request.place.floor", code=floor))
    if spot := understood.get("spot"):
        parts.append(str(spot))
    if not facts.codes.get("building") and not understood.get("building"):
        parts.insert(0, facts.names.get("neighbourhood") or facts.name)
    return work.word(language, "request.place.between").join(parts)


def _step(
    work: Work,
    language: str,
    facts: AreaFacts,
    understood: Mapping[str, Any],
    kind: str,
) -> str:
    code = facts.codes.get(kind)
    if code is None:
        code = understood.get(kind)
    elif language == "zh" or facts.names[kind].isascii():
        return facts.names[kind]
    return work.word(language, f"request.place.{kind}", code=code) if code else ""


def public_place(case: Case, language: str) -> str:
    """The place as a group may read it: the room only if the reporter wrote it there."""
    return public_place_of(case.work, language, case.facts, case.request)


def public_place_of(work: Work, language: str, facts: AreaFacts, request: Request) -> str:
    """The same for who has no more than the request: cards and lists name a place alike."""
    number = facts.codes.get("household") or request.place.get("room")
    said = bool(number) and str(number) in request.words
    return place(work, language, facts, request.place, room=said)


def exact_place(case: Case, language: str) -> str:
    """The place for those who must go there."""
    return place(case.work, language, case.facts, case.request.place, room=True)


def category(work: Work, language: str, name: str) -> str:
    """The name of a category; a community's own category without a text keeps its key."""
    key = f"categories.{name}"
    return work.word(language, key) if work.desk.words.has(key) else name


def categories_by_name(work: Work) -> dict[str, str]:
    """Every name of every category, in all languages, and the category it means."""
    names: dict[str, str] = {}
    for each in work.policy.categories:
        key = f"categories.{each}"
        told = work.desk.words.every(key) if work.desk.words.has(key) else ()
        names |= dict.fromkeys((each, each.replace("_", " "), *told), each)
    return names


def reason(
    work: Work, language: str, code: str | None, words: str | None, *, said: str = ""
) -> str:
    """A reason: the text of its code, then what was said; nothing twice, nor what `said` tells."""
    known = work.word(language, f"request.code.{code}") if code and code != "other" else ""
    words = (words or "").strip()
    parts = [
        *([known] if _adds(known, said, words) else []),
        *([words] if _adds(words, said) else []),
    ]
    return work.word(language, "request.reason_between").join(parts)


def _adds(text: str, *others: str) -> bool:
    """Whether a text tells something that the others do not."""
    bare = text.casefold().strip(MARKS)
    return bool(bare) and not any(bare in each.casefold() for each in others)


def done_how(work: Work, language: str, code: str | None, words: str | None) -> str:
    """What was done, behind "says it is done": without the words that only say so again."""
    words = (words or "").strip()
    for front in work.desk.words.every("card.button.done"):
        rest = words[len(front) :]
        ends = not rest or not front.isascii() or rest[0] in MARKS.strip()  # not "done it"
        if ends and words.casefold().startswith(front.casefold()):
            words = rest.lstrip(MARKS)
    return reason(work, language, code, words)


def public(words: str, most: int = MOST_WORDS) -> str:
    """The same where more people read it than the one it was said to: no phone number is whole."""
    return short(without_numbers(words), most)


def short(words: str, most: int = MOST_WORDS) -> str:
    """Words in one line, cut where they are too long."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"
