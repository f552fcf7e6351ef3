"""The real gateway with the mock puppet, as a test partner: Node, over loopback.

Node's packages are installed from the lock file when it changed. Where there is no Node the tests
are skipped, saying so; under CI they fail.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Self

from tests.fakes.missing import missing
from tests.fakes.programs import finished
from tests.patience import PATIENCE

FOLDER = Path(__file__).parents[2] / "gateway"
MISSING = "Node 18 or newer and npm are missing. On Debian: apt-get install nodejs npm"
TOKEN = "a-token-of-the-tests-0123456789"  #: of the tests' own gateways
ROOM, ME = "bldg3@chatroom", "bot"

Said = dict[str, Any]


def ready() -> None:
    """See to it that the gateway's packages are there; else skip, or fail under CI."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing(MISSING)
    with _one_at_a_time():
        _install()


def _install() -> None:
    """`npm ci`, once for each lock file."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".linli"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    npm = shutil.which("npm") or "npm"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    code, out, err = finished(command, cwd=FOLDER)
    if code:
        missing(f"npm ci in gateway/ ended with {code}: {(err or out)[-500:]}")
    stamp.write_text(lock)


@contextlib.contextmanager
def _one_at_a_time() -> Generator[None]:
    """Several test processes share one folder."""
    name = hashlib.sha256(str(FOLDER).encode()).hexdigest()[:12]
    with (Path(tempfile.gettempdir()) / f"linli-gateway-{name}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


class Gateway:
    """The program; people in it do what they are told."""

    def __init__(self, tls: tuple[Path, Path] | None = None, **more: str) -> None:
        """`tls`: its certificate and key."""
        self.port = free_port()
        self._env = {
            "LINLI_PUPPET": "wechaty-puppet-mock",
            "LINLI_GATEWAY_TOKEN": TOKEN,
            "LINLI_GATEWAY_PORT": str(self.port),
            **more,
        }
        if tls is not None:
            cert, key = tls
            self._env |= {"LINLI_GATEWAY_CERT": str(cert), "LINLI_GATEWAY_KEY": str(key)}
        self.said: list[Said] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        pipe = asyncio.subprocess.PIPE
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            "node",
            "main.mjs",
            cwd=FOLDER,
            env={**kept, **self._env},
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
        )
        before = len(self._of("listening"))
        self._reading = asyncio.get_running_loop().create_task(self._read(self._process))
        await self.until(lambda: len(self._of("listening")) > before)

    async def kill(self) -> None:
        """Kill it, as a crash would."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.startswith(b"{"):
                self.said.append(json.loads(line))
                self._changed.set()
        self._changed.set()

    async def does(self, doing: str, **given: Any) -> None:
        """Somebody in the mock's town does something (gateway/mock.mjs)."""
        assert self._process is not None
        assert self._process.stdin is not None
        line = json.dumps({"do": doing, **given}, ensure_ascii=False)
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def says(self, who: str, text: str, **more: Any) -> None:
        """Somebody says something in the group (or with private=True to the bot)."""
        await self.does("say", **{"from": who, "text": text, **more})

    async def sends_picture(self, who: str, body: bytes) -> None:
        """Somebody sends a picture into the group."""
        given = {"from": who, "name": "p.jpg", "body": base64.b64encode(body).decode()}
        await self.does("picture", **given)

    @property
    def texts(self) -> list[str]:
        """What the bot said, in order."""
        return [str(each["text"]) for each in self._of("text")]

    @property
    def files(self) -> list[bytes]:
        """What the bot sent as files, in order."""
        return [base64.b64decode(str(each["body"])) for each in self._of("file")]

    def _of(self, event: str) -> list[Said]:
        return [each for each in self.said if each["event"] == event]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something that the gateway tells makes it true."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                assert self._process is None or self._process.returncode is None, "it ended"
                self._changed.clear()
                await self._changed.wait()
