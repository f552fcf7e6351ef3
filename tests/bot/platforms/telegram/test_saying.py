"""What is to be said, as it then stands in Telegram's chats."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.telegram.escaping import shown
from bot.platforms.telegram.platform import TelegramPlatform
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import (
    Acknowledge,
    Button,
    Content,
    Mark,
    Mention,
    React,
    Say,
    SendFile,
    Show,
)
from handlers.chat.platform import Delivered, GoneError, PassingError, PermanentError
from tests.bot.test_pictures import jpeg
from tests.fakes.bot_api import FakeTelegram, Group, Message, Person
from tests.fakes.bot_api.formatting import parse

PHOTO = Media(kind=MediaKind.PHOTO)
JPEG = b"\xff\xd8\xff\xe0 a picture"


def say(group: Group, text: str = "好了", title: str = "", **more: Any) -> Say:
    inside = {key: more.pop(key) for key in ("buttons", "media") if key in more}
    content = Content(text=text, title=title, **inside)
    return Say(platform="telegram", chat=str(group.id), content=content, **more)


def show(group: Group, text: str = "好了", **inside: Any) -> Show:
    content = Content(text=text, **inside)
    return Show(platform="telegram", chat=str(group.id), slot="r1", content=content)


async def wholly(platform: TelegramPlatform, out: Say | Show) -> Delivered:
    """Deliver it as the outbox does: what came in part is gone on with."""
    for _ in range(10):
        try:
            return await platform.deliver(out, None)
        except PassingError as error:
            if error.retry_after is None or error.uncertain:
                raise
    raise AssertionError("it never arrived wholly")


def known(tg: FakeTelegram, kind: MediaKind = MediaKind.PHOTO) -> Media:
    """Something that Telegram has."""
    return Media(kind=kind, ref=tg.world.keep_file(JPEG).id)


async def test_a_title_stands_out_and_markup_is_only_shown(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    done = await platform.deliver(say(group, "a < b & c", "<i>#1</i>"), None)
    assert done.message_id == str(group.last.id)
    assert group.last.text == "<i>#1</i>\na < b & c"
    assert group.last.bold == ["<i>#1</i>"]
    assert tg.calls("sendMessage")[0].params["link_preview_options"] == {"is_disabled": True}


async def test_a_long_text_is_cut_where_telegram_would_refuse_it(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    await platform.deliver(say(group, "<&>" * 3000, "标题"), None)
    assert len(group.last.text) == 4096
    assert group.last.text.endswith("…")
    assert not tg.violations


async def test_a_text_that_just_fits_is_whole(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    await platform.deliver(say(group, "长" * 4096), None)
    assert group.last.text == "长" * 4096


async def test_buttons_stand_in_their_rows_with_their_styles(
    platform: TelegramPlatform, group: Group
) -> None:
    rows = (
        (
            Button(text="我来", data="take:1", style="primary"),
            Button(text="我家也是", data="metoo:1"),
        ),
        (Button(text="看看", url="https://example.org/12"),),
    )
    await platform.deliver(say(group, buttons=rows), None)
    assert [[each.text for each in row] for row in group.last.rows] == [
        ["我来", "我家也是"],
        ["看看"],
    ]
    assert group.last.button("我来").style == "primary"


async def test_what_telegram_would_refuse_of_a_keyboard_is_left_out(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    many = tuple((Button(text=f"{n}", data=f"home:{n}"),) for n in range(120))
    wide = tuple(Button(text=f"w{n}", data=f"w:{n}") for n in range(20))
    odd = (Button(text="page", url="http://localhost:8080/"), Button(text="nothing"))
    await platform.deliver(say(group, buttons=(odd, wide, *many)), None)
    assert len(group.last.buttons) == 100
    assert max(len(row) for row in group.last.rows) == 8
    assert "page" not in group.last.buttons
    assert not tg.violations


async def test_it_replies_and_does_not_mind_when_that_is_gone(
    platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    said = await wang.says(group, "电梯坏了")
    await platform.deliver(say(group, reply_to=str(said.id)), None)
    assert group.last.reply_to is said
    await wang.deletes(said)
    await platform.deliver(say(group, reply_to=str(said.id)), None)
    await platform.deliver(say(group, reply_to="was:12"), None)
    assert group.last.reply_to is None


async def test_a_standing_message_is_edited_with_its_buttons(
    platform: TelegramPlatform, group: Group
) -> None:
    button = Button(text="我来", data="take:1")
    done = await platform.deliver(show(group, "一", buttons=((button,),)), None)
    again = await platform.deliver(show(group, "二"), done.message_id)
    assert again == done
    assert (group.last.text, group.last.edits, group.last.buttons) == ("二", ["一"], [])


async def test_what_is_not_modified_is_a_success(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    done = await platform.deliver(show(group), None)
    assert await platform.deliver(show(group), done.message_id) == done
    assert "not modified" in tg.calls("editMessageText")[0].error


@pytest.mark.parametrize("number", ["99999", "was:12", ""])
async def test_a_standing_message_that_is_gone_is_told_as_gone(
    number: str, platform: TelegramPlatform, group: Group
) -> None:
    with pytest.raises(GoneError):
        await platform.deliver(show(group), number)


async def test_a_message_that_may_not_be_edited_is_shown_anew_too(
    platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    theirs = await wang.says(group, "电梯坏了")
    with pytest.raises(GoneError):
        await platform.deliver(show(group), str(theirs.id))


async def test_one_picture_carries_the_words_and_is_edited_with_them(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    photo = known(tg)
    done = await platform.deliver(show(group, "一", title="#1", media=(photo,)), None)
    await platform.deliver(show(group, "二", title="#1", media=(photo,)), done.message_id)
    await platform.deliver(show(group, "二", title="#1", media=(photo,)), done.message_id)
    (only,) = group.said
    assert only.text == "#1\n二"
    assert "photo" in only.body


async def test_an_album_goes_before_the_words_and_is_sent_once(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    media = (known(tg), known(tg), known(tg, MediaKind.VOICE))
    await wholly(platform, say(group, "楼道积水", media=media))
    kinds = [next(k for k in ("photo", "voice", "text") if k in each.body) for each in group.said]
    assert kinds == ["photo", "photo", "voice", "text"]


async def test_each_call_of_it_waits_for_its_turn(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    """A chat may be sent one message a second: two at once would be refused."""
    out = say(group, "楼道积水", media=(known(tg), known(tg)))
    with pytest.raises(PassingError) as told:
        await platform.deliver(out, None)
    assert told.value.retry_after
    assert "text" not in group.last.body
    await platform.deliver(out, None)
    assert group.last.text == "楼道积水"


@pytest.mark.parametrize("kind", [each for each in MediaKind if each is not MediaKind.LOCATION])
async def test_every_kind_of_media_can_be_sent_on(
    kind: MediaKind, tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    await wholly(platform, say(group, "看", media=(known(tg, kind),)))
    assert group.last.text == "看"
    assert not tg.violations


async def test_a_place_is_sent_on(platform: TelegramPlatform, group: Group) -> None:
    place = Media(kind=MediaKind.LOCATION, latitude=43.8, longitude=126.5)
    await wholly(platform, say(group, "这里", media=(place,)))
    assert group.said[0].body["location"] == {"latitude": 43.8, "longitude": 126.5}


async def test_a_picture_that_telegram_does_not_know_never_stops_the_words(
    platform: TelegramPlatform, group: Group
) -> None:
    stranger = Media(kind=MediaKind.PHOTO, ref="of-another-bot")
    await platform.deliver(say(group, "一", media=(stranger,)), None)
    await platform.deliver(say(group, "二", media=(stranger, stranger)), None)
    assert [each.text for each in group.said] == ["一", "二"]


async def test_markup_that_cannot_be_parsed_is_sent_as_plain_words(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.fail("sendMessage", 400, description="Bad Request: can't parse entities: byte 3")
    await platform.deliver(say(group, "a < b", "#1"), None)
    assert (group.last.text, group.last.bold) == ("#1\na < b", [])


async def pressed(tg: FakeTelegram, platform: TelegramPlatform, group: Group, who: Person) -> Any:
    await platform.deliver(say(group, buttons=((Button(text="我来", data="take:1"),),)), None)
    return await who.presses(group.last, "我来")


async def test_a_press_is_acknowledged_and_a_long_notice_is_cut(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    press = await pressed(tg, platform, group, wang)
    out = Acknowledge(
        platform="telegram", chat=str(group.id), press_id=press.id, text="长" * 300, alert=True
    )
    assert await platform.deliver(out, None) == Delivered()
    assert (press.answer, press.alert) == ("长" * 200, True)


@pytest.mark.parametrize("press_id", ["1", "made up"])
async def test_a_press_that_is_too_old_to_be_answered_is_no_failure(
    press_id: str, platform: TelegramPlatform, group: Group
) -> None:
    out = Acknowledge(platform="telegram", chat=str(group.id), press_id=press_id)
    assert await platform.deliver(out, None) == Delivered()


@pytest.mark.parametrize("mark", list(Mark))
async def test_every_mark_is_one_that_telegram_knows_and_is_taken_away_again(
    mark: Mark, tg: FakeTelegram, platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    said: Message = await wang.says(group, "电梯坏了")
    for wanted in (mark, None):
        out = React(platform="telegram", chat=str(group.id), message_id=str(said.id), mark=wanted)
        assert await platform.deliver(out, None) == Delivered()
        assert len(said.reactions) == (wanted is not None)
    assert not tg.violations


async def test_a_mark_that_a_group_does_not_allow_is_given_up_and_the_group_stays(
    platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    group.chat.allowed_reactions = frozenset()
    said = await wang.says(group, "电梯坏了")
    out = React(platform="telegram", chat=str(group.id), message_id=str(said.id), mark=Mark.TAKEN)
    with pytest.raises(PermanentError) as told:
        await platform.deliver(out, None)
    assert not told.value.unreachable


@pytest.mark.parametrize(("picture", "kind"), [(False, "document"), (True, "photo")])
async def test_files_and_pictures_are_uploaded(
    picture: bool, kind: str, platform: TelegramPlatform, group: Group
) -> None:
    out = SendFile(
        platform="telegram",
        chat=str(group.id),
        name="导出.xlsx",
        body=JPEG,
        caption="给您",
        picture=picture,
    )
    await platform.deliver(out, None)
    assert kind in group.last.body
    assert group.last.files[0].body == JPEG
    assert group.last.text == "给您"


async def test_a_picture_sent_as_a_file_is_passed_on_without_its_metadata(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    body = jpeg()
    file = Media(kind=MediaKind.FILE, ref=tg.world.keep_file(body).id, name="IMG_1.JPG")
    await wholly(platform, say(group, "3栋漏水", media=(file,)))
    picture, words = group.said[-2:]
    assert "photo" in picture.body
    assert b"SECRET" in body
    assert all(b"SECRET" not in each.body for each in picture.files)
    assert words.text == "3栋漏水"


@pytest.mark.parametrize("body", [b"\xff\xd8\xff broken", b"<svg onload=alert(1)>", b"MZ"])
async def test_what_cannot_be_cleaned_is_not_passed_on_and_the_words_are(
    body: bytes, tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    file = Media(kind=MediaKind.FILE, ref=tg.world.keep_file(body).id, name="IMG_1.jpg")
    await wholly(platform, say(group, "3栋漏水", media=(file,)))
    assert [each.text for each in group.said] == ["3栋漏水"]
    assert not tg.violations


async def test_a_paper_is_passed_on_as_it_came(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    file = Media(kind=MediaKind.FILE, ref=tg.world.keep_file(b"%PDF").id, name="报修单.pdf")
    await wholly(platform, say(group, "单子", media=(file,)))
    assert "document" in group.said[-2].body


#: Names out of which markup, entities and one another could be made.
NAMES = st.text("a<>&;\"'hreftgusri=/ 王", min_size=1, max_size=8)


@given(st.text("a<>&;\"'href王 \n", max_size=40), st.lists(NAMES, max_size=4))
def test_any_words_with_any_names_called_show_as_they_are(text: str, names: list[str]) -> None:
    mentions = tuple(Mention(name=each, account=str(n)) for n, each in enumerate(names, 1))
    words = f"{text}{''.join(names)}".strip()
    made = shown(Content(text=words, mentions=mentions))
    assert parse(made.html, "HTML").text == made.plain == words
