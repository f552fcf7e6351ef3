"""Which known request a message speaks of: the reply first, then a fitted comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from handlers.understanding import drills
from handlers.understanding.features import bucket
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Place, Scene, Urgency
from handlers.understanding.model import Model
from handlers.understanding.normal import is_chinese
from handlers.understanding.place import parse
from handlers.understanding.rivals import Rivals, features, rivals_of
from handlers.understanding.signs import AWAY, POINTING

#: Signs of which n-grams say nothing: ends of a line, particles, marks of word features.
EMPTY = frozenset("^$<> 了的啊吧呢我们家")
DIGIT = re.compile(r"\d|\+")
#: What the sender adds within this time may point to nothing: "还有水声".
AT_ONCE = timedelta(minutes=2)
#: What is said in bits: how many before the last, how long each at most in Chinese and otherwise.
BITS, BIT, BIT_LATIN = 3, 12, 30
#: While nothing longer ago was said of an emergency, words of its danger are about it.
DANGER_LASTS = timedelta(minutes=15)
#: So few lines back "too" speaks of a request.
LINES = 4
#: What comes to a house from outside, and fails in several at once.
SUPPLIES = frozenset(("water", "electricity", "gas", "heating"))
TABLE = "pair"
ENDED = ("done", "closed")
STILL = re.compile(r"还是|仍|依然|照样|照旧|\bstill\b")
TOO = re.compile(r"也|\b(?:too|also|same|as well)\b")


@dataclass(frozen=True, slots=True)
class Fit:
    """The request that a message fits best, how well (0 to 1), and what says so."""

    request: KnownRequest
    chance: float
    why: str


def best(heard: Heard, scene: Scene, model: Model) -> Fit | None:
    """The request that fits best; None when none is known."""
    if heard.reply_to is not None:
        for request in scene.requests:
            if heard.reply_to in request.messages:
                return Fit(request, 1.0, "reply")
    if not scene.requests:
        return None
    rivals = rivals_of(heard, scene)
    scored = [
        (score(heard, scene, each, model, rivals), each.last_at, each) for each in scene.requests
    ]
    chance, _, request = max(scored, key=lambda row: row[:2])
    return Fit(request, chance, "nearest" if len(scored) > 1 else "only")


def ruled(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
    """The request that a rule names before anything is compared."""
    return (
        asked_about(heard, looked, scene)
        or same_thing(heard, looked, scene)
        or echoes(heard, looked, scene)
    )


def asked_about(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
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


def says_too(looked: Looked) -> bool:
    """Whether a text says "me too", or "also" of anything."""
    return "metoo" in looked.signs or TOO.search(looked.text) is not None


def tells_a_fact_too(looked: Looked) -> bool:
    """Whether a text tells nothing but a fact beside its "too": "the gate is broken too"."""
    return says_too(looked) and look(TOO.sub("", looked.text)).bare_fact


def goes_on(text: str) -> bool:
    """Whether a text says that something is as it was ("门还是关不上"): of what was spoken of."""
    return STILL.search(look(text).text) is not None


def tells_anew(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether a message is to be taken as a resident's: staff live here too, and what they say of
    a thing about which nothing stands open is a report like any other."""
    if heard.role == "resident":
        return True
    named = looked.categories | looked.outages
    helps = looked.dangers or not looked.plainly_faulty  #: what staff say while there is danger
    return heard.reply_to is None and not any(
        each.category in named or (helps and each.urgency is Urgency.EMERGENCY)
        for each in scene.requests
    )


def alarms(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether danger is told beyond doubt: in plain words, or by who lives by a machine while the
    power is off."""
    if drills.drilled(heard, looked, scene):
        return False
    plainly = looked.alarming or bool(looked.alarms and drills.is_none(looked.text))
    if plainly or (looked.dangers and _told_in_bits(heard, looked, scene).alarming):
        return tells_anew(heard, looked, scene)
    return looked.lives_by_power and heard.role == "resident" and _powerless(looked, scene)


def _told_in_bits(heard: Heard, looked: Looked, scene: Scene) -> Looked:
    """A short line with the short ones that its sender said just before, of which nothing became:
    "有娃", "在窗口", "脚伸出来了"."""
    bits = [looked.text]
    for said in reversed(scene.recent[-BITS:]):
        before = look(said.heard.text)
        if said.heard.sender != heard.sender or heard.at - said.heard.at > AT_ONCE or said.of:
            break
        bits.append(before.text)
    most = BIT if is_chinese(looked.text) else BIT_LATIN
    return looked if len(bits) == 1 or max(map(len, bits)) > most else look(" ".join(bits[::-1]))


def _powerless(looked: Looked, scene: Scene) -> bool:
    off = (each for each in scene.requests if each.state not in ENDED)
    return "electricity" in looked.outages or any(each.category == "electricity" for each in off)


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
    if request.category in named and not _elsewhere(looked, request):
        return False
    if not tells_anew(heard, looked, scene) or request.urgency is Urgency.EMERGENCY:
        return False
    if _elsewhere(looked, request):
        return True
    too = says_too(looked) and not tells_a_fact_too(looked)
    return not too and named.isdisjoint(look(request.words).categories)


def known_there(looked: Looked, scene: Scene) -> set[str]:
    """The categories of what is open where a text can mean."""
    return {each.category for each in scene.requests if not _elsewhere(looked, each)}


def _elsewhere(looked: Looked, request: KnownRequest) -> bool:
    """Whether a fault is plainly told of another building or unit than a request's: another thing
    ("1单元电梯也坏了"), unless that is about what comes to houses from outside and is off."""
    if not looked.plainly_faulty or "wonder" in looked.signs or look(request.words).outages:
        return False
    said, there = parse(looked.text), request.place
    return _differ(said.building, there.building) or _differ(said.unit, there.unit)


def same_thing(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
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
        if (lift or looked.outages & theirs.outages) and _could_be_there(heard, looked, request):
            return Fit(request, 1.0, "same_thing")
    return None


def echoes(heard: Heard, looked: Looked, scene: Scene) -> Fit | None:
    """The emergency of these minutes of which a message speaks that names the same danger and no
    other place: advice, a question, one more who saw it."""
    if heard.reply_to or not looked.dangers:
        return None
    for request in _emergencies(heard, scene):
        if looked.dangers & look(request.words).dangers and _may_mean(heard, looked, request):
            return Fit(request, 1.0, "danger")
    return None


def goes_with(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether a line that names nothing may be one more word on an emergency of these minutes
    ("在家的出来一下！！" after "有人拧我家门"): by itself it is no alarm, and opens nothing."""
    return not looked.named and any(
        _may_mean(heard, looked, each) for each in _emergencies(heard, scene)
    )


def _emergencies(heard: Heard, scene: Scene) -> Iterator[KnownRequest]:
    """Those of these minutes, the newest first."""
    return (
        each
        for each in reversed(scene.requests)
        if each.urgency is Urgency.EMERGENCY
        and each.state not in ENDED
        and heard.at - each.last_at <= DANGER_LASTS
    )


def _may_mean(heard: Heard, looked: Looked, request: KnownRequest) -> bool:
    """Whether the place of a request can be meant: who speaks of home means home."""
    if looked.mine:
        return _could_be_there(heard, looked, request)
    return _same_spot(looked, request)


def _could_be_there(heard: Heard, looked: Looked, request: KnownRequest) -> bool:
    """Whether nothing that is said, and no home, puts a message elsewhere than a request."""
    said, home, there = parse(looked.text), heard.home or Place(), request.place
    building, unit = said.building or home.building, said.unit or home.unit
    return not _differ(building, there.building) and not _differ(unit, there.unit)


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
        return _same_spot(looked, fit.request)
    if fit.chance < same or fit.request.category not in looked.categories:
        return False
    if looked.dangers - theirs.dangers:
        return False
    return _same_spot(looked, fit.request)


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
    return request.category in SUPPLIES or _same_spot(looked, request)


def _same_spot(looked: Looked, request: KnownRequest) -> bool:
    """Whether no place is named that is another than that of a request."""
    said, there = parse(looked.text), request.place
    return not any(
        _differ(getattr(said, part), getattr(there, part)) for part in ("building", "unit", "room")
    )


def is_back(heard: Heard, looked: Looked, fit: Fit) -> bool:
    """Whether a resident says that what was said to be solved is there (again): never a detail."""
    if fit.request.state not in ENDED or heard.role != "resident":
        return False
    return looked.troubled and "resolved" not in looked.signs


def _differ(mine: str | None, other: str | None) -> bool:
    return bool(mine and other) and str(mine).casefold() != str(other).casefold()


def score(heard: Heard, scene: Scene, request: KnownRequest, model: Model, rivals: Rivals) -> float:
    """How well a message fits a request, 0 to 1."""
    seen = model.see(TABLE, pair_features(heard, scene, request, rivals))
    return model.chances("link", seen).get("yes", 0.0)


def pair_features(heard: Heard, scene: Scene, request: KnownRequest, rivals: Rivals) -> list[str]:
    """What a message and a request have in common, which is one of some that vie for it."""
    looked, theirs = look(heard.text), look(request.words)
    found = [*_same(heard, looked, theirs, request), *_time(heard, scene, request)]
    shared = bucket(rivals.shared[request.words], (0, 1, 3, 6, 10))
    return [f"shared={shared}", *found, *features(heard, request, rivals)]


def _same(heard: Heard, looked: Looked, theirs: Looked, request: KnownRequest) -> Iterator[str]:
    named = looked.categories
    yield f"category={request.category in named},{bool(named)}"
    yield f"categories={bool(named & theirs.categories)},{bool(named)}"
    topics = looked.topics | named
    yield f"topic={request.category in topics},{bool(topics)},{bool(named)}"
    shared = len(topics & (theirs.topics | theirs.categories))
    yield f"topics={min(2, shared)},{min(2, len(topics))}"
    yield f"sender={heard.sender == request.sender},{heard.role != 'resident'}"
    yield f"joined={heard.sender in request.supporters}"
    said = parse(looked.text)
    for part in ("building", "unit", "floor", "room"):
        mine, other = getattr(said, part), getattr(request.place, part)
        if mine:
            yield f"{part}={'none' if not other else mine.casefold() == other.casefold()}"
    home = heard.home
    if home and home.building and request.place.building:
        same = home.building == request.place.building
        yield f"home={same},{home.unit == request.place.unit if same else None}"


def _time(heard: Heard, scene: Scene, request: KnownRequest) -> Iterator[str]:
    newest = max(scene.requests, key=lambda each: each.last_at)
    latest = max(scene.requests, key=lambda each: each.opened_at)
    yield f"newest={newest.key == request.key}"
    yield f"latest={latest.key == request.key}"
    ago = bucket((heard.at - request.last_at).total_seconds() / 60, (1, 3, 10, 30, 120, 600))
    yield f"ago={ago}"
    yield f"ago={ago},{newest.key == request.key}"
    if request.state in ("done", "closed"):
        yield "ended"
    for back, said in enumerate(reversed(scene.recent[-8:])):
        if said.of == request.key and said.outcome is not Outcome.TALK:
            yield f"back={bucket(back, (0, 1, 3))}"
            yield f"back={bucket(back, (0, 1, 3))},{said.heard.sender == heard.sender}"
            break
    else:
        yield "back=far"
    last = scene.recent[-1] if scene.recent else None
    if last is not None and last.of == request.key:
        yield f"last={last.outcome},{last.heard.sender == heard.sender}"
    addressed = f"@{_name(scene, request)}"
    if len(addressed) > 1:
        yield f"addressed={addressed in look(heard.text).text}"


def _name(scene: Scene, request: KnownRequest) -> str:
    for said in scene.recent:
        if said.heard.key == request.key:
            return said.heard.name.casefold()
    return ""
