"""A bare, fast Bot API server for measuring: gives updates by long polling, accepts every call.

Run as a process: `python -m bench.bot_api PORT`. Controlled over HTTP:
/control/load?n=..&chats=..&requests=..  fills the queue (requests: one in how many is a report;
                                         talk is said in `chats`, each report in one of its own),
/control/pace?n=..&rate=..&chats=..      gives `n` reports at `rate` a second,
/control/state                           counts and times as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

TALK = (
    "今天天气不错",
    "谁家快递放错了我这儿",
    "晚上吃啥",
    "谢谢啊",
    "明天去赶集不",
    "哈哈哈",
    "好的好的",
)
REPORTS = ("电梯又坏了", "我家停水了", "楼道灯不亮了", "垃圾桶满了没人收", "下水道堵了往外冒水")
OFFSET = re.compile(rb'"?offset"?[=:]\s*"?(\d+)|name="offset"\r\n\r\n(\d+)')
ME = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Linli",
    "username": "linli_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
    "supports_inline_queries": False,
}


def report(n: int) -> str:
    """The n-th report, in words of its own: the same words in a crowd would be merged."""
    return f"{REPORTS[n % len(REPORTS)]}，{n // 60 % 24}点{n % 60}分开始的"


def reply(body: bytes) -> bytes:
    """A whole HTTP answer."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ok(result: Any) -> bytes:
    return reply(json.dumps({"ok": True, "result": result}).encode())


TRUE, EMPTY = ok(True), ok([])


def update(number: int, chats: int, text: str, group: int | None = None) -> bytes:
    who = number % 50
    chat = -1001000000 - (number % chats if group is None else group)
    message = {
        "message_id": number,
        "from": {"id": 5000 + who, "is_bot": False, "first_name": f"N{who}", "language_code": "zh"},
        "chat": {"id": chat, "title": f"B{chat}", "type": "supergroup"},
        "date": int(time.time()),
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


class State:
    """What was given and what was said."""

    def __init__(self) -> None:
        self.queue: list[bytes] = []
        self.base = 1
        self.confirmed = 0
        self.sent = 0
        self.calls = 0
        self.first_given = 0.0
        self.last_sent = 0.0
        self.given_at: dict[int, float] = {}
        self.answered_at: dict[int, float] = {}
        self.waiting: list[Front] = []
        self.message_ids = 10_000_000


STATE = State()


class Front(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (taken := self._take()) is not None:
            self._serve(*taken)

    def _take(self) -> tuple[bytes, bytes] | None:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head, low = self.buffer[:end], self.buffer[:end].lower()
        length = re.search(rb"content-length:\s*(\d+)", low)
        if b"transfer-encoding: chunked" in low:
            stop = self.buffer.find(b"0\r\n\r\n", end)
            if stop < 0:
                return None
            body, self.buffer = self.buffer[end + 4 : stop], self.buffer[stop + 5 :]
        else:
            size = int(length[1]) if length else 0
            if len(self.buffer) < end + 4 + size:
                return None
            body = self.buffer[end + 4 : end + 4 + size]
            self.buffer = self.buffer[end + 4 + size :]
        return head.split(b" ", 2)[1], body

    def _serve(self, path: bytes, body: bytes) -> None:
        method = path.rsplit(b"/", 1)[-1].split(b"?")[0].lower().decode()
        STATE.calls += not path.startswith(b"/control/")
        if path.startswith(b"/control/"):
            self.transport.write(reply(json.dumps(control(path.decode())).encode()))
        elif method == "getupdates":
            self.poll(path, body)
        elif method == "getme":
            self.transport.write(ok(ME))
        elif method == "getchatmember":
            member = {"status": "member", "user": ME}
            self.transport.write(ok(member))
        elif method in ("sendmessage", "editmessagetext"):
            self.transport.write(say(body, method))
        else:
            self.transport.write(TRUE)

    def poll(self, path: bytes, body: bytes) -> None:
        found = OFFSET.search(body) or OFFSET.search(path)
        if found:
            STATE.confirmed = max(STATE.confirmed, int(found[1] or found[2]) - STATE.base)
        batch = STATE.queue[STATE.confirmed : STATE.confirmed + 100]
        if not batch:
            STATE.waiting.append(self)
            asyncio.get_running_loop().call_later(2, self.give_up)
            return
        now = time.perf_counter()
        STATE.first_given = STATE.first_given or now
        for i in range(len(batch)):
            STATE.given_at.setdefault(STATE.base + STATE.confirmed + i, now)
        self.transport.write(reply(b'{"ok":true,"result":[' + b",".join(batch) + b"]}"))

    def give_up(self) -> None:
        if self in STATE.waiting:
            STATE.waiting.remove(self)
            self.transport.write(EMPTY)


def say(body: bytes, method: str) -> bytes:
    now = time.perf_counter()
    STATE.sent += method == "sendmessage"
    STATE.last_sent = now
    if found := re.search(rb'message_id(?:%22|")(?:%3A|:)\s*(?:\+)?(\d+)', body):
        STATE.answered_at.setdefault(int(found[1]), now)
    STATE.message_ids += 1
    message = {
        "message_id": STATE.message_ids,
        "from": ME,
        "chat": {"id": -1001000000, "title": "B", "type": "supergroup"},
        "date": int(time.time()),
        "text": "ok",
    }
    return ok(message)


def wake() -> None:
    for front in STATE.waiting[:]:
        STATE.waiting.remove(front)
        front.poll(b"", b"")


def control(path: str) -> dict[str, Any]:
    parts = urlsplit(path)
    ask = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path.endswith("load"):
        n, chats, every = int(ask["n"]), int(ask["chats"]), int(ask["requests"])
        for i in range(n):
            number = STATE.base + len(STATE.queue)
            if i % every == 0:
                group = chats + i // every
                STATE.queue.append(update(number, chats, report(i // every), group))
            else:
                STATE.queue.append(update(number, chats, TALK[i % len(TALK)]))
        wake()
    elif parts.path.endswith("pace"):
        asyncio.get_running_loop().call_soon(
            pace, int(ask["n"]), float(ask["rate"]), int(ask["chats"])
        )
    return {
        "queued": len(STATE.queue),
        "confirmed": STATE.confirmed,
        "sent": STATE.sent,
        "calls": STATE.calls,
        "first_given": STATE.first_given,
        "last_sent": STATE.last_sent,
        "now": time.perf_counter(),
        "delays": [
            STATE.answered_at[n] - at for n, at in STATE.given_at.items() if n in STATE.answered_at
        ],
    }


def pace(left: int, rate: float, chats: int) -> None:
    number = STATE.base + len(STATE.queue)
    STATE.queue.append(update(number, chats, report(left)))
    wake()
    if left > 1:
        asyncio.get_running_loop().call_later(1 / rate, pace, left - 1, rate, chats)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Front, "127.0.0.1", int(sys.argv[1]))
    print("up", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
