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
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif"),
    *(".tif", ".tiff", ".bmp", ".avif", ".jxl", ".dng"),
)


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
    return type_of(body) is not None or name.lower().endswith(_ENDINGS)


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
