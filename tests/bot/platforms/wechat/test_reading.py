"""What raw updates say, and what of them is taken out: calls of the bot, quotes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.wechat.gathering import LONGEST_KEY, key_of
from bot.platforms.wechat.quotes import Memory, quote_of
from bot.platforms.wechat.reading import BEHIND, read_update, without_call
from bot.platforms.wechat.wire import MessageKind, seconds
from handlers.chat.incoming import Message, Recalled
from tests.fakes.puppet import DASHES

WORDS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="@「」"))


def body(**more: Any) -> dict[str, Any]:
    return {
        "kind": "message",
        "id": "m1",
        "type": MessageKind.TEXT.value,
        "talker": "li",
        "name": "李娜",
        "room": "r@chatroom",
        "title": "3栋",
        "text": "电梯坏了",
        "file": "",
        "mentions": [],
        "called": ["邻里"],
        "reply_to": None,
        "at": 1_772_413_200.5,
        "me": "bot",
        **more,
    }


def one(**more: Any) -> Any:
    (found,) = read_update(body(**more), "wechat")
    return found


@pytest.mark.parametrize(
    ("text", "bare", "called"),
    [
        (f"@邻里{BEHIND}电梯坏了", "电梯坏了", True),
        ("@邻里 电梯坏了", "电梯坏了", True),
        ("电梯坏了 @邻里", "电梯坏了", True),
        (f"大家好 @邻里{BEHIND}电梯坏了", "大家好 电梯坏了", True),
        ("@邻里", "", True),
        ("@邻里家的狗丢了", "@邻里家的狗丢了", False),
        ("邻里之间", "邻里之间", False),
        (f"@王姨{BEHIND}在吗", f"@王姨{BEHIND}在吗", False),
    ],
)
def test_a_call_of_the_bot_is_taken_out(text: str, bare: str, called: bool) -> None:
    assert without_call(text, ["邻里"]) == (bare, called)


@given(WORDS)
def test_a_text_that_calls_nobody_stays_as_it_is(text: str) -> None:
    assert without_call(text, ["邻里", "小邻"]) == (text, False)


@given(WORDS.filter(str.strip), st.sampled_from(["邻里", "L (bot).*"]))
def test_whatever_is_said_to_the_bot_is_left_whole(text: str, name: str) -> None:
    bare, called = without_call(f"@{name}{BEHIND}{text}", [name])
    assert called
    assert bare == text.strip()


def test_a_mention_by_id_counts_though_the_text_has_another_name() -> None:
    message = one(text=f"@小助手{BEHIND}电梯坏了", mentions=["bot"])
    assert isinstance(message, Message)
    assert message.to_bot


def test_a_quote_is_a_reply_without_the_quoted_words() -> None:
    text = f"「邻里：#1 电梯\n已请王姨」\n{DASHES}\n我家也是"
    message = one(text=text, reply_to="m7")
    assert (message.text, message.reply_to, message.to_bot) == ("我家也是", "m7", True)


def test_a_quote_of_somebody_else_is_not_for_the_bot() -> None:
    message = one(text=f"「王姨：来了」\n{DASHES}\n谢谢", reply_to="m7")
    assert (message.text, message.to_bot) == ("谢谢", False)


@given(WORDS, WORDS)
def test_quotes_are_found_again_by_their_words(quoted: str, own: str) -> None:
    memory = Memory()
    memory.keep("r", quoted, "m7")
    found = quote_of(f"「李娜：{quoted}」\n{DASHES}\n{own}")
    assert found is not None
    assert found.own == own.strip()
    assert memory.find("r", found.what) == "m7"
    assert memory.find("other", found.what) is None


def test_a_quote_that_wechat_cut_is_found_all_the_same() -> None:
    memory, text = Memory(), "#12 电梯 3栋2单元 已请王姨 " * 20
    memory.keep("r", text, "m7")
    assert memory.find("r", text[:60] + "...") == "m7"


def test_of_talk_no_words_are_remembered() -> None:
    memory = Memory()
    memory.keep("r", "晚上一起吃火锅去不去呀", "m7")
    assert "火锅" not in repr(vars(memory))


def test_only_so_many_are_remembered() -> None:
    memory = Memory()
    for number in range(600):
        memory.keep("r", str(number), f"m{number}")
    assert memory.find("r", "0") is None
    assert memory.find("r", "599") == "m599"


def test_what_was_taken_back_names_its_message() -> None:
    gone = one(type=MessageKind.RECALLED.value, text="m0")
    assert isinstance(gone, Recalled)
    assert gone.message_id == "m0"


@pytest.mark.parametrize("wrong", [{}, {"kind": "poison"}, {"kind": "message"}, body(at="soon")])
def test_what_cannot_be_understood_is_a_value_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="update"):
        read_update(wrong, "wechat")


@given(st.text(), st.text())
def test_a_key_fits_and_is_made_where_there_is_none(given_id: str, told: str) -> None:
    key = key_of(given_id, told)
    assert 0 < len(key) <= LONGEST_KEY
    assert key == key_of(given_id, told)


def test_milliseconds_and_seconds_are_told_apart() -> None:
    assert seconds(1_772_413_200_500) == 1_772_413_200.5
    assert seconds(1_772_413_200) == 1_772_413_200
