"""Telegram: the one place that imports python-telegram-bot."""

import os

# Asked at every 429 by the library; without it the library warns of its own future.
os.environ.setdefault("PTB_TIMEDELTA", "1")
