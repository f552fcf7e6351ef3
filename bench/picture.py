"""Makes the picture of the README anew: `python -m bench.picture` (needs Debian's chromium).

The whole program runs on the sample subdistrict in a temporary folder, a resident reports, a
neighbour joins, and the page is photographed as somebody who tries `make run` sees it.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.app import opened
from bot.clock import SystemClock
from bot.sample import load_sample
from bot.web.app import web_app
from config.settings import load_settings

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "web-chat.png"
WIDTH, HEIGHT = 1200, 880
COLOURS = 256  #: the page has few; the file is a quarter of its size
#: A Monday morning, so that neither night nor a holiday moves a deadline.
MONDAY = datetime(2026, 3, 2, 1, 12, tzinfo=UTC)
RESIDENT, NEIGHBOUR, CAPTAIN = "lina", "zhaoqiang", "wangyi"


def main() -> int:
    """Make the picture; gives the exit code."""
    browser = shutil.which("chromium")
    if browser is None:
        print("Chromium is missing. On Debian: apt-get install chromium fonts-noto-cjk")
        return 2
    asyncio.run(_make(browser))
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1024} kB")
    return 0


async def _make(browser: str) -> None:
    async with _served() as url, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = await chromium.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN", reduced_motion="reduce"
        )
        await _play(page, url)
        await page.screenshot(path=PICTURE, animations="disabled")
        await chromium.close()
    _make_small(PICTURE)


async def _play(page: Page, url: str) -> None:
    people = f"{{people: ['{RESIDENT}', '{NEIGHBOUR}', '{CAPTAIN}']}}"
    await page.add_init_script(f"localStorage.setItem('linli.page', JSON.stringify({people}))")
    await page.goto(url)
    resident, neighbour, captain = (_phone(page, key) for key in (RESIDENT, NEIGHBOUR, CAPTAIN))
    await _says(resident, "电梯又坏了，停在三楼不动")
    await expect(captain.locator(".card")).to_have_count(1)
    await _says(neighbour, "我家也是")
    await expect(captain.locator(".card")).to_contain_text("2 户")
    await expect(resident.locator(".card")).to_contain_text("2 户")
    await neighbour.locator("textarea").blur()


def _phone(page: Page, key: str) -> Locator:
    return page.locator(f'.column[data-person="{key}"]')


async def _says(phone: Locator, text: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")
    await expect(phone.locator(".card")).to_have_count(1)


def _make_small(path: Path) -> None:
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


@asynccontextmanager
async def _served() -> AsyncGenerator[str]:
    """The program on a port of its own; gives its address."""
    clock = SystemClock()
    clock.offset = MONDAY - clock.now()
    with tempfile.TemporaryDirectory(prefix="linli-picture-") as folder:
        database = f"sqlite:///{folder}/linli.db"
        settings = load_settings(database_url=database, data_dir=folder, telegram_token=None)
        async with opened(settings, clock) as app, asyncio.TaskGroup() as group:
            await load_sample(app)
            running = group.create_task(app.run())
            # It listens before it is served, so that nobody need wait until it is.
            with socket.create_server(("127.0.0.1", 0)) as listening:
                server = uvicorn.Server(uvicorn.Config(web_app(app), log_level="warning"))
                serving = group.create_task(server.serve([listening]))
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
                server.should_exit = True
                await serving
            running.cancel()


if __name__ == "__main__":
    sys.exit(main())
