"""Uploaded pictures lose everything but the picture, and what is no picture is refused (R50)."""

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot import pictures


def jpeg(width: int = 40, height: int = 20, *, turned: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (43.0, 50.0, 0.0)
    if turned:
        exif[0x0112] = 6  # rotated by a quarter
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG", exif=exif, comment=b"SECRET")
    return out.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def test_place_and_comment_are_gone_from_a_photo() -> None:
    body = jpeg()
    assert b"SECRET" in body
    clean, kind = pictures.clean(body)
    assert kind == "image/jpeg"
    assert b"SECRET" not in clean
    assert not opened(clean).getexif()


def test_text_and_what_follows_a_picture_are_gone() -> None:
    info = PngInfo()
    info.add_text("Author", "SECRET")
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 90)).save(out, "PNG", pnginfo=info)
    clean, kind = pictures.clean(out.getvalue() + b"<script>SECRET</script>")
    assert kind == "image/png"
    assert b"SECRET" not in clean
    assert opened(clean).mode == "RGBA"


def test_a_turned_photo_stands_upright() -> None:
    clean, _ = pictures.clean(jpeg(40, 20, turned=True))
    assert opened(clean).size == (20, 40)


def test_a_large_photo_is_made_smaller() -> None:
    clean, _ = pictures.clean(jpeg(4000, 1000))
    assert opened(clean).size == (2048, 512)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_other_pictures_are_taken_too(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (10, 10), "blue").save(out, kind)
    clean, _ = pictures.clean(out.getvalue())
    assert opened(clean).size == (10, 10)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "page.picture_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page.picture_unknown"),
        (b"MZ\x90\x00", "page.picture_unknown"),
        (b"\xff\xd8\xff\xe0 not really", "page.picture_broken"),
        (jpeg(400, 400)[:300], "page.picture_broken"),
        (b"\xff\xd8\xff" + bytes(pictures.LARGEST_BODY), "page.picture_too_large"),
    ],
)
def test_what_is_no_usable_picture_is_refused(body: bytes, key: str) -> None:
    with pytest.raises(pictures.PictureError) as refused:
        pictures.clean(body)
    assert refused.value.key == key


def saved(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)
    return out.getvalue()


def boxed(brands: bytes) -> bytes:
    """As phones write pictures and videos: a box that tells its brands, then the rest."""
    told = b"ftyp" + brands[:4] + bytes(4) + brands[4:]
    return struct.pack(">I", len(told) + 4) + told + b"mdat heic 43.85N 126.57E"


@pytest.mark.parametrize(
    "body",
    [
        *(saved("TIFF"), saved("BMP"), b"MM\0*\0\0\0\x08", b"\xff\x0a\x10"),
        *(boxed(b"heic"), boxed(b"mif1heic"), boxed(b"avif"), boxed(b"mp42mif1")),
        b"\0\0\0\x0cJXL \r\n\x87\n",
    ],
)
def test_what_cannot_be_drawn_anew_is_a_picture_by_its_content_alone(body: bytes) -> None:
    assert pictures.is_picture("", body)
    with pytest.raises(pictures.PictureError):
        pictures.clean(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"BM", "BMW 停在消防通道了，谁的车？".encode(), b"II. Hausordnung", b"MM"),
        *(boxed(b"isommp42avc1"), boxed(b"qt  "), b"%PDF-1.7", b"\0\0\0\x0cftyp"),
    ],
)
def test_texts_and_videos_are_no_pictures(body: bytes) -> None:
    assert not pictures.is_picture("", body)


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(pictures.PictureError):
        pictures.clean(out.getvalue())


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    whole = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_small_file_that_unfolds_into_a_huge_picture_is_not_unfolded(side: int) -> None:
    body = png_of(side, side)
    assert len(body) < 1000
    with pytest.raises(pictures.PictureError) as refused:
        pictures.clean(body)
    assert refused.value.key == "page.picture_too_large"
