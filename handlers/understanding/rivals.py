"""What tells the open requests apart for one message: which of them has what it speaks of.

"灯亮了" belongs to the request about the lamp, though that about a drain was spoken of last. A
request is looked at beside the others: what speaks for all of them speaks for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from handlers.understanding.looking import Looked, grams_of, look
from handlers.understanding.meaning import Heard, KnownRequest, Scene

#: What comes to a house from outside: it fails in several at once and comes back by itself, and
#: of that is said no more than "来了", "back on".
SUPPLIED = frozenset(("water", "electricity", "gas", "heating"))
#: What a message and a request may have in common.
CLAIMS = ("thing", "category", "topic", "sender")


@dataclass(frozen=True, slots=True)
class Rivals:
    """How many of the open requests have each thing in common with a message, counted once."""

    claims: tuple[int, ...]  #: by CLAIMS
    requests: int
    shared: Mapping[str, int]  #: n-grams in common, by what was written of a request
    most_shared: int
    share_most: int  #: requests that share so many


def rivals_of(heard: Heard, scene: Scene) -> Rivals:
    """The open requests as they vie for a message."""
    looked = look(heard.text)
    rows = [_claims(heard, looked, each) for each in scene.requests]
    shared = {each.words: in_common(looked, each) for each in scene.requests}
    counts = [shared[each.words] for each in scene.requests]
    most = max(counts, default=0)
    claims = tuple(map(sum, zip(*rows, strict=True)))
    return Rivals(claims, len(rows), shared, most, counts.count(most))


def features(heard: Heard, request: KnownRequest, rivals: Rivals) -> Iterator[str]:
    """What a message has in common with a request, and whether with others as well."""
    looked, theirs = look(heard.text), look(request.words)
    same, told = bool(looked.things & theirs.things), bool(looked.things)
    yield f"things={same},{told}"
    yield f"things={same},{told},{bool(theirs.things)}"
    yield f"over={'resolved' in looked.signs},{same},{told}"
    own = _claims(heard, looked, request)
    for name, mine, all_of_them in zip(CLAIMS, own, rivals.claims, strict=True):
        yield f"rival {name}={mine},{all_of_them > mine}"
    if rivals.requests > 1:
        yield f"rival shared={_shares_more(rivals.shared[request.words], rivals)}"
    yield from _ends(heard, looked, theirs, request)


def _claims(heard: Heard, looked: Looked, request: KnownRequest) -> tuple[bool, ...]:
    category = request.category in looked.categories
    return (
        not looked.things.isdisjoint(look(request.words).things),
        category,
        category or request.category in looked.topics,
        heard.sender == request.sender,
    )


def in_common(looked: Looked, request: KnownRequest) -> int:
    """How many n-grams a message has in common with what a request tells."""
    both = grams_of(request.words).intersection(looked.grams)
    return len([gram for gram in both if 1 < len(gram) < 5 or gram.startswith("t ")])


def _shares_more(mine: int, rivals: Rivals) -> int:
    """1: more than every other, 0: as much as another, -1: less than one."""
    if mine < rivals.most_shared:
        return -1
    return 1 if rivals.share_most == 1 else 0


def _ends(heard: Heard, looked: Looked, theirs: Looked, request: KnownRequest) -> Iterator[str]:
    """Whether it says that something is over, and whether anything of this request could be."""
    over = "resolved" in looked.signs
    yield f"ends={over},{request.kind}"
    yield f"ends={over},{request.urgency}"
    yield f"ends={over},{theirs.plainly_faulty},{bool(theirs.outages)}"
    yield f"ends={over},{request.category in SUPPLIED},{bool(looked.categories)}"
    yield f"ends={over},{request.category}"
    yield f"kind={request.kind},{heard.role != 'resident'}"
    yield f"faulty={theirs.plainly_faulty},{bool(theirs.dangers)}"
