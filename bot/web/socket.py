"""A browser's socket: events go out as they happen, wishes come in and are answered in turn."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.platforms.local.doing import NotPossibleError
from bot.platforms.local.pages import Page
from bot.web.commands import WISH
from bot.web.site import Site

log = structlog.get_logger("linli.web")

LARGEST_WISH = 64_000  #: characters


async def converse(socket: WebSocket, site: Site) -> None:
    """Serve one browser until it goes."""
    await socket.accept()
    page = site.local.pages.open()
    page.put(clock_event(site))
    try:
        async with asyncio.TaskGroup() as group:
            pushing = group.create_task(_push(socket, page))
            await _listen(socket, page, site)
            pushing.cancel()
    except* WebSocketDisconnect:
        pass
    finally:
        site.local.pages.close(page)


def clock_event(site: Site) -> dict[str, Any]:
    """What time it is, for all pages."""
    return {
        "type": "clock",
        "now": site.clock.now().isoformat(),
        "zone": site.zone.key,
        "turnable": site.turn is not None,
    }


async def _push(socket: WebSocket, page: Page) -> None:
    while True:
        await socket.send_json(await page.events.get())


async def _listen(socket: WebSocket, page: Page, site: Site) -> None:
    while True:
        page.put(await answer(await socket.receive_text(), page, site))


async def answer(text: str, page: Page, site: Site) -> dict[str, Any]:
    """Grant one wish; gives what the browser is told."""
    if len(text) > LARGEST_WISH:
        return {"type": "failed", "n": 0, "text": "page.not_understood"}
    try:
        wish = WISH.validate_json(text)
    except ValidationError:
        return {"type": "failed", "n": 0, "text": "page.not_understood"}
    try:
        result = await wish.grant(site, page)
    except NotPossibleError as error:
        return {"type": "failed", "n": wish.n, "text": error.key}
    except Exception:
        log.exception("web.wish_failed", wish=type(wish).__name__)
        return {"type": "failed", "n": wish.n, "text": "page.went_wrong"}
    return {"type": "done", "n": wish.n, "result": result}
