"""A real Chromium, and people's phones on the page as a test speaks of them."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import (
    Browser,
    FilePayload,
    Locator,
    Page,
    async_playwright,
    expect,
)

from tests.fakes.missing import missing
from tests.patience import PATIENCE

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "Chromium is missing. On Debian: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji"
)

MILLISECONDS = PATIENCE * 1000
expect.set_options(timeout=MILLISECONDS)


@contextlib.asynccontextmanager
async def launched() -> AsyncGenerator[Browser]:
    """Chromium; where there is none the test is skipped (under CI it fails), saying what to do."""
    path = shutil.which("chromium")
    if path is None:
        missing(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=list(FLAGS), timeout=MILLISECONDS
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(slots=True)
class Screen:
    """The page in a window of its own."""

    page: Page
    troubles: list[str] = field(default_factory=list[str])

    async def another(self) -> Screen:
        """A second window of the same browser."""
        return await _opened(await self.page.context.new_page(), self.page.url, self.troubles)

    def phone(self, key: str) -> Phone:
        """Somebody's column."""
        return Phone(self.page.locator(f'.column[data-person="{key}"]'))

    async def play(self, key: str) -> None:
        """Choose one more person to be shown."""
        await self.page.get_by_role("button", name="添加人物").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.locator(f'[role="checkbox"][data-key="{key}"]').click()
        await dialog.get_by_role("button", name="完成").click()
        await expect(self.phone(key).root).to_be_visible()

    async def choose(self, text: str) -> None:
        """Choose an entry of the open menu."""
        await self.page.locator(".menu").get_by_text(text, exact=True).click()


@dataclass(slots=True)
class Phone:
    """One person's column on the page."""

    root: Locator

    async def opens(self, title: str, *, exact: bool = False) -> None:
        """Open a chat by its title (a part of it, unless exact)."""
        wanted = re.compile(rf"^{re.escape(title)}\d*$") if exact else title
        await self.root.get_by_role("tab").filter(has_text=wanted).click()

    async def says(self, text: str) -> None:
        """Write and send."""
        await self.root.locator("textarea").fill(text)
        await self.root.locator("textarea").press("Enter")
        await expect(self.root.locator("textarea")).to_have_value("")

    async def attaches(self, name: str, body: bytes, kind: str = "image/png") -> None:
        """Choose a file, as a photo."""
        chosen = FilePayload(name=name, mimeType=kind, buffer=body)
        await self.root.locator("input[type=file]").set_input_files([chosen])

    async def presses(self, label: str) -> None:
        """Press one of the bot's buttons (the newest of that label)."""
        await self.root.locator(".bubble .button", has_text=label).last.click()

    def message(self, text: str) -> Locator:
        """The newest message with this text."""
        return self.root.locator(".message").filter(has_text=text).last

    @property
    def card(self) -> Locator:
        """The newest card."""
        return self.root.locator(".card").last

    @property
    def toast(self) -> Locator:
        """The newest short notice."""
        return self.root.locator(".toast").last

    async def menu(self, text: str) -> None:
        """Open the menu of a message."""
        message = self.message(text)
        await message.hover()
        await message.locator(".quick").click()

    def badge(self, title: str) -> Locator:
        """How many unread messages a chat has."""
        return self.root.get_by_role("tab").filter(has_text=title).locator(".badge")


@contextlib.asynccontextmanager
async def screen(browser: Browser, url: str, **given: Any) -> AsyncGenerator[Screen]:
    """Open the page; anything that it complains of (a script's error, a forbidden load) fails."""
    options: dict[str, Any] = {"viewport": {"width": 1480, "height": 860}, "locale": "zh-CN"}
    context = await browser.new_context(**{**options, **given})
    context.set_default_timeout(MILLISECONDS)
    try:
        shown = await _opened(await context.new_page(), url, [])
        yield shown
        assert shown.troubles == []
    finally:
        await context.close()


async def _opened(page: Page, url: str, troubles: list[str]) -> Screen:
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: _note(troubles, said.type, said.text))
    await page.goto(url)
    await expect(page.locator(".column, .welcome").first).to_be_attached()
    return Screen(page, troubles)


#: What Chromium says by itself of an answer that the page handles.
EXPECTED = re.compile(
    r"^Failed to load resource: the server responded with a status of 4\d\d|WebSocket"
)


def _note(troubles: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning") and not EXPECTED.search(text):
        troubles.append(text)
