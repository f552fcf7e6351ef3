"""Code and catalogues agree: each key that code names exists, and each text is said somewhere."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import bot
import handlers
from config.policy import default_policy
from config.words import FOLDER, catalogue
from handlers.requests.rules import CODES, DONE_CODES, OTHER_DONE_CODES, Ending, Move, State

SUBJECTS = "|".join(sorted(file.stem for file in (FOLDER / "zh").glob("*.toml")))
KEY = re.compile(rf"^(?:{SUBJECTS})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*$")
BEGINNING = re.compile(rf"^(?:{SUBJECTS})\.(?:[a-z0-9_]+\.)*[a-z0-9_]*$")

#: Lines of a request's history that change no state.
NOTES = (
    *("join", "leave", "detail", "update", "edit", "recall", "said_solved", "said_why"),
    *("promise", "promise_moved", "promise_kept", "promise_broken", "promise_came", "promise_back"),
)


@cache
def _trees() -> tuple[ast.Module, ...]:
    roots = [Path(package.__path__[0]) for package in (bot, handlers)]
    files = [file for root in roots for file in sorted(root.rglob("*.py"))]
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in files)


def _strings() -> Iterator[tuple[str, bool]]:
    """Every string of the code; whether something is put in behind it."""
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, len(node.values) > 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False


@cache
def _whole() -> frozenset[str]:
    return frozenset(text for text, more in _strings() if not more and KEY.match(text))


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(text for text, more in _strings() if more and BEGINNING.match(text))


def test_every_key_that_stands_in_code_exists() -> None:
    known = catalogue().keys("zh")
    begun = {key.rsplit(".", 1)[0] for key in known} | _beginnings()
    missing = {key for key in _whole() - known if key not in begun}
    assert not missing


def test_every_beginning_of_a_key_leads_to_one() -> None:
    known = catalogue().keys("zh")
    assert not [begun for begun in _beginnings() if not any(k.startswith(begun) for k in known)]


def test_every_text_is_said_somewhere() -> None:
    """A text of the page is read by its own scripts; all others by their key or its beginning."""
    begun = tuple(_beginnings())
    unsaid = {
        key for key in catalogue().keys("zh") - _whole() if not key.startswith(("page.", *begun))
    }
    assert not unsaid


@pytest.mark.parametrize(
    ("beginning", "names"),
    [
        ("request.event.", (*Move, *NOTES)),
        ("request.state.", State),
        ("request.ending.", Ending),
        ("request.ending_line.", Ending),
        ("request.code.", {code for codes in CODES.values() for code in codes}),
        (
            "request.code.",
            {*OTHER_DONE_CODES, *(c for codes in DONE_CODES.values() for c in codes)},
        ),
        ("request.urgency.", ("emergency", "urgent", "normal")),
        ("request.weekday.", map(str, range(1, 8))),
        ("request.month.", map(str, range(1, 13))),
        ("categories.", default_policy().categories),
        ("roles.", default_policy().roles),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_rules_name_has_its_words(beginning: str, names: Iterable[str]) -> None:
    known = catalogue().keys("zh")
    assert not [name for name in names if f"{beginning}{name}" not in known]


#: Functions that say a text with values: where its key stands among the arguments, and what else
#: they take that is no value of the text.
SAYS = {
    "t": (0, frozenset[str]()),
    "word": (1, frozenset[str]()),
    "say": (1, frozenset[str]()),
    "answer": (0, frozenset({"buttons", "media", "about"})),
    "RefusalError": (0, frozenset[str]()),
    "tell": (2, frozenset({"delay"})),
}


def _said() -> Iterator[tuple[str, frozenset[str]]]:
    """Each key said in code by name, with the names of the values put in."""
    for tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            at, others = SAYS.get(name, (99, frozenset[str]()))
            key = node.args[at] if len(node.args) > at else None
            given = {each.arg for each in node.keywords}
            if isinstance(key, ast.Constant) and KEY.match(str(key.value)) and None not in given:
                yield str(key.value), frozenset(str(each) for each in given - others)


def test_what_is_put_into_a_text_is_what_it_has_room_for() -> None:
    """A value that a text lacks is a name that nobody reads; one too few is an error at night."""
    wrong: list[str] = []
    for key, given in _said():
        raw = catalogue().raw("zh", key) if catalogue().has(key) else ""
        forms = [raw] if isinstance(raw, str) else list(raw.values())
        fields = frozenset(
            f for form in forms for _, f, _, _ in string.Formatter().parse(form) if f
        )
        if fields != given and not (
            given - fields == frozenset({"n"}) and not isinstance(raw, str)
        ):
            wrong.append(f"{key}: has {sorted(fields)}, is given {sorted(given)}")
    assert not wrong
