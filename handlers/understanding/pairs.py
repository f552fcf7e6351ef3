"""What a message and an open request have in common: what the head looks at that compares them."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.understanding.features import bucket
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Scene
from handlers.understanding.place import parse
from handlers.understanding.rivals import Rivals, features

TABLE = "pair"


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
    if request.ended:
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
