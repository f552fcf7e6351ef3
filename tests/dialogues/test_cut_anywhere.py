"""Killed at any step of its work the program loses nothing and does nothing twice (R70)."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, repeat
from pathlib import Path

import pytest

from tests.dialogues.scissors import (
    COMMIT,
    COMMITTED,
    SENDING,
    SENT,
    Fragile,
    Outcome,
    Scene,
    Story,
    fragile,
)
from tests.harness import GROUP

REPORT = "咱们楼电梯又坏了"


def says(person: str, text: str, room: str = GROUP) -> Scene:
    return lambda it: it.does(room, person, "message", text=text, name=it.stage.cast[person].name)


def presses(person: str, label: str, room: str = GROUP) -> Scene:
    async def scene(it: Fragile) -> None:
        shown = next(each for each in it.stage.said(room) if label in "".join(each.labels))
        data = shown.button(label).data
        name = it.stage.cast[person].name
        await it.does(room, person, "press", message_id=shown.id, data=data, name=name)

    return scene


def passes(**span: float) -> Scene:
    async def scene(it: Fragile) -> None:
        it.stage.clock.turn(timedelta(**span))
        await it.app.ticks.tick()
        await it.settles()

    return scene


async def blocks(it: Fragile) -> None:
    it.stage.rooms.blocked.add("@wang")


async def moves(it: Fragile) -> None:
    await it.does(GROUP, "li", "moved", new_id="g3new")


STORIES: dict[str, Story] = {
    "reported and joined": (
        says("li", REPORT),
        says("zhao", "今天天气不错"),
        presses("zhao", "我家也是"),
    ),
    "taken, done, confirmed": (
        says("li", REPORT),
        presses("wang", "我来", "@wang"),
        says("wang", "/done 1 修好了", "@wang"),
        presses("li", "解决了"),
    ),
    "nobody answers": (says("li", REPORT), passes(hours=25)),
    "the captain blocked the bot": (blocks, says("li", REPORT)),
    "the group moved": (says("li", REPORT), moves),
}


async def played(folder: Path, story: Story, at: int | None) -> tuple[Outcome, list[str]]:
    async with fragile(folder, at) as it:
        await it.plays(story)
        return await it.outcome(), it.scissors.steps


def _made(above: Path, number: int) -> Path:
    made = above / str(number)
    made.mkdir()
    return made


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
async def test_cut_at_any_step_it_ends_as_if_it_had_not_been(story: Story, tmp_path: Path) -> None:
    folders = map(_made, repeat(tmp_path), count())
    whole, steps = await played(next(folders), story, None)
    assert whole.happened
    assert not whole.open_ends
    assert {COMMIT, COMMITTED, SENDING, SENT} == set(steps)
    for number, kind in enumerate(steps, 1):
        if number > 1 and kind not in {COMMITTED, SENT}:
            continue  # nothing was done since the step before that outlives it: as if cut there
        cut, _ = await played(next(folders), story, number)
        where = f"cut at step {number} of {len(steps)}, {kind}: {steps[number - 4 : number + 2]}"
        assert cut.happened == whole.happened, where
        assert not cut.open_ends, where
        assert not whole.said - cut.said, where
        assert not cut.said - whole.said - cut.unnoted, where
