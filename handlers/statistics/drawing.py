"""The monthly report as one picture that is read on a phone: tiles, bars, and what each means."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.requests import texts as request_texts
from handlers.statistics import fonts, texts
from handlers.statistics.report import Report
from handlers.statistics.rules import Part, Rate, ranked
from handlers.work import Work

if TYPE_CHECKING:
    from PIL import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, MARGIN, GAP = 1080, 48, 28
INK, SOFT, PAPER, LINE = "#1c2733", "#5b6b7a", "#ffffff", "#dde3e8"
BLUE, GREEN, PALE = "#2f6fb0", "#2e8b57", "#f2f5f8"
#: Sizes of letters: on a phone of 360 points a third of it is seen.
HUGE, LARGE, NORMAL, SMALL = 64, 46, 34, 27
#: So many bars of buildings and of categories.
MOST_BARS = 8
#: Days under which their number stands; of a week under all.
NAMED_DAYS, A_WEEK = (1, 8, 15, 22, 29), 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how long (0 to 1), and what stands behind it."""

    name: str
    length: float
    value: str


class Sheet:
    """A picture that grows downwards; `y` is where the next thing stands."""

    def __init__(self, file: Path, height: int) -> None:
        from PIL import Image, ImageDraw  # needed once a month

        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.image)
        self._file = file
        self._fonts: dict[int, FreeTypeFont] = {}
        self.y = MARGIN

    def text(self, at: tuple[float, float], words: str, size: int, ink: str = INK) -> None:
        """Words at a place (their upper left corner)."""
        self.pen.text(at, words, font=self._font(size), fill=ink)

    def width(self, words: str, size: int) -> float:
        """How wide words are."""
        return self.pen.textlength(words, font=self._font(size))

    def line(self, words: str, size: int, ink: str = INK) -> None:
        """A line of its own, broken where it is too wide."""
        for each in self.broken(words, size, WIDTH - 2 * MARGIN):
            self.text((MARGIN, self.y), each, size, ink)
            self.y += round(size * 1.4)

    def broken(self, words: str, size: int, room: float) -> list[str]:
        """The lines that words fill; between Chinese signs they may break anywhere."""
        lines, at = [""], 0
        for piece in _pieces(words):
            if lines[at] and self.width(lines[at] + piece, size) > room:
                lines.append("")
                at += 1
            lines[at] += piece if lines[at] else piece.lstrip()
        return lines

    def cut(self, words: str, size: int, room: float) -> str:
        """As much of the words as there is room for: their middle goes, for buildings of one
        neighbourhood differ in the end of their names."""
        shown, left = words, len(words)
        while left and self.width(shown, size) > room:
            left -= 1
            head = left // 3
            shown = f"{words[:head]}…{words[len(words) - left + head :]}"
        return shown

    def png(self) -> bytes:
        """The picture down to where something stands."""
        out = io.BytesIO()
        whole = self.image.crop((0, 0, WIDTH, min(self.y + MARGIN, self.image.height)))
        whole.save(out, format="PNG", optimize=False, compress_level=4)
        return out.getvalue()

    def _font(self, size: int) -> FreeTypeFont:
        if size not in self._fonts:
            self._fonts[size] = fonts.load(self._file, size)
        return self._fonts[size]


def _pieces(words: str) -> list[str]:
    """Where a line may break: before a space, and beside every Chinese sign."""
    pieces: list[str] = []
    for sign in words:
        if pieces and sign.isascii() and sign != " " and pieces[-1][-1].isascii():
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


class Drawing:
    """Draws the numbers in a language."""

    def __init__(self, work: Work, language: str, found: Report) -> None:
        self._work, self._language, self._found = work, language, found
        self._sheet = Sheet(fonts.find(work.desk.defaults.font), 4000)

    @cached_property
    def _small(self) -> int:
        return self._found.small

    def _word(self, key: str, **values: object) -> str:
        return self._work.word(self._language, key, **values)

    def png(self) -> bytes:
        """All of it."""
        self._head()
        self._tiles()
        self._lines()
        self._days()
        for name, bars in (("area", self._areas()), ("category", self._categories())):
            self._bars(name, bars[:MOST_BARS])
            if len(bars) > MOST_BARS:
                self._sheet.line(self._word("stats.more", n=len(bars) - MOST_BARS), SMALL, SOFT)
        self._bars("months", self._months())
        self._sheet.y += GAP
        for each in texts.definitions(self._work, self._language):
            self._sheet.line(each, SMALL, SOFT)
        return self._sheet.png()

    def _head(self) -> None:
        sheet = self._sheet
        sheet.line(texts.title(self._work, self._language, self._found), LARGE)
        sheet.line(texts.volume(self._work, self._language, self._found), NORMAL, SOFT)
        sheet.y += GAP // 2

    def _tiles(self) -> None:
        sheet, wide = self._sheet, (WIDTH - 2 * MARGIN - 2 * GAP) / 3
        for number, name in enumerate(texts.RATES):
            value: Rate = getattr(self._found.whole, name)
            left = MARGIN + number * (wide + GAP)
            box = (left, sheet.y, left + wide, sheet.y + 210)
            sheet.pen.rounded_rectangle(box, radius=18, fill=PALE)
            called = sheet.cut(self._word(f"stats.name.{name}"), NORMAL, wide - 40)
            shown = "—" if value.share is None else texts.percent(value.share)
            sheet.text((left + 20, sheet.y + 16), called, NORMAL, SOFT)
            sheet.text((left + 20, sheet.y + 62), shown, HUGE, INK)
            sheet.text((left + 20, sheet.y + 158), f"{value.part} / {value.of}", SMALL, SOFT)
        sheet.y += 210 + GAP

    def _lines(self) -> None:
        told = texts.whole(self._work, self._language, self._found)[1 + len(texts.RATES) :]
        for each in told:
            self._sheet.line(each, SMALL + 3)

    def _title(self, name: str, *, rates: bool = False) -> None:
        self._sheet.y += GAP
        words = self._word(f"stats.sheet.{name}")
        self._sheet.line(self._word("stats.bars", by=words) if rates else words, NORMAL)

    def _days(self) -> None:
        curves = self._found.curves
        if curves is None or not any(curves.days.values()):
            return
        self._title("days")
        sheet, high = self._sheet, 190
        most = max(curves.days.values())
        step = (WIDTH - 2 * MARGIN) / len(curves.days)
        base = sheet.y + high
        free = 0.0  # a number is written only where none stands yet
        for number, (day, n) in enumerate(sorted(curves.days.items())):
            left = MARGIN + number * step
            top = base - (high - 40) * n / most
            sheet.pen.rectangle((left + 3, top, left + step - 3, base), fill=BLUE)
            if n == most and left >= free:
                sheet.text((left, top - SMALL - 8), str(n), SMALL, SOFT)
                free = left + sheet.width(f"{n} ", SMALL)
            if day.day in NAMED_DAYS or len(curves.days) <= A_WEEK:
                sheet.text((left, base + 6), str(day.day), SMALL, SOFT)
        sheet.pen.line((MARGIN, base, WIDTH - MARGIN, base), fill=LINE, width=2)
        sheet.y = base + SMALL + 16

    def _bars(self, name: str, bars: Sequence[Bar]) -> None:
        if not bars:
            return
        self._title(name, rates=name != "months")
        sheet = self._sheet
        names, values = 300, 330
        room = WIDTH - 2 * MARGIN - names - values
        for bar in bars:
            left = MARGIN + names
            right = left + max(room * bar.length, 2)
            sheet.text((MARGIN, sheet.y), sheet.cut(bar.name, SMALL + 3, names - 16), SMALL + 3)
            sheet.pen.rectangle((left, sheet.y + 6, right, sheet.y + 36), fill=GREEN)
            value = sheet.cut(bar.value, SMALL, WIDTH - MARGIN - right - 14)
            sheet.text((right + 14, sheet.y + 2), value, SMALL, SOFT)
            sheet.y += 52

    def _areas(self) -> list[Bar]:
        names = self._found.names
        return self._ranked([(names.get(each.what, "?"), each) for each in self._found.areas])

    def _categories(self) -> list[Bar]:
        def name(each: str) -> str:
            return request_texts.category(self._work, self._language, each)

        return self._ranked([(name(each.what), each) for each in self._found.categories])

    def _ranked(self, named: Sequence[tuple[str, Part[object]]]) -> list[Bar]:
        """The most frequent first; a rate stands behind those only of which enough is known."""
        enough, _ = ranked([each for _, each in named], self._small)
        shown = sorted(named, key=lambda pair: -pair[1].figures.n)
        most = max((each.figures.n for _, each in shown), default=0)
        bars: list[Bar] = []
        for name, each in shown:
            share = each.figures.resolution.share if each in enough else None
            rate = "" if share is None else f" · {self._rate(share, each.figures.resolution.of)}"
            bars.append(Bar(name, each.figures.n / most if most else 0, f"{each.figures.n}{rate}"))
        return [bar for bar in bars if bar.length]

    def _rate(self, share: float, of: int) -> str:
        return f"{texts.percent(share)} (n={of})"

    def _months(self) -> list[Bar]:
        curves = self._found.curves
        if curves is None:
            return []
        most = max((n for _, n in curves.months), default=0)
        shown = [each for each in curves.months if each[1] or each[0] == self._found.ask.period]
        return [Bar(period.name, n / most if most else 0, str(n)) for period, n in shown]


def picture(work: Work, language: str, found: Report) -> bytes:
    """A PNG. Raises NoFontError where no font has Chinese signs (names of places are Chinese)."""
    return Drawing(work, language, found).png()
