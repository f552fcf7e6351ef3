"""The second opinion: a language model behind any OpenAI-compatible address, asked within limits.

A time limit for each call, a budget for each day, and a pause after failures in a row. Whatever
goes wrong, there is no opinion, and the first reading stands.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from config.settings import Settings
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.opinion import Opinion, Question, question, understood

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger("linli.opinions")

FAILURES = 3  #: in a row, until the endpoint is left alone for a while
PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
MOST_BYTES = 100_000
MOST_TOKENS = 200

#: What the doctor shows to an endpoint; nobody said it.
SPECIMEN = Heard("1", datetime(2026, 1, 1, tzinfo=UTC), "doctor", "the lift stands still again")

#: What can be wrong with an endpoint; the doctor has a remedy for each.
Trouble = Literal["unreachable", "refused", "slow", "nonsense"]


class NoOpinionError(Exception):
    """The endpoint gave no usable answer."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


class Endpoint:
    """One OpenAI-compatible address; a connection is opened when it is first asked."""

    def __init__(self, url: str, model: str, key: str | None) -> None:
        self._url = f"{url}/chat/completions"
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, asked: Question) -> str:
        """What the model says. Raises NoOpinionError, which names neither address nor key."""
        import aiohttp  # loaded where there is an endpoint only

        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, trust_env=True)
        try:
            async with self._session.post(
                self._url,
                json=self._body(asked),
                allow_redirects=False,  # the key goes to this address and no other
            ) as answer:
                if answer.status in (401, 403):
                    raise NoOpinionError("refused")
                if answer.status != 200:
                    raise NoOpinionError("unreachable")
                return _said(await _read(answer.content))
        except (aiohttp.ClientError, OSError):
            raise NoOpinionError("unreachable") from None

    def _body(self, asked: Question) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [
                {"role": "system", "content": asked.system},
                {"role": "user", "content": asked.document},
            ],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
        }

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def _read(stream: aiohttp.StreamReader) -> bytes:
    """What came, and no more than is needed to see that it is too much."""
    raw = b""
    async for part in stream.iter_any():
        raw += part
        if len(raw) > MOST_BYTES:
            raise NoOpinionError("nonsense")
    return raw


def _said(raw: bytes) -> str:
    """The text of the first choice. Raises NoOpinionError for anything that has none."""
    try:
        data: Any = json.loads(raw)
        text: object = data["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoOpinionError("nonsense") from None
    if not isinstance(text, str):
        raise NoOpinionError("nonsense")
    return text


@dataclass(slots=True)
class Budget:
    """How many calls a day this process makes; a new day (or a new start) begins anew."""

    most: int
    zone: ZoneInfo
    day: date = date.min
    spent: int = 0

    def left(self, now: datetime) -> bool:
        """Whether one more may be made."""
        today = now.astimezone(self.zone).date()
        if today != self.day:
            self.day, self.spent = today, 0
        return self.spent < self.most

    def spend(self) -> None:
        """One was made."""
        self.spent += 1
        if self.spent == self.most:
            log.warning("opinion.budget_spent", calls=self.most)


@dataclass(slots=True)
class Breaker:
    """Leaves an endpoint alone that failed several times in a row, longer each time."""

    failures: int = 0
    until: datetime | None = None
    pause: timedelta = field(default=PAUSE)

    def lets(self, now: datetime) -> bool:
        """Whether it may be asked."""
        return self.until is None or now >= self.until

    def answered(self) -> None:
        """It answered: all is forgotten."""
        self.failures, self.until, self.pause = 0, None, PAUSE

    def failed(self, now: datetime) -> None:
        """It failed once more; after a pause one failure is enough for the next."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.until = now + self.pause
            log.warning("opinion.paused", seconds=self.pause.total_seconds())
            self.pause = min(LONGEST_PAUSE, self.pause * 2)


class Opinions:
    """Asks for second opinions within all limits."""

    def __init__(
        self, endpoint: Endpoint, settings: Settings, clock: Clock, categories: Collection[str]
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._categories = frozenset(categories)
        self._seconds = settings.opinion_seconds
        self._budget = Budget(settings.opinion_budget, ZoneInfo(settings.timezone))
        self._breaker = Breaker()

    def may_ask(self) -> bool:
        """Whether one more question is within all limits now."""
        now = self._clock.now()
        return self._breaker.lets(now) and self._budget.left(now)

    async def of(self, asked: Question) -> Opinion | None:
        """The opinion, or None; whoever cannot wait for it may cancel."""
        if not self.may_ask():
            return None
        self._budget.spend()
        try:
            opinion = await self._ask(asked)
        except NoOpinionError as error:
            log.warning("opinion.failed", trouble=error.trouble)
            self._breaker.failed(self._clock.now())
            return None
        self._breaker.answered()
        return opinion

    async def _ask(self, asked: Question) -> Opinion:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._endpoint.ask(asked)
        except TimeoutError:
            raise NoOpinionError("slow") from None
        opinion = understood(answer, self._categories)
        if opinion is None:
            raise NoOpinionError("nonsense")
        return opinion

    async def examine(self) -> tuple[Trouble | None, float]:
        """What is wrong with the endpoint (None: it answers), and the seconds that it took."""
        begun = time.monotonic()
        trouble: Trouble | None = None
        try:
            await self._ask(question(SPECIMEN, Scene(), self._categories))
        except NoOpinionError as error:
            trouble = error.trouble
        return trouble, time.monotonic() - begun

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()


def opinions_of(settings: Settings, clock: Clock, categories: Collection[str]) -> Opinions | None:
    """As the settings say; None: nobody is asked."""
    if not settings.opinion_url:
        return None
    key = settings.opinion_key.get_secret_value() if settings.opinion_key else None
    endpoint = Endpoint(settings.opinion_url, settings.opinion_model, key)
    return Opinions(endpoint, settings, clock, categories)
