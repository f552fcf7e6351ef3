"""A text that names several places or people: they are told, and offered by buttons."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.work import RefusalError

#: How many of them are told in words.
MOST_TOLD = 5


class SeveralError(RefusalError):
    """A text names several; each choice is its name, and the word that names it beyond doubt."""

    def __init__(self, key: str, text: str, choices: Sequence[tuple[str, str]]) -> None:
        names = [name for name, _ in choices]
        told = "、".join(names[:MOST_TOLD])
        super().__init__(key, text=text, n=len(choices), choices=told, example=names[0])
        self.text = text
        self.choices = tuple(choices)
