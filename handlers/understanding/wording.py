"""A message's words as the heads see them: looked at once, by whoever asks first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from handlers.understanding.features import words_only
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.model import Model, Seen

TABLE = "words"


class Wording:
    """What the words of one message weigh for the heads that hear them alone."""

    def __init__(self, model: Model, heard: Heard, scene: Scene) -> None:
        self.model, self.heard, self.scene = model, heard, scene
        self.looked: Looked = look(heard.text)
        self._chances: dict[str, Mapping[str, float]] = {}

    @cached_property
    def features(self) -> list[str]:
        """The words and cues of the message, and the cues just before."""
        return words_only(self.heard, self.scene)

    @cached_property
    def seen(self) -> Seen:
        """What these weigh together."""
        return self.model.see(TABLE, self.features)

    def chances(self, head: str) -> Mapping[str, float]:
        """How likely each answer of a head is."""
        found = self._chances.get(head)
        if found is None:
            found = self._chances[head] = self.model.chances(head, self.seen)
        return found
