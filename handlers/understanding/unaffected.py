"""Who says that they have what others are without ("1单元有电", "we have water here"). Pure."""

from __future__ import annotations

import re

from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Outcome
from handlers.understanding.rivals import SUPPLIED

HAVE = re.compile(
    r"(?<![没沒未无])有(?:水|电|气|暖气?|热水)(?:[的啊呀呢哦喔诶,.!。~😂]|$)"
    r"|没(?:停|断)(?:水|电|气|暖)?(?:[的啊呀呢哦喔,.!。~]|$)"
    r"|\b(?:ha(?:s|ve)(?: got)?|got|still have) (?:the )?(?:power|water|gas|heat(?:ing)?|hot water"
    r"|electricity)\b"
    r"|\b(?:mine|ours|my \w+|our \w+|unit \w+|block \w+) (?:is|are) (?:still )?(?:fine|okay?|on)\b"
)
#: What is asked, or only wished, tells nothing.
OPEN = frozenset(("wonder", "ifs", "resolved"))


def has(looked: Looked) -> bool:
    """Whether a text says that its sender, or the place it names, is not without."""
    return HAVE.search(looked.text) is not None and not OPEN & looked.signs


def as_told(outcome: Outcome, looked: Looked, fit: Fit) -> Outcome:
    """What a link is: that somebody has it is a fact about the request, and no voice more."""
    return Outcome.DETAIL if fit.request.category in SUPPLIED and has(looked) else outcome
