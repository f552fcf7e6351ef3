"""FakeTelegram: a strict Bot API server of our own, and the people and groups behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

from aiohttp import web

from tests.fakes.bot_api.changes import Changes, Watch
from tests.fakes.bot_api.chats import Kind
from tests.fakes.bot_api.errors import ApiError, too_many
from tests.fakes.bot_api.faults import Cut, Fault, Hold
from tests.fakes.bot_api.front import Call, Front
from tests.fakes.bot_api.groups import Group, Standing
from tests.fakes.bot_api.limits import Limits
from tests.fakes.bot_api.people import Person
from tests.fakes.bot_api.records import Json, Member
from tests.fakes.bot_api.spec import bot_api
from tests.fakes.bot_api.updates import Updates
from tests.fakes.bot_api.webhook import Webhook
from tests.fakes.bot_api.world import World
from tests.patience import PATIENCE

NO_JSON = b"<html><body>502 Bad Gateway</body></html>"


def machine_time() -> datetime:
    """The machine's clock."""
    return datetime.fromtimestamp(time.time(), UTC)


class FakeTelegram:
    """One bot's Telegram on a free port of 127.0.0.1.

    `now` dates messages, lets presses and updates expire, and counts the limits (`limits=True`).
    `privacy`: a bot that is a plain member hears only commands, mentions and replies.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = machine_time,
        privacy: bool = True,
        limits: bool = False,
        port: int = 0,
        webhook_pause: float = 0.02,
    ) -> None:
        spec, changes = bot_api(), Changes()
        bot = {"id": 123456, "is_bot": True, "first_name": "邻里", "username": "linli_test_bot"}
        updates = Updates(spec, now, changes)
        webhook = Webhook(updates, changes, webhook_pause)
        self.world = World(bot, privacy, spec, now, changes, updates, webhook)
        self.token = "123456:AAF-token-of-the-fake-0123456789abc"
        self.front = Front(self.world, self.token, Limits(now) if limits else None)
        self._port = port
        self._runner = web.AppRunner(self.front.app(), access_log=None, shutdown_timeout=1.0)
        self._people = count(2001)
        self._groups = count(1001)
        self._delivering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        loop = asyncio.get_running_loop()
        self._delivering = loop.create_task(self.world.webhook.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.world.updates.closed = True
        self.world.changes.happened()
        self.front.faults.release_all()
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.wait((self._delivering,))
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """Before the token, as clients want it."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def file_url(self) -> str:
        """Before the token, for downloads."""
        return f"http://127.0.0.1:{self._port}/file/bot"

    @property
    def violations(self) -> list[str]:
        """Calls that no bot should ever make; tests want it empty."""
        return self.front.violations

    def watch(self, watch: Watch) -> None:
        """Tell somebody of every step of the program as Telegram sees it."""
        self.world.changes.watch = watch

    def calls(self, method: str | None = None) -> list[Call]:
        """The calls of a method, or all but getUpdates, in the order they came."""
        if method is None:
            return [each for each in self.front.calls if each.method != "getUpdates"]
        return [each for each in self.front.calls if each.method == method]

    def person(
        self,
        name: str,
        *,
        language: str | None = "zh-hans",
        username: str | None = None,
        user_id: int | None = None,
    ) -> Person:
        """Somebody who has not spoken to the bot yet."""
        user: Json = {"id": user_id or next(self._people), "is_bot": False, "first_name": name}
        user |= {"language_code": language} if language else {}
        user |= {"username": username} if username else {}
        private = self.world.open_chat(
            user["id"], kind="private", title=name, user=user, started=False
        )
        private.members[self.world.bot["id"]] = Member()
        self.world.users[user["id"]] = user
        return Person(self.world, user, private)

    def group(
        self,
        title: str,
        members: Iterable[Person] = (),
        *,
        kind: Kind = "supergroup",
        bot: Standing = "administrator",
        forum: bool = False,
        group_id: int | None = None,
    ) -> Group:
        """A group in which everybody, and the bot, sits already."""
        number = next(self._groups)
        group_id = group_id or (-number if kind == "group" else -1_000_000_000_000 - number)
        chat = self.world.open_chat(group_id, kind=kind, title=title, is_forum=forum)
        chat.members[self.world.bot["id"]] = Member(bot)
        group = Group(self.world, chat)
        group.seat(members)
        return group

    async def until(
        self, condition: Callable[[], object], seconds: float = PATIENCE, *, told: str = ""
    ) -> None:
        """Wait for something to become true; raises AssertionError if it does not."""
        if not await self.world.changes.wait(condition, seconds):
            last = [(each.method, each.params, each.error) for each in self.calls()[-5:]]
            raise AssertionError(f"waited in vain {told}; the last calls: {last}")

    async def until_called(self, method: str, times: int = 1) -> Call:
        """Wait until a method was called and answered so often; gives the last call."""
        await self.until(lambda: len(self._answered(method)) >= times, told=f"for {method}")
        return self._answered(method)[times - 1]

    async def until_read(self) -> None:
        """Wait until the bot has confirmed all updates."""
        await self.until(lambda: not self.world.updates.queue, told="for the bot to read")

    def fail(
        self,
        method: str,
        code: int,
        *,
        times: int = 1,
        retry_after: int | None = None,
        description: str = "",
        where: Callable[[Json], bool] | None = None,
    ) -> None:
        """Answer the next calls with an error instead of doing them; method "*" is any."""
        error = too_many(retry_after) if retry_after is not None else ApiError(code, description)
        error.description = description or error.description or REASONS[code]
        self.front.faults.add(Fault(method, times, where, error=error))

    def cut(self, method: str, when: Cut, *, times: int = 1) -> None:
        """Cut the connection before the call is applied, or after it: the answer is lost."""
        self.front.faults.add(Fault(method, times, cut=when))

    def garble(self, method: str, *, times: int = 1, body: bytes = NO_JSON) -> None:
        """Answer with something that is no JSON."""
        self.front.faults.add(Fault(method, times, garbage=body))

    def hold(self, method: str, where: Callable[[Json], bool] | None = None) -> Hold:
        """Keep the next call (with such parameters) waiting until it is released."""
        hold = Hold()
        self.front.faults.add(Fault(method, where=where, hold=hold))
        return hold

    def revoke_token(self) -> None:
        """Refuse every call from now on."""
        self.front.revoked = True

    def restore_token(self) -> None:
        """The token is good again."""
        self.front.revoked = False

    def poison(self, group: Group, **body: Any) -> None:
        """Send an update that no client of the old interface can read."""
        broken = {"message_id": 99_999, "chat": group.chat.json(), "text": "?", **body}
        self.world.updates.push("message", broken, check=False)

    def _answered(self, method: str) -> list[Call]:
        return [each for each in self.calls(method) if each.status]


REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    409: "Conflict: terminated by other getUpdates request",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
