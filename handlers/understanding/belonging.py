"""Which open request a message may belong to, and how likely it does: rules first, then heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handlers.understanding import belongs, link_rules, linking
from handlers.understanding import chances as chances_of
from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.model import Model

Chances = Mapping[str, float]  #: of each outcome


class Belonging(NamedTuple):
    """Where a message may belong."""

    fit: Fit | None  #: the request it fits best; None: nobody needs to know
    chances: Chances  #: with what rules say of that request
    likely: float  #: that it belongs there


def belonging(
    model: Model, heard: Heard, looked: Looked, scene: Scene, chances: Chances
) -> Belonging:
    """Where a message may belong, by the chances that the outcome head gives it."""
    fit, moved = fitting(model, heard, looked, scene, chances)
    likely = chances_of.linking(moved)
    ruled = likely > chances_of.linking(chances)
    weighed = fit is not None and not ruled and likely >= belongs.WEIGHED_FROM
    if fit is not None and weighed and belongs.HEAD in model.heads:
        likely = belongs.chance(belongs.features(heard, scene, fit, chances), model)
    return Belonging(fit, moved, likely)


def fitting(
    model: Model, heard: Heard, looked: Looked, scene: Scene, chances: Chances
) -> tuple[Fit | None, Chances]:
    """The request it may belong to, and the chances with what rules say of that."""
    if (ruled := link_rules.ruled(heard, looked, scene)) is not None:
        return ruled, chances_of.by_rule(chances, heard, looked, ruled)
    # The same words once more look as new as they did at first.
    likely = chances_of.linking(chances) >= belongs.WEIGHED_FROM
    if not (likely or link_rules.said_before(heard, scene)):
        return None, chances
    fit = linking.best(heard, scene, model)
    if fit is None:
        return None, chances
    return fit, _moved(model.thresholds, heard, looked, scene, fit, chances)


def _moved(
    limits: Mapping[str, float],
    heard: Heard,
    looked: Looked,
    scene: Scene,
    fit: Fit,
    chances: Chances,
) -> Chances:
    """The chances with what rules say of the request that fits best."""
    if link_rules.answers_it(looked, fit):
        return chances_of.linked(chances)
    if link_rules.contradicts(heard, looked, scene, fit):
        return chances_of.apart(chances, limits["apart"])
    if not link_rules.speaks_of(heard, looked, fit):
        return chances_of.apart(chances, limits["bare"], to="talk")
    same = link_rules.shares(heard, looked, scene, fit)
    if same or link_rules.repeats(looked, fit, limits["same"]):
        return chances_of.together(chances, heard, fit)
    return chances
