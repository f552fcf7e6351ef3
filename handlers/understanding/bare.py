"""Whether a text names a thing and its fault, and says nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from handlers.understanding.cues import Found

LONGEST_FACT = 30  #: signs
MOST_COMPARED = 512
ASKED = "什么"  #: stands for "?", that it may not pass as filling: a question tells no fact
#: What a bare fact may hold besides the thing and its fault.
FILLING = re.compile(
    r"[了啊呀呢哦喔嘛吧的又都也还全咯咧哩哎唉诶嘞啦哟喂\W_]|我们|咱们|大家|各位|[我俺咱]|家里?|里|又|整[个栋]?|单元|[\dA-Za-z一二三四五六七八九十]{1,3}(?:号楼|单元|[栋幢座楼层室#])|已经|现在|今天"
    r"|\b(?:unit|block|blk|building|tower|floor|level|flat)\s+[a-z\d]{1,4}\b"
    r"|\b(?:the|is|are|in|at|on|my|our|again|has|have|been|a|an|still|here|just|it|its|been|gone|out|off|s)\b"
)
#: Cues that such a fact consists of: names of things, and these.
THINGS = frozenset(("category", "topic"))
FACT = frozenset(("fault", "nuisance", "again", "mine", "indoor", "shared"))


@lru_cache(MOST_COMPARED)
def is_bare(text: str, found: tuple[Found, ...]) -> bool:
    """Whether a plain text holds nothing but its cues and what fills between them."""
    if not 1 < len(text) <= LONGEST_FACT:
        return False
    words = {each.word for each in found if each.group in THINGS or each.name in FACT}
    rest = list(text)
    for start, end in chain.from_iterable(_spans(text, word) for word in words):
        rest[start:end] = " " * (end - start)  # cues may overlap: "楼道灯" and "灯不亮"
    return not FILLING.sub("", "".join(rest).replace("?", ASKED))


def _spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Where a word stands in a text, a Latin one with the ending that it carries there. Without
    patterns: to make one for each of thousands of cues takes longer than to read a line."""
    latin = word.isascii() and word[:1].isalpha()
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if latin and start and _in_word(text[start - 1]):
            end = start + 1  # only the end of another word
        else:
            while latin and end < len(text) and _in_word(text[end]):
                end += 1
            yield start, end
        start = text.find(word, end)


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
