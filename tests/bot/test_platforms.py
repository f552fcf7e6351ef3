"""Which platforms the settings turn on."""

from __future__ import annotations

import sys
from typing import Any, cast

import pytest

from bot.clock import VirtualClock
from bot.platforms import KNOWN, configured
from config.settings import Settings, SettingsError
from handlers.chat import Platform
from storage.engine import Store
from tests.harness import MONDAY

HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a"


def made(**given: Any) -> list[Platform]:
    settings = Settings(web_chat=False, **given)
    return configured(settings, cast("Store", None), VirtualClock(MONDAY))


def test_wecom_has_a_platform_for_each_robot_and_one_for_all_webhooks() -> None:
    found = made(
        wecom_bot_id="aib1",
        wecom_secret="s",
        wecom_bots="east=aib2:s,west=aib3:s",
        wecom_webhooks=f"staff={HOOK}",
    )
    names = [each.name for each in found]
    assert names == ["wecom", "wecom-east", "wecom-west", "wecom-webhook"]
    assert {"wecom", "wecom-webhook"} <= set(KNOWN)


def test_a_robot_among_several_needs_no_first_one() -> None:
    assert [each.name for each in made(wecom_bots="east=aib2:s")] == ["wecom-east"]


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("bot.platforms.wecom.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aibot", None)
    with pytest.raises(SettingsError, match=r"pip install 'linli\[wecom\]'"):
        made(wecom_bot_id="aib1", wecom_secret="s")


def test_a_webhook_needs_no_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("bot.platforms.wecom.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aibot", None)
    assert [each.name for each in made(wecom_webhooks=f"staff={HOOK}")] == ["wecom-webhook"]
