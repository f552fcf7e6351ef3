"""What the fake tells a bot, and what it keeps from it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.clients import Bare

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("我来", callback_data="take:1")]])


async def heard(bot: Bot, offset: int | None = None) -> list[Update]:
    return list(await bot.get_updates(offset=offset, allowed_updates=Update.ALL_TYPES))


async def ask_for_all(bot: Bot) -> None:
    """Updates are sorted out when they are made: a bot must have asked once."""
    await heard(bot)


async def test_updates_come_again_until_an_offset_confirms_them(
    bot: Bot, group: Group, wang: Person
) -> None:
    for text in ("一", "二", "三"):
        await wang.says(group, text)

    first = await heard(bot)
    assert [each.message.text for each in first if each.message] == ["一", "二", "三"]
    assert [each.update_id for each in await heard(bot)] == [each.update_id for each in first]
    assert len(await heard(bot, first[1].update_id + 1)) == 1
    assert len(await heard(bot)) == 1


async def test_a_negative_offset_keeps_the_newest(bot: Bot, group: Group, wang: Person) -> None:
    for text in ("一", "二", "三"):
        await wang.says(group, text)

    assert [each.message.text for each in await heard(bot, -1) if each.message] == ["三"]


async def test_a_poll_waits_for_something_to_happen(
    tg: FakeTelegram, bot: Bot, group: Group, wang: Person
) -> None:
    poll = asyncio.ensure_future(bot.get_updates(timeout=30))
    await tg.until(lambda: tg.calls("getUpdates"))
    await wang.says(group, "有人吗")

    assert [each.message.text for each in await poll if each.message] == ["有人吗"]


async def test_of_two_pollers_the_first_is_told_409(tg: FakeTelegram, bot: Bot, bare: Bare) -> None:
    first = asyncio.ensure_future(bot.get_updates(timeout=30))
    await tg.until(lambda: tg.calls("getUpdates"))
    second = asyncio.ensure_future(bare("getUpdates", timeout=30))

    with pytest.raises(Conflict):
        await first
    second.cancel()


async def test_only_what_was_asked_for_is_told(bot: Bot, group: Group, wang: Person) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await wang.says(group, "不说给机器人听")
    assert await bot.get_updates() == ()

    await bot.get_updates(allowed_updates=[])
    said = await wang.says(group, "这句可以")
    await wang.reacts(said, "👍")  # not among the kinds that come without being asked for
    assert [each.message is not None for each in await bot.get_updates()] == [True]


async def test_a_plain_member_hears_only_what_is_meant_for_it(
    tg: FakeTelegram, bot: Bot, wang: Person
) -> None:
    group = tg.group("普通群", [wang], bot="member")
    await bot.send_message(group.id, "我是邻里")
    await wang.says(group, "今天天气好")
    await wang.says(group, "/报事 灯坏了")  # no command to Telegram
    await wang.says(group, "/report@other_bot")
    heard_texts = ["/open", "/open@linli_test_bot 3栋", "@linli_test_bot 灯坏了", "谢谢"]
    for text in heard_texts[:3]:
        await wang.says(group, text)
    await wang.says(group, heard_texts[3], reply_to=group.last)
    await group.renamed("新名字")

    texts = [each.message.text for each in await heard(bot) if each.message]
    assert texts == [*heard_texts, None]


async def test_commands_and_mentions_are_marked(bot: Bot, group: Group, wang: Person) -> None:
    await wang.says(group, "😀 @linli_test_bot 灯坏了")
    await wang.says(group, "/open@linli_test_bot 3栋")

    first, second = (each.message for each in await heard(bot))
    assert first is not None
    assert second is not None
    assert list(first.parse_entities().values()) == ["@linli_test_bot"]
    assert list(second.parse_entities().values()) == ["/open@linli_test_bot"]


async def test_a_press_is_told_and_answered_once(
    tg: FakeTelegram, bot: Bot, group: Group, wang: Person
) -> None:
    await bot.send_message(group.id, "12号", reply_markup=KEYBOARD)
    press = await wang.presses(group.last, "我来")
    (update,) = await heard(bot)

    assert update.callback_query is not None
    assert update.callback_query.data == "take:1"
    await update.callback_query.answer("好的", show_alert=True)
    assert (press.answer, press.alert) == ("好的", True)
    with pytest.raises(BadRequest, match="uery is too old"):
        await update.callback_query.answer("又一次")
    with pytest.raises(LookupError, match="no button"):
        await wang.presses(group.last, "没有的")


async def test_a_press_is_forgotten_after_150_seconds(wang: Person) -> None:
    now = [MORNING]
    async with FakeTelegram(now=lambda: now[0]) as tg:
        client = Bot(tg.token, base_url=tg.base_url)
        async with client:
            li = tg.person("李娜")
            group = tg.group("群", [li])
            await client.send_message(group.id, "12号", reply_markup=KEYBOARD)
            press = await li.presses(group.last, "take:1")
            now[0] += timedelta(seconds=151)

            assert await heard(client) == []
            with pytest.raises(BadRequest, match="uery is too old"):
                await client.answer_callback_query(press.id)


async def test_reactions_are_told_to_administrators(bot: Bot, group: Group, wang: Person) -> None:
    await ask_for_all(bot)
    said = await wang.says(group, "灯坏了")
    await wang.reacts(said, "👍")
    await wang.reacts(said, None)
    await group.bot_becomes("member")
    await wang.reacts(said, "👍")

    told = [each.message_reaction for each in await heard(bot) if each.message_reaction]
    assert [(len(each.old_reaction), len(each.new_reaction)) for each in told] == [(0, 1), (1, 0)]
    assert said.reactions == ["👍"]


async def test_edits_are_told_and_deletions_are_not(bot: Bot, group: Group, wang: Person) -> None:
    said = await wang.says(group, "3洞灯坏了")
    await wang.edits(said, "3栋灯坏了")
    await wang.deletes(said)

    _, edited = await heard(bot)
    assert edited.edited_message is not None
    assert edited.edited_message.text == "3栋灯坏了"
    assert group.messages == []
    with pytest.raises(BadRequest, match="essage to react not found"):
        await bot.set_message_reaction(group.id, said.id, "👀")


async def test_an_album_is_told_picture_by_picture(bot: Bot, group: Group, wang: Person) -> None:
    await wang.sends_album(group, 3, "漏水了")

    told = [each.message for each in await heard(bot) if each.message]
    assert len({each.media_group_id for each in told}) == 1
    assert [each.caption for each in told] == ["漏水了", None, None]


async def test_every_kind_of_message_can_be_read(bot: Bot, group: Group, wang: Person) -> None:
    for kind in ("voice", "video", "video_note", "audio", "animation", "document", "sticker"):
        await wang.sends(group, kind, name="x.bin")
    await wang.sends_location(group, 43.84, 126.55)
    await wang.forwards(await wang.sends_photo(group, "看"), group)
    await wang.says(group, "管理员", anonymous=True)

    told = [each.message for each in await heard(bot) if each.message]
    assert len(told) == 11
    assert told[-2].forward_origin is not None
    assert told[-1].from_user is not None
    assert (told[-1].from_user.id, told[-1].sender_chat) == (1087968824, told[-1].chat)


async def test_what_becomes_of_the_bot_and_the_group_is_told(
    tg: FakeTelegram, bot: Bot, wang: Person
) -> None:
    await ask_for_all(bot)
    group = tg.group("群", [wang], kind="group", bot="left")
    await group.bot_added(wang, payload="b3")
    await group.bot_becomes("administrator", can_pin_messages=True)
    await group.joined(tg.person("李娜"))
    await group.becomes_supergroup()
    await wang.blocks_bot()

    told = await heard(bot)
    kinds = [
        "my" if each.my_chat_member else "member" if each.chat_member else "message"
        for each in told
    ]
    assert kinds == [
        "my",
        "message",
        "message",
        "my",
        "member",
        "message",
        "message",
        "message",
        "my",
    ]
    assert told[2].message is not None
    assert told[2].message.text == "/start@linli_test_bot b3"
    assert told[6].message is not None
    assert told[6].message.migrate_to_chat_id is not None


async def test_replies_and_topics_carry_threads_as_telegram_has_them(
    tg: FakeTelegram, bot: Bot, group: Group, wang: Person
) -> None:
    said = await wang.says(group, "灯坏了")
    await wang.says(group, "我家也是", reply_to=said)
    topic = tg.group("论坛", [wang], forum=True).topic("报修")
    await wang.says(topic, "门禁坏了")

    _, reply, in_topic = [each.message for each in await heard(bot) if each.message]
    assert (reply.message_thread_id, reply.is_topic_message) == (said.id, None)
    assert (in_topic.message_thread_id, in_topic.is_topic_message) == (topic.id, True)
    assert in_topic.reply_to_message is not None
    assert in_topic.reply_to_message.forum_topic_created is not None
