"""What the heads look at: a message, the lines before it and the requests around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Said, Scene

DAY = 86400
NEAR = ("#c ", "#d ", "#t ", "#word")


def bucket(value: float, steps: Sequence[float]) -> int:
    """How many steps a value has passed."""
    return sum(value > step for step in steps)


def minutes_since(heard: Heard, said: Said) -> float:
    """Minutes since something was said."""
    return max(0.0, (heard.at - said.heard.at).total_seconds() / 60)


def active(scene: Scene, heard: Heard) -> KnownRequest | None:
    """The request that was spoken of last, if not long ago."""
    alive = [each for each in scene.requests if (heard.at - each.last_at).total_seconds() < DAY]
    return max(alive, key=lambda each: each.last_at) if alive else None


def situation(heard: Heard, request: KnownRequest | None) -> str:
    """The one-word situation that words are combined with."""
    staff = "staff" if heard.role != "resident" else "resident"
    if request is None:
        return f"quiet,{staff}"
    near = (heard.at - request.last_at).total_seconds() < 1800
    return f"{'near' if near else 'open'},{staff}"


def words_only(heard: Heard, scene: Scene) -> list[str]:
    """The words and cues of the message, and the cues just before: for what and how urgent."""
    looked = look(heard.text)
    features = [*looked.grams, *looked.cues, f"@mine={looked.mine}", f"@media={heard.media}"]
    features.append(f"@role={heard.role}")
    for name, lines in (("own", _own(heard, scene)[:3]), ("near", list(scene.recent[-3:]))):
        seen = {cue for said in lines for cue in look(said.heard.text).cues if " " in cue}
        features += sorted(f"{name}|{cue}" for cue in seen if cue.startswith(NEAR))
    return features


def _own(heard: Heard, scene: Scene) -> list[Said]:
    """What the sender said in the minutes before, newest first."""
    return [
        said
        for said in reversed(scene.recent[-8:])
        if said.heard.sender == heard.sender and minutes_since(heard, said) < 10
    ]


def whole(heard: Heard, scene: Scene) -> list[str]:
    """Everything: words, cues, and the scene around."""
    looked, request = look(heard.text), active(scene, heard)
    around = situation(heard, request)
    features = [*looked.grams, *looked.cues]
    features += [f"{around}|{gram}" for gram in looked.grams if len(gram) < 3 or gram[:2] == "w "]
    features += [f"{around}|{cue}" for cue in looked.plainly]
    plainness = list(_plainness(looked))
    features += [f"#{each}" for each in plainness]
    features += [f"{around}|#{each}" for each in plainness]
    features += [f"@{each}" for each in _context(heard, scene, looked)]
    features += [f"@{each}" for each in _about(heard, scene, looked, request)]
    if own := _own(heard, scene):
        before = look(own[0].heard.text)
        features += [f"own|{cue}" for cue in before.plainly]
    if scene.recent:
        before = look(scene.recent[-1].heard.text)
        features += [f"before|{gram}" for gram in before.grams if len(gram) < 3 or gram[:2] == "w "]
        features += [f"before|{cue}" for cue in before.plainly]
    return features


def _plainness(looked: Looked) -> Iterator[str]:
    """How plainly a text by itself tells that something is wrong."""
    if looked.plainly_faulty:
        yield "plain"
        yield f"plain {'wonder' in looked.signs} {bucket(len(looked.text), (8, 20))}"
    elif looked.troubled:
        yield "troubled"
    if looked.bare_fact:
        yield "bare"
    if looked.alarming:
        yield "alarm"
    yield from (f"off {each}" for each in looked.outages)
    yield from (f"reach {each}" for each in looked.scopes)


def _context(heard: Heard, scene: Scene, looked: Looked) -> Iterator[str]:
    yield f"role={heard.role}"
    yield f"media={heard.media},{looked.text == ''}"
    yield f"reply={_reply(heard, scene)}"
    yield f"reply={_reply(heard, scene)},{heard.role != 'resident'}"
    yield f"home={heard.home is not None}"
    yield f"len={bucket(len(looked.text), (0, 2, 5, 9, 15, 25, 40, 80))}"
    yield f"at={'@' in looked.text}"
    if heard.forwarded:
        yield "forwarded"
    yield from _before(heard, scene)


def _reply(heard: Heard, scene: Scene) -> str:
    if heard.reply_to is None:
        return "no"
    if any(heard.reply_to == each.key for each in scene.requests):
        return "opener"
    if any(heard.reply_to in each.messages for each in scene.requests):
        return "request"
    for said in reversed(scene.recent):
        if said.heard.key == heard.reply_to:
            return said.outcome.value
    return "far"


def _before(heard: Heard, scene: Scene) -> Iterator[str]:
    recent = scene.recent
    if not recent:
        yield "first"
        return
    last = recent[-1]
    gap = bucket(minutes_since(heard, last), (1, 5, 20, 120, 600))
    same = last.heard.sender == heard.sender
    yield f"last={last.outcome}"
    yield f"last={last.outcome},same={same},gap={gap}"
    yield f"last={last.outcome},staff={last.heard.role != 'resident'},same={same}"
    yield f"gap={gap}"
    if len(recent) > 1:
        yield f"last2={recent[-2].outcome},{last.outcome}"
    mine = next((said for said in reversed(recent) if said.heard.sender == heard.sender), None)
    if mine is None:
        yield "mine=none"
        return
    ago = bucket(minutes_since(heard, mine), (2, 10, 60, 600))
    yield f"mine={mine.outcome},{ago}"


def _about(
    heard: Heard, scene: Scene, looked: Looked, request: KnownRequest | None
) -> Iterator[str]:
    yield f"requests={min(3, len(scene.requests))}"
    known = {each.category for each in scene.requests}
    named = looked.categories
    yield f"known={bool(named & known)},{bool(named)},{bool(known)}"
    if request is None:
        yield "active=none"
        return
    ago = bucket((heard.at - request.last_at).total_seconds() / 60, (2, 10, 60, 600))
    mine = "own" if heard.sender == request.sender else "other"
    joined = heard.sender in request.supporters
    theirs = look(request.words)
    shared = len(set(looked.grams) & set(theirs.grams)) if len(looked.text) > 1 else 0
    yield f"active={ago}"
    yield f"active={ago},{mine},{heard.role != 'resident'}"
    yield f"active={mine},{joined}"
    yield f"about={request.category}"
    yield f"urgent={request.urgency}"
    yield f"fits={request.category in named},{bool(named)},{ago}"
    yield f"shared={bucket(shared, (0, 2, 5, 10))},{bucket(len(looked.text), (5, 15))}"
    topics = looked.topics | named
    yield f"topic={request.category in topics},{bool(topics)},{ago},{mine}"
    yield f"topics={bool(topics & (theirs.topics | theirs.categories))},{bool(topics)}"
    fitting = any(each.category in topics for each in scene.requests)
    yield f"elsewhere={bool(topics) and not fitting}"
    since = sum(1 for said in scene.recent if said.heard.at > request.opened_at)
    yield f"since={bucket(since, (0, 2, 6, 15))},{ago}"
    ended = any(
        said.outcome is Outcome.UPDATE and "resolved" in look(said.heard.text).signs
        for said in scene.recent
        if said.of == request.key
    )
    yield f"ended={ended},{ago}"
    yield f"helped={any(s.outcome is Outcome.UPDATE for s in scene.recent if s.of == request.key)}"
