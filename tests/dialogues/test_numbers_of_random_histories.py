"""Whatever happens to requests, the numbers shown are those of the event file and of the rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from storage.tables import Request
from tests.dialogues import numbers
from tests.dialogues.policies import governed
from tests.harness import GROUP, GROUP4, Stage

REPORTS = (
    ("li", "楼道的灯坏了", GROUP),
    ("zhao", "电梯坏了", GROUP),
    ("sun", "没水了", GROUP),
    ("qian", "门口的灯坏了", GROUP4),
)
STAFF = ("wang", "zhou", "wu", "zheng", "feng", "chen")
#: What those who help write to the bot about request {n}; much is refused somewhere on the way.
WORK = (
    "/take {n}",
    "/take {n}",
    "/done {n} 换了",
    "/done {n} 修好了",
    "/wait {n} 等配件 3月20日",
    "/resume {n}",
    "/cannot {n} 没有经费",
    "/refer {n} 转给供电局",
    "/pass {n}",
    "/cancel {n} 不是事",
)
#: What the coordinator does, and mostly takes back.
STEER = (
    "/assign {n} @zheng",
    "/close {n} solved",
    "/close {n} not_needed",
    "/close {n} 不需要了",
    "/merge {n} {m}",
    "/recategorise {n} 电梯",
    "/recategorise {n} 噪音",
    "/move {n} 4栋",
    "/move {n} 3栋1单元",
    "/urgency {n} 紧急",
    "/split {n} 楼道有垃圾",
)
VOICES = (
    "/solved {n}",
    "/solved {n}",
    "/unsolved {n} 还是坏的",
    "/metoo {n}",
    "/cancel {n} 好了",
    "/done {n} 自己好了",
)


async def steers(stage: Stage, chance: Random, line: str, number: int) -> None:
    """The coordinator corrects something; others act on it; perhaps it is taken back."""
    await stage.feng.writes(line)
    if "sure" in "".join(each.data for row in stage.feng.last.buttons for each in row):
        await stage.feng.presses(stage.feng.last, stage.feng.last.labels[0])
    if chance.random() < 0.4:
        await stage.zheng.writes(f"/take {number}")
    if chance.random() < 0.3:
        await stage.passes(minutes=chance.choice((2, 700)))
    if chance.random() < 0.6:
        undo = next((each for each in reversed(stage.feng.heard) if "撤销" in each.labels), None)
        if undo is not None:
            await stage.feng.presses(undo, "撤销")


async def happens(stage: Stage, chance: Random, many: int) -> None:
    """Something that may happen in a building, at random."""
    kind = chance.random()
    n, m = chance.randint(1, max(many, 1)), chance.randint(1, max(many, 1))
    if kind < 0.1:
        who, words, room = chance.choice(REPORTS)
        await stage.cast[who].says(words, room)
    elif kind < 0.45:
        await stage.cast[chance.choice(STAFF)].writes(chance.choice(WORK).format(n=n))
    elif kind < 0.65:
        await steers(stage, chance, chance.choice(STEER).format(n=n, m=m), n)
    elif kind < 0.85:
        voice = chance.choice(("li", "zhao", "sun", "qian"))
        await stage.cast[voice].writes(chance.choice(VOICES).format(n=n))
    else:
        await stage.passes(minutes=chance.choice((1, 4, 20, 90, 600)))


def expected(rows: list[Request]) -> Counter[str]:
    """What the rows themselves say, counted without any story."""
    found: Counter[str] = Counter()
    for each in rows:
        if each.ending in ("merged", "cancelled"):
            found[each.ending] += 1
            continue
        found["n"] += 1
        found["open"] += each.state != "closed"
        found["solved"] += each.ending in ("solved", "unknown")
        found["unknown"] += each.ending == "unknown"
        found[f"rung {each.rung}"] += 1
        found[f"category {each.category}"] += 1
    return +found


@pytest.mark.parametrize("seed", range(10))
async def test_numbers_shown_equal_those_made_again(tmp_path: Path, seed: int) -> None:
    """R46"""
    async with governed(tmp_path) as stage:
        chance = Random(seed)
        for who, words, room in REPORTS:
            await stage.cast[who].says(words, room)
        for _ in range(90):
            await happens(stage, chance, len(await stage.requests()))
        await numbers.figures(stage)  # equal to those of the file
        found = await numbers.shown(stage)
        seen = Counter(
            {
                "n": found.whole.n,
                "open": found.whole.open,
                "solved": found.whole.to_solve.n,
                "unknown": found.whole.unknown,
                "merged": found.whole.merged,
                "cancelled": found.whole.cancelled,
                **{f"rung {each.what}": each.figures.n for each in found.rungs},
                **{f"category {each.what}": each.figures.n for each in found.categories},
            }
        )
        assert +seen == expected(await stage.requests())
