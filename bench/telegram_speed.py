"""Linli over Telegram's polling on loopback against an echo bot: `python -m bench.telegram_speed`.

Prints, in one run: handled messages a second and their ratio, time from a message to its card,
start to first answer, memory at rest.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.town import build

CHATS = 50
TOKEN = "123456:" + "TEST" * 9
LONGEST = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> dict[str, Any]:
    host, _, path = url.removeprefix("http://").partition("/")
    with closing(HTTPConnection(host, timeout=5)) as line:
        line.request("GET", f"/{path}")
        return json.load(line.getresponse())


@contextmanager
def process(*command: str, core: int, **env: str) -> Generator[subprocess.Popen[str]]:
    pinned = ["taskset", "-c", str(core)] if os.path.exists("/usr/bin/taskset") else []
    with subprocess.Popen(
        [*pinned, sys.executable, *command],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if "BENCH_NOISY" not in os.environ else None,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()


@contextmanager
def server() -> Generator[str]:
    port = free_port()
    with process("-m", "bench.bot_api", str(port), core=0) as running:
        assert running.stdout is not None
        running.stdout.readline()
        yield f"http://127.0.0.1:{port}"


@contextmanager
def linli(api: str, folder: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    with process(
        "-m",
        "bot.cli",
        "run",
        core=1,
        LINLI_DATABASE_URL=f"sqlite:///{folder}/bench.db",
        LINLI_DATA_DIR=str(folder),
        LINLI_TELEGRAM_TOKEN=TOKEN,
        LINLI_TELEGRAM_BASE_URL=f"{api}/bot",
        LINLI_DEMO="false",
        LINLI_PORT=str(port),
        LINLI_LOG_LEVEL="warning",
    ) as running:
        yield running, f"http://127.0.0.1:{port}"


def wait_until(true: Any, longest: float = LONGEST) -> float:
    start = time.perf_counter()
    while time.perf_counter() - start < longest:
        if true():
            return time.perf_counter() - start
        time.sleep(0.02)
    raise TimeoutError


def backlog(web: str) -> int:
    try:
        return int(get(f"{web}/health")["waiting"])
    except OSError:
        return -1


def echo_rate(n: int) -> float:
    with server() as api, process("-m", "bench.echo_bot", api.rsplit(":", 1)[1], core=1):
        get(f"{api}/control/load?n={n}&chats={CHATS}&requests=10")
        wait_until(lambda: get(f"{api}/control/state")["sent"] >= n)
        state = get(f"{api}/control/state")
        return n / (state["last_sent"] - state["first_given"])


def linli_rate(n: int) -> float:
    with tempfile.TemporaryDirectory() as name, server() as api:
        folder = Path(name)
        asyncio.run(build(folder / "bench.db", CHATS))
        with linli(api, folder) as (_, web):
            wait_until(lambda: backlog(web) == 0)
            get(f"{api}/control/load?n={n}&chats={CHATS}&requests=10")
            wait_until(lambda: get(f"{api}/control/state")["confirmed"] >= n and backlog(web) == 0)
            state = get(f"{api}/control/state")
            return n / (state["now"] - state["first_given"])


def card_delays(n: int) -> tuple[float, float, float, float]:
    """Every message is a report in a group of its own: `n` cards at 20 a second."""
    with tempfile.TemporaryDirectory() as name, server() as api:
        folder = Path(name)
        asyncio.run(build(folder / "bench.db", n + 1))
        start = time.perf_counter()
        with linli(api, folder) as (running, web):
            get(f"{api}/control/load?n=1&chats=1&requests=1")
            wait_until(lambda: get(f"{api}/control/state")["sent"] >= 1)
            first = time.perf_counter() - start
            wait_until(lambda: backlog(web) == 0)
            time.sleep(1)
            rss = memory(running.pid)
            get(f"{api}/control/pace?n={n}&rate=20&chats={n + 1}")
            wait_until(lambda: get(f"{api}/control/state")["confirmed"] >= n, 60)
            wait_until(lambda: backlog(web) == 0)
            time.sleep(2)  # what is on its way arrives
            delays = sorted(get(f"{api}/control/state")["delays"])
    middle = statistics.median(delays)
    return first, rss, middle, delays[int(len(delays) * 0.95)]


def memory(pid: int) -> float:
    """Resident megabytes of a process (of the interpreter below taskset)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    rounds = [(echo_rate(n), linli_rate(n)) for _ in range(3)]
    echo = statistics.median(e for e, _ in rounds)
    ours = statistics.median(o for _, o in rounds)
    print(f"echo bot, defaults      {echo:8.0f} messages/s   1.00")
    print(f"Linli, 90 % talk        {ours:8.0f} messages/s   {ours / echo:.2f}")
    first, rss, middle, late = card_delays(200)
    slow = f"95th percentile {late * 1000:.0f} ms"
    print(f"message to card, 20/s   median {middle * 1000:.0f} ms, {slow}")
    print(f"start to first answer   {first:.2f} s")
    print(f"memory at rest          {rss:.0f} MB")


if __name__ == "__main__":
    main()
