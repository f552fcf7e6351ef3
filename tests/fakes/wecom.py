"""A fake of WeCom's long connection for robots, strict where the documents are, with its faults.

The real SDKs connect to it. What people do becomes callbacks; what the robot says stands in
`chats`. A command that no robot should send stands in `violations`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Self
from unittest import mock
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bot.clock import SystemClock
from tests.fakes.wecom_world import Chats, Limits, RefuseError, Seen
from tests.patience import PATIENCE

Json = Mapping[str, Any]
Frame = dict[str, Any]

BOT, SECRET = "aib-linli", "a-secret-of-the-robot"
ROBOT = "邻里"
ANSWER, AT_ONCE = timedelta(minutes=10), timedelta(seconds=5)
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
COMMANDS = {
    "aibot_respond_msg": MESSAGE,
    "aibot_respond_welcome_msg": "enter_chat",
    "aibot_respond_update_msg": "template_card_event",
}


@contextmanager
def without_tls() -> Generator[None]:
    """The official SDK insists on TLS; on loopback it does without."""
    with mock.patch("aibot.ws._SSL_CONTEXT", None):
        yield


@dataclass(slots=True)
class Callback:
    """A callback that may be answered."""

    kind: str
    body: Json
    until: datetime


@dataclass(slots=True)
class Faults:
    """What goes wrong, until it is put right."""

    mute_pings: bool = False
    mute_acks: bool = False  #: commands are carried out and not acknowledged
    deaf: bool = False  #: nothing is carried out, nothing acknowledged
    kick_code: int = 1000  #: how the connection is closed that another one pushes out
    kick_silently: bool = False
    forgetful: bool = False  #: it does not know that anybody subscribed
    subscribe_code: int = 0


class FakeWeCom:
    """One server with robots, people and groups."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.now = now or SystemClock().now
        self.robots = {BOT: SECRET}
        self.robot = ROBOT  #: what people call it
        self.chats = Chats()
        self.limits = Limits()
        self.faults = Faults()
        self.refuse: dict[str, list[int]] = {}  #: command -> codes of its next refusals
        self.violations: list[str] = []
        self.commands: list[Frame] = []
        self.subscribed = 0
        self.last_body: dict[str, Any] = {}
        self.called = 0  #: how many callbacks were handed over
        self.refused: list[int] = []  #: the codes of all refusals
        self.pings = 0
        self.talked: set[str] = set()  #: chats in which somebody spoke to the robot
        self._lines: dict[str, ServerConnection] = {}
        self._open: dict[str, Callback] = {}
        self._uploads: dict[str, tuple[Json, dict[int, bytes]]] = {}
        self.files: dict[str, bytes] = {}  #: what people sent, encrypted, by where it lies
        self.told: dict[str, str] = {}  #: of what it is called, by where it lies
        self._changed = asyncio.Event()
        self._server: Server | None = None
        self._port = 0

    # The server -----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.comes()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.goes()

    async def comes(self) -> None:
        """The server is there, on the port that it had before."""
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            self._port,
            ping_interval=None,
            process_request=self._file,
            compression=None,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def goes(self) -> None:
        """The server is away, and nothing listens any more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        """Where the SDK connects to."""
        return f"ws://127.0.0.1:{self._port}"

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    @property
    def line(self) -> ServerConnection | None:
        """The connection that has the robot."""
        return self._lines.get(BOT)

    async def closes(self, code: int) -> None:
        """The server ends the connection politely, or not so politely."""
        line = self._lines.pop(BOT)
        await line.close(code)

    def drops(self) -> None:
        """The network is gone in the middle of everything."""
        self._lines.pop(BOT).transport.abort()

    # What people do -------------------------------------------------------------------------

    async def says(self, who: str, text: str, group: str = "", **more: Any) -> str:
        """Somebody says something; in a group they name the robot first. Gives its id."""
        called = f"@{self.robot}"
        words = f"{called} {text}" if group and called not in text else text
        return await self.sends(who, group, msgtype="text", text={"content": words}, **more)

    async def sends(self, who: str, group: str = "", **body: Any) -> str:
        """Somebody sends a message of any form."""
        given = {"msgid": uuid4().hex, **self._from(who, group), **body}
        self.talked.add(group or who)
        await self._call(MESSAGE, MESSAGE, given, ANSWER)
        return str(given["msgid"])

    async def enters(self, who: str) -> None:
        """Somebody opens the robot's chat for the first time that day."""
        event = {"eventtype": "enter_chat"}
        await self._event(who, "", event)

    async def presses(self, who: str, seen: Seen, label: str, *, flat: bool = False) -> None:
        """Somebody presses the button that says `label`, or chooses it in a list."""
        key = next(key for text, key in seen.buttons.items() if label in text or label == key)
        told: dict[str, Any] = {"card_type": "button_interaction", "event_key": key}
        if seen.chosen_from:
            item = {"question_key": "choose", "option_ids": {"option_id": [key]}}
            items = {"selected_item": [item]}
            told = {"card_type": "vote_interaction", "event_key": "choose", "selected_items": items}
        told["task_id"] = seen.task
        kind = "template_card_event"
        event = {"eventtype": kind, **(told if flat else {kind: told})}
        await self._event(who, seen.chat if seen.chat != who else "", event)

    async def repeats(self, body: Json) -> None:
        """A callback comes once more, under the same msgid."""
        kind = EVENT if body["msgtype"] == "event" else MESSAGE
        await self._call(kind, MESSAGE, body, ANSWER)

    def picture(self, body: bytes, told: str = "") -> dict[str, str]:
        """What a message tells of a picture: where it lies encrypted, and its key.

        `told`: what the server says of it when it is fetched ("Content-Disposition").
        """
        key = os.urandom(32)
        fill = 32 - len(body) % 32
        padded = body + bytes([fill]) * fill
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        name = f"/media/{uuid4().hex}"
        self.files[name] = cipher.update(padded) + cipher.finalize()
        self.told[name] = told
        url = f"http://127.0.0.1:{self._port}{name}"
        return {"url": url, "aeskey": base64.b64encode(key).decode().rstrip("=")}

    def _from(self, who: str, group: str) -> dict[str, Any]:
        told: dict[str, Any] = {
            "aibotid": BOT,
            "chattype": "group" if group else "single",
            "from": {"userid": who},
            "create_time": int(self.now().timestamp()),
            "response_url": "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=x",
        }
        return {**told, "chatid": group} if group else told

    async def _event(self, who: str, group: str, event: Json) -> None:
        body = {"msgid": uuid4().hex, **self._from(who, group), "msgtype": "event", "event": event}
        self.talked.add(group or who)
        await self._call(EVENT, str(event["eventtype"]), body, AT_ONCE)

    async def _call(self, command: str, kind: str, body: Json, lasts: timedelta) -> None:
        call = uuid4().hex
        self._open[call] = Callback(kind, body, self.now() + lasts)
        frame = {"cmd": command, "headers": {"req_id": call}, "body": body}
        line = self._lines.get(BOT)
        assert line is not None, "WeCom delivers nothing to a robot that is away"
        await line.send(json.dumps(frame, ensure_ascii=False))
        self.called += 1
        self.last_body = dict(body)

    # What the robot does --------------------------------------------------------------------

    async def _talk(self, line: ServerConnection) -> None:
        try:
            async for raw in line:
                frame = json.loads(raw)
                if not self.faults.deaf:
                    await self._take(line, frame)
                self._changed.set()
        except ConnectionClosed:
            pass
        finally:
            for bot in [name for name, known in self._lines.items() if known is line]:
                del self._lines[bot]
            self._changed.set()

    async def _take(self, line: ServerConnection, frame: Frame) -> None:
        command, call = frame["cmd"], frame["headers"]["req_id"]
        body: Json = frame.get("body") or {}
        if command == "ping":
            self.pings += 1
            if not self.faults.mute_pings:
                await _acknowledge(line, call)
        elif command == "aibot_subscribe":
            await self._subscribe(line, call, body)
        else:
            await self._obey(line, command, call, body)

    async def _subscribe(self, line: ServerConnection, call: str, body: Json) -> None:
        bot = str(body["bot_id"])
        code = self.faults.subscribe_code
        if code or self.robots.get(bot) != body["secret"]:
            await _acknowledge(line, call, code or 40001, "invalid secret")
            return
        old, self._lines[bot] = self._lines.get(bot), line
        await _acknowledge(line, call)
        self.subscribed += 1
        if old is not None:
            await self._push_out(old)

    async def _push_out(self, old: ServerConnection) -> None:
        """A robot has one connection: the newer one takes it over."""
        if not self.faults.kick_silently:
            event = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
            body = {"msgid": uuid4().hex, "create_time": 1, "aibotid": BOT, **event}
            frame = {"cmd": EVENT, "headers": {"req_id": uuid4().hex}, "body": body}
            await old.send(json.dumps(frame))
        await old.close(self.faults.kick_code)

    async def _obey(self, line: ServerConnection, command: str, call: str, body: Json) -> None:
        self.commands.append({"cmd": command, "req_id": call, "body": body})
        told: Json = {}
        code, words = 0, "ok"
        try:
            self._check(line, command)
            told = self._done(command, call, body)
        except RefuseError as refused:
            code, words = refused.code, refused.told
        except (KeyError, TypeError, ValueError) as error:
            self.violations.append(f"{command}: {error!r}")
            code, words = 40058, "missing or wrong parameter"
        if code:
            self.refused.append(code)
        if not self.faults.mute_acks:
            await _acknowledge(line, call, code, words, told)

    def _check(self, line: ServerConnection, command: str) -> None:
        if self.faults.forgetful or line not in self._lines.values():
            raise RefuseError(846609, "not subscribed")
        if self.refuse.get(command):
            raise RefuseError(self.refuse[command].pop(0), "as ordered")

    def _done(self, command: str, call: str, body: Json) -> Json:
        if command == "aibot_send_msg":
            return self._push(body)
        if command in COMMANDS:
            return self._answer(command, call, body)
        if command.startswith("aibot_upload_media_"):
            return self._upload(command.removeprefix("aibot_upload_media_"), body)
        raise ValueError("no such command")

    def _push(self, body: Json) -> Json:
        chat = str(body["chatid"])
        if chat not in self.talked:
            raise RefuseError(93006, "invalid chatid")
        if body["msgtype"] in ("text", "stream"):
            raise RefuseError(40008, "invalid message type")
        self.limits.count(chat, self.now())
        self.chats.stand(chat, body, self.now())
        return {}

    def _answer(self, command: str, call: str, body: Json) -> Json:
        callback = self._open.get(call)
        if callback is None or callback.kind != COMMANDS[command]:
            raise RefuseError(846605, "invalid req_id")
        if self.now() > callback.until:
            raise RefuseError(846608, "stream message update expired")
        chat = str(callback.body.get("chatid") or callback.body["from"]["userid"])
        self.limits.count(chat, self.now())
        if command == "aibot_respond_update_msg":
            event = callback.body["event"]
            pressed = event.get("template_card_event", event)
            if body["response_type"] != "update_template_card":
                raise ValueError(body["response_type"])
            self.chats.change(pressed["task_id"], body["template_card"])
        else:
            self.chats.stand(chat, body, self.now(), str(callback.body["msgid"]))
        del self._open[call]
        return {}

    def _upload(self, step: str, body: Json) -> Json:
        if step == "init":
            upload = uuid4().hex
            self._uploads[upload] = (body, {})
            return {"upload_id": upload}
        told, chunks = self._uploads[body["upload_id"]]
        if step == "chunk":
            chunks[int(body["chunk_index"])] = base64.b64decode(body["base64_data"])
            return {}
        whole = b"".join(chunks[number] for number in sorted(chunks))
        found = (len(whole), len(chunks), hashlib.md5(whole, usedforsecurity=False).hexdigest())
        if found != (told["total_size"], told["total_chunks"], told["md5"]):
            raise RefuseError(40058, "not what was announced")
        media_id = f"media-{uuid4().hex}"
        self.chats.media[media_id] = whole
        return {"type": told["type"], "media_id": media_id, "created_at": "1"}

    def _file(self, _line: ServerConnection, request: Request) -> Response | None:
        """A file that somebody sent, where the callback says that it lies."""
        body = self.files.get(request.path)
        if body is None:
            return None
        headers = Headers([("Content-Length", str(len(body))), ("Connection", "close")])
        if told := self.told.get(request.path):
            headers["Content-Disposition"] = told
        return Response(HTTPStatus.OK, "OK", headers, body)


async def _acknowledge(
    line: ServerConnection, call: str, code: int = 0, words: str = "ok", body: Json | None = None
) -> None:
    told: Frame = {"headers": {"req_id": call}, "errcode": code, "errmsg": words}
    if body:
        told["body"] = body
    await line.send(json.dumps(told))
