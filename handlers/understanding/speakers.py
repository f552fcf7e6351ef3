"""As whom somebody is heard: staff live here too, and not every home is known."""

from __future__ import annotations

from dataclasses import replace

from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Heard, Place, Scene, Urgency
from handlers.understanding.too import says_too


def as_known(heard: Heard, looked: Looked) -> Heard:
    """Who plainly tells of a fault is heard like somebody whose home is known; staff who say "my
    home too" are heard as residents.

    In the examples those who report mostly have a home; where homes are not in the roll yet (a new
    group, a chat export) that says nothing of them.
    """
    if heard.role != "resident" and looked.mine and says_too(looked):
        heard = replace(heard, role="resident")
    if heard.home is None and looked.plainly_faulty:
        return replace(heard, home=Place())
    return heard


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
