"""The fake Bot API server, tried with python-telegram-bot and with a bare HTTP client."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.clients import Bare


def button(text: str = "我来", data: str = "take:1") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)]])


async def test_a_message_stands_as_it_is_seen(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    await bot.send_message(
        group.id, "<b>12号</b> 电梯 &lt;坏了&gt;", parse_mode="HTML", reply_markup=button()
    )

    assert group.last.text == "12号 电梯 <坏了>"
    assert group.last.bold == ["12号"]
    assert group.last.buttons == ["我来"]
    assert tg.violations == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": "a"}, "chat_id is empty"),
    ({"chat_id": 1}, "message text is empty"),
    ({"chat_id": 1, "text": "   "}, "message text is empty"),
    ({"chat_id": 1, "text": "a", "colour": "red"}, "unknown parameter colour"),
    (
        {"chat_id": 1, "text": "a", "message_thread_id": "x"},
        "message_thread_id must be of type",
    ),
    ({"chat_id": 1, "text": "a" * 4097}, "message is too long"),
    ({"chat_id": 1, "text": "a", "parse_mode": "XML"}, "unsupported parse_mode"),
    ({"chat_id": 1, "text": "2 < 3", "parse_mode": "HTML"}, "can't parse entities"),
    ({"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, "Can't find end tag"),
    ({"chat_id": 1, "text": "<b>a</i>", "parse_mode": "HTML"}, "Unmatched end tag"),
    ({"chat_id": 1, "text": "a</b>", "parse_mode": "HTML"}, "Unexpected end tag"),
    ({"chat_id": 1, "text": "<script>", "parse_mode": "HTML"}, "Unsupported start tag"),
    ({"chat_id": 1, "text": "a.b", "parse_mode": "MarkdownV2"}, "is reserved"),
    ({"chat_id": 1, "text": "a", "reply_parameters": {"message": 1}}, "unknown field"),
    ({"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{}]]}}, "missing field"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
async def test_a_wrong_call_is_refused_and_remembered(
    tg: FakeTelegram, bare: Bare, wang: Person, params: dict[str, Any], told: str
) -> None:
    await wang.starts()
    if "chat_id" in params:
        params = {**params, "chat_id": wang.id}

    status, text = await bare("sendMessage", **params)

    assert status == 400
    assert told in text
    assert len(tg.violations) == 1
    assert wang.private.said == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({}, "Text buttons are unallowed"),
        ({"callback_data": "a", "url": "https://example.org"}, "Text buttons are unallowed"),
        ({"url": "http://localhost:8080/"}, "Wrong HTTP URL"),
        ({"callback_data": "a", "style": "pink"}, "style cannot be 'pink'"),
        ({"callback_data": "a", "colour": "red"}, "unknown field"),
    ],
)
async def test_a_wrong_button_is_refused(
    tg: FakeTelegram, bare: Bare, group: Group, change: dict[str, str], told: str
) -> None:
    markup = {"inline_keyboard": [[{"text": "我来", **change}]]}

    status, text = await bare("sendMessage", chat_id=group.id, text="a", reply_markup=markup)

    assert (status, told in text) == (400, True), text
    assert tg.violations


async def test_the_longest_allowed_is_allowed(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    await bot.send_message(
        group.id,
        "<b>" + "字" * 4096 + "</b>",
        parse_mode="HTML",
        reply_markup=button(data="a" * 64),
    )
    await bot.send_photo(group.id, b"picture", caption="字" * 1024)

    assert tg.violations == []


async def test_a_caption_has_a_limit_of_its_own(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(group.id, b"picture", caption="字" * 1025)

    assert len(tg.violations) == 1


async def test_an_unknown_method_is_404(tg: FakeTelegram, bare: Bare) -> None:
    assert (await bare("sendTelepathy"))[0] == 404
    assert len(tg.violations) == 1


async def test_a_revoked_token_is_401_until_it_is_good_again(tg: FakeTelegram, bot: Bot) -> None:
    tg.revoke_token()
    with pytest.raises(InvalidToken):
        await bot.get_me()
    tg.restore_token()
    assert (await bot.get_me()).username == "linli_test_bot"


async def test_chats_that_cannot_be_written_to(tg: FakeTelegram, bot: Bot, wang: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(-1, "a")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(wang.id, "a")
    await wang.starts()
    await bot.send_message(wang.id, "a")
    await wang.blocks_bot()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(wang.id, "b")
    assert wang.private.texts == ["a"]
    assert tg.violations == []


async def test_a_group_that_threw_the_bot_out_is_forbidden(
    tg: FakeTelegram, bot: Bot, group: Group
) -> None:
    await group.bot_becomes("kicked")
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(group.id, "a")
    await group.bot_becomes("restricted")
    with pytest.raises(BadRequest, match="ot enough rights"):
        await bot.send_message(group.id, "a")


async def test_an_edit_changes_and_says_so_when_it_does_not(
    tg: FakeTelegram, bot: Bot, group: Group, wang: Person
) -> None:
    sent = await bot.send_message(group.id, "一", reply_markup=button())
    await bot.edit_message_text("二", group.id, sent.message_id)

    assert (group.last.text, group.last.edits, group.last.buttons) == ("二", ["一"], [])
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("二", group.id, sent.message_id)
    with pytest.raises(BadRequest, match="essage to edit not found"):
        await bot.edit_message_text("二", group.id, 999)
    theirs = await wang.says(group, "我说的")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("二", group.id, theirs.id)
    assert tg.violations == []


async def test_a_reply_needs_its_message_unless_told_otherwise(
    bot: Bot, group: Group, wang: Person
) -> None:
    said = await wang.says(group, "灯坏了")
    await bot.send_message(group.id, "好", reply_parameters=ReplyParameters(said.id))
    assert group.last.reply_to is said

    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(group.id, "好", reply_parameters=ReplyParameters(999))
    loose = ReplyParameters(999, allow_sending_without_reply=True)
    await bot.send_message(group.id, "好的", reply_parameters=loose)
    assert group.last.reply_to is None


async def test_a_bot_sets_one_listed_reaction(
    tg: FakeTelegram, bot: Bot, group: Group, wang: Person
) -> None:
    said = await wang.says(group, "灯坏了")
    await bot.set_message_reaction(group.id, said.id, "👀")
    assert said.reactions == ["👀"]
    await bot.set_message_reaction(group.id, said.id, [])
    assert said.reactions == []
    assert tg.violations == []

    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(group.id, said.id, "✅")
    with pytest.raises(BadRequest):
        await bot.set_message_reaction(group.id, said.id, ["👀", "👍"])
    group.chat.allowed_reactions = frozenset({"❤"})
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(group.id, said.id, "👀")
    assert len(tg.violations) == 2


async def test_files_go_up_and_down(tg: FakeTelegram, bot: Bot, group: Group, wang: Person) -> None:
    await bot.send_document(group.id, b"a,b", filename="诉求.csv", caption="导出")
    assert (group.last.files[0].name, group.last.files[0].body) == ("诉求.csv", b"a,b")

    photo = await wang.sends_photo(group, "漏水", picture=b"a wet wall")
    file = await bot.get_file(photo.body["photo"][-1]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"a wet wall"
    await bot.send_photo(group.id, photo.body["photo"][-1]["file_id"])
    assert group.last.files[0].body == b"a wet wall"
    assert tg.violations == []
    with pytest.raises(BadRequest, match="rong file identifier"):
        await bot.send_photo(group.id, "nonsense")


async def test_an_album_is_sent_as_one(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    from telegram import InputMediaPhoto

    pictures = [InputMediaPhoto(b"one", caption="两张"), InputMediaPhoto(b"two")]
    sent = await bot.send_media_group(group.id, pictures)

    assert [each.files[0].body for each in group.said] == [b"one", b"two"]
    assert len({each.media_group_id for each in sent}) == 1
    with pytest.raises(BadRequest):
        await bot.send_media_group(group.id, pictures[:1])


async def test_topics_must_exist_and_be_open(tg: FakeTelegram, bot: Bot) -> None:
    forum = tg.group("业主论坛", forum=True)
    topic = forum.topic("报修")
    await bot.send_message(forum.id, "在这里", message_thread_id=topic.id)
    assert forum.last.topic == topic.id

    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(forum.id, "不在", message_thread_id=77)
    topic.closed = True
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "关了", message_thread_id=topic.id)


async def test_a_group_that_became_a_supergroup_says_where_it_went(
    tg: FakeTelegram, bot: Bot, wang: Person
) -> None:
    old = tg.group("老群", [wang], kind="group")
    new = await old.becomes_supergroup()

    with pytest.raises(ChatMigrated) as error:
        await bot.send_message(old.id, "a")
    assert error.value.new_chat_id == new.id
    await bot.send_message(new.id, "a")
    assert new.last.text == "a"
    assert tg.violations == []


async def test_an_ephemeral_message_is_seen_by_one(bot: Bot, group: Group, wang: Person) -> None:
    sent = await bot.send_message(
        group.id, "悄悄", api_kwargs={"ephemeral_message_parameters": {"receiver_user_id": wang.id}}
    )

    assert sent.message_id == 0
    assert group.said == []
    assert [each.text for each in group.chat.ephemeral] == ["悄悄"]


async def test_menus_are_kept_per_scope_and_language(tg: FakeTelegram, bare: Bare) -> None:
    menu = [{"command": "open", "description": "未结"}]
    scope = {"type": "all_group_chats"}
    assert await bare("setMyCommands", commands=menu, scope=scope, language_code="zh") == (
        200,
        True,
    )

    assert await bare("getMyCommands", scope=scope, language_code="zh") == (200, menu)
    assert await bare("getMyCommands", scope=scope) == (200, [])
    assert tg.violations == []
    assert (await bare("setMyCommands", commands=[{**menu[0], "command": "未结"}]))[0] == 400
    assert len(tg.violations) == 1
