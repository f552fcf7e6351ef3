"""Uploaded pictures: known by their content, made small, and freed of all metadata (R50)."""

from __future__ import annotations

import io
import warnings

from handlers.chat.platform import LARGEST_CARRIED

LARGEST_BODY = LARGEST_CARRIED  #: bytes
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2048  #: pixels
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_BEGINNINGS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_ENDINGS = (
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".hif"),
    *(".tif", ".tiff", ".bmp", ".avif", ".jxl", ".jp2", ".dng"),
)
#: How kinds begin that cannot be drawn anew: TIFF (cameras write it too), JPEG XL, JPEG 2000.
_UNDRAWN = (
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x0cjP  \r\n\x87\n"),
)
#: What boxes of pictures call themselves, as phones write them; those of videos have other brands.
_BRANDS = frozenset(
    (
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"),
        *(b"mif1", b"msf1", b"avif", b"avis", b"crx "),
    )
)
_LONGEST_BRANDS = 256  #: bytes
#: Sizes that the head of a BMP can have; "BM" alone begins many a text.
_HEADS = frozenset((12, 16, 40, 52, 56, 64, 108, 124))


class PictureError(ValueError):
    """This is not a picture that we take; `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def type_of(body: bytes) -> str | None:
    """The media type of a picture by its first bytes; None for anything else."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _BEGINNINGS.items() if body.startswith(start)), None)


def is_picture(name: str, body: bytes) -> bool:
    """Whether a file is a picture, by its name or by what is in it.

    One of a kind that cannot be drawn anew is one too: it must not be passed on as it is.
    """
    return type_of(body) is not None or name.lower().endswith(_ENDINGS) or _undrawn(body)


def _undrawn(body: bytes) -> bool:
    if body.startswith(_UNDRAWN):
        return True
    if body.startswith(b"BM"):
        return int.from_bytes(body[14:18], "little") in _HEADS
    if body[4:8] != b"ftyp":
        return False
    told = body[8 : min(int.from_bytes(body[:4], "big"), _LONGEST_BRANDS)]
    return any(told[at : at + 4] in _BRANDS for at in range(0, len(told), 4))


def clean(body: bytes) -> tuple[bytes, str]:
    """The picture alone, upright, at most 2048 pixels a side, without any metadata; its type.

    It is drawn anew, so nothing that was hidden in the file comes along. Raises PictureError.
    """
    if len(body) > LARGEST_BODY:
        raise PictureError("page.picture_too_large")
    if type_of(body) is None:
        raise PictureError("page.picture_unknown")
    from PIL import Image  # loaded with the first picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(body)
    except PictureError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError("page.picture_too_large") from error
    except (OSError, ValueError, SyntaxError, Warning) as error:
        raise PictureError("page.picture_broken") from error


def _drawn(body: bytes) -> tuple[bytes, str]:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(body), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureError("page.picture_too_large")
        upright = ImageOps.exif_transpose(opened)
        clear = "A" in upright.getbands() or "transparency" in upright.info
        drawn = upright.convert("RGBA" if clear else "RGB")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    out = io.BytesIO()
    if clear:
        bare.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    bare.save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"
