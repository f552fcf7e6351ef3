"""Parting what is longer than a message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Button, Content
from handlers.parting import parts_of, without_turns

BUTTONS = ((Button(text="好", data="ok"),),)


def test_what_fits_is_left_as_it_is() -> None:
    content = Content(title="题", text="长" * 98, buttons=BUTTONS)
    assert parts_of(content, 100) == (content,)


def test_the_title_and_pictures_come_first_and_the_buttons_last() -> None:
    picture = Media(kind=MediaKind.PHOTO, ref="p")
    content = Content(title="题", text="长" * 250, buttons=BUTTONS, media=(picture,))
    first, second, third = parts_of(content, 100)
    assert first.title == "题"
    assert first.media == (picture,)
    assert not first.buttons
    assert not second.title
    assert not second.media
    assert third.buttons == BUTTONS
    assert first.text + second.text + third.text == "长" * 250


def test_it_is_parted_at_the_end_of_a_line_before_the_end_of_a_sentence() -> None:
    content = Content(text="一" * 60 + "\n" + "二" * 20 + "。" + "三" * 60)
    assert [each.text for each in parts_of(content, 100)] == [
        "一" * 60,
        "二" * 20 + "。" + "三" * 60,
    ]


@given(st.text(st.sampled_from("一a。\n "), max_size=400), st.text("题", max_size=20))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, title: str) -> None:
    parts = parts_of(Content(title=title, text=text), 40)
    assert all(len(each.title) + 1 + len(each.text) <= 41 for each in parts)
    whole = "".join(each.text for each in parts)
    assert whole.replace("\n", "") == text.replace("\n", "") or whole.strip() == text.strip()


@given(text=st.text(max_size=400), most=st.integers(8, 60))
def test_no_part_has_more_bytes_than_the_platform_takes(text: str, most: int) -> None:
    parts = parts_of(Content(text=text), 4096, most)
    for each in parts:
        assert len(each.text.encode()) <= most or len(each.text) == 1
    kept = "".join("".join(each.text.split()) for each in parts)
    assert kept == "".join(without_turns(Content(text=text)).text.split())
