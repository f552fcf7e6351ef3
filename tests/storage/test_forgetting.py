"""Forgetting on PostgreSQL: the same story as in the dialogues, on the other database."""

from __future__ import annotations

from pathlib import Path

from tests.dialogues.numbers import figures
from tests.dialogues.test_forgetting import ID, NAME, PHONE, everything, forgets, settled
from tests.harness import Actor, staged


async def test_no_table_of_postgresql_holds_the_person_either(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path, kind="postgresql") as stage:
        lan = Actor(stage, ID, NAME)
        await settled(stage, lan)
        told = await figures(stage)
        await forgets(stage, lan)
        assert await figures(stage) == told
        await stage.passes(hours=2)
        after = await everything(stage)
        for trace in (NAME, ID, PHONE):
            assert trace not in after
