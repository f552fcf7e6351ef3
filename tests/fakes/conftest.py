"""What the tests of the fakes share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from tests.fakes.bot_api import FakeTelegram
from tests.fakes.clients import Bare

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else python-telegram-bot warns at every 429


@pytest.fixture
async def bot(tg: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(tg.token, base_url=tg.base_url, base_file_url=tg.file_url) as client:
        yield client


@pytest.fixture
async def bare(tg: FakeTelegram) -> AsyncIterator[Bare]:
    async with Bare(tg) as client:
        yield client
