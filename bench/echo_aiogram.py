"""The other peer: a bare aiogram echo bot. Argument: the port. See docs/performance.md."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


async def echo(message: Any) -> None:
    await message.answer("Request registered")


def main() -> None:
    aiogram: Any = import_module("aiogram")
    session: Any = import_module("aiogram.client.session.aiohttp")
    telegram: Any = import_module("aiogram.client.telegram")
    api = telegram.TelegramAPIServer.from_base(f"http://127.0.0.1:{sys.argv[1]}")
    bot = aiogram.Bot("123456:TEST", session=session.AiohttpSession(api=api))
    dispatcher = aiogram.Dispatcher()
    dispatcher.message.register(echo)
    dispatcher.run_polling(bot, polling_timeout=2)


if __name__ == "__main__":
    main()
