"""The operator's own address: told of alarms until it took note, once each, without names."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from structlog.testing import capture_logs

from bot.alarm_post import AGAIN_AFTER, GIVE_UP_AFTER, AlarmPost
from tests.harness import GROUP, Stage, staged


@dataclass
class Address:
    """Takes what is posted, with these statuses one after the other, then 204."""

    statuses: list[int] = field(default_factory=list[int])
    taken: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def take(self, request: web.Request) -> web.Response:
        status = self.statuses.pop(0) if self.statuses else 204
        if status < 300:
            self.taken.append(await request.json())
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def address(*statuses: int) -> AsyncGenerator[tuple[Address, str]]:
    made = Address(list(statuses))
    served = web.Application()
    served.router.add_post("/alarms", made.take)
    runner = web.AppRunner(served, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield made, f"http://{host}:{port}/alarms"
    await runner.cleanup()


@asynccontextmanager
async def told_at(folder: Path, url: str) -> AsyncGenerator[tuple[Stage, AlarmPost]]:
    async with staged(folder, alarm_url=url, language="en") as stage:
        assert stage.app.alarm_post is not None
        yield stage, stage.app.alarm_post


async def test_it_is_told_of_what_went_on_and_of_what_is_over(tmp_path: Path) -> None:
    async with address() as (there, url), told_at(tmp_path, url) as (stage, post):
        assert await post.post_due() == 0
        await stage.does(GROUP, "li", "standing", can_speak=False)
        assert [await post.post_due(), await post.post_due()] == [1, 0]
        await stage.passes(hours=1)
        await stage.does(GROUP, "li", "standing")
        assert [await post.post_due(), await post.post_due()] == [1, 0]
    on, over = there.taken
    assert (on["alarm"], on["state"], on["about"]) == ("mute", "on", "chat:1")
    assert (over["state"], over["since"]) == ("over", on["since"])
    assert (on["at"], over["at"]) == ("2026-03-02T01:00:00+00:00", "2026-03-02T02:00:00+00:00")
    assert on["text"].startswith("⚠️ I can no longer write in the group “chat:1”")
    assert "和平里" not in str(there.taken), "no name of a place or of a person leaves the house"


async def test_it_is_tried_until_it_is_taken(tmp_path: Path) -> None:
    async with address(500, 302) as (there, url), told_at(tmp_path, url) as (stage, post):
        await stage.does(GROUP, "li", "standing", can_speak=False)
        with capture_logs() as logs:
            assert await post.post_due() == 0
            assert await post.post_due() == 0, "not again at once"
            for taken in (0, 1, 0):
                stage.clock.turn(AGAIN_AFTER)
                assert await post.post_due() == taken
    assert len(there.taken) == 1
    assert [each["why"] for each in logs] == ["status 500", "status 302"]


async def test_what_is_over_before_it_was_told_is_told_as_over(tmp_path: Path) -> None:
    async with address(500) as (there, url), told_at(tmp_path, url) as (stage, post):
        await stage.does(GROUP, "li", "standing", can_speak=False)
        with capture_logs():
            await post.post_due()
        await stage.does(GROUP, "li", "standing")
        assert await post.post_due() == 1
    assert [each["state"] for each in there.taken] == ["over"]


async def test_an_address_that_is_gone_is_given_up_after_a_day(tmp_path: Path) -> None:
    async with address() as (_, url):
        pass  # nobody listens there any more
    async with told_at(tmp_path, url) as (stage, post):
        await stage.does(GROUP, "li", "standing", can_speak=False)
        with capture_logs() as logs:
            await post.post_due()
            stage.clock.turn(GIVE_UP_AFTER + AGAIN_AFTER)
            await post.post_due()
    assert len(logs) == 1
    assert url not in str(logs)


async def test_without_an_address_nothing_waits_for_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert stage.app.alarm_post is None
        await stage.does(GROUP, "li", "standing", can_speak=False)
        lost = AlarmPost("http://127.0.0.1:1", stage.app.store, stage.clock, stage.app.desk)
        assert await lost.post_due() == 0
