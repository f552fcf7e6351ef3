"""A language model behind an OpenAI-compatible address, of which a test says what it answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

from aiohttp import web

KEY = "sk-of-the-fake-model"


def verdict(word: str, category: str | None = None) -> str:
    """An answer in the form that is asked for."""
    return json.dumps({"verdict": word, "category": category})


class FakeModel:
    """Answers each call with the next of `answers`, then with the last of them again.

    An answer is what the model says, or a status, or the whole body in bytes, or None: it never
    answers.
    """

    def __init__(self, *answers: str | int | bytes | None, port: int = 0) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        #: set when somebody asks
        self.called = asyncio.Event()
        #: closed: nothing is answered until it is opened
        self.gate = asyncio.Event()
        self.gate.set()
        self._over = asyncio.Event()
        self._port = port
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gate.set()
        self._over.set()
        await self._runner.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """What makes the program ask here."""
        _host, port = self._runner.addresses[0][:2]
        return {
            "opinion_url": f"http://127.0.0.1:{port}/v1",
            "opinion_key": KEY,
            "opinion_model": "small",
        }

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The documents that it was shown."""
        return [json.loads(each["messages"][1]["content"]) for each in self.asked]

    async def _answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.Response(status=401)
        self.asked.append(await request.json())
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        self.called.set()
        await self.gate.wait()
        if answer is None:
            await self._over.wait()
            return web.Response(status=503)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        said = {"role": "assistant", "content": answer}
        return web.json_response({"choices": [{"index": 0, "message": said}]})
