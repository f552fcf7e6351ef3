"""How long an import of 60,000 households takes, in both forms, and how long the second run.

python -m bench.import_speed [--households 60000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.policy import default_policy
from handlers.neighbourhood.file import read_file, write_file
from handlers.neighbourhood.file.model import Neighbourhood, PersonEntry, PlaceEntry, RoleEntry

ROOMS = [f"{floor}{door:02d}" for floor in range(1, 31) for door in range(1, 5)]  # 120 in a unit
LIMIT = 60.0


def town(households: int) -> Neighbourhood:
    """A subdistrict of about so many households, each written out, with captains everywhere."""
    units = households // len(ROOMS)
    buildings = [_building(number, units) for number in range(1, units // 2 + 1)]
    hoods = [
        PlaceEntry(kind="neighbourhood", name=f"{i + 1}号小区", places=buildings[i::10])
        for i in range(10)
    ]
    top = PlaceEntry(kind="community", name="大社区", places=hoods, governance="self")
    return Neighbourhood(places=[top], people=[_captain(each.name) for each in buildings])


def _building(number: int, units: int) -> PlaceEntry:
    below = [
        PlaceEntry(
            kind="unit",
            name=f"{unit}单元",
            places=[PlaceEntry(kind="household", name=room) for room in ROOMS],
        )
        for unit in (1, 2)
    ]
    return PlaceEntry(kind="building", name=f"{number}栋", places=below)


def _captain(building: str) -> PersonEntry:
    return PersonEntry(
        key=f"captain-{building}",
        name=f"楼长{building}",
        phone="13800000000",
        homes=[f"{building}/1单元/101"],
        roles=[RoleEntry(role="building_captain", area=building)],
    )


async def _timed(file: Path, folder: Path) -> float:
    env = os.environ | {
        "LINLI_DATABASE_URL": f"sqlite:///{folder}/{file.suffix[1:]}.db",
        "LINLI_DATA_DIR": str(folder),
    }
    start = time.perf_counter()
    command = [sys.executable, "-m", "bot.cli", "import", str(file)]
    done = await asyncio.to_thread(
        subprocess.run, command, env=env, check=True, capture_output=True
    )
    assert done.returncode == 0
    return time.perf_counter() - start


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=60_000)
    households = parser.parse_args().households
    wanted = town(households)
    slow = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for form in ("yaml", "xlsx"):
            file = folder / f"town.{form}"
            file.write_bytes(write_file(wanted, form))
            assert read_file(file, frozenset(default_policy().roles)) == wanted
            first, again = await _timed(file, folder), await _timed(file, folder)
            slow = slow or first > LIMIT
            size = file.stat().st_size / 1e6
            print(
                f"{form}: {households} households, {size:.1f} MB: "
                f"{first:.1f} s, again without a change: {again:.1f} s"
            )
    if slow:
        sys.exit(f"an import took longer than {LIMIT:.0f} s")


if __name__ == "__main__":
    asyncio.run(main())
