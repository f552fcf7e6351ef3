"""Whether a message belongs to the request it fits best, weighed once more.

The outcome head looks at everything at once, the link head at one request; neither knows what the
other found. Here both are looked at together with the circumstances of that one request. Chances
are looked at as steps that are passed, so that the decision stays a sum of named features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from handlers.understanding.features import minutes_since, thread
from handlers.understanding.link_rules import DIGIT, speaks_of
from handlers.understanding.linking import Fit
from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Scene
from handlers.understanding.model import Model
from handlers.understanding.steps import odds, passed

HEAD = TABLE = "belongs"
#: What is less likely a link than this is none, and is not weighed.
WEIGHED_FROM = 0.05
#: Steps of chances (in log odds), of minutes, and of what is counted.
CHANCE = (-4.0, -3.0, -2.25, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.25, 3.0, 4.0)
MINUTES = (1, 3, 10, 30, 120, 600)
COUNT = (0, 1, 2, 4, 7, 12, 20)
LENGTH = (0, 3, 6, 10, 16, 25, 40)


def chance(features: Sequence[str], model: Model) -> float:
    """How likely it belongs there."""
    return model.chances(HEAD, model.see(TABLE, features)).get("yes", 0.0)


def features(heard: Heard, scene: Scene, fit: Fit, chances: Mapping[str, float]) -> list[str]:
    """What is looked at: the chances of each outcome, how well the request fits, and how things
    stand with it."""
    found = [*_chances(fit, chances), *_circumstances(heard, fit)]
    found += _thread(heard, scene, fit.request)
    return [*(f"@{each}" for each in found), *thread(heard, scene, fit.request)]


def _chances(fit: Fit, chances: Mapping[str, float]) -> Iterator[str]:
    for name, value in chances.items():
        yield from passed(name, odds(value), CHANCE)
    yield from passed("fits", odds(fit.chance), CHANCE)
    yield f"why={fit.why}"


def _circumstances(heard: Heard, fit: Fit) -> Iterator[str]:
    looked, request = look(heard.text), fit.request
    own, joined = heard.sender == request.sender, heard.sender in request.supporters
    yield from passed("ago", (heard.at - request.last_at).total_seconds() / 60, MINUTES)
    yield from passed("opened", (heard.at - request.opened_at).total_seconds() / 60, MINUTES)
    yield from passed("length", len(looked.text), LENGTH)
    yield f"own={own},{joined}"
    yield f"staff={heard.role != 'resident'}"
    yield f"media={heard.media is not None}"
    yield f"home={heard.home is not None}"
    yield f"urgent={request.urgency}"
    yield f"points={speaks_of(heard, looked, fit)}"
    yield f"topic={request.category in looked.topics}"
    yield f"asks={'?' in looked.text}"
    yield f"digit={DIGIT.search(looked.text) is not None}"
    yield from (f"sign {each}" for each in looked.signs)


def _thread(heard: Heard, scene: Scene, request: KnownRequest) -> Iterator[str]:
    recent = scene.recent
    if recent:
        last = recent[-1]
        yield f"last={last.outcome},{last.of == request.key}"
        yield f"same={last.heard.sender == heard.sender}"
        yield from passed("gap", minutes_since(heard, last), MINUTES)
    since = sum(said.heard.at > request.opened_at for said in recent)
    yield from passed("since", since, COUNT)
    back = next((n for n, said in enumerate(reversed(recent)) if said.of == request.key), 99)
    yield from passed("back", back, COUNT)
    told = [said for said in recent if said.of == request.key and said.outcome is Outcome.UPDATE]
    yield f"ended={any('resolved' in look(said.heard.text).signs for said in told)}"
