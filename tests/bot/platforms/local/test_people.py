"""What people do in the web chat reaches the inbox once, in order, and over a crash."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from bot.platforms.local.doing import NotPossibleError
from handlers.chat.incoming import (
    ChatKind,
    Incoming,
    MemberChange,
    Message,
    Press,
    Reaction,
    Recalled,
    Renamed,
    Standing,
)
from handlers.chat.platform import RawUpdate
from storage.engine import Store
from tests.bot.web.kit import GROUP, MONDAY, Kept


def heard(local: LocalPlatform, inbox: Kept) -> list[Incoming]:
    return [each for update in inbox.updates for each in local.read(update.body)]


def last(local: LocalPlatform, inbox: Kept) -> Incoming:
    return heard(local, inbox)[-1]


async def test_what_is_said_is_shown_and_heard(local: LocalPlatform, inbox: Kept) -> None:
    said = await local.say("li", GROUP, "电梯又坏了")
    shown = await local.messages(GROUP)
    assert [(each["id"], each["name"], each["text"]) for each in shown] == [
        (said, "李娜", "电梯又坏了")
    ]
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert (message.text, message.message_id) == ("电梯又坏了", str(said))
    assert (message.chat.id, message.chat.kind) == (GROUP, ChatKind.GROUP)
    assert (message.sender.id, message.sender.username, message.at) == ("li", "li", MONDAY)
    assert not message.to_bot


async def test_a_private_chat_has_the_key_of_its_person(local: LocalPlatform, inbox: Kept) -> None:
    await local.say("li", "li", "你好")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert (message.chat.id, message.chat.kind) == ("li", ChatKind.PRIVATE)


@pytest.mark.parametrize("text", ["@邻里 在吗", "@Linli hello"])
async def test_a_mention_is_to_the_bot(local: LocalPlatform, inbox: Kept, text: str) -> None:
    await local.say("li", GROUP, text)
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert message.to_bot


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("/open@linli 3栋", "/open 3栋"),
        ("/未结@邻里", "/未结"),
        ("@邻里 未结 3栋", "未结 3栋"),
        ("/open@other_bot 3栋", "/open@other_bot 3栋"),
        ("/open@linli_two_bot", "/open@linli_two_bot"),
    ],
)
async def test_the_bot_s_own_name_is_taken_out_and_no_other(
    local: LocalPlatform, inbox: Kept, written: str, told: str
) -> None:
    await local.say("li", GROUP, written)
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert message.text == told
    assert message.to_bot == (written != told)


async def test_a_stranger_cannot_speak_in_a_room(local: LocalPlatform, inbox: Kept) -> None:
    await local.ensure_person("qian", "钱伯")
    with pytest.raises(NotPossibleError) as refused:
        await local.say("qian", GROUP, "我不在这个群")
    assert refused.value.key == "page.not_here"
    assert await local.messages(GROUP) == []
    assert inbox.updates == []


IMPOSSIBLE: list[tuple[Callable[[LocalPlatform], Awaitable[object]], str]] = [
    (lambda local: local.say("li", GROUP, "  "), "page.nothing_said"),
    (lambda local: local.say("li", "nowhere", "在吗"), "page.room_gone"),
    (lambda local: local.say("li", GROUP, "在吗", reply_to=99), "page.message_gone"),
    (lambda local: local.press("li", GROUP, 99, "take:1"), "page.message_gone"),
    (lambda local: local.rename("li", "li", "我的群"), "page.only_groups"),
    (lambda local: local.leave("li", "li"), "page.only_groups"),
    (lambda local: local.join("li", "wang"), "page.room_gone"),
    (lambda local: local.found("li", " "), "page.needs_name"),
    (lambda local: local.newcomer(" ", None), "page.needs_name"),
    (lambda local: local.speak("nobody", "en"), "page.nobody"),
]


@pytest.mark.parametrize(("doing", "key"), IMPOSSIBLE)
async def test_what_is_not_possible_is_said_why(
    local: LocalPlatform,
    inbox: Kept,
    doing: Callable[[LocalPlatform], Awaitable[object]],
    key: str,
) -> None:
    with pytest.raises(NotPossibleError) as refused:
        await doing(local)
    assert refused.value.key == key
    assert inbox.updates == []


async def test_a_message_is_changed_by_its_sender_alone(local: LocalPlatform, inbox: Kept) -> None:
    said = await local.say("li", GROUP, "水管露水")
    with pytest.raises(NotPossibleError):
        await local.edit("wang", GROUP, said, "我没说过")
    await local.edit("li", GROUP, said, "水管漏水")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert (message.text, message.edited, message.message_id) == ("水管漏水", True, str(said))
    [shown] = await local.messages(GROUP)
    assert (shown["text"], shown["edited"]) == ("水管漏水", True)


async def test_a_recalled_message_leaves_neither_words_nor_pictures(
    local: LocalPlatform, inbox: Kept
) -> None:
    key = await local.keep_file("door.jpg", "image/jpeg", b"\xff\xd8\xff")
    said = await local.say("li", GROUP, "发错了", photos=[key])
    await local.recall("li", GROUP, said)
    recalled = last(local, inbox)
    assert isinstance(recalled, Recalled)
    assert recalled.message_id == str(said)
    [shown] = await local.messages(GROUP)
    assert (shown["text"], shown["media"], shown["recalled"]) == ("", [], True)
    assert await local.file(key) is None
    with pytest.raises(NotPossibleError):
        await local.edit("li", GROUP, said, "还在吗")


async def test_a_photo_is_heard_with_its_words(local: LocalPlatform, inbox: Kept) -> None:
    key = await local.keep_file("lift.jpg", "image/jpeg", b"\xff\xd8\xff")
    await local.say("li", GROUP, "", photos=[key, "unknown"])
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert [(each.kind, each.ref, each.size) for each in message.media] == [("photo", key, 3)]


async def test_messages_of_one_album_say_so(local: LocalPlatform, inbox: Kept) -> None:
    for name in ("a.jpg", "b.jpg"):
        key = await local.keep_file(name, "image/jpeg", b"\xff\xd8\xff")
        await local.say("li", GROUP, "", photos=[key], album="两张")
    albums = [each.album for each in heard(local, inbox) if isinstance(each, Message)]
    assert albums == ["两张", "两张"]


async def test_everybody_has_one_emoji_on_a_message(local: LocalPlatform, inbox: Kept) -> None:
    said = await local.say("li", GROUP, "楼道灯坏了")
    await local.react("wang", GROUP, said, "👀")
    await local.react("wang", GROUP, said, "👌")
    await local.react("zhao", GROUP, said, "👍")
    assert (await local.messages(GROUP))[0]["reactions"] == {"wang": "👌", "zhao": "👍"}
    await local.react("wang", GROUP, said, "👌", removed=True)
    assert (await local.messages(GROUP))[0]["reactions"] == {"zhao": "👍"}
    reactions = [each for each in heard(local, inbox) if isinstance(each, Reaction)]
    assert [(each.emoji, each.removed) for each in reactions] == [
        ("👀", False),
        ("👌", False),
        ("👍", False),
        ("👌", True),
    ]


async def test_a_press_names_its_message_and_has_an_id_of_its_own(
    local: LocalPlatform, inbox: Kept
) -> None:
    said = await local.say("li", GROUP, "电梯坏了")
    for _ in range(2):
        await local.press("wang", GROUP, said, "take:1", page_id="p1")
    first, second = [each for each in heard(local, inbox) if isinstance(each, Press)]
    assert (first.data, first.message_id, first.sender.id) == ("take:1", str(said), "wang")
    assert first.press_id != second.press_id


async def test_a_forwarded_message_says_so(local: LocalPlatform, inbox: Kept) -> None:
    said = await local.say("li", GROUP, "明天停水")
    await local.forward("wang", GROUP, said, "wang")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert (message.text, message.forwarded, message.chat.id) == ("明天停水", True, "wang")


async def test_nobody_forwards_out_of_a_room_they_do_not_sit_in(local: LocalPlatform) -> None:
    said = await local.say("li", "li", "只和机器人说")
    with pytest.raises(NotPossibleError):
        await local.forward("wang", "li", said, GROUP)


async def test_coming_and_going_is_heard(local: LocalPlatform, inbox: Kept) -> None:
    await local.ensure_person("qian", "钱伯")
    await local.join("qian", GROUP)
    await local.join("qian", GROUP)
    await local.leave("qian", GROUP)
    changes = [each for each in heard(local, inbox) if isinstance(each, MemberChange)]
    assert [(each.sender.id, each.joined) for each in changes] == [("qian", True), ("qian", False)]


async def test_a_new_group_begins_with_the_bot_coming_in(local: LocalPlatform, inbox: Kept) -> None:
    key = await local.found("feng", "4栋邻里群")
    standing = last(local, inbox)
    assert isinstance(standing, Standing)
    assert (standing.chat.id, standing.chat.title, standing.present) == (key, "4栋邻里群", True)
    assert standing.hears_all


async def test_a_bot_that_was_put_out_hears_that_and_nothing_more(
    local: LocalPlatform, inbox: Kept
) -> None:
    await local.remove_bot("feng", GROUP)
    standing = last(local, inbox)
    assert isinstance(standing, Standing)
    assert not standing.present
    await local.say("li", GROUP, "它听不到了")
    assert last(local, inbox) == standing
    await local.add_bot("feng", GROUP)
    await local.say("li", GROUP, "又能听到了")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert message.text == "又能听到了"


async def test_a_new_title_is_heard(local: LocalPlatform, inbox: Kept) -> None:
    await local.rename("feng", GROUP, "和平里3栋")
    renamed = last(local, inbox)
    assert isinstance(renamed, Renamed)
    assert (renamed.title, renamed.chat.title) == ("和平里3栋", "和平里3栋")


async def test_a_language_goes_along_with_what_is_said(local: LocalPlatform, inbox: Kept) -> None:
    await local.speak("li", "en")
    await local.say("li", GROUP, "The lift is stuck")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert message.sender.language == "en"


async def test_a_newcomer_can_talk_to_the_bot_at_once(local: LocalPlatform, inbox: Kept) -> None:
    key = await local.newcomer("孙姐", "zh")
    await local.say(key, key, "你好")
    message = last(local, inbox)
    assert isinstance(message, Message)
    assert (message.sender.id, message.sender.name) == (key, "孙姐")


async def test_somebody_cannot_take_the_key_of_a_group(local: LocalPlatform) -> None:
    with pytest.raises(ValueError, match="group"):
        await local.ensure_person(GROUP, "钱伯")
    with pytest.raises(ValueError, match="private"):
        await local.ensure_room("li", "李娜群")


async def test_what_the_inbox_could_not_keep_comes_first_when_it_can(
    local: LocalPlatform, inbox: Kept
) -> None:
    inbox.fails = True
    with pytest.raises(OSError, match="out of order"):
        await local.say("li", GROUP, "第一句")
    inbox.fails = False
    await local.say("li", GROUP, "第二句")
    texts = [each.text for each in heard(local, inbox) if isinstance(each, Message)]
    assert texts == ["第一句", "第二句"]


async def test_what_was_shown_before_a_crash_is_handed_over_after_it(
    local: LocalPlatform, inbox: Kept, store: Store, clock: VirtualClock
) -> None:
    inbox.fails = True
    with pytest.raises(OSError, match="out of order"):
        await local.say("li", GROUP, "电梯坏了")
    after = LocalPlatform(store, clock)
    healthy = Kept()
    await after.attach(healthy)
    assert [update.body["text"] for update in healthy.updates] == ["电梯坏了"]
    again = Kept()
    await LocalPlatform(store, clock).attach(again)
    assert again.updates == []


async def test_a_repeat_has_the_same_key(
    local: LocalPlatform, inbox: Kept, store: Store, clock: VirtualClock
) -> None:
    inbox.fails = True
    with pytest.raises(OSError, match="out of order"):
        await local.say("li", GROUP, "电梯坏了")

    class Dying(Kept):
        async def our_turn(self, platform: str) -> bool:
            return True

        async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
            await super().receive(platform, updates)
            raise OSError("died after keeping")

    dying = Dying()
    with pytest.raises(OSError, match="died"):
        await LocalPlatform(store, clock).attach(dying)
    later = Kept()
    await LocalPlatform(store, clock).attach(later)
    assert [each.key for each in dying.updates] == [each.key for each in later.updates]


async def test_what_many_say_at_once_is_heard_in_the_order_in_which_it_stands(
    local: LocalPlatform, inbox: Kept
) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(local.say(("li", "zhao", "wang")[number % 3], GROUP, str(number)))
    stands = [each["text"] for each in await local.messages(GROUP)]
    assert [update.body["text"] for update in inbox.updates] == stands
    assert sorted(map(int, stands)) == list(range(20))


async def test_an_update_that_is_none_of_ours_is_refused(local: LocalPlatform) -> None:
    with pytest.raises(ValueError, match="validation error"):
        local.read({"kind": "message", "room": GROUP})


async def test_rooms_people_and_messages_outlive_the_program(
    local: LocalPlatform, store: Store, clock: VirtualClock
) -> None:
    await local.say("li", GROUP, "电梯坏了")
    after = LocalPlatform(store, clock)
    assert [each["text"] for each in await after.messages(GROUP)] == ["电梯坏了"]
    assert [each["title"] for each in await after.rooms()] == ["和平里3栋邻里群"]
    assert "li" in [each["key"] for each in await after.people()]


async def test_messages_are_read_upwards_in_pages(local: LocalPlatform) -> None:
    ids = [await local.say("li", GROUP, str(number)) for number in range(120)]
    newest = await local.messages(GROUP)
    assert [each["id"] for each in newest] == ids[-100:]
    older = await local.messages(GROUP, before=newest[0]["id"])
    assert [each["id"] for each in older] == ids[:20]
    assert [each["id"] for each in await local.messages(GROUP, since=ids[-2])] == ids[-1:]
