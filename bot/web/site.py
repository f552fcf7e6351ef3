"""What the web app is given: the web chat, the words, the clock that a demonstration may turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.platforms.local import LocalPlatform
from config.policy import Policy
from config.words import Catalogue
from storage.engine import Store

#: Turns the clock to a later moment; what becomes due on the way happens, and each stop is told.
Turn = Callable[[datetime, Callable[[], None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Site:
    """Built once by `bot.web.app.web_app`."""

    local: LocalPlatform
    store: Store
    clock: Clock
    words: Catalogue
    policy: Policy
    zone: ZoneInfo
    turn: Turn | None = None  #: None: no demonstration
