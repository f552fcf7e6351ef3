"""Tells the operator's own address of alarms: a POST of a small JSON, tried until it is taken.

    {"alarm": "cut_off", "state": "on", "about": "telegram", "since": "2026-03-02T01:00:00+00:00",
     "at": "2026-03-02T01:11:00+00:00", "text": "⚠️ Telegram cannot be reached ..."}

No names and no words of people are in it; `about` is a platform, or "chat:<number>".
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from handlers.directory.zones import clock_text
from handlers.work import Desk
from storage.engine import Store
from storage.queries import watching as query
from storage.tables import Alarm

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger("linli.watching")

LOOK = 10.0  #: seconds between two looks at what is to be told
AGAIN_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=24)
TIMEOUT = 10.0
AT_ONCE = 20


@dataclass(slots=True)
class AlarmPost:
    """One address."""

    url: str
    store: Store
    clock: Clock
    desk: Desk
    _session: aiohttp.ClientSession | None = None

    async def run(self) -> None:
        """Tell what is to be told, until cancelled."""
        while True:
            try:
                await self.post_due()
            except Exception:
                log.exception("alarm.post_broke")
            await self.clock.sleep(LOOK)

    async def post_due(self) -> int:
        """Tell of what went on or off; gives of how many the address took note."""
        now = self.clock.now()
        async with self.store.read() as store:
            if not await query.posts_due(store, now):
                return 0
        async with self.store.write() as store:
            await query.give_up_posts(store, now, GIVE_UP_AFTER)
            found = await query.claim_posts(store, now, now + AGAIN_AFTER, AT_ONCE)
        taken = [each for each in found if await self._post(self.body_of(each))]
        async with self.store.write() as store:
            for each in taken:
                await query.posted(store, each.id, each.over_at)
        return len(taken)

    def body_of(self, alarm: Alarm) -> Mapping[str, Any]:
        """What is posted of an alarm as it stands."""
        state = "over" if alarm.over_at else "on"
        at = alarm.over_at or alarm.raised_at
        defaults = self.desk.defaults
        zone = ZoneInfo(defaults.timezone)
        key = f"watching.platform.{alarm.about}"
        named = self.desk.words.has(key)
        text = self.desk.words.say(
            defaults.language,
            f"watching.{state}.{alarm.kind}",
            platform=self.desk.words.say(defaults.language, key) if named else alarm.about,
            group=alarm.about,
            since=clock_text(alarm.since, zone),
            until=clock_text(at, zone),
        )
        moments = {"since": alarm.since.isoformat(), "at": at.isoformat()}
        return {"alarm": alarm.kind, "state": state, "about": alarm.about, **moments, "text": text}

    async def _post(self, body: Mapping[str, Any]) -> bool:
        import aiohttp  # loaded where there is an address only

        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=True)
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._session.post(self.url, json=body, allow_redirects=False) as answer,
            ):
                if answer.status < 300:
                    return True
                why = f"status {answer.status}"
        except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
            why = type(error).__name__
        log.error("alarm.not_posted", alarm=body["alarm"], state=body["state"], why=why)
        return False

    async def close(self) -> None:
        """Close the connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
