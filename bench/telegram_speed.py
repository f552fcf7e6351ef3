"""Linli over Telegram's polling on loopback against echo bots: `python -m bench.telegram_speed`.

Prints, in one run: handled messages a second in each of three rounds and the median of the rounds'
ratios, time from a message to its card, start to first answer, memory at rest. One message in ten
is a report, in words and in a group of its own. Against aiogram all are; it is no dependency and
runs by an interpreter that has it: BENCH_AIOGRAM=path/to/python.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.town import build

CHATS = 50
TOKEN = "123456:" + "TEST" * 9
LONGEST = 300
AIOGRAM = "BENCH_AIOGRAM"  #: an interpreter that has it
TICKS = os.sysconf("SC_CLK_TCK")


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
    aiogram = "bench.echo_aiogram" in command
    python = os.environ.get(AIOGRAM, sys.executable) if aiogram else sys.executable
    with subprocess.Popen(
        [*pinned, python, *command],
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
    """As deploy/ starts it: one heap, without docstrings and without the web chat."""
    port = free_port()
    with process(
        "-OO",
        "-m",
        "bot.cli",
        "run",
        core=1,
        LINLI_DATABASE_URL=f"sqlite:///{folder}/bench.db",
        LINLI_DATA_DIR=str(folder),
        LINLI_TELEGRAM_TOKEN=TOKEN,
        LINLI_TELEGRAM_BASE_URL=f"{api}/bot",
        LINLI_DEMO="false",
        LINLI_WEB_CHAT="false",
        MALLOC_ARENA_MAX="1",
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


@dataclass(frozen=True, slots=True)
class Rate:
    """What a bot did with its messages."""

    messages: float  #: a second
    cost: float  #: milliseconds of processor for each


def echo_rate(n: int, every: int, *command: str) -> Rate:
    """A bare bot that answers each message."""
    with server() as api, process(*command, api.rsplit(":", 1)[1], core=1) as running:
        wait_until(lambda: get(f"{api}/control/state")["calls"] > 3)  # it polls
        used = processor(running.pid)
        get(f"{api}/control/load?n={n}&chats={CHATS}&requests={every}")
        wait_until(lambda: get(f"{api}/control/state")["sent"] >= n)
        state = get(f"{api}/control/state")
        used = processor(running.pid) - used
    return Rate(n / (state["last_sent"] - state["first_given"]), 1000 * used / n)


def linli_rate(n: int, every: int) -> Rate:
    """All is durable and handled; what is said goes out as Telegram allows (30 a second)."""
    with tempfile.TemporaryDirectory() as name, server() as api:
        folder = Path(name)
        asyncio.run(build(folder / "bench.db", CHATS + n // every + 1))
        with linli(api, folder) as (running, web):
            wait_until(lambda: backlog(web) == 0)
            used = processor(running.pid)
            get(f"{api}/control/load?n={n}&chats={CHATS}&requests={every}")
            wait_until(lambda: get(f"{api}/control/state")["confirmed"] >= n and backlog(web) == 0)
            state = get(f"{api}/control/state")
            used = processor(running.pid) - used
        with closing(sqlite3.connect(folder / "bench.db")) as database:
            opened = database.execute("SELECT count(*) FROM request").fetchone()[0]
    assert opened == n // every, f"each report opens a request: {opened} of {n // every}"
    return Rate(n / (state["now"] - state["first_given"]), 1000 * used / n)


def processor(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def card_delays(n: int) -> tuple[float, float, float, float]:
    """Every message is a report in a group of its own: `n` cards at 20 a second."""
    with tempfile.TemporaryDirectory() as name, server() as api:
        folder = Path(name)
        asyncio.run(build(folder / "bench.db", n + 1))
        with linli(api, folder) as (_, web):  # the first start of a version compiles
            wait_until(lambda: backlog(web) == 0)
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


def peers() -> dict[str, tuple[int, tuple[str, ...]]]:
    """Against whom: one message in how many is a report, and how the peer is started."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {
        "python-telegram-bot echo, defaults": (10, ("-m", "bench.echo_bot"))
    }
    if find_spec("aiogram") is not None or AIOGRAM in os.environ:
        found["aiogram echo, defaults"] = (1, ("-m", "bench.echo_aiogram"))
    return found


def compare(n: int) -> None:
    for name, (every, command) in peers().items():
        many = n if every > 1 else n // 4
        mix = "90 % talk" if every > 1 else "requests only"
        rounds = [(echo_rate(many, every, *command), linli_rate(many, every)) for _ in range(3)]
        print(f"Linli, {mix}, against {name}")
        print(f"{'':24}{'messages/s':>22}{'ms of processor each':>28}")
        for number, (theirs, ours) in enumerate(rounds, 1):
            told(f"round {number}", theirs, ours)
        fast = statistics.median(ours.messages / theirs.messages for theirs, ours in rounds)
        cheap = statistics.median(theirs.cost / ours.cost for theirs, ours in rounds)
        print(f"{'median of the ratios':24}{fast:22.2f}{cheap:28.2f}", flush=True)


def told(name: str, theirs: Rate, ours: Rate) -> None:
    """One round: both sides were measured one after the other, so that their ratio holds."""
    fast, cheap = ours.messages / theirs.messages, theirs.cost / ours.cost
    messages = f"{ours.messages:.0f} / {theirs.messages:.0f} = {fast:.2f}"
    print(f"{name:24}{messages:>22}{f'{ours.cost:.2f}, {theirs.cost:.2f} = {cheap:.2f}':>28}")


def main() -> None:
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
    first, rss, middle, late = card_delays(200)
    slow = f"95th percentile {late * 1000:.0f} ms"
    print(f"message to card, 20/s   median {middle * 1000:.0f} ms, {slow}")
    print(f"start to first answer   {first:.2f} s")
    print(f"memory at rest          {rss:.0f} MB")


if __name__ == "__main__":
    main()
