"""What must stand in no log, however much is logged: the token, the login code, what people say."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.clock import VirtualClock
from bot.platforms.wechat.platform import WechatPlatform
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import PassingError
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, Kept
from tests.fakes.puppet import FakePuppet

CODE = "https://login.weixin.qq.com/l/a-secret-of-one-minute"


async def test_nothing_secret_is_logged_even_at_debug(
    puppet: FakePuppet,
    clock: VirtualClock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    platform = WechatPlatform(puppet.endpoint, clock, pace=FAST)
    kept = Kept()
    out = Say(platform="wechat", chat="bldg3@chatroom", content=Content(text="已请王姨"))
    async with running(platform, kept):
        await kept.until(lambda: kept.contacts)
        puppet.says("li", "我家孩子一个人在电梯里")
        await puppet.until_read()
        await platform.deliver(out, None)
        puppet.asks_to_scan(CODE)
        await puppet.until_read()
        puppet.refuses = ["你好，这里是错误"]
        with pytest.raises(PassingError):
            await platform.deliver(out, None)
    wrong = WechatPlatform(replace(puppet.endpoint, token="hunter2-hunter2-hunter2"), clock)
    assert not (await wrong.examine(None)).reachable
    await wrong.close()
    printed = capsys.readouterr()
    told = caplog.text + printed.out + printed.err
    assert "wechat.logged_in" in told, "logs are seen at all"
    for secret in (puppet.token, "hunter2", CODE, "孩子", "已请王姨"):
        assert secret not in told, secret
