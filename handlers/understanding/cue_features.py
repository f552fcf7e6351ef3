"""What the cues of a text tell, and their features: what is named together, in which clause."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from handlers.understanding.cues import Found
from handlers.understanding.signs import FAULTS, SOFT, names_fault

MOST_REMEMBERED = 4096
#: Signs that tell only whose place is meant.
PLACES = frozenset(("indoor", "shared"))


class Told(NamedTuple):
    """What the cues of a text tell."""

    found: tuple[Found, ...]
    cues: tuple[str, ...]
    plainly: tuple[str, ...]
    categories: frozenset[str]
    topics: frozenset[str]
    dangers: frozenset[str]
    signs: frozenset[str]


@lru_cache(MOST_REMEMBERED)
def told_by(found: tuple[Found, ...]) -> Told:
    """Many lines have the same cues: most have one or none."""
    groups: dict[str, set[str]] = {}
    for each in found:
        groups.setdefault(each.group, set()).add(each.name)
    categories, topics, dangers, signs = (
        frozenset(groups.get(each, ())) for each in ("category", "topic", "danger", "sign")
    )
    plainly = tuple({f"#{each.group[0]} {each.name}" for each in found})
    cues = tuple(_cue_features(found, categories, dangers, signs))
    return Told(found, cues, plainly, categories, topics, dangers, signs)


def _cue_features(
    found: tuple[Found, ...],
    categories: frozenset[str],
    dangers: frozenset[str],
    signs: frozenset[str],
) -> set[str]:
    features = {f"#{each.group[0]} {each.name}" for each in found}
    longest: dict[str, int] = {}
    for each in found:
        if each.group == "category":
            longest[each.name] = max(longest.get(each.name, 0), len(each.word))
            features.add(f"#word {each.word}")
    features.update(f"#c {name} {min(4, size)}" for name, size in longest.items() if size > 1)
    features.update(_sets_features(categories, dangers, signs))
    features.update(_clause_features(found))
    features.update(_topic_features(found))
    return features


@lru_cache(MOST_REMEMBERED)
def _sets_features(
    categories: frozenset[str], dangers: frozenset[str], signs: frozenset[str]
) -> tuple[str, ...]:
    """What is named together, in whatever words: the same in many lines."""
    features = [f"#c {name} only" for name in categories if len(categories) == 1]
    features.append(f"#categories {min(3, len(categories))}")
    features.append(f"#dangers {min(2, len(dangers))}")
    thing = "thing" if categories else "nothing"
    features += [f"#{thing} {sign}" for sign in signs]
    features += [f"#c {name} {sign}" for name in categories for sign in FAULTS if sign in signs]
    features += [f"#danger {sign}" for sign in signs if dangers]
    features += [f"#d {name} {sign}" for name in dangers for sign in SOFT & signs]
    faulty = any(sign in signs for sign in FAULTS)
    features += [f"#faulty {faulty} {bool(categories)} {sign}" for sign in SOFT & signs]
    ordered = sorted(signs - PLACES)
    features += [f"#s {a}+{b}" for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    return tuple(features)


def phrase_features(wrongs: frozenset[str], asks: frozenset[str]) -> Iterator[str]:
    """What whole phrases tell: what is wrong by itself, and what an office is asked."""
    yield from (f"#wrong {name}" for name in sorted(wrongs))
    yield from (f"#asks {name}" for name in sorted(asks))
    if wrongs:
        yield "#wrong"
    if asks:
        yield "#asks"


def _topic_features(found: tuple[Found, ...]) -> Iterator[str]:
    """How much is said that goes with each category."""
    words: dict[str, set[str]] = {}
    for each in found:
        if each.group == "topic":
            words.setdefault(each.name, set()).add(each.word)
    for name, some in words.items():
        yield f"#t {name} {min(3, len(some))}"
        yield f"#t {name} long {any(_says_much(word) for word in some)}"
    if len(words) == 1:
        yield f"#t {next(iter(words))} only"


def _says_much(word: str) -> bool:
    return len(word) > (6 if word.isascii() else 2)


def _clause_features(found: tuple[Found, ...]) -> Iterator[str]:
    """What stands together in one clause of a longer line."""
    clauses: dict[int, list[Found]] = {}
    for each in found:
        if each.group != "topic":
            clauses.setdefault(each.clause, []).append(each)
    clean = 0
    for some in clauses.values():
        things = {each.name for each in some if each.group == "category"}
        if not things:
            continue
        signs = {each.name for each in some if each.group == "sign"}
        wrong = not signs.isdisjoint(FAULTS) or any(
            each.group == "danger" or (each.group == "category" and names_fault(each.word))
            for each in some
        )
        if not wrong:
            continue
        soft = sorted(SOFT & signs)
        clean += not soft
        yield f"#clause {'wrong' if not soft else soft[0]}"
        yield from (f"#clause wrong {name}" for name in things if not soft)
        if "wonder" in signs:
            yield "#clause wrong?"
    yield f"#clauses {min(2, clean)}"
