"""What people do in WeCom, as it reaches the house."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.wecom.identity import Identity
from handlers.chat.incoming import ChatKind, MediaKind, Message, Press, Standing
from tests.bot.platforms.wecom.going import Going
from tests.bot.platforms.wecom.words import TAKE, say
from tests.fakes.wecom import BOT

GROUP, LI = "wrGROUP3", "woLINA0000000000000000"


async def one(bot: Going, kind: type[Any]) -> Any:
    (found,) = [each for each in await bot.heard() if isinstance(each, kind)]
    return found


async def test_a_mention_is_heard_without_the_name(bot: Going) -> None:
    said = await bot.wecom.says(LI, "电梯坏了", GROUP)
    message = await one(bot, Message)
    assert (message.text, message.message_id, message.to_bot) == ("电梯坏了", said, True)
    assert (message.chat.id, message.chat.kind) == (GROUP, ChatKind.GROUP)
    assert (message.sender.id, message.sender.name) == (LI, "邻居 0000")
    assert message.at == bot.clock.now()


async def test_whoever_hears_in_a_group_is_in_it(bot: Going) -> None:
    await bot.wecom.says(LI, "电梯坏了", GROUP)
    standing = await one(bot, Standing)
    assert (standing.chat.id, standing.present, standing.hears_all) == (GROUP, True, False)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("@邻里 电梯坏了", "电梯坏了"),
        ("@邻里\u2005电梯坏了", "电梯坏了"),
        ("电梯坏了 @邻里", "电梯坏了"),
        ("@王阿姨 @邻里 你看看", "@王阿姨 你看看"),
        ("@邻里", ""),
        ("@邻里 /report 楼道灯坏了", "/report 楼道灯坏了"),
        ("@小助手 电梯坏了", "电梯坏了"),  # called otherwise than the settings say
        ("@小助手", ""),
        ("@邻里中心 几点开门", "几点开门"),
        ("3@5 没水", "3@5 没水"),
    ],
)
def test_the_robots_name_is_taken_out(written: str, read: str) -> None:
    assert Identity(BOT).without_name(written) == read


async def test_in_private_nothing_is_taken_out(bot: Going) -> None:
    await bot.wecom.says(LI, "@邻里 电梯坏了")
    message = await one(bot, Message)
    assert (message.text, message.chat.kind, message.chat.id) == (
        "@邻里 电梯坏了",
        ChatKind.PRIVATE,
        LI,
    )


def quote(text: str) -> dict[str, Any]:
    return {"quote": {"msgtype": "text", "text": {"content": text}}}


@pytest.mark.parametrize(
    ("own", "quoted", "read"),
    [
        ("", "三楼水管爆了", "三楼水管爆了"),
        ("报事", "三楼水管爆了", "报事 三楼水管爆了"),
        ("/report", "@邻里 三楼水管爆了", "/report 三楼水管爆了"),
        ("", "@邻里 /report 三楼水管爆了", "三楼水管爆了"),
        ("报事", "/report 三楼水管爆了", "报事 三楼水管爆了"),
        ("", "/link 4栋", "4栋"),
    ],
)
async def test_who_quotes_a_neighbour_says_their_words(
    bot: Going, own: str, quoted: str, read: str
) -> None:
    await bot.wecom.says(LI, own, GROUP, **quote(quoted))
    message = await one(bot, Message)
    assert (message.text, message.reply_to, message.sender.id) == (read, None, LI)


async def test_who_quotes_the_robot_replies_to_it(bot: Going) -> None:
    bot.wecom.talked.add(GROUP)
    done = await bot.platform.deliver(
        say(GROUP, "2单元 *电梯* 坏了，已请王姨", title="#12 电梯"), None
    )
    shown = bot.wecom.chats.seen[0].text
    await bot.wecom.says(LI, "还没好", GROUP, **quote(shown))
    message = await one(bot, Message)
    assert (message.text, message.reply_to) == ("还没好", done.message_id)


async def test_in_another_group_the_same_words_are_no_reply(bot: Going) -> None:
    bot.wecom.talked.add(GROUP)
    await bot.platform.deliver(say(GROUP, "2单元电梯坏了"), None)
    await bot.wecom.says(LI, "", "wrOTHER", **quote("2单元电梯坏了"))
    assert (await one(bot, Message)).reply_to is None


@pytest.mark.parametrize("flat", [False, True], ids=["nested", "flat"])
async def test_a_press_in_both_forms(bot: Going, flat: bool) -> None:
    bot.wecom.talked.add(GROUP)
    done = await bot.platform.deliver(say(GROUP, "#1", buttons=TAKE), None)
    (seen,) = bot.wecom.chats.seen
    await bot.wecom.presses(LI, seen, "我来", flat=flat)
    press = await one(bot, Press)
    assert (press.data, press.message_id, press.chat.id) == ("take:1", done.message_id, GROUP)
    assert press.sender.id == LI


async def test_a_repeated_callback_has_the_same_key(bot: Going) -> None:
    await bot.wecom.says(LI, "电梯坏了", GROUP)
    await bot.until(lambda: bot.inbox.updates)
    await bot.wecom.repeats(bot.inbox.updates[0].body["body"])
    await bot.until(lambda: bot.inbox.received == 2)
    assert len(bot.inbox.updates) == 1


async def test_what_one_chat_says_stays_in_one_lane(bot: Going) -> None:
    for number in range(20):
        await bot.wecom.says(LI, str(number), GROUP)
    await bot.wecom.says(LI, "私下说")
    assert await bot.texts(least=21) == [*map(str, range(20)), "私下说"]
    assert [each.lane for each in bot.inbox.updates] == [*[GROUP] * 20, LI]


async def test_who_opens_the_chat_is_welcomed_as_by_start(bot: Going) -> None:
    await bot.wecom.enters(LI)
    message = await one(bot, Message)
    assert (message.text, message.chat.kind) == ("/start", ChatKind.PRIVATE)


async def test_a_voice_comes_in_words_and_pictures_with_theirs(bot: Going) -> None:
    await bot.wecom.sends(LI, msgtype="voice", voice={"content": "电梯坏了"})
    items = [
        {"msgtype": "text", "text": {"content": "楼道积水"}},
        {"msgtype": "image", "image": bot.wecom.picture(b"no picture")},
    ]
    await bot.wecom.sends(LI, msgtype="mixed", mixed={"msg_item": items})
    voice, mixed = [each for each in await bot.heard(2) if isinstance(each, Message)]
    assert (voice.text, voice.media) == ("电梯坏了", ())
    assert (mixed.text, [each.kind for each in mixed.media]) == ("楼道积水", [MediaKind.PHOTO])


async def test_what_is_told_of_the_line_or_of_feedback_is_nothing(bot: Going) -> None:
    body = {"chattype": "single", "from": {"userid": LI}, "msgtype": "event", "msgid": "1"}
    update = {"call": "c", "came": 1, "body": {**body, "event": {"eventtype": "feedback_event"}}}
    assert bot.platform.read(update) == ()


@pytest.mark.parametrize("body", [{}, {"msgtype": "text"}, {"msgtype": "text", "from": 3}, None])
async def test_what_cannot_be_understood_is_a_value_error(bot: Going, body: Any) -> None:
    with pytest.raises(ValueError, match="update"):
        bot.platform.read({"call": "c", "came": 1, "body": body})


async def test_a_callback_of_a_newer_kind_does_not_stop_the_others(bot: Going) -> None:
    await bot.wecom.sends(LI, GROUP, msgtype="hologram", hologram={})
    await bot.wecom.says(LI, "电梯坏了", GROUP)
    assert await bot.texts(least=2) == ["", "电梯坏了"]
