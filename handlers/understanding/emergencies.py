"""Which emergency of these minutes a message speaks of: it opens no second one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, KnownRequest, Scene, Urgency
from handlers.understanding.spots import could_be_there, same_spot

#: While nothing longer ago was said of an emergency, words of its danger are about it.
DANGER_LASTS = timedelta(minutes=15)


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
        and not each.ended
        and heard.at - each.last_at <= DANGER_LASTS
    )


def _may_mean(heard: Heard, looked: Looked, request: KnownRequest) -> bool:
    """Whether the place of a request can be meant: who speaks of home means home."""
    if looked.mine:
        return could_be_there(heard, looked, request)
    return same_spot(looked, request)
