"""What machines ask: /health (alive), /ready (fit to serve), /metrics (figures)."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web.guard import is_loopback
from storage.queries import administration, figures

if TYPE_CHECKING:
    from bot.web.metrics import Stored

#: Seconds without a tick after which the process is beyond help but for a restart.
DEAD_AFTER = 300.0
#: Seconds that the oldest update may wait where all is well.
OLD = 300.0
CLOSED = (
    "Figures are shown to this machine only. Where others reach this server, set "
    "LINLI_METRICS_TOKEN and ask with the header “Authorization: Bearer <token>”.\n"
)
WRONG = "Ask with the header “Authorization: Bearer <LINLI_METRICS_TOKEN>”.\n"


@dataclass(frozen=True, slots=True)
class Probes:
    """The three answers of a running program."""

    app: App

    def routes(self) -> Sequence[Route]:
        """What the web app serves of them."""
        return (
            Route("/health", self._health),
            Route("/ready", self._ready),
            Route("/metrics", self._metrics),
        )

    def by_any_name(self) -> Sequence[str]:
        """The paths that answer whatever the host was called: a balancer asks by its own names.

        Two tell nothing of anybody. Figures are among them where a token is asked for: without
        one, a page of a foreign name that leads here (DNS rebinding) could read them.
        """
        figures = ("/metrics",) if self.app.settings.metrics_token else ()
        return ("/health", "/ready", *figures)

    def health(self) -> dict[str, Any]:
        """Whether the process lives: its loop turns (else nobody answers) and its clock ticks."""
        age = self._tick_age()
        return {
            "ok": age < DEAD_AFTER,
            "version": self.app.desk.defaults.version,
            "platforms": list(self.app.platforms),
            "waiting": self.app.inbox.backlog,
            "tick_age_seconds": round(age, 1),
        }

    async def ready(self) -> dict[str, Any]:
        """Whether it can serve: each part by itself, and all together."""
        parts: dict[str, dict[str, Any]] = {"platforms": await self._platforms()}
        try:
            parts |= await self._stored()
        except (SQLAlchemyError, OSError) as error:
            parts["database"] = {"ok": False, "error": type(error).__name__}
        return {"ok": all(each["ok"] for each in parts.values()), **parts}

    async def figures(self) -> bytes:
        """The page of figures; without those of the database where it does not answer."""
        metrics = await asyncio.to_thread(_load)
        now = self.app.clock.now()
        snapshot = metrics.Snapshot(
            now=now,
            version=self.app.desk.defaults.version,
            figures=self.app.figures,
            folded=self.app.dispatcher.hearing.folded,
            tick_age=self._tick_age(),
            contacts=await self._contacts(),
            stored=await self._figures(now),
        )
        return metrics.text_of(snapshot)

    async def _health(self, _request: Request) -> Response:
        return _told(self.health())

    async def _ready(self, _request: Request) -> Response:
        return _told(await self.ready())

    async def _metrics(self, request: Request) -> Response:
        settings = self.app.settings
        token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        if token is None and (settings.public_url or not is_loopback(settings.host)):
            return PlainTextResponse(CLOSED, 403)
        given = request.headers.get("authorization", "")
        if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse(WRONG, 401, {"www-authenticate": "Bearer"})
        return Response(await self.figures(), media_type=_load().TYPE)

    def _tick_age(self) -> float:
        return perf_counter() - self.app.figures.ticked

    async def _contacts(self) -> dict[str, tuple[bool, datetime | None]]:
        """Of the platforms that can be cut off, where this process is the one that asks them."""
        watch = self.app.watch
        return {
            name: (watch.in_touch(name), watch.last_contact(name))
            for name, each in self.app.platforms.items()
            if each.capabilities.contact is not None and await self.app.fetches(name)
        }

    async def _platforms(self) -> dict[str, Any]:
        found = await self._contacts()
        told = {
            name: {"ok": up, "last_contact": last.isoformat() if last else None}
            for name, (up, last) in found.items()
        }
        heard = bool(self.app.platforms)  # without a platform there is nobody to serve
        return {"ok": heard and all(up for up, _ in found.values()), **told}

    async def _stored(self) -> dict[str, dict[str, Any]]:
        """The database, its tables and what waits in it."""
        now = self.app.clock.now()
        async with self.app.store.read() as store:
            state = await administration.database(store)
            post = await figures.post(store, now, list(self.app.platforms))
        age = (now - post.oldest_update).total_seconds() if post.oldest_update else 0.0
        tables = {"ok": state.revision in (None, state.newest), "revision": state.revision}
        backlog = {"ok": age < OLD, "updates": post.updates, "oldest_seconds": round(age, 1)}
        away = self.app.store.away  # full, read-only or locked: it can be read all the same
        database = {"ok": True} if away is None else {"ok": False, "error": away}
        return {"database": database, "migrations": tables, "backlog": backlog}

    async def _figures(self, now: datetime) -> Stored | None:
        try:
            async with self.app.store.read() as store:
                return _load().Stored(
                    await figures.post(store, now, list(self.app.platforms)),
                    await figures.matters(store, now),
                    await figures.alarms(store),
                )
        except (SQLAlchemyError, OSError):
            return None


def _told(found: dict[str, Any]) -> Response:
    headers = {"cache-control": "no-store"}
    return JSONResponse(found, 200 if found["ok"] else 503, headers)


def _load() -> Any:
    """Prometheus' library costs memory that most installations never need."""
    from bot.web import metrics

    return metrics
