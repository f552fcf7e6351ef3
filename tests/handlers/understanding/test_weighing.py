"""Short ways to what a message weighs: they give what the long ways give, to the last digit."""

from __future__ import annotations

import re
import tomllib
from itertools import chain

import pytest

from handlers.understanding.beginnings import beginnings
from handlers.understanding.corpus import load
from handlers.understanding.cues import FOLDER, PHRASES, load_cues
from handlers.understanding.features import around, whole
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.model import FAMILIES, load_model
from handlers.understanding.normal import HAN, plain
from handlers.understanding.phrases import LATIN, Phrases
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.transcripts import Conversation, walk_gold
from handlers.understanding.weighing import Weigher, weigh


def conversations() -> list[Conversation]:
    """Some of both languages."""
    return [*load("transcripts", "zh")[::20], *load("transcripts", "en")[::20]]


def heard_in_scenes() -> list[tuple[Heard, Scene]]:
    """Their messages, each in its scene."""
    walked = chain.from_iterable(walk_gold(each) for each in conversations())
    return [(heard, scene) for heard, scene, _ in walked]


def test_a_message_weighs_what_its_features_weigh_one_by_one() -> None:
    model = load_model(WEIGHTS)
    weigher = Weigher(model)
    situations: set[str] = set()
    for heard, scene in heard_in_scenes():
        told = around(heard, scene)
        situations.add(told.situation)
        assert weigher.see(told) == weigh(model, whole(heard, scene)), heard.text
    assert len(situations) == 6, "each situation was met"


def test_every_prefix_is_a_family() -> None:
    """Else its weights would be passed over."""
    features = chain.from_iterable(whole(*each) for each in heard_in_scenes())
    prefixes = {re.split(r"\|", each)[0] for each in features if re.match(r"[a-z,]{3,}\|", each)}
    assert prefixes == set(FAMILIES["whole"])


def test_a_phrase_is_found_wherever_its_pattern_is() -> None:
    """The beginnings that decide which patterns are sought leave none out."""
    patterns: dict[tuple[str, str, bool], list[str]] = {}
    for file in FOLDER.glob("*.toml"):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        for group, section in PHRASES.items():
            for name, words in data[section].items():
                for word in words:
                    patterns.setdefault((group, name, word.isascii()), []).append(word)
    sought = {
        key: re.compile(rf"\b(?:{'|'.join(words)})\b" if key[2] else "|".join(words))
        for key, words in patterns.items()
    }
    met: set[tuple[str, str, bool]] = set()
    lines = chain.from_iterable([*load("transcripts", "zh")[::2], *load("transcripts", "en")[::2]])
    for text in {plain(line.text) for line in lines}:
        wanted: dict[str, set[str]] = {}
        for (group, name, latin), pattern in sought.items():
            if (LATIN if latin else HAN).search(text) and pattern.search(text):
                wanted.setdefault(group, set()).add(name)
                met.add((group, name, latin))
        assert load_cues().phrases.said_in(text) == wanted, text
    assert len(met) > len(sought) / 2


@pytest.mark.parametrize(
    ("pattern", "most", "begin"),
    [
        ("停水", 2, {"停水"}),
        ("着火了", 2, {"着火"}),
        ("[我俺]家", 2, {"我家", "俺家"}),
        ("[a-c]1", 2, {"a1", "b1", "c1"}),
        ("没水(?![平准])", 2, {"没水"}),
        ("(?<!不)漏水", 2, {"漏水"}),
        ("电梯?.{0,8}困", 2, {"电梯", "电", "电困"}),
        ("(?:暖气片?|地暖)不热", 2, {"暖气", "地暖"}),
        ("冒?(?:黑|浓)烟", 2, {"冒黑", "冒浓", "黑烟", "浓烟"}),
        ("no (?:hot )?water", 4, {"no h", "no w"}),
        ("a{2}b", 4, {"aab"}),
        ("a{0,2}b", 4, {"b", "a", "ab"}),
        ("a*b", 4, {"b", "a", "ab"}),
        ("a+?b", 4, {"a", "ab"}),
        (r"\bgas\b", 4, {"gas"}),
        (r"\w+ leak", 4, {""}),
        ("[^a]b", 2, {""}),
        ("a)b", 2, {""}),
    ],
)
def test_how_a_pattern_begins(pattern: str, most: int, begin: set[str]) -> None:
    """One sign alone: whatever may follow it."""
    assert beginnings(pattern, most) == begin


def test_what_may_begin_with_anything_is_always_sought() -> None:
    phrases = Phrases([("alarm", "any", (r"\w+ leak", "'s out"))])
    assert phrases.said_in("a bad leak") == {"alarm": {"any"}}
    assert phrases.said_in("it's out") == {"alarm": {"any"}}
    assert phrases.said_in("out") == {}
