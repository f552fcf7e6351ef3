"""Recorded updates, and what they say in our words."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.telegram.cleaning import must_be_cleaned
from bot.platforms.telegram.content import media_of
from bot.platforms.telegram.identity import Identity
from bot.platforms.telegram.reading import lane_of, read_update
from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MediaKind,
    MemberChange,
    Message,
    Moved,
    Press,
    Reaction,
    Renamed,
    Sender,
    Standing,
)
from tests.bot.platforms.telegram.conftest import PAYLOADS, Payload

ME = Identity(7123456789, "linli_nanjing_bot")
GROUP = ChatRef("telegram", "-1001987654321", ChatKind.GROUP, "和平里3栋邻里群")
LI = Sender("2001", "娜 李", "lina501", "zh-hans")
WANG = Sender("2002", "王姨", None, "zh-hans")
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def only(update: dict[str, Any]) -> Incoming:
    (found,) = read_update(update, ME)
    return found


def message(update: dict[str, Any]) -> Message:
    found = only(update)
    assert isinstance(found, Message)
    return found


def test_talk_in_a_group_is_read(payload: Payload) -> None:
    assert only(payload("text_in_group")) == Message(GROUP, LI, NINE, "801", "3栋2单元电梯又停了")


def test_a_private_chat_is_told_from_a_group(payload: Payload) -> None:
    chat = message(payload("text_in_private")).chat
    assert (chat.kind, chat.id, chat.title) == (ChatKind.PRIVATE, "2001", "娜 李")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("command_with_name", "/open 3栋"),
        ("command_in_chinese", "/报事 楼道灯坏了"),
        ("start_with_payload", "/start h_3Kf9"),
        ("mention", "楼道灯坏了"),
    ],
)
def test_the_bots_own_name_is_taken_out(payload: Payload, name: str, text: str) -> None:
    assert message(payload(name)).text == text


def test_who_speaks_to_the_bot_is_known(payload: Payload) -> None:
    told = {name: message(payload(name)).to_bot for name in TO_BOT}
    assert told == TO_BOT


TO_BOT = {
    "text_in_group": False,
    "command_with_name": True,
    "mention": True,
    "reply_to_person": False,
    "reply_to_bot": True,
}


def test_a_command_for_another_bot_is_none_of_ours(payload: Payload) -> None:
    assert read_update(payload("command_for_another_bot"), ME) == ()


def test_before_the_own_name_is_known_any_bots_name_is_taken_for_it(payload: Payload) -> None:
    (found,) = read_update(payload("command_with_name"), Identity(7123456789))
    assert isinstance(found, Message)
    assert found.text == "/open 3栋"


def test_a_reply_names_its_message(payload: Payload) -> None:
    assert message(payload("reply_to_person")).reply_to == "801"
    assert message(payload("reply_to_person")).chat.topic is None


def test_a_topic_is_no_reply(payload: Payload) -> None:
    found = message(payload("topic_message"))
    assert (found.chat.topic, found.reply_to, found.to_bot) == ("9", None, False)


def test_of_a_photo_the_largest_size_is_taken(payload: Payload) -> None:
    found = message(payload("photo_with_caption"))
    assert found.text == "楼道积水"
    assert found.media == (Media(kind=MediaKind.PHOTO, ref="AgACAgUAAx0Py", size=152344),)


def test_pictures_of_an_album_share_its_name(payload: Payload) -> None:
    first, second = message(payload("album_first")), message(payload("album_second"))
    assert first.album == second.album == "13917284650012345"
    assert (first.text, second.text) == ("地下室漏水", "")


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("voice", Media(kind=MediaKind.VOICE, ref="AwACAgUAAx0V", size=24120)),
        ("sticker", Media(kind=MediaKind.STICKER, ref="CAACAgIAAx0S", name="👍", size=17230)),
        ("location", Media(kind=MediaKind.LOCATION, latitude=43.83662, longitude=126.54943)),
        ("document", Media(kind=MediaKind.FILE, ref="BQACAgUAAx0D", name="报修单.pdf", size=88120)),
    ],
)
def test_other_media_are_read(payload: Payload, name: str, media: Media) -> None:
    assert message(payload(name)).media == (media,)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"file_name": "IMG_1.JPG", "mime_type": "image/jpeg"}, "IMG_1.JPG"),
        ({"file_name": "电梯", "mime_type": "image/png"}, "电梯.png"),
        ({"mime_type": "image/webp"}, "picture.webp"),
        ({"file_name": "报修单.pdf", "mime_type": "application/pdf"}, "报修单.pdf"),
    ],
)
def test_a_picture_sent_as_a_file_is_called_like_one(told: dict[str, str], name: str) -> None:
    (media,) = media_of({"document": {"file_id": "f1", **told}})
    assert media.name == name
    assert must_be_cleaned(media) is name.endswith(("JPG", "png", "webp"))


def test_a_forwarded_message_is_known_as_one(payload: Payload) -> None:
    assert message(payload("forwarded")).forwarded
    assert message(payload("linked_channel_post")).forwarded


def test_an_edit_keeps_its_number(payload: Payload) -> None:
    found = message(payload("edited"))
    assert (found.message_id, found.edited, found.text) == ("801", True, "3栋1单元电梯又停了")
    assert found.at == datetime(2026, 3, 2, 1, 1, tzinfo=UTC)


def test_who_hides_behind_the_group_is_nobody_in_particular(payload: Payload) -> None:
    sender = message(payload("anonymous_admin")).sender
    assert (sender.id, sender.name, sender.anonymous, sender.is_bot) == (
        GROUP.id,
        "和平里3栋邻里群",
        True,
        False,
    )


def test_who_speaks_as_a_channel_is_nobody_in_particular(payload: Payload) -> None:
    sender = message(payload("channel_identity")).sender
    assert (sender.id, sender.anonymous) == ("-1001700000001", True)


def test_a_press_says_who_pressed_what(payload: Payload) -> None:
    at = datetime(2026, 3, 2, 1, 1, 40, tzinfo=UTC)
    assert only(payload("press")) == Press(GROUP, WANG, at, "812", "take:12", "8589934592000000001")


def test_a_press_on_a_message_too_old_to_be_shown_is_still_one(payload: Payload) -> None:
    found = only(payload("press_on_old_message"))
    assert isinstance(found, Press)
    assert (found.message_id, found.data) == ("12", "take:3")


def test_reactions_are_told_one_by_one(payload: Payload) -> None:
    (put,) = read_update(payload("reaction_put"), ME)
    assert isinstance(put, Reaction)
    assert (put.emoji, put.removed, put.sender) == ("👍", False, WANG)

    changed = read_update(payload("reaction_changed"), ME)
    told = [(each.emoji, each.removed) for each in changed if isinstance(each, Reaction)]
    assert told == [("👍", True), ("👌", False)]


def test_an_anonymous_reaction_is_nobodys(payload: Payload) -> None:
    found = only(payload("reaction_anonymous"))
    assert isinstance(found, Reaction)
    assert found.sender.anonymous


@pytest.mark.parametrize(
    ("name", "present", "administrator", "hears_all", "can_speak"),
    [
        ("bot_added", True, False, False, True),
        ("bot_promoted", True, True, True, True),
        ("bot_muted", True, False, False, False),
        ("bot_removed", False, False, False, False),
        ("bot_blocked", False, False, False, False),
        ("bot_unblocked", True, False, True, True),
    ],
)
def test_what_becomes_of_the_bot_is_read(
    payload: Payload,
    name: str,
    present: bool,
    administrator: bool,
    hears_all: bool,
    can_speak: bool,
) -> None:
    found = only(payload(name))
    assert isinstance(found, Standing)
    assert (found.present, found.administrator, found.hears_all, found.can_speak) == (
        present,
        administrator,
        hears_all,
        can_speak,
    )


def test_rights_are_named(payload: Payload) -> None:
    found = only(payload("bot_promoted"))
    assert isinstance(found, Standing)
    assert "can_pin_messages" in found.rights
    assert "can_promote_members" not in found.rights


def test_without_privacy_mode_a_plain_member_hears_everything(payload: Payload) -> None:
    open_ears = Identity(ME.id, ME.username, hears_all=True)
    (found,) = read_update(payload("bot_added"), open_ears)
    assert isinstance(found, Standing)
    assert found.hears_all


def test_members_come_and_go(payload: Payload) -> None:
    for name, joined in (
        ("member_joined", True),
        ("member_left", False),
        ("joined_by_service_message", True),
    ):
        found = only(payload(name))
        assert isinstance(found, MemberChange)
        assert (found.sender, found.joined) == (LI, joined)


def test_both_notices_of_a_migration_say_the_same(payload: Payload) -> None:
    for name in ("migrated_to", "migrated_from"):
        found = only(payload(name))
        assert isinstance(found, Moved)
        assert (found.chat.id, found.new_id) == ("-4012345678", "-1002012345678")


def test_a_new_title_is_read(payload: Payload) -> None:
    found = only(payload("renamed"))
    assert isinstance(found, Renamed)
    assert (found.title, found.sender) == ("和平里3栋", WANG)


@pytest.mark.parametrize(
    "name",
    [
        "another_bot",
        "press_inline",
        "bot_in_channel",
        "member_promoted",
        "pinned",
        "poll",
        "channel_post",
        "unknown_kind",
    ],
)
def test_what_does_not_concern_us_is_nothing(payload: Payload, name: str) -> None:
    assert read_update(payload(name), ME) == ()


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_every_update_has_the_lane_of_its_chat(path: Path, payload: Payload) -> None:
    update = payload(path.stem)
    chats = {each.chat.id for each in read_update(update, ME)} - {"-4012345678"}
    assert chats <= {lane_of(update)}
    assert lane_of(update) != "?"


def test_an_update_that_is_not_as_expected_is_a_value_error(payload: Payload) -> None:
    broken = payload("text_in_group")
    del broken["message"]["date"]
    with pytest.raises(ValueError, match="863412001"):
        read_update(broken, ME)


#: What a newer or broken server might put in the place of anything.
JUNK: tuple[Any, ...] = (None, True, 0, -1, 2**70, 0.5, "", "x", [], [None], {}, {"id": None})
GONE = object()
RECORDED = tuple(
    json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAYLOADS.glob("*.json"))
)
BREAKS = st.lists(
    st.tuples(st.integers(0, 150), st.sampled_from((*JUNK, GONE))), min_size=1, max_size=3
)


def spots(inside: Any) -> list[tuple[Any, Any]]:
    """Every place in an update that could hold something else: its holder and its key there."""
    if not isinstance(inside, dict | list):
        return []
    holder = cast("dict[Any, Any]", inside)
    keys = list(holder) if isinstance(inside, dict) else list(range(len(holder)))
    return [(holder, key) for key in keys] + [spot for key in keys for spot in spots(holder[key])]


@given(st.sampled_from(RECORDED), BREAKS)
def test_whatever_comes_is_read_or_refused(
    recorded: dict[str, Any], breaks: list[tuple[int, Any]]
) -> None:
    update = copy.deepcopy(recorded)
    for number, junk in breaks:
        places = spots(update)
        if not places:
            break
        holder, key = places[number % len(places)]
        if junk is GONE:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(junk)
    assert isinstance(lane_of(update), str)
    try:
        found = read_update(update, ME)
    except ValueError:
        return
    assert all(isinstance(each, get_args(Incoming)) for each in found)
