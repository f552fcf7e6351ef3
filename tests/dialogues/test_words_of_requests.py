"""How a request is spoken of: one name for a place, English marks in English."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from tests.dialogues.steps import opened, taken
from tests.harness import Stage


async def test_the_list_names_the_place_as_the_card_does(stage: Stage) -> None:
    await stage.sun.says("3栋2单元302室漏水了")
    where = stage.card(1).title.partition("　")[2]
    assert "302室" in where
    await stage.feng.writes("/open")
    assert where in stage.feng.last.text


async def test_an_english_history_has_english_marks(stage: Stage) -> None:
    await stage.feng.writes("/language en")
    await taken(stage)
    await stage.wang.writes("/done 1 works now")
    await stage.feng.writes("/history 1")
    assert "finished it (works now)" in stage.feng.last.text


async def test_an_english_why_has_english_marks(stage: Stage) -> None:
    await stage.feng.writes("/language en")
    await stage.li.says("The lift is dead again in unit 2")
    await stage.feng.writes("/why 1")
    assert "、" not in stage.feng.last.text
    assert "Asked, step by step" in stage.feng.last.text


async def test_several_who_are_asked_read_well_in_english(stage: Stage) -> None:
    await stage.wang.writes("/language en")
    await opened(stage)
    await stage.passes(hours=3)
    await stage.wang.writes("#1 any news?")
    assert "asked to answer by" in stage.wang.last.text
    assert "is asked" not in stage.wang.last.text


async def test_a_phone_number_stands_in_no_exported_file(stage: Stage) -> None:
    """The file goes from hand to hand: who must call asks with /contact (R53)."""
    await stage.li.says("3栋2单元302漏水，打139-1234-5678")
    await stage.wang.writes("/take 1")
    await stage.feng.writes("/export")
    assert stage.feng.last.file is not None
    sheet = load_workbook(io.BytesIO(stage.feng.last.file)).active
    assert sheet is not None
    cells = " ".join(str(each) for row in sheet.iter_rows(values_only=True) for each in row)
    assert "139****5678" in cells
    assert "1234" not in cells
    assert "302漏水" in cells, "who mends it must find it"
