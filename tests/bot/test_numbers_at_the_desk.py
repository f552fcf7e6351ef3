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

from bot import desk_numbers
from bot.app import App
from bot.desk_errors import DeskError
from bot.desk_numbers import Wish
from handlers.directory.several import SeveralError
from handlers.statistics import drawing, fonts, periods
from handlers.statistics.chain import Chain
from handlers.statistics.stories import BOUNDS
from handlers.work import RefusalError
from tests.bot.commanding import Linli, alone, run
from tests.dialogues.policies import governed
from tests.dialogues.steps import town
from tests.harness import GROUP4, Stage

MARCH = "2026-03"
Words = Callable[[], str]


def at_the_desk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the desk works with this program."""

    class Held:
        async def __aenter__(self) -> App:
            return stage.app

        async def __aexit__(self, *error: object) -> None:
            """It goes on."""

    monkeypatch.setattr(desk_numbers, "desk_app", Held)


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

        at_the_desk(made, monkeypatch)
        monkeypatch.chdir(tmp_path)
        yield made


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def write(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_bytes(file: Path, lines: list[bytes]) -> None:
    file.write_bytes(b"".join(each + b"\n" for each in lines))


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


@pytest.mark.parametrize(
    "words", ["", MARCH, "本周", "上月", "2026-03 2026-02 4栋", "3栋", "this month last month 3栋"]
)
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
    if form == "json":  # what other subjects add is no part of the file
        told = json.dumps({**json.loads(told), "sections": {}}, ensure_ascii=False)
        again = json.dumps({**json.loads(again), "sections": {}}, ensure_ascii=False)
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
    shares = [cell for cell in book["按楼栋"][2] if cell.number_format == "0.0%"]
    assert len(shares) == 3, "read as percentages, each of the three rates"
    assert book["总表"].freeze_panes == "B2"
    assert book["总表"].column_dimensions["D"].width >= len("响应率的件数".encode("gbk"))
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


def test_names_too_long_for_the_picture_stay_apart() -> None:
    """Buildings of one neighbourhood differ in their ends, those of several in their beginnings."""
    sheet = drawing.Sheet(fonts.find(None), 10)
    names = [
        f"{where}东区二期{number}栋" for where in ("阳光花园", "北化新村") for number in (1, 12)
    ]
    cut = [sheet.cut(name, 30, 284) for name in names]
    assert all("…" in each and sheet.width(each, 30) <= 284 for each in cut)
    assert len(set(cut)) == len(names)
    assert sheet.cut("3栋", 30, 284) == "3栋"
    assert sheet.cut("3栋", 30, 5) in ("…", "")


async def test_what_has_no_room_in_the_picture_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    line = drawing.Sheet.line

    def kept(self: drawing.Sheet, words: str, size: int, ink: str = drawing.INK) -> None:
        written.append(words)
        line(self, words, size, ink)

    monkeypatch.setattr(drawing.Sheet, "line", kept)
    monkeypatch.setattr(drawing, "MOST_BARS", 1)
    assert await desk_numbers.stats(Wish(MARCH, picture=Path("a.png"))) == 0
    assert [each for each in written if each.startswith("……还有 ")] == [
        "……还有 1 项，完整的在月报表里。",  # of two buildings
        "……还有 1 项，完整的在月报表里。",  # of two categories
    ]


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


#: What may befall a file, and the first line that is wrong then (None: the one behind the last).
TOUCHED: list[tuple[Callable[[list[bytes]], list[bytes]], int | None]] = [
    (lambda lines: [*lines[:6], *lines[7:]], 7),  # one is missing
    (lambda lines: [*lines[:6], lines[7], lines[6], *lines[8:]], 7),  # two changed places
    (lambda lines: [*lines[:6], lines[5], *lines[6:]], 7),  # one stands twice
    (lambda lines: [*lines[:6], b"\x89PNG\xff", *lines[7:]], 7),  # no text at all
    (lambda lines: [*lines[:6], lines[6].replace(b'"rung":0', b'"rung":\xff')], 7),
    (lambda lines: [*lines[:6], b"[" * 100_000], 7),  # deeper than anybody writes
    (lambda lines: [*lines[:6], b'{"event": "\\ud800"}'], 7),  # half a sign
    (lambda lines: lines[:-1], None),  # cut
    (lambda lines: lines[:0], 1),
]


@pytest.mark.parametrize(("touched", "at"), TOUCHED)
async def test_whatever_was_done_to_a_file_its_first_wrong_line_is_named(
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
    touched: Callable[[list[bytes]], list[bytes]],
    at: int | None,
) -> None:
    file = Path("events.jsonl")
    await desk_numbers.export_events(file, as_json=True)
    lines = [each.encode() for each in lines_of(file)]
    found = touched(lines)
    assert found != lines
    write_bytes(file, found)
    capsys.readouterr()
    assert await desk_numbers.verify(file, Wish()) == 1
    assert f"从第 {at or len(lines)} 行起不对" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changed",
    [
        {"head": "linli events", "zone": "Mars/Olympus"},
        {"head": "linli events", "zone": ".."},
        {"head": "linli events", "as_of": "2026-03-02T09:00:00"},
        {"head": "linli events", "baseline": "March"},
        {"head": "linli events", "small": float("inf")},
        {"move": "open", "at": "2026-03-02T09:00:00"},
        {"move": "open", "place": None},
        {"kind": "building", "path": "/1/x/"},
    ],
)
async def test_a_file_sealed_anew_by_somebody_else_is_read_with_care(
    stage: Stage, capsys: pytest.CaptureFixture[str], changed: dict[str, object]
) -> None:
    """Its chain is whole, and what it says cannot be: that is told, too."""
    file, chain = Path("events.jsonl"), Chain()
    await desk_numbers.export_events(file, as_json=True)
    name, value = next(iter(changed.items()))
    sealed: list[str] = []
    at = 0
    for number, line in enumerate(lines_of(file), 1):
        fields = json.loads(line)
        del fields["seal"]
        if not at and fields.get(name) == value:
            fields, at = fields | changed, number
        sealed.append(chain.add(fields))
    write(file, sealed)
    capsys.readouterr()
    assert at
    assert await desk_numbers.verify(file, Wish()) == 1
    assert f"从第 {at} 行起不对：这一行缺了该有的内容" in capsys.readouterr().err


async def test_a_community_of_its_own_policy_is_made_again_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R46: what it ranks, and with which month it compares itself."""
    policy = """[places."南京街社区".statistics]
small = 1
baseline = "2026-01"
"""
    monkeypatch.chdir(tmp_path)
    async with governed(tmp_path, policy, data_dir=tmp_path) as made:
        at_the_desk(made, monkeypatch)
        await made.li.says("楼道的灯坏了")
        await made.feng.writes("/cannot 1 没有经费")
        for words in ("2026-03", "2026-03 南京街社区", "2026-03 3栋"):
            told = await printed(capsys, words)
            assert ("不排名次" in told) == (words == "2026-03"), (
                "the whole tree by the policy of all"
            )
            assert await desk_numbers.export_events(Path("e.jsonl"), as_json=True) == 0
            capsys.readouterr()
            assert await desk_numbers.verify(Path("e.jsonl"), Wish(words)) == 0
            assert capsys.readouterr().out.partition("\n")[2] == told


@pytest.mark.parametrize("words", ["2026-13", "9999-12"])
async def test_a_month_that_there_is_not_is_no_unknown_place(stage: Stage, words: str) -> None:
    await desk_numbers.export_events(Path("e.jsonl"), as_json=True)
    for made in (
        desk_numbers.stats(Wish(words)),
        desk_numbers.verify(Path("e.jsonl"), Wish(words)),
    ):
        with pytest.raises(RefusalError) as refused:
            await made
        assert refused.value.key == "stats.period_unknown"


async def test_a_month_to_come_has_no_numbers_at_the_desk_either(stage: Stage) -> None:
    await desk_numbers.export_events(Path("e.jsonl"), as_json=True)
    wish = Wish("2099-01")
    for made in (desk_numbers.stats(wish), desk_numbers.verify(Path("e.jsonl"), wish)):
        with pytest.raises(RefusalError) as refused:
            await made
        assert refused.value.key == "stats.not_begun"


async def test_a_stairwell_has_the_numbers_of_its_building_at_the_desk_too(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await printed(capsys, "2026-03 3-2") == await printed(capsys, "2026-03 和平里3栋")


async def test_a_file_that_was_exchanged_as_a_whole_shows_by_the_noted_seal(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes all lines anew seals them anew, too."""
    file, chain = Path("events.jsonl"), Chain()
    await desk_numbers.export_events(file, as_json=True)
    noted = json.loads(capsys.readouterr().out)["seal"]
    assert await desk_numbers.verify(file, Wish(MARCH), noted.upper()) == 0
    sealed: list[str] = []
    for line in lines_of(file):
        fields = json.loads(line.replace('"ending":"cannot"', '"ending":"solved"'))
        del fields["seal"]
        sealed.append(chain.add(fields))
    write(file, sealed)
    assert await desk_numbers.verify(file, Wish(MARCH)) == 0, "its own chain is whole"
    capsys.readouterr()
    assert await desk_numbers.verify(file, Wish(MARCH, "json"), noted) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["why"] == "exchanged"
    assert "整份文件被换过" in err


@pytest.mark.parametrize("words", ["4栋", "和平里小区4栋", "和平里4栋", "和平里小区 4栋"])
async def test_places_of_a_file_are_named_as_one_names_them(
    stage: Stage, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    await desk_numbers.export_events(Path("e.jsonl"), as_json=True)
    told = await printed(capsys, f"2026-03 {words}")
    assert await desk_numbers.verify(Path("e.jsonl"), Wish(f"2026-03 {words}")) == 0
    assert capsys.readouterr().out.partition("\n")[2] == told


async def test_of_several_places_of_a_name_it_is_said_which(stage: Stage) -> None:
    await town(stage)
    await desk_numbers.export_events(Path("e.jsonl"), as_json=True)
    with pytest.raises(DeskError) as several:
        await desk_numbers.verify(Path("e.jsonl"), Wish("3栋"))
    assert several.value.values["names"] == "和平里小区3栋、北化小区3栋"
    with pytest.raises(DeskError) as unknown:
        await desk_numbers.verify(Path("e.jsonl"), Wish("火星"))
    assert unknown.value.key == "place_unknown"


async def test_a_place_may_be_written_as_the_desk_itself_writes_it(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await town(stage)
    with pytest.raises(SeveralError) as several:
        await desk_numbers.stats(Wish("2026-03 3栋"))
    names = [name for name, _ in several.value.choices]
    assert names == ["和平里小区3栋", "北化小区3栋"]
    for name in names:
        assert (await printed(capsys, f"2026-03 {name}")).startswith(f"{name}　2026年3月")


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
def linli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """The command in English, in a folder of its own."""
    alone(monkeypatch, tmp_path)
    return run


def test_the_commands_without_anything(linli: Linli, tmp_path: Path) -> None:
    assert linli("stats").exit_code == 2
    assert "linli import" in linli("stats").output
    assert linli("verify", "nothing.jsonl").exit_code == 2
    (tmp_path / "other.jsonl").write_text("{}\n", encoding="utf-8")
    result = linli("verify", "other.jsonl")
    assert result.exit_code == 1
    assert "line 1" in result.output
    assert linli("export", "--events", "e.jsonl").exit_code == 0
    assert linli("verify", "e.jsonl", "nowhere").exit_code == 2


def test_of_two_forms_one_is_asked_for(linli: Linli, tmp_path: Path) -> None:
    assert "not both" in linli("stats", "--json", "--csv").output
    assert "not both" in linli("verify", "e.jsonl", "--json", "--csv").output
    assert "not both" in linli("export", "all.yaml", "--events", "e.jsonl").output
    assert not list(tmp_path.glob("*.*l*"))


def test_the_bounds_in_the_docs_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
    found: list[timedelta] = []
    for unit in ("minutes", "hours", "days"):
        line = next(each for each in text.splitlines() if each.strip().startswith(unit))
        numbers = line.split(unit, 1)[1].split(";")[0].split(",")
        found += [timedelta(**{unit: float(each)}) for each in numbers]
    assert found == list(BOUNDS)


def test_months_are_named_as_in_the_docs() -> None:
    months, _ = periods.months_at("2026-10 2026-03")
    assert [each.name for each in months.values()] == ["2026-10", MARCH]
