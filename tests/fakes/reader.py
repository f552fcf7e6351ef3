"""Readers for tests: the shipped one, loaded once, and one of few words."""

from __future__ import annotations

from functools import cache

from config.policy import default_policy
from handlers.understanding.meaning import Heard, Kind, Meaning, Outcome, Place, Scene, Urgency
from handlers.understanding.reader import Reader


@cache
def shipped_reader() -> Reader:
    """The reader with the shipped policy: it never changes, so all tests share one."""
    return Reader.load(extra_cues=default_policy().own_cues)


WORDS = {
    "电梯": "lift",
    "lift": "lift",
    "水": "water",
    "灯": "electricity",
    "吵": "noise",
    "垃圾": "sanitation",
    "煤气": "gas",
}
DANGER = ("煤气味", "困在电梯", "着火")


class PlainReader:
    """Opens what names a thing; joins "+1" and "我家也是"; the rest is talk."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        text = heard.text.lower()
        open_ones = [each for each in scene.requests if each.state != "closed"]
        if text in ("+1", "我家也是", "same here") and open_ones:
            return Meaning(Outcome.JOIN, of=open_ones[-1].key)
        category = next((value for word, value in WORDS.items() if word in text), None)
        if category is None:
            return Meaning(Outcome.TALK)
        home = heard.home or Place()
        danger = any(word in text for word in DANGER)
        place = Place(scene.area.building or home.building, home.unit)
        if "我家" in text:
            place = home
        return Meaning(
            Outcome.OPEN,
            0.9,
            category,
            Kind.REPAIR,
            Urgency.EMERGENCY if danger else Urgency.NORMAL,
            place,
            asset=category if category == "lift" else None,
        )

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        return self.read(heard, scene)
