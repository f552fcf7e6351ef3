"""What people do reaches the house alike from every platform."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.chat.incoming import ChatKind, MediaKind, Message, Press, Reaction, Renamed, Standing
from handlers.chat.outgoing import Button, Content
from tests.conformance.venue import Venue, deliver, heard, only, say


async def test_it_declares_what_it_can(venue: Venue) -> None:
    assert venue.platform.capabilities == venue.can
    assert venue.platform.name


async def test_a_message_in_a_group_is_received(venue: Venue) -> None:
    said = await venue.says("电梯坏了")
    message = await only(venue, Message)
    assert (message.text, message.message_id) == ("电梯坏了", said)
    assert message.chat.platform == venue.platform.name
    assert (message.chat.id, message.chat.kind) == (venue.group, ChatKind.GROUP)
    assert message.chat.title == venue.title
    assert (message.sender.name, message.sender.anonymous, message.sender.is_bot) == (
        venue.li,
        False,
        False,
    )
    assert message.at.utcoffset() == timedelta(0)
    assert message.media == ()
    assert (message.edited, message.forwarded) == (False, False)
    assert message.to_bot is not venue.can.may_hear_all, "only what calls it is heard there"


@pytest.mark.takes("private")
async def test_a_message_in_private_is_received(venue: Venue) -> None:
    await venue.says("电梯坏了", private=True)
    message = await only(venue, Message)
    assert (message.chat.id, message.chat.kind) == (venue.private, ChatKind.PRIVATE)


async def test_the_same_person_has_the_same_id_everywhere(venue: Venue) -> None:
    await venue.says("一")
    await venue.says("二", private=True)
    senders = {each.sender.id for each in await heard(venue) if isinstance(each, Message)}
    assert len(senders) == 1


async def test_what_was_said_in_a_row_is_heard_in_that_order(venue: Venue) -> None:
    for number in range(5):
        await venue.says(str(number))
    texts = [each.text for each in await heard(venue) if isinstance(each, Message)]
    assert texts == ["0", "1", "2", "3", "4"]
    told = [each for each in venue.inbox.updates if venue.platform.read(each.body)]
    assert len({each.lane for each in told}) == 1


async def test_a_command_is_heard_as_it_was_written(venue: Venue) -> None:
    await venue.says("/report 楼道灯坏了")
    assert (await only(venue, Message)).text == "/report 楼道灯坏了"


async def test_markup_is_heard_as_it_was_written(venue: Venue) -> None:
    await venue.says("<b>急</b> & <script>")
    assert (await only(venue, Message)).text == "<b>急</b> & <script>"


@pytest.mark.takes("replies_heard")
async def test_a_reply_names_its_message(venue: Venue) -> None:
    first = await venue.says("电梯坏了")
    await venue.says("我家也是", reply_to=first)
    replies = [each for each in await heard(venue) if isinstance(each, Message)]
    assert (replies[-1].reply_to, replies[-1].to_bot) == (first, False)


async def test_a_reply_to_the_bot_is_meant_for_it(venue: Venue) -> None:
    card = await deliver(venue, say(venue, Content(text="#1 电梯")))
    await venue.says("我家也是", reply_to=card.message_id)
    message = await only(venue, Message)
    assert (message.reply_to, message.to_bot) == (card.message_id, True)


@pytest.mark.takes("captions")
async def test_a_picture_is_received_with_its_words(venue: Venue) -> None:
    await venue.sends_photo("楼道积水")
    message = await only(venue, Message)
    (media,) = message.media
    assert (message.text, media.kind) == ("楼道积水", MediaKind.PHOTO)
    assert media.ref


@pytest.mark.takes("tells:edited")
async def test_an_edit_is_the_same_message_changed(venue: Venue) -> None:
    said = await venue.says("电梯坏了")
    await venue.edits(said, "电梯又坏了")
    messages = [each for each in await heard(venue) if isinstance(each, Message)]
    told = [(each.message_id, each.text, each.edited) for each in messages]
    assert told == [(said, "电梯坏了", False), (said, "电梯又坏了", True)]


@pytest.mark.takes("buttons")
async def test_a_press_says_what_was_pressed_where_by_whom(venue: Venue) -> None:
    rows = ((Button(text="我来", data="take:1"),),)
    card = await deliver(venue, say(venue, Content(text="#1", buttons=rows)))
    await venue.presses(card.message_id, "take:1")
    press = await only(venue, Press)
    assert (press.data, press.message_id) == ("take:1", card.message_id)
    assert (press.sender.name, press.chat.id) == (venue.li, venue.group)
    assert press.press_id


@pytest.mark.takes("reactions_heard")
async def test_a_reaction_is_heard(venue: Venue) -> None:
    said = await venue.says("电梯坏了")
    await venue.reacts(said, "👍")
    reaction = await only(venue, Reaction)
    assert (reaction.message_id, reaction.emoji, reaction.removed) == (said, "👍", False)
    assert reaction.sender.name == venue.li


@pytest.mark.takes("tells:renamed")
async def test_a_new_title_is_heard(venue: Venue) -> None:
    await venue.renames("幸福一家人")
    assert (await only(venue, Renamed)).title == "幸福一家人"


@pytest.mark.takes("tells:standing")
async def test_being_put_out_is_heard(venue: Venue) -> None:
    await venue.throws_out()
    standing = await only(venue, Standing)
    assert (standing.chat.id, standing.present) == (venue.group, False)


async def test_a_repeat_of_an_update_is_ignored(venue: Venue) -> None:
    """R12: it comes under the same key, which the inbox knows."""
    await venue.says("电梯坏了", private=True)
    await venue.settles()
    keys, received = {each.key for each in venue.inbox.updates}, venue.inbox.received
    await venue.repeats()
    assert venue.inbox.received > received
    texts = [each.text for each in await heard(venue) if isinstance(each, Message)]
    assert texts.count("电梯坏了") == 1
    assert keys <= {each.key for each in venue.inbox.updates}


async def test_an_update_that_cannot_be_understood_is_a_value_error(venue: Venue) -> None:
    with pytest.raises(ValueError, match=r"(?i)update|happening"):
        venue.platform.read({"kind": "poison", "message": {}})
