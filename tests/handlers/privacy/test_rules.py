"""Names taken out of texts and data: whatever the text, none is left, and nothing else is lost."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from handlers.privacy.rules import data_without, history_without, without, worth

HAN = st.text("李王欧阳兰芝娜强电梯漏水", min_size=2, max_size=4)
LATIN = st.text("abcxyzABC", min_size=4, max_size=8)
NAMES = st.lists(HAN | LATIN, max_size=4)
TEXT = st.text("李王欧阳兰芝娜强 ,。:5A-[]\n") | st.text()
INSTEAD = "(……)"

DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(TEXT, NAMES)
def test_no_chinese_name_is_left_and_a_text_without_names_stays(
    text: str, names: list[str]
) -> None:
    known = worth(names, "")
    done = without(text, known, INSTEAD)
    assert not any(name in done for name in known if not name.isascii())
    if not any(name.casefold() in text.casefold() for name in known):
        assert done == text


@given(TEXT, LATIN, TEXT)
def test_a_latin_name_goes_as_a_whole_word_alone(left: str, name: str, right: str) -> None:
    apart = f"{left} {name}, {right}"
    assert f" {name}," not in without(apart, worth([name], ""), INSTEAD)
    joined = f"{name}s"
    assert without(joined, [name], INSTEAD) == joined


@given(DATA, NAMES)
def test_data_keeps_its_shape(data: object, names: list[str]) -> None:
    known = [each for each in worth(names, "") if not each.isascii()]
    done = data_without(data, known, INSTEAD)
    assert type(done) is type(data)
    text = json.dumps(done, ensure_ascii=False)
    assert not any(name in text for name in known)


@given(DATA)
def test_without_names_data_is_the_same(data: object) -> None:
    assert data_without(data, [], INSTEAD) == data


def test_a_name_as_a_whole_value_goes_even_if_it_is_a_word() -> None:
    data = [[7, "电梯", "unit_captain"], "电梯坏了"]
    assert data_without(data, [], "x", whole=["电梯"]) == [[7, "x", "unit_captain"], "电梯坏了"]


def test_what_the_bot_says_itself_and_short_names_are_no_names_to_look_for() -> None:
    assert worth(["电梯", "欧阳兰芝", "王", "Li", "Anna Lee", "  "], "电梯又坏了\n3栋") == [
        "Anna Lee",
        "欧阳兰芝",
    ]


def test_ids_of_people_are_exchanged_where_history_keeps_them_and_nowhere_else() -> None:
    data = {"asked": [[7, "王姨", "x"]], "voices": [7, 8], "rung": 7, "stands": {"area": 7}}
    assert history_without(data, 7, 90) == {
        "asked": [[90, "王姨", "x"]],
        "voices": [90, 8],
        "rung": 7,
        "stands": {"area": 7},
    }
