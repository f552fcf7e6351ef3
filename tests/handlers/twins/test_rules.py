"""Numbers for buttons, and what is new of a message that cannot be edited."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.chat.outgoing import Button, Content, Show
from handlers.chat.platform import Capabilities
from handlers.twins.rules import (
    DIGITS,
    News,
    digest_of,
    language_of,
    lines_of,
    news_of,
    overflow,
    short,
    with_numbers,
)

LINE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
LINES = st.lists(LINE, max_size=6)


def show(*lines: str, title: str = "#1 电梯") -> Show:
    content = Content(title=title, text="\n".join(lines))
    return Show(platform="p", chat="c", slot="r1", content=content)


def news(before: Show, after: Show) -> News:
    return news_of(lines_of(before) or "", after.content, None)


@given(LINES)
def test_nothing_is_new_of_what_was_said(lines: list[str]) -> None:
    assert not news(show(*lines), show(*lines)).lines


@given(LINES, LINES)
def test_what_is_new_is_what_was_not_said_and_stands_in_its_order(
    before: list[str], after: list[str]
) -> None:
    told = news(show(*before), show(*after))
    assert set(told.lines) == set(after) - set(before) - {"#1 电梯"}
    text = short(show(*after), told).content.text.split("\n") if told.lines else []
    assert [each for each in after if each in told.lines] == [each for each in text if each]


@given(LINES, LINES)
def test_only_numbers_changed_where_the_lines_are_the_same_without_them(
    before: list[str], after: list[str]
) -> None:
    told = news(show(*before), show(*after))
    bare = {DIGITS.sub("", each) for each in ["#1 电梯", *before]}
    assert told.numbers_only == all(DIGITS.sub("", each) in bare for each in told.lines)


def test_a_household_more_is_only_a_number_and_a_name_is_news() -> None:
    assert news(show("2 户反映。"), show("3 户反映。")).numbers_only
    assert not news(show("2 户反映。"), show("2 户反映。", "王姨在办。")).numbers_only


def test_a_new_title_is_news_and_stands_once() -> None:
    after = show("王姨在办。", title="❗ #1 电梯")
    told = news(show("王姨在办。"), after)
    assert told.lines == ("❗ #1 电梯",)
    assert short(after, told).content.text == ""


def test_only_what_stands_has_a_digest() -> None:
    assert digest_of(show("一")) == digest_of(show("一")) != digest_of(show("二"))
    assert digest_of(None) is None
    assert lines_of(None) is None


BUTTONS = tuple(Button(text=f"选{n}", data=f"take:{n}") for n in range(8))


@given(st.integers(0, 9))
def test_every_button_is_pressed_or_chosen_and_none_twice(most: int) -> None:
    content = Content(text="选哪个？", buttons=(BUTTONS[:3], BUTTONS[3:]))
    can = Capabilities(buttons=most)
    chosen = overflow(content, can)
    shown = with_numbers(content, range(11, 11 + len(chosen)), can, "写数字：")
    pressed = [each for row in shown.buttons for each in row]
    assert [*pressed, *chosen] == list(BUTTONS)
    for number, each in enumerate(chosen, 11):
        assert f"{number} {each.text}" in shown.text
    assert ("写数字：" in shown.text) == bool(chosen)


def test_a_button_that_opens_an_address_is_shown_as_one() -> None:
    link = Button(text="地图", url="https://map.example/3")
    content = Content(text="在哪里？", buttons=((link, BUTTONS[0]),))
    shown = with_numbers(content, [11], Capabilities(buttons=0), "写数字：")
    assert shown.text == "在哪里？\n地图：https://map.example/3\n写数字：11 选0"
    assert not shown.buttons


def test_a_message_speaks_the_language_of_its_buttons() -> None:
    english = ((Button(text="I take it", data="take:1"),),)
    assert language_of(Content(text="“电梯坏了”", buttons=english)) == "en"
    assert language_of(Content(text="“lift”", buttons=(BUTTONS[:1],))) == "zh"
