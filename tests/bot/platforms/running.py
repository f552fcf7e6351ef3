"""A platform that receives while a test looks on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from handlers.chat.platform import Intake, Platform


@asynccontextmanager
async def running(platform: Platform, intake: Intake) -> AsyncGenerator[asyncio.Task[None]]:
    """The platform receives while the block lasts."""
    task = asyncio.get_running_loop().create_task(platform.run(intake))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))
