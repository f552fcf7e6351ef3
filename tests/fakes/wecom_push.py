"""A fake of WeCom's message push: a group's address takes markdown, within WeCom's limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


@dataclass
class Push:
    """What WeCom's side does with what is posted."""

    posted: list[Any] = field(default_factory=list[Any])
    code: int = 0
    status: int = 200
    cuts: bool = False
    answer: Any = None  #: what is said instead of a code
    address: str = ""

    async def take(self, request: web.Request) -> web.Response:
        if self.cuts:
            assert request.transport is not None
            request.transport.abort()
        if request.query["key"] != KEY:
            told = {"errcode": 93000, "errmsg": "invalid webhook url"}
            return web.json_response(told, status=self.status)
        body = await request.json()
        if body.get("msgtype") != "markdown":
            told = {"errcode": 40008, "errmsg": "invalid message type"}
            return web.json_response(told, status=self.status)
        size = len(body["markdown"]["content"].encode())
        if size > 4096:
            return web.json_response({"errcode": 40058, "errmsg": "content size out of limit"})
        self.posted.append(body)
        if self.answer is not None:
            return web.json_response(self.answer)
        return web.json_response({"errcode": self.code, "errmsg": "ok"}, status=self.status)


@asynccontextmanager
async def pushing() -> AsyncGenerator[Push]:
    """The server of one group's address."""
    made = Push()
    app = web.Application()
    app.router.add_post("/cgi-bin/webhook/send", made.take)
    async with TestServer(app) as server:
        made.address = str(server.make_url(f"/cgi-bin/webhook/send?key={KEY}"))
        yield made
