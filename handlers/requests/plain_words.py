"""From a plain reply to what it does: "收到，我去看看" takes, "等配件，周五" waits (R9); pure.

The phrases are data (words "replies.*"), read in all languages at once: people mix them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from config.words import Catalogue
from handlers.understanding.normal import plain

#: What can be said, the one that must be looked for first at the front ("没修好" holds "修好").
KINDS = (
    "not_solved",
    "help",  # "我一个人弄不了，来个人帮忙" gives nothing up
    "up",  # "我弄不了，转给物业" goes on to others, and ends nothing
    "pass_on",
    "busy",  # "我来不了" takes nothing
    "cannot",
    "cancel",
    "wait",
    "join",
    "done",
    "take",
)
WHY_WAIT = ("parts", "supplier", "appointment", "weather", "approval")
#: Longer than this and it is a story, not an answer.
MOST = 80
NEGATED = re.compile(
    r"(?:没有?|未|不|别|还没|(?:不|并|也)[是像非]|not(?: an?)?|n't|never|isn t|no)\s*$"
)
#: What may stand before one: a call, a word of regret.
HEAD = re.compile(r"^(?:[\s,，、!~]|不好意思|抱歉|对不起|sorry\b|[哎唉哦嗯啊])+")
#: Signs of Cantonese as the phrases write them: "修好咗", "仲未好", "係坏嘅".
CANTONESE = str.maketrans("咗唔冇係仲嘅", "了不没是还的")
#: What may follow a whole answer: marks, particles, thanks.
TAIL = re.compile(
    r"(?:[\s。.!~,，、;；啊哈吧呀哦嗯啦🙏👌👍💪]|谢谢|多谢|感谢|辛苦了"
    r"|thanks(?: a lot| so much)?|thank you(?: so much| very much)?)+$"
)
#: Behind what must stand at the end: marks alone.
AT_END = r"(?=\W*$)"
#: Where one clause ends and the next begins.
CLAUSE = re.compile(r"[,，。;；!！\n]+|(?<!\d)\.(?!\d)|(?<=\D)、|\band then\b|\bbut\b|但(?!愿)是?")
#: A thing in between, and nothing that turns it round ("换好的锁打不开了", "换好配件就好了").
THING = r"(?!的)[^\W就才也还再打刷不没]{1,6}"
#: A name, and no word that begins a description ("ask the supplier").
NAME = r"(?!(?:the|an?|your?|my|our|him|her|them|some\w+)\b)([@\w·]{1,24})"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a reply says: one of `KINDS`, whom it names, why it waits."""

    kind: str
    name: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of all languages as patterns."""

    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    whole: Mapping[str, frozenset[str]]
    question: re.Pattern[str]
    unreal: re.Pattern[str]  #: what is hoped, thought or waited for
    future: re.Pattern[str]  #: what is not yet: "by Friday" it will be "fixed"
    later: re.Pattern[str]  #: when who cannot come now will
    status: re.Pattern[str]  #: a question how it stands
    unsaid: re.Pattern[str]  #: to what one's own report is changed that was none
    yes: frozenset[str]  #: that it is solved, where that is asked
    no: frozenset[str]
    mere: frozenset[str]  #: "got it": that it was read, and hardly more
    why: Mapping[str, re.Pattern[str]]


def read(known: Phrases, text: str) -> Spoken | None:
    """What a reply does; None: nothing certain (a question, a story, something else)."""
    said = normal(text)
    if not said or len(said) > MOST or known.question.search(said):
        return None
    bare = _bare(said)
    for kind in KINDS:
        if said in known.whole[kind] or bare in known.whole[kind]:
            return Spoken(kind, code=_why(known, said, kind))
        for pattern in known.patterns[kind]:
            found = pattern.search(said)
            if found is not None and not _not_so(known, kind, found, said):
                spoken = _spoken(known, kind, found, said)
                return spoken and replace(spoken, name=_as_written(spoken.name, text))
    return None


def _as_written(name: str | None, text: str) -> str | None:
    """The name in the signs in which it was written: the directory may know no others."""
    many = len(name or "")
    parts = (text[start : start + many] for start in range(len(text)))
    return next((each for each in parts if name and normal(each) == name), name)


def is_solved(known: Phrases, text: str) -> bool | None:
    """What a short answer to "is it solved?" says that says nothing where that is not asked: a no
    may be followed by how it is, a yes by thanks alone. None: it is no such answer."""
    said = normal(text)
    if len(said) > MOST or known.question.search(said):
        return None
    parts = clauses(said)
    if parts and _is_one_of(known.no, parts[0]):
        return False
    yes = [_is_one_of(known.yes, part) for part in parts]
    rest = [part for part, is_yes in zip(parts, yes, strict=True) if not is_yes and _bare(part)]
    return True if any(yes) and not rest else None


def tells_end(known: Phrases, clause: str) -> bool:
    """Whether a clause by itself says that something is solved, or is not."""
    spoken = read(known, clause)
    kinds = ("done", "not_solved")
    return is_solved(known, clause) is not None or (spoken is not None and spoken.kind in kinds)


def _is_one_of(answers: frozenset[str], clause: str) -> bool:
    return not answers.isdisjoint((clause.strip(" ,。.!~"), _bare(clause)))


def bare(text: str) -> str:
    """The text as phrases are compared, without a call before it and thanks behind."""
    return _bare(normal(text))


def _bare(said: str) -> str:
    return HEAD.sub("", TAIL.sub("", said))


def is_mere(known: Phrases, text: str) -> bool:
    """Whether it says no more than that it was read."""
    return TAIL.sub("", normal(text)) in known.mere


def unsays(known: Phrases, text: str) -> bool:
    """Whether a report that was changed to this is one no more ("发错群了", "just kidding")."""
    spoken = read(known, text)
    if spoken is not None and spoken.kind == "cancel":
        return True
    return known.unsaid.search(normal(text)) is not None


def _not_so(known: Phrases, kind: str, found: re.Match[str], said: str) -> bool:
    """Whether it only sounds like it: in the clause in which it is "fixed", or a false alarm, these
    are hoped, thought, waited for or to come; who cannot come now comes later; "我来不及"."""
    if kind == "take":
        return said.startswith("不", found.end())
    if kind == "busy":
        return bool(known.future.search(said) or known.later.search(said))
    if kind not in ("done", "cancel"):
        return False
    place = found.start()
    clause = next((each for each, start, end in _spans(said) if start <= place < end), said)
    return bool(known.unreal.search(clause) or (kind == "done" and known.future.search(clause)))


def clauses(said: str) -> list[str]:
    """The clauses of a line."""
    return [clause for clause, _, _ in _spans(said)]


def _spans(said: str) -> list[tuple[str, int, int]]:
    ends = [0, *(each.end() for each in CLAUSE.finditer(said)), len(said)]
    return [(said[a:b], a, b) for a, b in pairwise(ends) if said[a:b].strip()]


def _spoken(known: Phrases, kind: str, found: re.Match[str], said: str) -> Spoken | None:
    if NEGATED.search(said[: found.start()]):
        return Spoken("not_solved") if kind == "done" else None
    name = found[1] if found.lastindex else None
    return Spoken(kind, name=name, code=_why(known, said, kind))


def _why(known: Phrases, said: str, kind: str) -> str | None:
    return why_wait(known, said) if kind == "wait" else None


def why_wait(known: Phrases, text: str) -> str | None:
    """What is waited for, by the words of a reason."""
    said = normal(text)
    return next((code for code, pattern in known.why.items() if pattern.search(said)), None)


def normal(text: str) -> str:
    """The text in one width, case and script, as all reading sees it."""
    return plain(text.translate(CANTONESE)).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@cache
def phrases_of(words: Catalogue) -> Phrases:
    """The phrases of a catalogue, compiled once."""
    phrases = {kind: tuple(_lines(words, kind)) for kind in KINDS}
    return Phrases(
        patterns={
            kind: tuple(_pattern(line) for line in lines if not line.startswith("="))
            for kind, lines in phrases.items()
        },
        whole={
            kind: frozenset(line[1:] for line in lines if line[0] == "=")
            for kind, lines in phrases.items()
        },
        question=re.compile(
            r"\?|" + "|".join(_pattern(line).pattern for line in _lines(words, "question"))
        ),
        unreal=re.compile("|".join(each.pattern for each in patterns_of(words, "unreal"))),
        future=re.compile("|".join(each.pattern for each in patterns_of(words, "future"))),
        later=re.compile("|".join(each.pattern for each in patterns_of(words, "later"))),
        status=re.compile("|".join(_pattern(line).pattern for line in _lines(words, "status"))),
        unsaid=re.compile("|".join(each.pattern for each in patterns_of(words, "unsaid"))),
        yes=frozenset(_lines(words, "yes")),
        no=frozenset(_lines(words, "no")),
        mere=frozenset(_lines(words, "mere")),
        why={
            code: re.compile("|".join(_pattern(line).pattern for line in _lines(words, code)))
            for code in WHY_WAIT
        },
    )


def _lines(words: Catalogue, name: str) -> Iterable[str]:
    for text in words.every(f"replies.{name}"):
        yield from (normal(line) for line in text.splitlines() if line.strip())


def patterns_of(words: Catalogue, name: str) -> Iterable[re.Pattern[str]]:
    """The phrases listed under a name, in all languages, as patterns."""
    return (_pattern(line) for line in _lines(words, name))


def _pattern(line: str) -> re.Pattern[str]:
    bare = line.removesuffix("$")
    phrase = re.escape(bare).replace(re.escape("..."), NAME).replace(re.escape("~"), THING)
    if bare.isascii():
        phrase = rf"\b{phrase}\b" if bare[-1].isalnum() else rf"\b{phrase}"
    return re.compile(phrase + (AT_END if bare != line else ""))
