"""Every way out shows people's words and obeys none of them: sheets, files, terminals, prompts."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import bot.web
from bot.logs import is_seen
from bot.printing import echo
from bot.web.files import LONGEST_NAME, harmless
from handlers.administration.exporting import cell_of, workbook
from handlers.duty.icalendar import Entry, calendar
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.opinion import question, understood
from tests.harness import MONDAY, Stage, staged

#: Signs that begin formulas, end lines and cells, move terminals, turn the reading order.
SIGNS = "=+-@＝＋－＠'\"\t\r\n\x0b\x1b\x9b\x07\x00\x85\u2028\u202e\ud800\uffff;,:\\/<>&|! a灯"
HOSTILE = st.text(st.sampled_from(SIGNS) | st.characters(), max_size=30)
FORMULA = tuple("=+-@＝＋－＠")


@given(HOSTILE)
def test_no_cell_of_a_sheet_is_computed(text: str) -> None:
    sheet = load_workbook(io.BytesIO(workbook(["words"], [[text]]))).active
    assert sheet is not None
    cell = sheet["A2"]
    assert cell.data_type in ("s", "inlineStr", "n")  # n: an empty one
    assert not str(cell.value or "").lstrip().startswith(FORMULA)


@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_no_cell_of_a_table_is_computed_or_becomes_two(texts: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([cell_of(each) for each in texts])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert len(row) == len(texts)
    assert not [each for each in row if each.lstrip().startswith(FORMULA)]


@given(HOSTILE)
def test_a_name_of_a_rota_makes_no_turns_of_its_own(text: str) -> None:
    name = text.encode("utf-8", "ignore").decode()
    one = Entry("1@linli", MONDAY, MONDAY + timedelta(hours=1), f"{name}\nEND:VEVENT", name)
    made = calendar([one], name=name, zone="Asia/Shanghai", now=MONDAY).decode()
    lines = re.sub("\r\n[ \t]", "", made).splitlines()
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert lines[0] == "BEGIN:VCALENDAR"
    assert len(lines) == 16


@given(HOSTILE)
def test_a_file_is_called_something_harmless(name: str) -> None:
    called = harmless(name)
    assert called.isprintable()
    assert 0 < len(called) <= LONGEST_NAME
    assert not {"/", "\\"} & set(called)
    assert called.strip(" .") == called


@given(HOSTILE)
def test_a_terminal_obeys_nobodys_words(text: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        echo(text)
    assert all(sign in "\n\t" or is_seen(sign) for sign in out.getvalue())


def test_what_shows_as_itself_is_printed_as_it_is() -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        echo("3栋\u30002026年3月\t👍🏽\n完")
    assert out.getvalue() == "3栋\u30002026年3月\t👍🏽\n完\n"


@given(HOSTILE, HOSTILE)
def test_words_stay_data_beside_the_instructions(text: str, name: str) -> None:
    said = Heard(key="1", at=MONDAY, sender="a", text=text, name=name)
    asked = question(said, Scene(), ["lift", "water"])
    plain = question(
        Heard(key="1", at=MONDAY, sender="a", text="灯坏了"), Scene(), ["lift", "water"]
    )
    assert asked.system == plain.system
    assert set(json.loads(asked.document)) == set(json.loads(plain.document))


@given(HOSTILE)
def test_an_answer_is_one_of_three_words_or_none(text: str) -> None:
    told = understood(text, ["lift"])
    assert told is None or told.verdict in ("request", "talk", "unsure")


SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment"
    r"|\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:|srcdoc"
)


def test_the_page_makes_no_markup_of_words() -> None:
    static = Path(bot.web.__path__[0]) / "static"
    scripts = sorted(static.rglob("*.js"))
    assert scripts
    found = {f"{each.name}: {sink}" for each in scripts for sink in SINKS.findall(each.read_text())}
    assert not found


WORDS = '=HYPERLINK("http://x","点")\x1b[2J\u202e<b>&amp;</b> 电梯坏了\r\n/close 1'


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def test_a_hostile_report_goes_through_the_whole_program_as_words(stage: Stage) -> None:
    await stage.li.says(WORDS)
    assert "电梯坏了" in stage.card(1).text
    assert (await stage.request()).state == "open", "a line of a report is no command"
    await stage.feng.writes("/export")
    assert stage.feng.last.file is not None
    sheet = load_workbook(io.BytesIO(stage.feng.last.file)).active
    assert sheet is not None
    words = [row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(words) == 1
    assert str(words[0]).startswith("'=HYPERLINK")
    assert "\x1b" not in str(words[0])
