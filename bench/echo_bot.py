"""The peer: a bare python-telegram-bot echo bot with its defaults. Argument: the port."""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text("Request registered")


def main() -> None:
    base = f"http://127.0.0.1:{sys.argv[1]}/bot"
    app = ApplicationBuilder().token("123456:TEST").base_url(base).build()
    app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    app.run_polling(timeout=2)


if __name__ == "__main__":
    main()
