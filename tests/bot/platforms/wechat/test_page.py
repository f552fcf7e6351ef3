"""The code that logs the account in: for whoever sits at the machine, and for nobody else."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from structlog.testing import capture_logs

from bot.clock import VirtualClock
from bot.platforms.wechat.page import from_this_machine
from bot.platforms.wechat.platform import WechatPlatform
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, Kept
from tests.fakes.puppet import FakePuppet

CODE = "https://login.weixin.qq.com/l/a-secret-of-one-minute"


async def asked(
    platform: WechatPlatform,
    client: str = "127.0.0.1",
    host: str = "127.0.0.1:8080",
    **headers: str,
) -> httpx.Response:
    web = Starlette(routes=platform.routes())
    through = httpx.ASGITransport(app=web, client=(client, 40000))
    async with httpx.AsyncClient(transport=through, base_url=f"http://{host}") as browser:
        return await browser.get("/wechat/login", headers=headers)


@pytest.fixture
def platform(puppet: FakePuppet, clock: VirtualClock) -> WechatPlatform:
    return WechatPlatform(puppet.endpoint, clock, pace=replace(FAST, look=3600))


async def test_the_code_is_shown_until_it_is_scanned(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    assert "还没有要扫的码" in (await asked(platform)).text
    kept = Kept()
    with capture_logs() as logs:
        async with running(platform, kept):
            await kept.until(lambda: kept.contacts)
            puppet.asks_to_scan(CODE)
            await puppet.until_read()
            page = await asked(platform)
            assert "data:image/svg+xml" in page.text
            assert page.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
            puppet.logs_in()
            await puppet.until_read()
            page = await asked(platform)
    assert "已登录" in page.text
    assert "svg" not in page.text
    told = [each for each in logs if each["event"] == "wechat.scan_needed"]
    assert [each["page"] for each in told] == ["/wechat/login"]
    assert CODE not in str(logs), "whoever reads the log must not be able to log in"


@pytest.mark.fault("wechat")
async def test_while_the_gateway_is_down_it_says_so(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    """What it told before may be no longer so, and a code of it lets nobody in."""
    kept = Kept()
    async with running(platform, kept):
        await kept.until(lambda: kept.contacts)
        assert "已登录" in (await asked(platform)).text
        puppet.asks_to_scan(CODE)
        await puppet.until_read()
        platform.listening.refused.clear()
        await puppet.stop()
        await platform.listening.refused.wait()
        page = (await asked(platform)).text
        assert "网关没有应答" in page
        assert "svg" not in page
        await puppet.start()
        await puppet.until(lambda: puppet.listened_to)
        puppet.logs_in()
        await kept.until(lambda: platform.me.logged_in)
        assert "已登录" in (await asked(platform)).text


@pytest.mark.parametrize(
    ("client", "host", "headers"),
    [
        ("10.0.0.7", "127.0.0.1:8080", {}),
        ("127.0.0.1", "linli.example.org", {}),
        ("127.0.0.1", "127.0.0.1:8080", {"x-forwarded-for": "10.0.0.7"}),
        ("127.0.0.1", "127.0.0.1:8080", {"forwarded": "for=10.0.0.7"}),
        ("127.0.0.1", "127.0.0.1:8080", {"via": "1.1 proxy"}),
    ],
    ids=["another machine", "another name", "a proxy", "a proxy of today", "an old one"],
)
async def test_nobody_else_sees_it(
    platform: WechatPlatform, client: str, host: str, headers: dict[str, str]
) -> None:
    platform.me.scan(CODE)
    page = await asked(platform, client, host, **headers)
    assert page.status_code == 403
    assert "svg" not in page.text


async def test_it_is_drawn_on_a_terminal_and_not_into_a_file(
    puppet: FakePuppet, platform: WechatPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    kept = Kept()
    for out, drawn in ((Terminal(), True), (io.StringIO(), False)):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stderr", out)
            async with running(platform, kept):
                await puppet.until(lambda: puppet.listened_to)
                puppet.asks_to_scan(f"{CODE}{drawn}")
                await puppet.until_read()
        await puppet.until(lambda: not puppet.listened_to)
        assert ("█" in out.getvalue() or "▄" in out.getvalue()) is drawn
        puppet.logged_in = True


def test_a_proxy_that_says_nothing_of_itself_sees_nothing() -> None:
    """As nginx asks without a line about headers."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/wechat/login",
        "query_string": b"",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 40000),
        "headers": [(b"host", b"127.0.0.1:8080"), (b"connection", b"close")],
    }
    assert from_this_machine(Request({**scope, "http_version": "1.1"}))
    assert not from_this_machine(Request({**scope, "http_version": "1.0"}))
