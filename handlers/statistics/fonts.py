"""A font that has Chinese signs: the one that the operator names, else one of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

#: Where systems keep their fonts.
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
#: Names of files that have Chinese signs, the best for small letters first.
FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
    "NotoSerifCJK-Regular.ttc",
)
#: Signs by which a font shows that it has them.
PROBE = ("邻", "里")
NO_SIGN = "\U0010fffe"  #: stands for nothing in any font
#: In Noto's collections the third face is the one for simplified Chinese.
SIMPLIFIED = 2


class NoFontError(Exception):
    """No font with Chinese signs is there; the words "stats.no_font" say what to do."""


def find(own: Path | None, folders: Iterable[Path] = FOLDERS) -> Path:
    """The font file to draw with. Raises NoFontError where there is none with Chinese signs."""
    if own is not None:
        if not has_chinese(own):
            raise NoFontError
        return own
    return _of_machine(tuple(folders))


@cache
def _of_machine(folders: tuple[Path, ...]) -> Path:
    there: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.rglob("*.[to]t[fc]")):
                there.setdefault(file.name.casefold(), file)
    for name in FILES:
        found = there.get(name.casefold())
        if found is not None and has_chinese(found):
            return found
    raise NoFontError


@cache
def has_chinese(file: Path) -> bool:
    """Whether a font file draws Chinese signs, and not the box that stands for what it lacks."""
    try:
        font = load(file, 20)
    except OSError:
        return False
    signs = {_drawn(font, sign) for sign in PROBE}
    return len(signs) == len(PROBE) and _drawn(font, NO_SIGN) not in signs


def _drawn(font: FreeTypeFont, sign: str) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("L", (40, 40))
    ImageDraw.Draw(image).text((4, 4), sign, font=font, fill=255)
    return image.tobytes()


def load(file: Path, size: int) -> FreeTypeFont:
    """The font in a size, of a collection the face for simplified Chinese."""
    from PIL import ImageFont  # needed once a month

    if file.suffix.casefold() == ".ttc" and "cjk" in file.name.casefold():
        return ImageFont.truetype(str(file), size, index=SIMPLIFIED)
    return ImageFont.truetype(str(file), size)
