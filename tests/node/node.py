"""Node and what the tests need of it, or what is missing."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.fakes.missing import missing
from tests.fakes.programs import finished
from tests.patience import PATIENCE

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules" / "@wecom" / "aibot-node-sdk"
NO_NODE = "Node 18 or newer is missing (Debian: apt-get install nodejs npm)"
NO_PACKAGES = "npm ci --ignore-scripts failed in tests/node: {why}"


def node() -> str:
    """Where Node is, with its packages; without them the test is skipped (under CI it fails)."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        missing(NO_NODE)
    if not PACKAGES.is_dir():
        code, _, err = finished([npm, "ci", "--ignore-scripts", "--no-audit"], cwd=FOLDER)
        if code:
            missing(NO_PACKAGES.format(why=err.strip()[-300:]))
    return found


class Robot:
    """The program on the Node SDK, by what it tells."""

    def __init__(self, program: asyncio.subprocess.Process) -> None:
        self._program = program
        self.told: list[dict[str, Any]] = []

    async def until(self, what: str) -> dict[str, Any]:
        """Read on until it tells of this; gives what it told."""
        assert self._program.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self._program.stdout.readline():
                told = json.loads(line)
                self.told.append(told)
                if told["what"] == what:
                    return told
        raise AssertionError(f"it ended; it told {self.told}")


@asynccontextmanager
async def robot(program: str, *given: str) -> AsyncGenerator[Robot]:
    """Run the robot against a server."""
    command = (program, str(FOLDER / "robot.mjs"), *given)
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield Robot(running)
    finally:
        with suppress(ProcessLookupError):  # who was pushed out may have ended by itself
            running.kill()
        await running.wait()
