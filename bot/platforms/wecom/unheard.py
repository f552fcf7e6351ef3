"""What WeCom did not acknowledge may stand in the chat all the same: it is not repeated for ever.

A group bears a message twice more easily than not at all, and hundreds of times not at all. So it
is said again with longer and longer pauses, a few times, and then told as not delivered.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from handlers.chat.platform import DeliveryError, PassingError, PermanentError

#: Pauses before it is said again: six times in twelve minutes.
PAUSES = tuple(timedelta(seconds=each) for each in (5, 20, 80, 300, 300))
MOST_REMEMBERED = 2000


class Unheard:
    """How often each letter was sent without an answer; in memory only."""

    def __init__(self) -> None:
        self._times: OrderedDict[int, int] = OrderedDict()

    def again(self, letter: int | None, error: PassingError) -> DeliveryError:
        """Once more without an answer: what that means for the letter."""
        if letter is None:
            return error
        times = self._times.pop(letter, 0)
        if times >= len(PAUSES):
            return PermanentError(f"never acknowledged, though sent {times + 1} times: {error}")
        self._times[letter] = times + 1
        while len(self._times) > MOST_REMEMBERED:
            self._times.popitem(last=False)
        return PassingError(str(error), PAUSES[times], uncertain=True)

    def heard(self, letter: int | None) -> None:
        """It was answered, one way or the other."""
        if letter is not None:
            self._times.pop(letter, None)
