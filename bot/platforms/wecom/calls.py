"""Callbacks that may still be answered: each for a short while, most of them once.

In memory only: after a restart what is said is pushed, which takes no callback.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A message is answered by a stream of one piece; WeCom takes it for ten minutes at most.
ANSWER_WITHIN = timedelta(minutes=5)
#: A press is answered by its card, an opened chat by a welcome; WeCom takes it for five seconds.
AT_ONCE = timedelta(seconds=4.5)
MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """One callback."""

    id: str  #: WeCom's req_id
    until: datetime
    welcome: bool = False


class Calls:
    """The open callbacks, by what they are answered for: a message, a card, a private chat."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._open: OrderedDict[str, Call] = OrderedDict()

    def came(self, key: str, call_id: str, lasts: timedelta, *, welcome: bool = False) -> None:
        """A callback came; the newest of a key counts."""
        self._open[key] = Call(call_id, self._now() + lasts, welcome)
        self._open.move_to_end(key)
        while len(self._open) > MOST_REMEMBERED:
            self._open.popitem(last=False)

    def take(self, key: str | None) -> Call | None:
        """The callback to answer, which is answered with that; None: there is none (any more)."""
        call = self._open.pop(key, None) if key else None
        if call is None:
            return None
        for each in [name for name, known in self._open.items() if known.id == call.id]:
            del self._open[each]
        return call if self._now() < call.until else None

    def forget(self) -> None:
        """The line on which they came is gone."""
        self._open.clear()
