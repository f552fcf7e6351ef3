"""WeChat as an operator sets it: where its gateways are, several accounts, what the doctor says."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.platforms import configured
from bot.platforms.wechat.platform import WechatPlatform, endpoint_of
from config.settings import Settings, SettingsError, load_settings
from storage.engine import Store
from tests.bot.commanding import alone, run
from tests.fakes.puppet import FakePuppet
from tests.harness import MONDAY

TOKEN = "hunter2-and-some-more"
ONE = {"WECHAT_GATEWAY": "127.0.0.1:18788", "WECHAT_TOKEN": TOKEN}
TWO = {
    **ONE,
    "WECHAT_GATEWAYS": "east=127.0.0.1:18789,west=tls://10.0.0.5:18790",
    "WECHAT_TOKENS": "east=another-one,west=yet-another-one",
}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone(monkeypatch, tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, written: Mapping[str, str]) -> Settings:
    for name, value in written.items():
        monkeypatch.setenv(f"LINLI_{name}", value)
    return load_settings()


def platforms(settings: Settings) -> list[str]:
    store = Store("sqlite://")
    return [each.name for each in configured(settings, store, VirtualClock(MONDAY))]


def test_it_is_off_by_itself() -> None:
    assert platforms(load_settings()) == ["local"]


def test_several_accounts_are_platforms_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, TWO)
    assert platforms(settings) == ["local", "wechat", "wechat-east", "wechat-west"]
    assert not settings.wechat_proactive
    assert TOKEN not in repr(settings)
    east, west = endpoint_of(settings, "east"), endpoint_of(settings, "west")
    assert (east.host, east.port, east.token, east.tls) == (
        "127.0.0.1",
        18789,
        "another-one",
        False,
    )
    assert (west.host, west.port, west.tls) == ("10.0.0.5", 18790, True)


def test_the_gateway_s_own_settings_may_stand_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**ONE, "PUPPET": "wechaty-puppet-mock", "GATEWAY_TOKEN": TOKEN})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"WECHAT_GATEWAY": "127.0.0.1:18788"}, "LINLI_WECHAT_TOKEN: is missing"),
        ({**TWO, "WECHAT_TOKEN": ""}, "LINLI_WECHAT_TOKEN: is missing"),
        (
            {"WECHAT_GATEWAYS": "east=127.0.0.1:1"},
            "LINLI_WECHAT_TOKENS: and LINLI_WECHAT_GATEWAYS must have the same names",
        ),
        ({"WECHAT_TOKEN": "hunter2"}, "LINLI_WECHAT_TOKEN: goes with LINLI_WECHAT_GATEWAY"),
        (
            {
                "WECHAT_TOKEN": "hunter2",
                "WECHAT_GATEWAYS": "east=127.0.0.1:1",
                "WECHAT_TOKENS": "east=hunter2",
            },
            "LINLI_WECHAT_TOKEN: goes with LINLI_WECHAT_GATEWAY",
        ),
        ({**ONE, "WECHAT_GATEWAY": "127.0.0.1"}, "a host and a port"),
        ({**ONE, "WECHAT_GATEWAY": "127.0.0.1:99999"}, "a host and a port"),
        ({**ONE, "WECHAT_GATEWAY": "10.0.0.5:18788"}, "write tls://10.0.0.5:18788"),
        ({**ONE, "WECHAT_TOKEN": "hunter2 hunter2"}, "without blanks"),
        ({**ONE, "WECHAT_CA_FILE": "none.pem"}, "there is no file"),
        ({"WECHAT_GATEWAYS": "127.0.0.1:18789"}, "lacks a name and ="),
        ({"WECHAT_GATEWAYS": "East=127.0.0.1:18789"}, "small letters"),
        ({"WECHAT_GATEWAYS": "east=127.0.0.1:18789"}, "the same names; not in both: east"),
        ({"WECHAT_TOKENS": "east=hunter2"}, "the same names; not in both: east"),
        (
            {**TWO, "WECHAT_GATEWAYS": "east=127.0.0.1:1,west=127.0.0.1:1"},
            "names one gateway twice",
        ),
        (
            {**TWO, "WECHAT_GATEWAYS": "east=127.0.0.1:1,west=localhost:1"},
            "names one gateway twice",
        ),
        (
            {**ONE, "WECHAT_GATEWAYS": "east=127.0.0.1:18788", "WECHAT_TOKENS": "east=hunter2"},
            "LINLI_WECHAT_GATEWAYS: names the gateway of LINLI_WECHAT_GATEWAY again",
        ),
        ({**ONE, "WECHAT_CA_FILE": __file__}, "LINLI_WECHAT_CA_FILE: there is no certificate in"),
    ],
)
def test_what_cannot_be_is_told_without_secrets(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError) as wrong:
        given(monkeypatch, written)
    assert told in str(wrong.value)
    assert "hunter2" not in str(wrong.value)
    assert len(str(wrong.value).splitlines()) == 1, "one mistake is told once"


def test_without_its_library_it_is_told_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_ = builtins.__import__

    def importing(name: str, *args: Any, **more: Any) -> Any:
        if name == "bot.platforms.wechat.platform":
            raise ModuleNotFoundError("No module named 'grpclib'", name="grpclib")
        return import_(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", importing)
    told = r"grpclib is not installed.*linli\[wechat\]"
    with pytest.raises(SettingsError, match=rf"^LINLI_WECHAT_GATEWAYS: {told}"):
        platforms(given(monkeypatch, {name: TWO[name] for name in TWO if name not in ONE}))
    with pytest.raises(SettingsError, match=rf"^LINLI_WECHAT_GATEWAY: {told}"):
        platforms(given(monkeypatch, ONE))


async def doctor() -> str:
    """What `linli doctor` says; it runs a loop of its own."""
    return (await asyncio.to_thread(run, "doctor")).output


async def test_the_doctor_says_what_is_wrong_and_that_the_account_is_at_risk(
    monkeypatch: pytest.MonkeyPatch, puppet: FakePuppet
) -> None:
    given(monkeypatch, {"WECHAT_GATEWAY": f"127.0.0.1:{puppet.port}", "WECHAT_TOKEN": puppet.token})
    well = await doctor()
    assert "wechat: this way is unofficial" in well
    assert "linli replay" in well
    assert "LINLI_WECHAT_PROACTIVE=true" in well
    puppet.token = "another-token-than-it-was"
    assert "the gateway does not take this token" in await doctor()
    await puppet.stop()
    assert "the gateway cannot be reached" in await doctor()


async def test_of_several_accounts_one_may_be_down(
    monkeypatch: pytest.MonkeyPatch, puppet: FakePuppet
) -> None:
    settings = given(
        monkeypatch,
        {
            "WECHAT_GATEWAYS": f"east=127.0.0.1:{puppet.port},west=127.0.0.1:9",
            "WECHAT_TOKENS": f"east={puppet.token},west={TOKEN}",
        },
    )
    store, clock = Store("sqlite://"), VirtualClock(MONDAY)
    told: dict[str, bool] = {}
    for each in configured(settings, store, clock):
        if isinstance(each, WechatPlatform):
            told[each.name] = (await each.examine(None)).reachable
            await each.close()
    assert told == {"wechat-east": True, "wechat-west": False}
