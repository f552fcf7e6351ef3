"""What the house says, as it stands in WeCom; and each refusal told apart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import reposts
from bot.platforms.wecom.unheard import PAUSES
from handlers.chat.incoming import Press
from handlers.chat.outgoing import Acknowledge, Button, Content, React, SendFile
from handlers.chat.platform import Delivered, DeliveryError, GoneError, PassingError, PermanentError
from handlers.twins.rules import News
from tests.bot.platforms.wecom.going import Going
from tests.bot.platforms.wecom.words import DONE, TAKE, say, show
from tests.fakes.wecom import Seen

GROUP, LI = "wrGROUP3", "woLINA0000000000000000"


@pytest.fixture(autouse=True)
def _everybody_talked(bot: Going) -> None:
    bot.wecom.talked |= {GROUP, LI}


async def deliver(bot: Going, out: Any, message_id: str | None = None) -> Delivered:
    """As the outbox does: what has several parts is given until the last one arrived."""
    for _ in range(5):
        try:
            return await bot.platform.deliver(out, message_id)
        except PassingError as error:
            if "the rest follows" not in str(error):
                raise
    raise AssertionError("it never arrived")


def texts(bot: Going, chat: str = GROUP) -> list[str]:
    return [each.text for each in bot.wecom.chats.in_chat(chat)]


async def pressed(bot: Going, who: str, seen: Seen, label: str) -> Press:
    before = len(bot.inbox.updates)
    await bot.wecom.presses(who, seen, label)
    heard = await bot.heard(before + 1)
    (press,) = [each for each in heard[-1:] if isinstance(each, Press)]
    return press


async def test_words_are_pushed_as_markdown_that_shows_them_as_they_are(bot: Going) -> None:
    await deliver(bot, say(GROUP, "<b>急</b> *快* [看](x)\n- 一\n1. 二", title="#1 <电梯> & 门"))
    assert texts(bot) == ["#1 <电梯> & 门\n<b>急</b> *快* [看](x)\n- 一\n1. 二"]
    assert bot.wecom.chats.seen[0].kind == "markdown"


async def test_a_message_is_answered_once_and_what_follows_is_pushed(bot: Going) -> None:
    said = await bot.wecom.says(LI, "电梯坏了", GROUP)
    await bot.heard()
    await deliver(bot, say(GROUP, "记下了", reply_to=said))
    await deliver(bot, say(GROUP, "王姨在办", reply_to=said))
    kinds = [(each.kind, each.answers) for each in bot.wecom.chats.seen]
    assert kinds == [("stream", said), ("markdown", "")]


async def test_an_answer_that_comes_late_is_pushed(bot: Going) -> None:
    said = await bot.wecom.says(LI, "电梯坏了", GROUP)
    await bot.heard()
    bot.clock.turn(timedelta(minutes=6))
    await deliver(bot, say(GROUP, "记下了", reply_to=said))
    assert [each.kind for each in bot.wecom.chats.seen] == ["markdown"]


@pytest.mark.parametrize("code", [846605, 846608, 600039])
async def test_where_no_answer_is_taken_it_is_pushed(bot: Going, code: int) -> None:
    said = await bot.wecom.says(LI, "电梯坏了", GROUP)
    await bot.heard()
    bot.wecom.refuse["aibot_respond_msg"] = [code]
    await deliver(bot, say(GROUP, "记下了", reply_to=said))
    assert [(each.kind, each.text) for each in bot.wecom.chats.seen] == [("markdown", "记下了")]


async def test_buttons_are_a_card(bot: Going) -> None:
    done = await deliver(bot, say(GROUP, "3栋2单元", title="#1 电梯", buttons=TAKE))
    (seen,) = bot.wecom.chats.seen
    assert (seen.kind, seen.text, seen.task) == ("card", "#1 电梯\n3栋2单元", done.message_id)
    assert seen.buttons == {"我来": "take:1"}


async def test_more_than_six_buttons_are_a_list_to_choose_from(bot: Going) -> None:
    rows = tuple((Button(text=f"第{n}样", data=f"file:{n}"),) for n in range(19))
    await deliver(bot, show(GROUP, "报的是什么？", buttons=rows))
    (seen,) = bot.wecom.chats.seen
    assert (seen.chosen_from, len(seen.buttons)) == (True, 19)
    press = await pressed(bot, LI, seen, "第7样")
    assert press.data == "file:7"


async def test_long_words_stand_whole_before_their_buttons(bot: Going) -> None:
    await deliver(bot, say(GROUP, "长" * 300, title="#1 电梯", buttons=TAKE))
    words, card = bot.wecom.chats.seen
    assert (words.kind, words.text) == ("markdown", "#1 电梯\n" + "长" * 300)
    assert (card.text, list(card.buttons)) == ("#1 电梯", ["我来"])


async def test_links_stand_below_the_text(bot: Going) -> None:
    rows = ((Button(text="看板", url="https://linli.example.org/a(b)"),),)
    await deliver(bot, say(GROUP, "请看", buttons=rows))
    content = bot.wecom.commands[-1]["body"]["markdown"]["content"]
    assert content == "请看  \n[看板](https://linli.example.org/a%28b%29)"


async def test_a_pressed_card_changes_in_place(bot: Going) -> None:
    done = await deliver(bot, show(GROUP, "已请王姨", buttons=TAKE))
    (seen,) = bot.wecom.chats.seen
    await pressed(bot, LI, seen, "我来")
    again = await deliver(bot, show(GROUP, "王姨在办", buttons=DONE), done.message_id)
    assert again == done
    assert (seen.text, list(seen.buttons), seen.edits) == ("王姨在办", ["办好了"], 1)
    assert len(bot.wecom.chats.seen) == 1


async def test_after_five_seconds_it_is_gone_for_whoever_would_change_it(bot: Going) -> None:
    done = await deliver(bot, show(GROUP, "已请王姨", buttons=TAKE))
    (seen,) = bot.wecom.chats.seen
    await pressed(bot, LI, seen, "我来")
    bot.clock.turn(timedelta(seconds=5))
    with pytest.raises(GoneError):
        await deliver(bot, show(GROUP, "王姨在办", buttons=DONE), done.message_id)
    assert (seen.text, seen.edits) == ("已请王姨", 0)


async def test_one_press_changes_a_card_once(bot: Going) -> None:
    done = await deliver(bot, show(GROUP, "已请王姨", buttons=TAKE))
    await pressed(bot, LI, bot.wecom.chats.seen[0], "我来")
    await deliver(bot, show(GROUP, "王姨在办", buttons=DONE), done.message_id)
    with pytest.raises(GoneError):
        await deliver(bot, show(GROUP, "王姨办好了"), done.message_id)


async def test_a_card_that_cannot_be_changed_is_gone_as_well(bot: Going) -> None:
    done = await deliver(bot, show(GROUP, "已请王姨", buttons=TAKE))
    await pressed(bot, LI, bot.wecom.chats.seen[0], "我来")
    bot.wecom.refuse["aibot_respond_update_msg"] = [846605]
    with pytest.raises(GoneError):
        await deliver(bot, show(GROUP, "王姨在办", buttons=DONE), done.message_id)


async def test_a_change_that_a_card_cannot_show_leaves_no_old_buttons(bot: Going) -> None:
    done = await deliver(bot, show(GROUP, "已请王姨", title="#1 电梯", buttons=TAKE))
    (seen,) = bot.wecom.chats.seen
    await pressed(bot, LI, seen, "我来")
    longer = show(GROUP, "长" * 300, title="#1 电梯", buttons=DONE)
    with pytest.raises(GoneError):
        await deliver(bot, longer, done.message_id)
    await deliver(bot, longer)
    assert (seen.text, seen.buttons) == ("#1 电梯", {})
    assert [list(each.buttons) for each in bot.wecom.chats.seen] == [[], [], ["办好了"]]


async def test_what_an_emptied_card_could_be_asked_follows_though_nothing_is_new(
    bot: Going,
) -> None:
    done = await deliver(bot, show(GROUP, "长" * 300, title="#1 电梯", buttons=TAKE))
    seen = bot.wecom.chats.seen[-1]
    await pressed(bot, LI, seen, "我来")
    longer = show(GROUP, "长" * 300, title="#1 电梯", buttons=DONE)
    nothing_new = News((), numbers_only=False, said_at=None)
    with pytest.raises(PassingError, match="the rest follows"):
        await reposts.deliver(bot.platform, longer, done.message_id, nothing_new)
    await deliver(bot, longer)
    assert list(bot.wecom.chats.seen[-1].buttons) == ["办好了"]


@pytest.mark.parametrize(
    "out",
    [
        Acknowledge(platform="wecom", chat=GROUP, press_id="c", text="好的"),
        React(platform="wecom", chat=GROUP, message_id="m", mark=None),
    ],
)
async def test_notices_and_marks_are_nothing_here(bot: Going, out: Any) -> None:
    assert await deliver(bot, out) == Delivered()
    assert not bot.wecom.commands


async def test_who_opens_the_chat_is_welcomed_within_five_seconds(bot: Going) -> None:
    await bot.wecom.enters(LI)
    await bot.heard()
    await deliver(bot, say(LI, "您好，我是邻里。*有事请说*"))
    (seen,) = bot.wecom.chats.seen
    assert (seen.kind, seen.text) == ("text", "您好，我是邻里。*有事请说*")


async def test_a_file_is_handed_in_and_sent(bot: Going) -> None:
    body = bytes(range(256)) * 4096  # three chunks
    out = SendFile(platform="wecom", chat=LI, group=False, name="a.xlsx", body=body, caption="给您")
    await deliver(bot, out)
    file, words = bot.wecom.chats.in_chat(LI)
    assert (file.kind, file.media, words.text) == ("file", body, "给您")


@pytest.mark.fault("wecom")
async def test_a_file_is_not_sent_again_for_a_caption_that_was_refused(bot: Going) -> None:
    out = SendFile(platform="wecom", chat=LI, group=False, name="a", body=b"a", caption="给您")
    with pytest.raises(PassingError, match="the rest follows"):
        await bot.platform.deliver(out, None)
    bot.wecom.refuse["aibot_send_msg"] = [45009]
    with pytest.raises(PassingError):
        await bot.platform.deliver(out, None)
    await bot.platform.deliver(out, None)
    assert [each.kind for each in bot.wecom.chats.in_chat(LI)] == ["file", "markdown"]


async def test_the_longest_text_stands_whole_and_a_longer_one_is_cut(bot: Going) -> None:
    limit = bot.platform.capabilities.text_limit
    await deliver(bot, say(GROUP, "长" * limit))
    await deliver(bot, say(GROUP, "\U0001f525*" * limit))
    whole, cut = texts(bot)
    assert whole == "长" * limit
    assert cut.endswith("…")


@pytest.mark.fault("wecom")
@pytest.mark.parametrize(
    ("code", "kind", "unreachable"),
    [
        (45009, PassingError, False),
        (-1, PassingError, False),
        (846609, PassingError, False),
        (93006, PermanentError, True),
        (40058, PermanentError, False),
    ],
)
async def test_each_refusal_is_told_apart(
    bot: Going, code: int, kind: type[DeliveryError], unreachable: bool
) -> None:
    bot.wecom.refuse["aibot_send_msg"] = [code]
    with pytest.raises(kind) as told:
        await deliver(bot, say(GROUP, "在"))
    assert getattr(told.value, "unreachable", False) == unreachable
    assert not getattr(told.value, "uncertain", False)


@pytest.mark.fault("wecom")
async def test_too_often_is_waited_out_and_not_subscribed_is_made_good(bot: Going) -> None:
    bot.wecom.refuse["aibot_send_msg"] = [45009, 846609]
    with pytest.raises(PassingError) as often:
        await deliver(bot, say(GROUP, "在"))
    assert often.value.retry_after == timedelta(seconds=60)
    with pytest.raises(PassingError):
        await deliver(bot, say(GROUP, "在"))
    await bot.waits_until(lambda: bot.wecom.subscribed == 2)
    await bot.until_on()
    await deliver(bot, say(GROUP, "在"))
    assert texts(bot) == ["在"]


@pytest.mark.fault("wecom")
async def test_what_is_not_acknowledged_may_have_been_said(
    bot: Going, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: Any = bot.line._connection._client._ws_manager
    monkeypatch.setattr(waits, "_reply_ack_timeout", 0.01)  # the SDK's five seconds
    bot.wecom.faults.mute_acks = True
    with pytest.raises(PassingError) as told:
        await deliver(bot, say(GROUP, "在"))
    assert told.value.uncertain


@pytest.mark.fault("wecom")
async def test_what_is_never_acknowledged_is_said_a_few_times_and_told_as_not_delivered(
    bot: Going, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: Any = bot.line._connection._client._ws_manager
    monkeypatch.setattr(waits, "_reply_ack_timeout", 0.01)
    bot.wecom.faults.mute_acks = True
    out = say(GROUP, "在").model_copy(update={"letter": 7})
    pauses = list[timedelta | None]()
    for _ in PAUSES:
        with pytest.raises(PassingError) as again:
            await bot.platform.deliver(out, None)
        assert again.value.uncertain
        pauses.append(again.value.retry_after)
    assert pauses == list(PAUSES) == sorted(PAUSES)
    with pytest.raises(PermanentError, match="never acknowledged") as told:
        await bot.platform.deliver(out, None)
    assert not told.value.unreachable
    assert texts(bot) == ["在"] * 6
    with pytest.raises(PassingError):  # another letter is another matter
        await bot.platform.deliver(out.model_copy(update={"letter": 8}), None)


async def test_an_answer_ends_the_counting(bot: Going, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: Any = bot.line._connection._client._ws_manager
    monkeypatch.setattr(waits, "_reply_ack_timeout", 0.01)
    out = say(GROUP, "在").model_copy(update={"letter": 7})
    for _ in range(2):
        bot.wecom.faults.mute_acks = True
        with pytest.raises(PassingError) as told:
            await bot.platform.deliver(out, None)
        assert told.value.retry_after == PAUSES[0]
        bot.wecom.faults.mute_acks = False
        await bot.platform.deliver(out, None)


async def test_two_letters_that_say_the_same_are_two(bot: Going) -> None:
    """The second one may come while the first has arrived in part."""
    file = SendFile(platform="wecom", chat=LI, group=False, name="a", body=b"a", caption="给您")
    first, second = (file.model_copy(update={"letter": each}) for each in (1, 2))
    with pytest.raises(PassingError, match="the rest follows"):
        await bot.platform.deliver(first, None)
    await deliver(bot, second)
    await deliver(bot, first)
    kinds = [each.kind for each in bot.wecom.chats.in_chat(LI)]
    assert kinds == ["file", "file", "markdown", "markdown"]


@pytest.mark.fault("wecom")
async def test_a_line_that_is_cut_leaves_it_uncertain(bot: Going) -> None:
    bot.wecom.faults.mute_acks = True
    saying = asyncio.ensure_future(deliver(bot, say(GROUP, "在")))
    await bot.until(lambda: bot.wecom.commands)
    bot.wecom.drops()
    with pytest.raises(PassingError) as told:
        await saying
    assert told.value.uncertain


async def test_content_without_words_fails_nowhere(bot: Going) -> None:
    out = say(GROUP, "x").model_copy(update={"content": Content(title="只有标题", text="")})
    await deliver(bot, out)
    assert texts(bot) == ["只有标题"]
