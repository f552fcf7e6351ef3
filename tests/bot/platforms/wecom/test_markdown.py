"""Markdown that shows what was written, and cards that hold what they may."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.platforms.wecom import cards
from bot.platforms.wecom.markdown import MOST_BYTES, escaped, markdown
from handlers.chat.outgoing import Button, Content
from tests.fakes.wecom_world import card_as_seen, plain

#: Letters and all that markup is made of.
LINES = st.text(alphabet="a电 #*_`[]()<>~|&!\\-+=.1)\t$梯", max_size=30)
TEXTS = st.lists(LINES, max_size=5).map("\n".join)
LABELS = st.text(alphabet="我来办好了", min_size=1, max_size=8)
BUTTONS = st.lists(
    st.builds(Button, text=LABELS, data=st.from_regex(r"[a-z]{1,5}:\d{1,4}", fullmatch=True)),
    max_size=25,
)


@given(TEXTS)
def test_words_show_as_they_were_written(text: str) -> None:
    shown = plain(escaped(text))
    assert shown.split() == text.split()


@given(TEXTS)
def test_no_line_begins_with_markup(text: str) -> None:
    for line in escaped(text).split("\n"):
        bare = line.lstrip()
        assert not bare.startswith(("# ", "- ", "+ ", "> ", "---", "===", "```"))
        assert len(line) - len(line.lstrip(" \t")) < 4 or not bare


@example("*" * 30_000, "停水", 4096)
@given(st.text(max_size=9000), st.text(max_size=200), st.integers(400, MOST_BYTES))
def test_it_never_is_longer_than_may_be(text: str, title: str, most: int) -> None:
    made = markdown(Content(text=text, title=title[:60]), most)
    assert len(made.encode("utf-8", "surrogatepass")) <= most


@given(TEXTS, LINES, BUTTONS)
def test_every_card_is_one_that_wecom_takes(text: str, title: str, buttons: list[Button]) -> None:
    content = Content(text=text or "好", title=title, buttons=tuple((each,) for each in buttons))
    if not (content.text.strip() or content.title.strip()):
        return
    seen = card_as_seen("wr", cards.card(content, cards.new_task(), "选好了"))
    wanted = {each.data for each in cards.buttons_of(content)}
    assert len(wanted) <= cards.MOST_CHOICES
    assert set(seen.buttons.values()) <= wanted


def test_every_end_of_a_line_is_one() -> None:
    assert escaped("好\r# 大\r\n- 一") == "好  \n\\# 大  \n\\- 一"


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("见 https://x.cn/a?b=c", r"见 https\://x.cn/a?b=c"),
        ("HTTP://x.cn", r"HTTP\://x.cn"),
        ("www.x.cn 和 Www.y.cn", r"www\.x.cn 和 Www\.y.cn"),
        ("10:30 开门：每天", "10:30 开门：每天"),
    ],
)
def test_an_address_is_words_and_no_link(written: str, made: str) -> None:
    """Clients make links of bare addresses by themselves: ours must not pass on somebody's."""
    assert escaped(written) == made
    assert plain(escaped(written)) == written
