"""What the heads look at: a message, the lines before it and the requests around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from handlers.understanding.looking import Looked, grams_of, look
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Said, Scene, Urgency

DAY = 86400
#: Circumstances of which so many are remembered by name; there are a few hundred.
MOST_ALIKE = 4096
#: Texts of which it is remembered how plain they are: one message asks again and again.
MOST_LOOKED = 512
NEAR = ("#c ", "#d ", "#t ", "#word")
BACK = (1, 2, 4, 9)  #: steps of how many lines ago a request was spoken of


def bucket(value: float, steps: Sequence[float]) -> int:
    """How many steps a value has passed; they are in order."""
    return bisect_left(steps, value)


def minutes_since(heard: Heard, said: Said) -> float:
    """Minutes since something was said."""
    return max(0.0, (heard.at - said.heard.at).total_seconds() / 60)


def active(scene: Scene, heard: Heard) -> KnownRequest | None:
    """The request that was spoken of last, if not long ago."""
    if not scene.requests:
        return None
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
    features = [*looked.grams, *looked.cues, *plainness(looked), *grave(looked)]
    features += (f"@mine={looked.mine}", f"@media={heard.media}", f"@role={heard.role}")
    for name, lines in (("own", islice(_own(heard, scene), 3)), ("near", scene.recent[-3:])):
        seen = {cue for said in lines for cue in look(said.heard.text).cues if " " in cue}
        features += sorted(f"{name}|{cue}" for cue in seen if cue.startswith(NEAR))
    return features


def _own(heard: Heard, scene: Scene) -> Iterator[Said]:
    """What the sender said in the minutes before, newest first."""
    return (
        said
        for said in reversed(scene.recent[-8:])
        if said.heard.sender == heard.sender and minutes_since(heard, said) < 10
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything: words, cues, and the scene around."""

    heard: Heard
    text: Looked
    situation: str
    scene: list[str]  #: features of what is around, whatever the words are
    own: Looked | None  #: what the sender said just before
    before: Looked | None  #: what was said last

    def names(self) -> list[str]:
        """The features one by one."""
        looked, around = self.text, self.situation
        features = [*looked.grams, *(f"{around}|{gram}" for gram in _short(looked))]
        if self.before is not None:
            features += [f"before|{gram}" for gram in _short(self.before)]
        return features + self.marks()

    def marks(self) -> list[str]:
        """Those that are no n-grams: of cues and of circumstances."""
        looked, around, shown = self.text, self.situation, plainness(self.text)
        features = [*looked.cues, *shown, *self.scene]
        features += [f"{around}|{each}" for each in (*looked.plainly, *shown)]
        for name, near in (("own", self.own), ("before", self.before)):
            if near is not None:
                features += [f"{name}|{cue}" for cue in near.plainly]
        return features


def _short(looked: Looked) -> Iterator[str]:
    """The n-grams that are looked at in their situation as well."""
    return (gram for gram in looked.grams if len(gram) < 3 or gram[:2] == "w ")


def around(heard: Heard, scene: Scene) -> Whole:
    """A message and what is around it."""
    looked, request = look(heard.text), active(scene, heard)
    own = next(_own(heard, scene), None)
    mine = look(own.heard.text) if own is not None else None
    before = look(scene.recent[-1].heard.text) if scene.recent else None
    features = [*_context(heard, scene, looked), *_before(heard, scene)]
    features += _known(heard, scene, looked)
    if request is None:
        features.append("@active=none")
    else:
        features += _about(heard, scene, looked, request)
    where = situation(heard, request)
    features.append(f"@situation={where}")
    return Whole(heard, looked, where, features, mine, before)


def whole(heard: Heard, scene: Scene) -> list[str]:
    """The features of a message and of what is around it."""
    return around(heard, scene).names()


@lru_cache(MOST_LOOKED)
def plainness(looked: Looked) -> tuple[str, ...]:
    """How plainly a text by itself tells that something is wrong."""
    return tuple([f"#{each}" for each in _plainness(looked)])


def _plainness(looked: Looked) -> Iterator[str]:
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


def grave(looked: Looked) -> Iterator[str]:
    """How grave it sounds: which dangers are named beyond doubt, and what things are named."""
    yield from (f"#alarm {name}" for name in looked.alarms)
    yield from (f"#thing {name}" for name in looked.things)


class Circumstances(NamedTuple):
    """Who says it how, whatever is said."""

    role: str
    media: str | None
    length: int
    reply: str
    home: bool
    at: bool
    forwarded: bool


def _context(heard: Heard, scene: Scene, looked: Looked) -> tuple[str, ...]:
    return _circumstances(
        Circumstances(
            heard.role,
            heard.media,
            bucket(len(looked.text), (0, 2, 5, 9, 15, 25, 40, 80)),
            _reply(heard, scene),
            heard.home is not None,
            "@" in looked.text,
            heard.forwarded,
        )
    )


@lru_cache(MOST_ALIKE)
def _circumstances(told: Circumstances) -> tuple[str, ...]:
    """There are few, so their names are made once."""
    names = (
        f"@role={told.role}",
        f"@media={told.media},{told.length == 0}",
        f"@reply={told.reply}",
        f"@reply={told.reply},{told.role != 'resident'}",
        f"@home={told.home}",
        f"@len={told.length}",
        f"@at={told.at}",
    )
    return (*names, "@forwarded") if told.forwarded else names


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


def _before(heard: Heard, scene: Scene) -> tuple[str, ...]:
    recent, mine = scene.recent, "none"
    if not recent:
        return ("@first",)
    last = recent[-1]
    for said in reversed(recent):
        if said.heard.sender == heard.sender:
            mine = f"{said.outcome},{bucket(minutes_since(heard, said), (2, 10, 60, 600))}"
            break
    return _last(
        last.outcome,
        recent[-2].outcome if len(recent) > 1 else None,
        bucket(minutes_since(heard, last), (1, 5, 20, 120, 600)),
        mine,
        same=last.heard.sender == heard.sender,
        staff=last.heard.role != "resident",
    )


@lru_cache(MOST_ALIKE)
def _last(
    last: Outcome, before: Outcome | None, gap: int, mine: str, *, same: bool, staff: bool
) -> tuple[str, ...]:
    """What became of what was said last, and how long ago that was."""
    names = (
        f"@last={last}",
        f"@last={last},same={same},gap={gap}",
        f"@last={last},staff={staff},same={same}",
        f"@gap={gap}",
        f"@mine={mine}",
    )
    return names if before is None else (*names, f"@last2={before},{last}")


def _known(heard: Heard, scene: Scene, looked: Looked) -> list[str]:
    named, requests = looked.categories, scene.requests
    known = any(each.category in named for each in requests) if named else False
    features = [f"@requests={min(3, len(requests))}"]
    features.append(f"@known={known},{bool(named)},{bool(requests)}")
    return features


def _about(heard: Heard, scene: Scene, looked: Looked, request: KnownRequest) -> Iterator[str]:
    named = looked.categories
    ago = bucket((heard.at - request.last_at).total_seconds() / 60, (2, 10, 60, 600))
    theirs, topics = look(request.words), looked.topics | named
    yield from _active(
        request.category,
        request.urgency,
        ago,
        own=heard.sender == request.sender,
        staff=heard.role != "resident",
        joined=heard.sender in request.supporters,
    )
    shared = len(grams_of(request.words).intersection(looked.grams)) if len(looked.text) > 1 else 0
    mine = "own" if heard.sender == request.sender else "other"
    yield f"@fits={request.category in named},{bool(named)},{ago}"
    yield f"@shared={bucket(shared, (0, 2, 5, 10))},{bucket(len(looked.text), (5, 15))}"
    yield f"@topic={request.category in topics},{bool(topics)},{ago},{mine}"
    yield f"@topics={bool(topics & (theirs.topics | theirs.categories))},{bool(topics)}"
    fitting = any(each.category in topics for each in scene.requests)
    yield f"@elsewhere={bool(topics) and not fitting}"
    yield from _since(scene, request, ago)
    yield from thread(heard, scene, request)


def thread(heard: Heard, scene: Scene, request: KnownRequest) -> Iterator[str]:
    """Where in the talk about a request somebody speaks up: after how many other lines, as whom,
    and whether staff have just asked something about it."""
    back, spoke = 99, heard.sender in request.supporters
    for lines, said in enumerate(reversed(scene.recent), 1):
        if said.of == request.key:
            back = min(back, lines)
            spoke = spoke or said.heard.sender == heard.sender
    who = _as_whom(heard, request, spoke=spoke)
    yield f"@back={bucket(back, BACK)},{who}"
    if back == 1 and scene.recent[-1].heard.role != "resident":
        asks = "wonder" in look(scene.recent[-1].heard.text).signs
        yield f"@asked={asks},{who}"
    if heard.reply_to in request.messages:
        yield f"@replies={who}"


def _as_whom(heard: Heard, request: KnownRequest, *, spoke: bool) -> str:
    """What somebody is to a request: staff, who told it, who has spoken of it, or another."""
    if heard.role != "resident":
        return "staff"
    if heard.sender == request.sender:
        return "own"
    return "member" if spoke else "other"


@lru_cache(MOST_ALIKE)
def _active(
    category: str, urgency: Urgency, ago: int, *, own: bool, staff: bool, joined: bool
) -> tuple[str, ...]:
    """What the request is that was spoken of last, and what the sender has to do with it."""
    mine = "own" if own else "other"
    return (
        f"@active={ago}",
        f"@active={ago},{mine},{staff}",
        f"@active={mine},{joined}",
        f"@about={category}",
        f"@urgent={urgency}",
    )


def _since(scene: Scene, request: KnownRequest, ago: int) -> Iterator[str]:
    """What was said since a request was opened, and of it."""
    since = sum(said.heard.at > request.opened_at for said in scene.recent)
    told = [
        said for said in scene.recent if said.of == request.key and said.outcome is Outcome.UPDATE
    ]
    yield f"@since={bucket(since, (0, 2, 6, 15))},{ago}"
    yield f"@ended={any('resolved' in look(said.heard.text).signs for said in told)},{ago}"
    yield f"@helped={bool(told)}"
