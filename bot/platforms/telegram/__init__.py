"""Telegram: the one place that imports python-telegram-bot."""

import logging
import os
from importlib import import_module

from bot.loaded import hollow, without

# Asked at every 429 by the library; without it the library warns of its own future.
os.environ.setdefault("PTB_TIMEDELTA", "1")
# The library writes down the token and what people say; what went wrong it raises as well.
logging.getLogger("telegram").setLevel(logging.CRITICAL)
# What it would load for passports, which nobody shows to a bot of the house, for a client that is
# not used (bot/platforms/telegram/request.py is) and for that one's command line: 5 MB.
with (
    without("cryptography.hazmat.backends", "httpx._main"),
    hollow("telegram.request._httpxrequest", "HTTPXRequest"),
):
    import_module("telegram")
