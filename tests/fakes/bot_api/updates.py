"""The queue of updates and long polling: offsets, allowed kinds, expiry, two pollers at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.bot_api.changes import Changes
from tests.fakes.bot_api.errors import ApiError
from tests.fakes.bot_api.records import Json
from tests.fakes.bot_api.spec import Spec

#: Kinds that are only sent to bots that ask for them by name.
ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT = timedelta(hours=24)
PRESSES_KEPT = timedelta(seconds=150)
LONGEST_POLL = 50.0


@dataclass(frozen=True, slots=True)
class Queued:
    """An update that the bot has not confirmed."""

    id: int
    kind: str
    body: Json
    at: datetime

    def json(self) -> Json:
        """The update as it is sent."""
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """What the bot has still to be told."""

    def __init__(self, spec: Spec, now: Callable[[], datetime], changes: Changes) -> None:
        self._spec = spec
        self._now = now
        self._changes = changes
        self._last_id = 1000
        self._poller = 0
        self.queue: deque[Queued] = deque()
        self.allowed: frozenset[str] | None = None
        self.closed = False

    def push(self, kind: str, body: Json, *, check: bool = True) -> bool:
        """Queue an update, if the bot asked for its kind; `check` against the specification."""
        if not self._wanted(kind):
            return False
        self._last_id += 1
        update = Queued(self._last_id, kind, body, self._now())
        if check:
            self._spec.conforms(update.json(), "Update")
        self.queue.append(update)
        self._changes.happened()
        return True

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Remember which kinds the bot wants; None leaves it as it is, an empty list forgets."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget what lies before the offset; a negative one keeps only so many at the end."""
        if offset < 0:
            self.queue = deque(list(self.queue)[offset:])
        else:
            self.queue = deque(each for each in self.queue if each.id >= offset)
        self._changes.happened()

    def drop(self, update: Queued) -> None:
        """An update was delivered to a webhook; it may have expired meanwhile."""
        self.queue = deque(each for each in self.queue if each is not update)
        self._changes.happened()

    def pending(self) -> list[Queued]:
        """All that wait, without the expired."""
        now = self._now()
        self.queue = deque(each for each in self.queue if now - each.at <= _kept(each.kind))
        return list(self.queue)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """One getUpdates; an older one still waiting is ended with a 409."""
        self._poller += 1
        me = self._poller
        self.confirm(offset)
        await self._changes.wait(
            lambda: self.queue or self._poller != me or self.closed, min(seconds, LONGEST_POLL)
        )
        if self._poller != me:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return [each.json() for each in self.pending()[:limit]]

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ONLY_IF_ASKED


def _kept(kind: str) -> timedelta:
    return PRESSES_KEPT if kind == "callback_query" else KEPT
