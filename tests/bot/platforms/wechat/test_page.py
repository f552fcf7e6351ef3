"""The code that logs the account in: for whoever sits at the machine, and for nobody else."""

from __future__ import annotations

import errno
import io
import json
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from structlog.testing import capture_logs

from bot.clock import VirtualClock
from bot.platforms.wechat.door import Door, told_in
from bot.platforms.wechat.page import from_this_machine
from bot.platforms.wechat.platform import Manner, WechatPlatform
from tests.bot.commanding import alone, run
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, Kept
from tests.fakes.puppet import FakePuppet

CODE = "https://login.weixin.qq.com/l/a-secret-of-one-minute"


async def asked(
    platform: WechatPlatform,
    client: str = "127.0.0.1",
    host: str = "127.0.0.1:8080",
    path: str = "",
    **headers: str,
) -> httpx.Response:
    """The page as a browser gets it, by its own address unless another path is given."""
    web = Starlette(routes=platform.routes())
    through = httpx.ASGITransport(app=web, client=(client, 40000))
    async with httpx.AsyncClient(transport=through, base_url=f"http://{host}") as browser:
        return await browser.get(path or urlsplit(platform.door.address).path, headers=headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def platform(puppet: FakePuppet, clock: VirtualClock, folder: Path) -> WechatPlatform:
    manner = Manner(folder=folder)
    return WechatPlatform(puppet.endpoint, clock, manner, pace=replace(FAST, look=3600))


@asynccontextmanager
async def asking_to_scan(puppet: FakePuppet, platform: WechatPlatform) -> AsyncGenerator[None]:
    """The platform runs, and its gateway has asked for a code to be scanned."""
    kept = Kept()
    async with running(platform, kept):
        await kept.until(lambda: kept.contacts)
        puppet.asks_to_scan(CODE)
        await puppet.until_read()
        yield


async def test_the_code_is_shown_until_it_is_scanned(
    puppet: FakePuppet, platform: WechatPlatform, folder: Path
) -> None:
    assert "还没有要扫的码" in (await asked(platform)).text
    file = folder / "wechat-login.url"
    kept = Kept()
    with capture_logs() as logs:
        async with running(platform, kept):
            await kept.until(lambda: kept.contacts)
            puppet.asks_to_scan(CODE)
            await puppet.until_read()
            page = await asked(platform)
            assert "data:image/svg+xml" in page.text
            assert file.read_text() == f"{platform.door.address}\n"
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert page.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
            puppet.logs_in()
            await puppet.until_read()
            page = await asked(platform)
    assert "已登录" in page.text
    assert "svg" not in page.text
    told = [each for each in logs if each["event"] == "wechat.scan_needed"]
    assert [each["told_in"] for each in told] == [str(file)]
    assert not file.exists(), "there is nothing to scan any more"
    for secret in (CODE, platform.door.address.rpartition("/")[2]):
        assert secret not in str(logs), "whoever reads the log must not be able to log in"


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


@pytest.mark.parametrize(
    "guess", ["/wechat/login", "/wechat/login/", "/wechat/login/x", "/wechat/login/%E9%82%BB"]
)
async def test_on_this_machine_as_well_only_the_whole_address_opens_it(
    platform: WechatPlatform, guess: str
) -> None:
    """A proxy that tells nothing of itself looks like a browser on this machine."""
    platform.me.scan(CODE)
    page = await asked(platform, path=guess)
    assert (page.status_code, page.text) == (404, "Not Found")
    assert "svg" in (await asked(platform)).text


def test_each_start_has_an_address_of_its_own(clock: VirtualClock, puppet: FakePuppet) -> None:
    first, second = (WechatPlatform(puppet.endpoint, clock).door for _ in range(2))
    assert first.address != second.address
    assert not second.opened_by(first.address.rpartition("/")[2])


@pytest.mark.parametrize(
    ("host", "begins"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/"),
        ("::1", "http://[::1]:8080/"),
        (str(IPv4Address(0)), "http://127.0.0.1:8080/"),
        ("::", "http://[::1]:8080/"),
    ],
)
def test_the_address_is_one_of_this_machine(host: str, begins: str) -> None:
    assert Door("wechat", host, 8080, None).address.startswith(f"{begins}wechat/login/")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Commands are run beside the program, on its data folder."""
    alone(monkeypatch, folder.parent)
    monkeypatch.setenv("LINLI_WECHAT_GATEWAYS", "east=127.0.0.1:18789")
    monkeypatch.setenv("LINLI_WECHAT_TOKENS", "east=a-token-of-the-gateway")


@pytest.mark.usefixtures("commands")
def test_the_operator_asks_at_the_command_line_where_it_is(folder: Path) -> None:
    """Under systemd there is no terminal before the program."""
    assert "No code is waiting" in run("wechat-login").output
    door = Door("wechat-east", "127.0.0.1", 8080, folder)
    door.tell()
    assert f"wechat-east: {door.address}\n" in run("wechat-login").output
    assert json.loads(run("wechat-login", "--json").output) == {"wechat-east": door.address}
    Door("wechat-east", "127.0.0.1", 8080, folder).shut(ours=True)
    assert door.told, "what another program told is not ours"
    door.shut(ours=True)
    assert json.loads(run("wechat-login", "--json").output) == {}


@pytest.mark.usefixtures("commands")
def test_only_accounts_that_are_set_are_told_and_whatever_else_lies_there_is_none(
    folder: Path,
) -> None:
    Door("wechat-west", "127.0.0.1", 8080, folder).tell()
    (folder / "wechat-east-login.url").mkdir()
    assert json.loads(run("wechat-login", "--json").output) == {}
    assert "No code is waiting" in run("wechat-login").output


@pytest.mark.usefixtures("commands")
def test_a_page_out_of_reach_is_told_at_the_command_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Door("wechat-east", "192.168.1.5", 8080, folder).tell()
    monkeypatch.setenv("LINLI_HOST", "192.168.1.5")
    assert "Set LINLI_HOST to 127.0.0.1" in run("wechat-login").output


@pytest.mark.usefixtures("commands")
def test_another_users_file_is_told_as_that(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "wechat-east-login.url"

    def refused(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patched:  # whoever runs the tests may be allowed everything
        patched.setattr(Path, "read_bytes", refused)
        result = run("wechat-login")
    assert result.exit_code == 2
    assert f"{file.relative_to(folder.parent)} is another user" in result.output
    assert "Run this as the user that runs Linli" in result.output


async def test_what_a_killed_program_left_goes_with_the_next_login(
    puppet: FakePuppet, platform: WechatPlatform, folder: Path
) -> None:
    Door("wechat", "127.0.0.1", 8080, folder).tell()
    assert "wechat_scan" in (await platform.examine(None)).warns
    kept = Kept()
    async with running(platform, kept):
        await kept.until(lambda: platform.me.logged_in)
        assert not platform.door.told
        assert "wechat_scan" not in (await platform.examine(None)).warns


async def test_what_a_killed_program_left_is_no_address_of_the_next_one(
    puppet: FakePuppet, platform: WechatPlatform, folder: Path
) -> None:
    """Nor while the gateway does not answer: nobody must wait before a page that is gone."""
    Door("wechat", "127.0.0.1", 8080, folder).tell()
    await puppet.stop()
    async with running(platform, Kept()):
        await platform.listening.refused.wait()
        assert "wechat_scan" not in (await platform.examine(None)).warns
        assert told_in(folder, ["wechat"]) == {}


async def test_a_stream_that_is_cut_leaves_the_address_of_the_code_that_waits(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    async with asking_to_scan(puppet, platform):
        platform.listening.refused.clear()
        await puppet.stop()
        await platform.listening.refused.wait()
        await puppet.start()
        await puppet.until(lambda: puppet.listened_to)
        assert platform.door.told


async def test_who_stops_while_a_code_waits_takes_the_address_along(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    async with asking_to_scan(puppet, platform):
        assert platform.door.told
    assert not platform.door.told


@pytest.mark.parametrize(
    ("host", "said"), [("192.168.1.5", True), ("localhost", False), ("::", False)]
)
async def test_a_page_that_nobody_can_open_is_told(
    puppet: FakePuppet, clock: VirtualClock, host: str, said: bool
) -> None:
    platform = WechatPlatform(puppet.endpoint, clock, Manner(host=host), pace=FAST)
    kept = Kept()
    with capture_logs() as logs:
        async with running(platform, kept):
            await kept.until(lambda: kept.contacts)
            assert ("wechat_no_page" in (await platform.examine(None)).warns) is said
    told = [each["remedy"] for each in logs if each["event"] == "wechat.page_out_of_reach"]
    assert [("LINLI_HOST" in each) for each in told] == [True] * said


@pytest.fixture
def no_folder(folder: Path) -> None:
    folder.write_text("a file, and no folder")


@pytest.mark.usefixtures("no_folder")
async def test_a_folder_that_takes_nothing_does_not_keep_anybody_from_scanning(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    kept = Kept()
    with capture_logs() as logs:
        async with running(platform, kept):
            await kept.until(lambda: kept.contacts)
            puppet.asks_to_scan(CODE)
            await puppet.until_read()
            assert "svg" in (await asked(platform)).text
    assert "wechat.login_not_told" in [each["event"] for each in logs]


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
        assert (platform.door.address in out.getvalue()) is drawn
        puppet.logged_in = True


def test_a_proxy_that_says_nothing_of_itself_sees_nothing() -> None:
    """As nginx asks without a line about headers."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/wechat/login/key",
        "query_string": b"",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 40000),
        "headers": [(b"host", b"127.0.0.1:8080"), (b"connection", b"close")],
    }
    assert from_this_machine(Request({**scope, "http_version": "1.1"}))
    assert not from_this_machine(Request({**scope, "http_version": "1.0"}))
