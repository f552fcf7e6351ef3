"""Telegram: the one place that imports python-telegram-bot."""

import logging
import os

# Asked at every 429 by the library; without it the library warns of its own future.
os.environ.setdefault("PTB_TIMEDELTA", "1")
# The library writes down the token and what people say; what went wrong it raises as well.
logging.getLogger("telegram").setLevel(logging.CRITICAL)
