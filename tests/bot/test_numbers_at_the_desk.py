"""`linli stats`, `linli export --events`, `linli verify`: shown, written, checked, made again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from bot import desk_numbers
from bot.app import App
from bot.cli import cli
from bot.desk_numbers import Wish
from handlers.statistics import fonts, periods
from handlers.statistics.stories import BOUNDS
from tests.dialogues.policies import governed
from tests.harness import GROUP4, Stage

MARCH = "2026-03"
Words = Callable[[], str]


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """A month's life, and a desk on the same database at the same moment."""
    async with governed(tmp_path, data_dir=tmp_path) as made:
        await made.li.says("楼道的灯坏了")
        await made.passes(minutes=7)
        await made.wang.writes("/take 1")
        await made.wang.writes("/done 1 换了灯泡")
        await made.li.presses(made.li.last, "解决了")
        await made.sun.says("电梯坏了")
        await made.feng.writes("/recategorise 2 噪音")
        await made.qian.says("门口的灯坏了", GROUP4)
        await made.chen.writes("/cannot 3 没有经费")

        class Held:
            """The program that the desk works with: this one."""

            async def __aenter__(self) -> App:
                return made.app

            async def __aexit__(self, *error: object) -> None:
                """It goes on."""

        monkeypatch.setattr(desk_numbers, "_app", Held)
        monkeypatch.chdir(tmp_path)
        yield made


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def write(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def mode_of(file: Path) -> int:
    return file.stat().st_mode


async def printed(
    capsys: pytest.CaptureFixture[str], words: str = MARCH, form: str = "table"
) -> str:
    capsys.readouterr()
    assert await desk_numbers.stats(Wish(words, form)) == 0
    return capsys.readouterr().out


async def test_the_table_has_all_parts_and_definitions(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await printed(capsys)
    for words in (
        "2026年3月",
        "报事 3 件",
        "响应率 100.0%（2 件里 2 件）",
        "4栋",
        "第 1 级",
        "解决率 =",
    ):
        assert words in told


@pytest.mark.parametrize("words", ["", MARCH, "本周", "上月", "2026-03 2026-02 4栋", "3栋"])
@pytest.mark.parametrize("form", ["json", "csv", "table"])
async def test_every_number_is_made_again_from_the_file(
    stage: Stage, capsys: pytest.CaptureFixture[str], words: str, form: str
) -> None:
    """R46"""
    told = await printed(capsys, words, form)
    file = Path("events.jsonl")
    assert await desk_numbers.export_events(file, as_json=False) == 0
    seal = capsys.readouterr().out
    assert await desk_numbers.verify(file, Wish(words, form)) == 0
    out, err = capsys.readouterr()
    head, _, again = out.partition("\n") if form == "table" else (err, "", out)
    assert again == told
    assert head.split()[-1].strip("。") in seal, "the seal that was told when it was written"


async def test_json_has_shares_and_their_n(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(await printed(capsys, form="json"))
    assert told["whole"]["resolution"] == 0.5
    assert told["whole"]["resolution_of"] == 2
    assert (told["whole"]["answer_median"], told["whole"]["answer_p90"]) == (1.0, 10.0), "minutes"
    assert {each["by"] for each in told["parts"]} == {"area", "category", "rung"}
    assert not any(each["ranked"] for each in told["parts"])
    assert told["baseline"] == {"period": "2026-02", "n": 0, "change": None}


async def test_csv_is_read_by_a_spreadsheet(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(csv.DictReader(io.StringIO(await printed(capsys, form="csv"))))
    assert rows[0]["by"] == "all"
    assert rows[0]["n"] == "3"
    assert {row["n"] for row in rows if row["by"] == "category" and row["key"] == "noise"} == {"1"}


async def test_a_place_that_looks_like_a_formula_is_text(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    from sqlalchemy import update

    from storage.tables import Area

    async with stage.app.store.write() as store:
        await store.execute(update(Area).where(Area.code == "4").values(name="=1+1"))
        await store.execute(update(Area).where(Area.code == "和平里").values(name="=2"))
    assert "'=2 =1+1" in await printed(capsys, form="csv")
    assert await desk_numbers.stats(Wish(MARCH, excel=Path("a.xlsx"))) == 0
    book = load_workbook("a.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'=") for cell in cells)


async def test_the_sheets_of_excel(stage: Stage) -> None:
    assert await desk_numbers.stats(Wish(MARCH, excel=Path("a.xlsx"))) == 0
    book = load_workbook("a.xlsx")
    names = ["总表", "按楼栋", "按类别", "按层级", "按天", "按月", "怎么算的"]
    assert book.sheetnames == names
    head, whole = book["总表"].iter_rows(values_only=True)
    assert dict(zip(head, whole, strict=True))["解决率"] == 0.5
    days = list(book["按天"].iter_rows(values_only=True))
    assert days[2] == ("2026-03-02", 3)
    assert len(days) == 32


async def test_the_picture_is_one_that_a_phone_shows(stage: Stage) -> None:
    from PIL import Image

    assert await desk_numbers.stats(Wish(MARCH, picture=Path("a.png"))) == 0
    with Image.open("a.png") as picture:
        wide, high = picture.size
        assert wide == 1080
        assert 1200 < high < 3000
        colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 50, "letters and bars"


def test_a_font_without_chinese_signs_is_none(tmp_path: Path) -> None:
    from PIL import ImageFont

    with pytest.raises(fonts.NoFontError):
        fonts.find(None, [tmp_path])
    file = tmp_path / "broken.ttf"
    file.write_bytes(b"no font")
    with pytest.raises(fonts.NoFontError):
        fonts.find(file)
    latin = ImageFont.load_default(20)
    assert isinstance(latin, ImageFont.FreeTypeFont)
    own = tmp_path / "latin.ttf"
    own.write_bytes(latin.font_bytes)
    with pytest.raises(fonts.NoFontError):
        fonts.find(own)


# What is wrong is told ------------------------------------------------------------------------


async def test_the_first_line_that_was_changed_is_named(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path("events.jsonl")
    await desk_numbers.export_events(file, as_json=True)
    lines = lines_of(file)
    at = next(i for i, line in enumerate(lines) if '"move":"cannot"' in line)
    lines[at] = lines[at].replace('"cannot"', '"done"', 1)
    write(file, lines)
    capsys.readouterr()
    assert await desk_numbers.verify(file, Wish(form="json")) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "file": "events.jsonl",
        "whole": False,
        "line": at + 1,
        "why": "hash",
    }
    assert f"从第 {at + 1} 行起不对" in err


async def test_a_cut_file_is_no_whole_one(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("events.jsonl")
    await desk_numbers.export_events(file, as_json=True)
    lines = lines_of(file)
    write(file, lines[:-3])
    assert await desk_numbers.verify(file, Wish()) == 1
    assert "没有写完" in capsys.readouterr().err


async def test_pseudonyms_lead_nowhere_and_stay_the_same(stage: Stage) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        await desk_numbers.export_events(Path(name), as_json=True)
    first, second = (
        [json.loads(line) for line in lines_of(Path(name))] for name in ("a.jsonl", "b.jsonl")
    )
    told = [each["request"] for each in first if "request" in each]
    assert told == [each["request"] for each in second if "request" in each]
    assert len(set(told)) == 3
    assert all(len(each) == 20 for each in told)
    assert mode_of(Path("a.jsonl")) & 0o077 == 0, "for this user's eyes"


@pytest.fixture
def linli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command in English, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")

    def run(*args: str) -> Result:
        result = CliRunner().invoke(cli, args)
        assert "Traceback" not in result.output
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_the_commands_without_anything(linli: Callable[..., Result], tmp_path: Path) -> None:
    assert linli("stats").exit_code == 2
    assert "linli import" in linli("stats").output
    assert linli("verify", "nothing.jsonl").exit_code == 2
    (tmp_path / "other.jsonl").write_text("{}\n", encoding="utf-8")
    result = linli("verify", "other.jsonl")
    assert result.exit_code == 1
    assert "line 1" in result.output
    assert linli("export", "--events", "e.jsonl").exit_code == 0
    assert linli("verify", "e.jsonl", "nowhere").exit_code == 2


def test_the_bounds_in_the_docs_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
    found: list[timedelta] = []
    for unit in ("minutes", "hours", "days"):
        line = next(each for each in text.splitlines() if each.strip().startswith(unit))
        numbers = line.split(unit, 1)[1].split(";")[0].split(",")
        found += [timedelta(**{unit: float(each)}) for each in numbers]
    assert found == list(BOUNDS)


def test_months_are_named_as_in_the_docs() -> None:
    assert periods.months_in("2026-10 2026-03")[0][1].name == MARCH
