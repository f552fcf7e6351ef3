"""How the fake delivers to a webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import Conflict

from tests.fakes.bot_api import FakeTelegram, Group, Message, Person


class Hook:
    """A webhook of a bot: refuses as often as told, then keeps what came."""

    def __init__(self) -> None:
        self.refusals = 0
        self.came: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []

    async def hear(self, request: web.Request) -> web.Response:
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.came.append(await request.json())
        return web.Response()


@pytest.fixture
async def hook(bot: Bot) -> AsyncIterator[Hook]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await bot.set_webhook(url, secret_token="only-us", allowed_updates=Update.ALL_TYPES)
    yield hook
    await bot.delete_webhook()
    await runner.cleanup()


async def test_a_webhook_is_sent_everything_in_order(
    tg: FakeTelegram, hook: Hook, group: Group, wang: Person
) -> None:
    said: list[Message] = [await wang.says(group, str(number)) for number in range(10)]
    await tg.until_read()

    assert [each["message"]["text"] for each in hook.came] == [each.text for each in said]
    assert set(hook.secrets) == {"only-us"}


async def test_a_webhook_that_refuses_is_asked_again(
    tg: FakeTelegram, bot: Bot, hook: Hook, group: Group, wang: Person
) -> None:
    hook.refusals = 2
    await wang.says(group, "一")
    await wang.says(group, "二")
    await tg.until_read()

    assert [each["message"]["text"] for each in hook.came] == ["一", "二"]
    assert (await bot.get_webhook_info()).last_error_message is not None


async def test_with_a_webhook_polling_is_a_conflict(bot: Bot, hook: Hook) -> None:
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert hook.came == []
