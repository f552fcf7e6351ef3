"""Rules that speak for or against a link, whatever the heads say (R3, R4)."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.understanding.emergencies import echoes
from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Scene, Urgency
from handlers.understanding.rivals import SUPPLIED
from handlers.understanding.signs import AWAY, POINTING
from handlers.understanding.speakers import tells_anew
from handlers.understanding.spots import could_be_there, elsewhere, same_spot
from handlers.understanding.too import says_too, tells_a_fact_too

#: Signs of which n-grams say nothing: ends of a line, particles, marks of word features.
EMPTY = frozenset("^$<> 了的啊吧呢我们家")
DIGIT = re.compile(r"\d|\+")
#: What the sender adds within this time may point to nothing: "还有水声".
AT_ONCE = timedelta(minutes=2)
#: So few lines back "too" speaks of a request.
LINES = 4


def ruled(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
    """The request that a rule names before anything is compared."""
    return (
        _asked_about(heard, looked, scene)
        or _same_thing(heard, looked, scene)
        or echoes(heard, looked, scene)
    )


def _asked_about(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
    """What its reporters are asked about, as it is said to be done, where one of them says that
    something is over and not what ("好了，谢谢"): none of theirs that is still open."""
    if heard.reply_to or heard.role != "resident" or looked.named or "resolved" not in looked.signs:
        return None
    theirs = (
        Fit(each, 1.0, "asked")
        for each in reversed(scene.requests)
        if each.state == "done" and heard.sender in {each.sender, *each.supporters}
    )
    return next(theirs, None)


def _same_thing(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
    """The request about the very thing whose fault a resident tells: this lift, this outage.

    However long ago it was opened, nobody needs a second one (R3, R4); of two the newer.
    """
    if heard.reply_to or heard.role != "resident" or not looked.plainly_faulty:
        return None
    for request in reversed(scene.requests):
        theirs = look(request.words)
        lift = (
            request.category == "lift"
            and "lift" in looked.categories
            and "lift" in theirs.categories
        )
        if (lift or looked.outages & theirs.outages) and could_be_there(heard, looked, request):
            return Fit(request, 1.0, "same_thing")
    return None


def speaks_of(heard: Heard, looked: Looked, fit: Fit) -> bool:
    """Whether anything in a message points to a request: without it, what is said a minute after
    a report ("今天天气真好") is talk like any other."""
    request = fit.request
    if fit.why == "reply" or heard.media or heard.role != "resident":
        return True
    own = heard.sender == request.sender or heard.sender in request.supporters
    at_once = heard.at - request.last_at <= AT_ONCE
    if own and (at_once or looked.categories or looked.signs - AWAY or DIGIT.search(looked.text)):
        return True
    if says_too(looked):
        return True
    if not AWAY & looked.signs and (POINTING & looked.signs or DIGIT.search(looked.text)):
        return True
    named, theirs = looked.categories | looked.outages, look(request.words)
    if named & (theirs.categories | {request.category}):
        return True
    shared = set(looked.grams) & set(theirs.grams)
    return any(len(gram) > 1 and not EMPTY & set(gram) for gram in shared)


def answers_it(looked: Looked, fit: Fit) -> bool:
    """Whether a reply to a request's own message says that it is over, or "me too"."""
    return fit.why == "reply" and not {"resolved", "metoo"}.isdisjoint(looked.signs)


def contradicts(heard: Heard, looked: Looked, scene: Scene, fit: Fit) -> bool:
    """Whether somebody plainly names a fault of another kind than the request it fits best.

    In danger everything that is said belongs to it, and so does what says "too", unless that is all
    it says of another thing ("楼道灯也坏了", "the gate is broken too"). The same fault of another
    house is another one as well.
    """
    named, request = looked.categories, fit.request
    if fit.why == "reply" or not looked.troubled:
        return False
    if request.category in named and not elsewhere(looked, request):
        return False
    if not tells_anew(heard, looked, scene) or request.urgency is Urgency.EMERGENCY:
        return False
    if elsewhere(looked, request):
        return True
    too = says_too(looked) and not tells_a_fact_too(looked)
    return not too and named.isdisjoint(look(request.words).categories)


def said_before(heard: Heard, scene: Scene) -> bool:
    """Whether a request was reported in the very same words."""
    text = look(heard.text).text
    return any(look(request.words).text == text for request in scene.requests)


def repeats(looked: Looked, fit: Fit, same: float) -> bool:
    """Whether a message names what a request is about, in a place that can be the same, and no
    danger of which that says nothing: "暖气管呲水了" is more than that there is no heating.

    Who tells a fault in the very same words, and not of their own home, means the same."""
    theirs = look(fit.request.words)
    if looked.text == theirs.text and looked.troubled and not looked.mine:
        return same_spot(looked, fit.request)
    if fit.chance < same or fit.request.category not in looked.categories:
        return False
    if looked.dangers - theirs.dangers:
        return False
    return same_spot(looked, fit.request)


def shares(heard: Heard, looked: Looked, scene: Scene, fit: Fit) -> bool:
    """Whether a neighbour says "too" of what was spoken of a few lines before: whatever else it
    tells, of the same or of no named kind, that is no second report (R4).

    What a whole house is without ("6栋也没电了") may be told of another house; of a lamp or a lift
    that is another one.
    """
    request = fit.request
    if heard.sender == request.sender or not says_too(looked):
        return False
    if not any(said.of == request.key for said in scene.recent[-LINES:]):
        return False
    if looked.categories and request.category not in looked.categories:
        return False
    return request.category in SUPPLIED or same_spot(looked, request)


def is_back(heard: Heard, looked: Looked, fit: Fit) -> bool:
    """Whether a resident says that what was said to be solved is there (again): never a detail."""
    if not fit.request.ended or heard.role != "resident":
        return False
    return looked.troubled and "resolved" not in looked.signs
