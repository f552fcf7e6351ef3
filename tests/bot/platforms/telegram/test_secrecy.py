"""The token stands in every address; it is never in a log or an error, at any level."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.logs import set_up_logs
from bot.platforms.telegram.platform import TelegramPlatform
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import DeliveryError
from tests.bot.platforms.running import running
from tests.bot.platforms.telegram.conftest import FAST, Kept
from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.logs import log_plainly

FAULTS: dict[str, Callable[[FakeTelegram], None]] = {
    "refused": lambda tg: tg.revoke_token(),
    "unknown": lambda tg: tg.fail("sendMessage", 404, description="Not Found"),
    "internal error": lambda tg: tg.fail("sendMessage", 500),
    "no JSON": lambda tg: tg.garble("sendMessage"),
    "cut": lambda tg: tg.cut("sendMessage", "before"),
    "too many": lambda tg: tg.fail("sendMessage", 429, retry_after=3),
}


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """All that anybody logs at the lowest level, as it is before it is cleaned."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [logging.StreamHandler(stream)]
    root.setLevel(logging.NOTSET)
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    log_plainly()


async def failing(tg: FakeTelegram, platform: TelegramPlatform, group: Group) -> BaseException:
    out = Say(platform="telegram", chat=str(group.id), content=Content(text="您好"))
    with pytest.raises(DeliveryError) as told:
        await platform.deliver(out, None)
    return told.value


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_no_error_carries_it_not_even_in_its_causes(
    fault: Callable[[FakeTelegram], None],
    tg: FakeTelegram,
    platform: TelegramPlatform,
    group: Group,
) -> None:
    fault(tg)
    error = await failing(tg, platform, group)
    assert tg.token not in "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        assert tg.token not in repr(seen)
        seen = seen.__cause__ or seen.__context__


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_no_library_logs_it_at_any_level(
    fault: Callable[[FakeTelegram], None],
    tg: FakeTelegram,
    platform: TelegramPlatform,
    group: Group,
    everything: io.StringIO,
) -> None:
    fault(tg)
    error = await failing(tg, platform, group)
    structlog.get_logger("linli").error("letter.failed", exc_info=error)
    assert "letter.failed" in everything.getvalue()
    assert tg.token not in everything.getvalue()


async def test_polling_through_all_kinds_of_trouble_logs_it_nowhere(
    tg: FakeTelegram, kept: Kept, group: Group, wang: Person, everything: io.StringIO
) -> None:
    platform = TelegramPlatform(tg.token, tg.base_url, pace=FAST)
    tg.cut("getUpdates", "before")
    tg.garble("getUpdates")
    tg.fail("getUpdates", 409)
    tg.fail("getUpdates", 401)
    async with running(platform, kept):
        await wang.says(group, "电梯坏了")
        await tg.until(lambda: kept.texts)
    assert "token_refused" in everything.getvalue()
    assert tg.token not in everything.getvalue()


async def test_the_programs_own_log_is_clean_at_its_lowest_level(
    tg: FakeTelegram, kept: Kept, group: Group, wang: Person
) -> None:
    root = logging.getLogger()
    before, level, stream = root.handlers[:], root.level, io.StringIO()
    set_up_logs("debug", "json", stream)
    try:
        platform = TelegramPlatform(tg.token, tg.base_url, pace=FAST)
        tg.cut("getUpdates", "before", times=2)
        async with running(platform, kept):
            await wang.says(group, "电梯坏了")
            await tg.until(lambda: kept.texts)
        logging.getLogger("a.library").debug("GET %s%s/getUpdates", tg.base_url, tg.token)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        log_plainly()
    assert "telegram.started" in stream.getvalue()
    assert "[token]/getUpdates" in stream.getvalue()
    assert tg.token not in stream.getvalue()


async def test_what_people_write_is_logged_nowhere(
    tg: FakeTelegram,
    platform: TelegramPlatform,
    kept: Kept,
    group: Group,
    wang: Person,
    everything: io.StringIO,
) -> None:
    async with running(platform, kept):
        await wang.says(group, "我的电话是13812345678")
        await tg.until(lambda: kept.texts)
    out = Say(platform="telegram", chat=str(group.id), content=Content(text="请打13812345678"))
    await platform.deliver(out, None)
    assert "telegram.started" in everything.getvalue()
    assert "13812345678" not in everything.getvalue()


async def test_it_shows_in_no_name(platform: TelegramPlatform) -> None:
    assert "0123456789ab" not in repr(platform)
    assert not any("0123456789ab" in str(task) for task in asyncio.all_tasks())
