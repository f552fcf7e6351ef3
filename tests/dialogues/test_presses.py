"""A press comes from outside: whatever its data says, nothing breaks and nothing changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.commands import SHAPES, fits
from handlers.subjects import SUBJECTS
from handlers.tables import Tables
from storage.tables import Area
from tests.dialogues.steps import opened, town
from tests.harness import Stage

VERBS = sorted(Tables(SUBJECTS).presses)
JUNK = (
    "",
    "x",
    "1",
    "zz:9",
    "999999999999999999999999",
    "1:parts:99999999",
    "open:zz",
    "1:2:3:4:5:6",
    "at:1",
    "²:³",
    "-1",
)


def test_each_verb_has_the_shape_of_its_arguments() -> None:
    assert sorted(SHAPES) == VERBS


@given(st.sampled_from(VERBS), st.text(alphabet="0123456789:axup²٣-_ ", max_size=40))
def test_no_number_passes_that_a_database_could_not_hold(verb: str, data: str) -> None:
    if fits(verb, data):
        numbers = [part for part in data.split(":") if re.fullmatch(r"\d+", part)]
        assert all(part.isascii() and int(part) < 2**63 for part in numbers)


@given(st.data())
def test_what_our_own_buttons_say_fits(data: st.DataObject) -> None:
    verb = data.draw(st.sampled_from(VERBS))
    assert fits(verb, data.draw(st.from_regex(re.compile(SHAPES[verb], re.ASCII), fullmatch=True)))


async def test_junk_of_any_verb_gets_the_old_button(stage: Stage) -> None:
    await opened(stage)
    shown = stage.card(1)
    for verb in VERBS:
        for data in JUNK:
            if not fits(verb, data):
                assert "过时" in await stage.li.presses_data(shown, f"{verb}:{data}")
    assert await stage.events(1) == ["open"]


@pytest.mark.parametrize("who", ["li", "feng"])
async def test_what_fits_and_was_made_up_breaks_nothing(stage: Stage, who: str) -> None:
    await opened(stage)
    await stage.cast[who].writes("/help")
    token = "0" * 8
    forged = {
        "wait": "1:parts:999",
        "done": "1:junk",
        "whynot": "1:junk",
        "recat": "1:junk",
        "assign": "1:999",
        "pass": "1:999",
        "help": "1:up",
        "whom": "1:pass:1:9999",
        "merge": "1:99",
        "which": f"1:{token}",
        "q": f"at:99:0:{token}",
        "list": "open:9999:zz",
        "file": f"junk:{token}",
        "home": "ok:999",
        "staff": "999:0:",
        "groups": "9999",
        "audit": "9999",
        "fill": f"which:9999:{token}",
        "ann": "page:999:0",
        "set": "open_above:2",
        "undo": "999",
        "rem": "show:999",
        "lang": "xx",
    }
    for verb, data in forged.items():
        assert fits(verb, data), verb
        await stage.cast[who].presses_data(stage.cast[who].last, f"{verb}:{data}")
        await stage.nothing_failed()


async def test_the_homes_of_another_neighbourhood_are_not_shown(stage: Stage) -> None:
    await town(stage)
    async with stage.app.store.read() as store:
        community = await store.scalar(select(Area.id).where(Area.kind == "community"))
        other = await store.scalar(select(Area.id).where(Area.code == "北化"))
        own = await store.scalar(select(Area.id).where(Area.code == "4", Area.kind == "building"))
    await stage.li.writes("/help")
    for area in (community, other):
        assert "过时" in await stage.li.presses_data(stage.li.last, f"home:at:{area}")
    await stage.li.presses_data(stage.li.last, f"home:at:{own}")
    assert "4栋" in stage.li.last.text
