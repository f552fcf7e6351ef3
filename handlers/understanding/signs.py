"""What the signs among the cues say: which tell of trouble, which take it back, which point on."""

from __future__ import annotations

from functools import lru_cache

from handlers.understanding.cues import load_cues

MOST_REMEMBERED = 4096
FAULTS = ("fault", "nuisance")
TROUBLE = frozenset((*FAULTS, "again", "help", "suggest"))
ASKING = frozenset(("wonder",))
SAFE = "safe"  #: what denies a danger: "没着火", "no smoke"
#: What shows that a question is no matter of an office here.
ASIDE = frozenset(("trade", "thanks", "denied"))
#: What takes back that a thing of the building is at fault.
SOFT = frozenset(
    (
        "past",
        "elsewhere",
        "ifs",
        "joke",
        "idiom",
        "trade",
        "errand",
        "thanks",
        "resolved",
        "notice",
        "denied",
    )
)
#: Of these, what takes back even a wrong that one phrase tells as a whole.
TAKES_BACK = SOFT - {"errand", "idiom"}
#: Signs that speak of something that is going on.
POINTING = frozenset(("resolved", "staff", "fault", "nuisance", "help", "wonder"))
#: Signs that speak of something else.
AWAY = frozenset(("idiom", "joke", "trade", "errand", "elsewhere", "greet", "notice"))


@lru_cache(MOST_REMEMBERED)
def names_fault(word: str) -> bool:
    """Whether a cue of a thing names its fault as well: "灯不亮"."""
    faults = load_cues().tables["sign"]["fault"]
    return any(fault in word for fault in faults if not fault.isascii())
