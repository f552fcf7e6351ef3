"""From the start of the program to its first answer on WeChat, through the real gateway.

    python -m bench.wechat_start [--runs 5]

The gateway (Node, mock puppet) is started, then `linli run`; somebody calls the bot until it
answers. Told: when the gateway listened, when the bot answered, both from its own start.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.fakes import gateway as node
from tests.fakes.gateway import TOKEN, Gateway

CALL = "@邻里\u2005你好"
AGAIN = 0.05  #: seconds


async def once(folder: Path) -> tuple[float, float]:
    """Seconds until the gateway listened, and until the program answered."""
    begun = perf_counter()
    async with Gateway() as gateway:
        listened = perf_counter() - begun
        begun = perf_counter()
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "run", cwd=Path.cwd(), env=_env(folder, gateway.port)
        )
        try:
            while not gateway.texts:
                await gateway.says("li", CALL, mentions=["bot"])
                await asyncio.sleep(AGAIN)
            return listened, perf_counter() - begun
        finally:
            program.terminate()
            await program.wait()


def _env(folder: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(Path.cwd()),
        "LINLI_DATA_DIR": str(folder),
        "LINLI_PORT": "0",
        "LINLI_WEB_CHAT": "false",
        "LINLI_DEMO": "false",
        "LINLI_LOG_LEVEL": "error",
        "LINLI_WECHAT_GATEWAY": f"127.0.0.1:{port}",
        "LINLI_WECHAT_TOKEN": TOKEN,
    }


async def bare() -> float:
    """Seconds that the command takes by itself: what the machine is worth at this moment."""
    begun = perf_counter()
    null = asyncio.subprocess.DEVNULL
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "version", stdout=null
    )
    await program.wait()
    return perf_counter() - begun


async def run(runs: int) -> None:
    found: list[tuple[float, float]] = []
    bares: list[float] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            found.append(await once(Path(folder)))
        bares.append(await bare())
    listened, answered = (statistics.median(each) for each in zip(*found, strict=True))
    worst = max(each for _, each in found)
    print(f"gateway listens after {listened:.2f} s (median of {runs})")
    print(f"program answers its first message after {answered:.2f} s (median), {worst:.2f} s worst")
    print(f"`linli version` takes {statistics.median(bares):.2f} s at the same time")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    node.ready()
    asyncio.run(run(options.parse_args().runs))


if __name__ == "__main__":
    main()
