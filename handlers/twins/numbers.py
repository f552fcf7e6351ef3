"""What somebody writes to choose by number: the number, its label, thanks; pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from handlers.understanding.normal import plain

#: Read after `plain`: full-width signs are ordinary ones.
NUMBER = re.compile(
    r"(?:我?选择?|回复?|数字|i choose|choose|number)?\s*"
    r"(?P<sign>#)?[(\[【]?\s*(?P<number>\d{2,3})(?!\d)\s*[)\]】]?(?P<rest>.*)",
    re.DOTALL,
)
#: What counts, measures or dates: "15楼", "15:30", "15号停水" are no choices.
MEASURED = re.compile(
    r"\s*(?:[:.,\-—~/]\s*\d|号\s*[^\W_]|[楼栋幢座层单户室点时分秒天日月年块元个位人家次度米斤点%℃]"
    r"|(?:st|nd|rd|th|am|pm|o'?clock|floors?|flats?|rooms?|apartments?|people|persons?|households?"
    r"|minutes?|mins?|hours?|days?|weeks?|months?|years?|times|lights?|degrees|percent|yuan|euros?"
    r")\b)"
)
#: Said along with a choice, and changes nothing of it.
POLITE = (
    "谢谢大家",
    "谢谢您",
    "谢谢你",
    "谢谢",
    "多谢",
    "麻烦了",
    "麻烦",
    "请",
    "吧",
    "啊",
    "哦",
    "呀",
    "哈",
)
POLITE_EN = ("thankyou", "thanks", "please", "pls")
SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A number, and what stands behind it."""

    number: int
    rest: str
    sign: bool  #: "#12": a request's number, too

    @property
    def bare(self) -> bool:
        """Only the number, as far as it matters."""
        return not self.sign and not _kernel(self.rest)

    @property
    def of_a_request(self) -> bool:
        """It names a request and says something of it."""
        return self.sign and bool(_kernel(self.rest))

    def names(self, mark: str | None) -> bool:
        """Whether what stands behind the number is the label with this mark."""
        said = (SIGNS.sub("", self.rest), _kernel(self.rest))
        return not self.sign and mark in [_digest(each) for each in said]


def read(text: str) -> Written | None:
    """What a text chooses by its beginning; None: it speaks of something else."""
    found = NUMBER.fullmatch(plain(text))
    if found is None or MEASURED.match(found["rest"]):
        return None
    rest = re.sub(r"^\s*号", "", found["rest"])
    return Written(int(found["number"]), rest, bool(found["sign"]))


def mark_of(label: str) -> str:
    """A label's mark: enough to compare, nothing to read (labels may hold names)."""
    return _digest(SIGNS.sub("", plain(label)))


def _digest(signs: str) -> str:
    return hashlib.sha256(signs.encode()).hexdigest()[:8]


def _kernel(text: str) -> str:
    """Without signs and what is only polite, before and behind."""
    signs, before = SIGNS.sub("", text), None
    while signs != before:
        before = signs
        for each in (*POLITE, *POLITE_EN):
            signs = signs.removeprefix(each).removesuffix(each)
    return signs
