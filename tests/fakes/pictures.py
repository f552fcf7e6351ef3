"""Pictures that are some: what platforms take over is drawn anew on its way."""

from __future__ import annotations

import io

from PIL import Image

#: What stands hidden in a picture: where it was taken.
HIDDEN = "Heping Li 3-2-501"


def jpeg(hidden: str = "", size: tuple[int, int] = (8, 6)) -> bytes:
    """A red one; `hidden`: what stands in it beside what it shows."""
    made = Image.new("RGB", size, "red")
    beside = made.getexif()
    if hidden:
        beside[0x010E] = hidden
    out = io.BytesIO()
    made.save(out, "JPEG", exif=beside)
    return out.getvalue()
