"""Pictures on their way through WeCom: fetched in time, made harmless, and sent on."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot import pictures
from handlers.chat.incoming import Media, MediaKind, Message
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import Lent, PassingError
from tests.bot.platforms.wecom.going import Going

GROUP, LI, WANG = "wrGROUP3", "woLINA0000000000000000", "woWANG0000000000000000"
SECRET_PLACE = b"43.85N 126.57E"


def photo() -> bytes:
    out = io.BytesIO()
    made = Image.new("RGB", (40, 30), "red")
    exif = Image.Exif()
    exif[0x010E] = SECRET_PLACE.decode()
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def received(bot: Going, body: bytes, **more: Any) -> tuple[Media, ...]:
    await bot.wecom.sends(LI, msgtype="image", image=bot.wecom.picture(body) | more)
    (message,) = [each for each in await bot.heard() if isinstance(each, Message)]
    return message.media


async def pass_on(bot: Going, media: tuple[Media, ...]) -> None:
    out = Say(platform="wecom", chat=WANG, group=False, content=Content(text="请看", media=media))
    for _ in range(3):
        try:
            await bot.platform.deliver(out, None)
        except PassingError as error:
            if "the rest follows" not in str(error):
                raise
        else:
            return


async def test_a_picture_is_passed_on_without_what_was_hidden_in_it(bot: Going) -> None:
    assert SECRET_PLACE in photo()
    media = await received(bot, photo())
    assert [each.kind for each in media] == [MediaKind.PHOTO]
    bot.wecom.talked.add(WANG)
    await pass_on(bot, media)
    picture, words = bot.wecom.chats.in_chat(WANG)
    assert picture.kind == "image"
    assert picture.media is not None
    assert pictures.type_of(picture.media) == "image/jpeg"
    assert SECRET_PLACE not in picture.media
    assert words.text == "请看"


async def test_it_is_fetched_as_soon_as_it_comes(bot: Going) -> None:
    """WeCom lets it be fetched for five minutes; help may be asked for much later."""
    media = await received(bot, photo())
    platform: Any = bot.platform  # WeCom has it a moment before its answer is here
    await bot.until(lambda: platform._saying.media._copies)
    bot.wecom.files.clear()
    bot.wecom.talked.add(WANG)
    await pass_on(bot, media)
    assert [each.kind for each in bot.wecom.chats.in_chat(WANG)] == ["image", "markdown"]


@pytest.mark.fault("wecom")
@pytest.mark.parametrize("body", [b"", b"no picture", b"\xff\xd8\xff\xe0 a broken one"])
async def test_what_is_no_picture_is_not_passed_on_and_the_words_arrive(
    bot: Going, body: bytes
) -> None:
    media = await received(bot, body)
    bot.wecom.talked.add(WANG)
    await pass_on(bot, media)
    assert [each.text for each in bot.wecom.chats.in_chat(WANG)] == ["请看"]


@pytest.mark.fault("wecom")
async def test_a_wrong_key_is_no_picture(bot: Going) -> None:
    media = await received(bot, photo(), aeskey="A" * 43)
    bot.wecom.talked.add(WANG)
    await pass_on(bot, media)
    assert [each.text for each in bot.wecom.chats.in_chat(WANG)] == ["请看"]


async def test_a_picture_of_another_platform_is_left_out(bot: Going) -> None:
    bot.wecom.talked.add(WANG)
    await pass_on(bot, (Media(kind=MediaKind.PHOTO, ref="AgACAgUAAx0"),))
    assert [each.text for each in bot.wecom.chats.in_chat(WANG)] == ["请看"]


async def test_a_file_that_is_a_picture_is_cleaned_as_well(bot: Going) -> None:
    body = bot.wecom.picture(photo())
    await bot.wecom.sends(LI, msgtype="file", file=body)
    (message,) = [each for each in await bot.heard() if isinstance(each, Message)]
    bot.wecom.talked.add(WANG)
    await pass_on(bot, message.media)
    file = bot.wecom.chats.in_chat(WANG)[0]
    assert file.media is not None
    assert SECRET_PLACE not in file.media


@pytest.mark.fault("wecom")
async def test_the_words_arrive_when_wecom_has_the_picture_no_longer(bot: Going) -> None:
    """It keeps what was handed in for three days; a request may climb later than that."""
    media = await received(bot, photo())
    bot.wecom.talked.add(WANG)
    await pass_on(bot, media)
    bot.wecom.chats.media.clear()
    await pass_on(bot, media)
    said = [(each.kind, each.text) for each in bot.wecom.chats.in_chat(WANG)]
    assert [kind for kind, _ in said].count("image") == 1
    assert [text for _, text in said if text] == ["请看", "请看"]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + SECRET_PLACE


async def file_from(bot: Going, body: bytes, told: str = "") -> Media:
    """A file, of whose name WeCom says nothing but where it lies."""
    await bot.wecom.sends(LI, msgtype="file", file=bot.wecom.picture(body, told))
    said = [each for each in await bot.heard() if isinstance(each, Message)]
    bot.wecom.talked.add(WANG)
    return said[-1].media[0]


async def test_a_picture_that_cannot_be_drawn_anew_stays_behind_without_a_name_too(
    bot: Going,
) -> None:
    media = await file_from(bot, HEIC)
    with pytest.raises(OSError, match="PictureError"):
        await bot.platform.fetched(media)
    await pass_on(bot, (media,))
    assert [each.text for each in bot.wecom.chats.in_chat(WANG)] == ["请看"]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("attachment; filename*=UTF-8''%E7%94%B5%E8%B4%B9.xlsx", "电费.xlsx"),
        ('attachment; filename="meter 3.xlsx"', "meter 3.xlsx"),
        ("attachment; filename=%E7%94%B5%E8%B4%B9.xlsx", "电费.xlsx"),
        ("attachment; filename=IMG_1.HEIC; filename*=UTF-8''list.txt", "list.txt"),
        ("attachment", ""),
        ("", ""),
    ],
)
async def test_the_name_of_a_file_is_told_by_the_server_that_has_it(
    bot: Going, told: str, name: str
) -> None:
    lent = await bot.platform.fetched(await file_from(bot, b"a list", told))
    assert lent == Lent(b"a list", name)


async def test_a_file_of_a_pictures_name_that_is_none_stays_behind(bot: Going) -> None:
    media = await file_from(bot, b"who knows", "attachment; filename=IMG_1.HEIC")
    with pytest.raises(OSError, match="PictureError"):
        await bot.platform.fetched(media)


@pytest.mark.parametrize(
    ("told", "name"), [("attachment; filename=bill.xlsx", "bill.xlsx"), ("", "file.pdf")]
)
async def test_it_is_handed_in_under_that_name_or_one_of_its_kind(
    bot: Going, told: str, name: str
) -> None:
    await pass_on(bot, (await file_from(bot, b"%PDF-1.7", told),))
    assert [each.kind for each in bot.wecom.chats.in_chat(WANG)] == ["file", "markdown"]
    begun = [each for each in bot.wecom.commands if each["cmd"] == "aibot_upload_media_init"]
    assert [each["body"]["filename"] for each in begun] == [name]
