"""What the house says stands alike on every platform."""

from __future__ import annotations

import pytest

from handlers.chat.incoming import MediaKind, Message
from handlers.chat.outgoing import Acknowledge, Button, Content, Mark, React
from handlers.chat.platform import Delivered, DeliveryError, GoneError, PermanentError, Proof
from tests.conformance.venue import Venue, deliver, heard, only, say, send_file, show
from tests.fakes.pictures import HIDDEN

TAKE = ((Button(text="我来", data="take:1", style="primary"),),)
#: What is no picture, and what it is called.
OTHERS = {
    MediaKind.VOICE: "voice.ogg",
    MediaKind.VIDEO: "video.mp4",
    MediaKind.FILE: "物业通知.pdf",
}
DONE = ((Button(text="办好了", data="done:1"),),)


async def test_something_is_said(venue: Venue) -> None:
    done = await deliver(venue, say(venue, Content(text="好了，本群对应到3栋。")))
    (stood,) = await venue.stands()
    assert stood.text == "好了，本群对应到3栋。"
    assert done.message_id
    # Where it was only accepted, people may see no id that anybody could compare.
    assert stood.id == done.message_id or (venue.can.proof is not Proof.MESSAGE and not stood.id)


@pytest.mark.takes("private")
async def test_something_is_said_in_private(venue: Venue) -> None:
    await deliver(venue, say(venue, Content(text="有事找您"), private=True))
    (stood,) = await venue.stands(private=True)
    assert stood.text == "有事找您"
    assert not await venue.stands()


async def test_a_title_stands_before_its_text_and_markup_is_only_shown(venue: Venue) -> None:
    content = Content(title="#1 <电梯> & 门", text="<b>急</b> &amp; 快")
    await deliver(venue, say(venue, content))
    (stood,) = await venue.stands()
    assert stood.text == "#1 <电梯> & 门\n<b>急</b> &amp; 快"


@pytest.mark.takes("edits_always", "buttons")
async def test_a_card_is_shown_then_edited_in_place(venue: Venue) -> None:
    done = await deliver(venue, show(venue, Content(text="已请王姨", buttons=TAKE)))
    (before,) = await venue.stands()
    again = await deliver(
        venue, show(venue, Content(text="王姨在办", buttons=DONE)), done.message_id
    )
    (after,) = await venue.stands()
    assert again.message_id == done.message_id == after.id
    assert (before.text, before.labels) == ("已请王姨", ("我来",))
    assert (after.text, after.labels) == ("王姨在办", ("办好了",))


@pytest.mark.takes("edits_always")
async def test_showing_the_same_again_changes_nothing_and_fails_nowhere(venue: Venue) -> None:
    out = show(venue, Content(text="已请王姨", buttons=TAKE))
    done = await deliver(venue, out)
    assert (await deliver(venue, out, done.message_id)).message_id == done.message_id
    assert len(await venue.stands()) == 1


@pytest.mark.takes("edits_always")
async def test_buttons_go_when_a_card_no_longer_has_them(venue: Venue) -> None:
    done = await deliver(venue, show(venue, Content(text="一", buttons=TAKE)))
    await deliver(venue, show(venue, Content(text="二")), done.message_id)
    (stood,) = await venue.stands()
    assert not stood.labels


@pytest.mark.takes("edits_always")
@pytest.mark.parametrize("number", ["99999", "was:12"])
async def test_a_card_that_is_gone_is_told_as_gone(venue: Venue, number: str) -> None:
    with pytest.raises(GoneError):
        await deliver(venue, show(venue, Content(text="王姨在办")), number)


@pytest.mark.takes("buttons", "toasts")
async def test_a_press_is_acknowledged_to_who_pressed(venue: Venue) -> None:
    await deliver(venue, show(venue, Content(text="已请王姨", buttons=TAKE)))
    (card,) = await venue.stands()
    await venue.presses(card.id, "take:1")
    (press,) = [each for each in await heard(venue) if hasattr(each, "press_id")]
    out = Acknowledge(
        platform=venue.platform.name,
        chat=venue.group,
        press_id=getattr(press, "press_id", ""),
        text="好的，您来办",
    )
    assert await deliver(venue, out) == Delivered()
    assert await venue.notices() == ["好的，您来办"]
    assert len(await venue.stands()) == 1, "a notice is no message"


@pytest.mark.takes("replies")
async def test_it_replies(venue: Venue) -> None:
    said = await venue.says("电梯坏了")
    await deliver(venue, show(venue, Content(text="#1 电梯"), reply_to=said))
    (stood,) = await venue.stands()
    assert stood.reply_to == said


async def test_a_reply_to_what_never_was_is_said_all_the_same(venue: Venue) -> None:
    await deliver(venue, say(venue, Content(text="#1 电梯"), reply_to="was:12"))
    (stood,) = await venue.stands()
    assert stood.text == "#1 电梯"


@pytest.mark.takes("reactions")
@pytest.mark.parametrize("mark", list(Mark))
async def test_a_quiet_mark_is_put_on_and_taken_away(venue: Venue, mark: Mark) -> None:
    said = await venue.says("电梯坏了")
    for wanted in (mark, mark, None):
        out = React(platform=venue.platform.name, chat=venue.group, message_id=said, mark=wanted)
        assert await deliver(venue, out) == Delivered()
        assert await venue.marks(said) == (wanted is not None)
    assert not await venue.stands()


@pytest.mark.takes("reactions")
async def test_a_mark_on_what_is_gone_fails_for_good_and_the_chat_stays(venue: Venue) -> None:
    out = React(platform=venue.platform.name, chat=venue.group, message_id="99999", mark=Mark.TAKEN)
    with pytest.raises(PermanentError) as told:
        await deliver(venue, out)
    assert not told.value.unreachable


@pytest.mark.takes("files")
async def test_a_file_is_sent(venue: Venue) -> None:
    await deliver(venue, send_file(venue, name="导出.xlsx", body=b"PK...", caption="给您"))
    (stood,) = await venue.stands()
    assert (stood.text, stood.file) == ("给您", b"PK...")


async def test_a_picture_that_somebody_sent_is_shown_to_others(venue: Venue) -> None:
    await venue.sends_photo("楼道积水")
    media = (await only(venue, Message)).media
    await deliver(venue, say(venue, Content(text="请看", media=media), private=True))
    stood = await venue.stands(private=True)
    assert sum(each.pictures for each in stood) == 1
    assert stood[-1].text == "请看"


@pytest.mark.takes("lends")
async def test_a_picture_that_somebody_sent_is_lent_without_what_was_hidden_in_it(
    venue: Venue,
) -> None:
    await venue.sends_photo("楼道积水")
    (media,) = (await only(venue, Message)).media
    lent = await venue.platform.fetched(media)
    assert lent
    assert lent.body
    assert HIDDEN.encode() not in lent.body


@pytest.mark.takes("lends", "heard:file")
async def test_what_else_somebody_sent_is_lent_as_it_is(venue: Venue) -> None:
    heard_there = venue.can.media_in | venue.can.media_in_private
    kinds = [each for each in OTHERS if each in heard_there]
    for kind in kinds:
        await venue.hands_over(kind, OTHERS[kind], b"picture p1")
    media = [each.media[0] for each in await heard(venue) if isinstance(each, Message)]
    assert [each.kind for each in media] == kinds
    assert media[-1].name == OTHERS[MediaKind.FILE]
    for each in media:
        lent = await venue.platform.fetched(each)
        assert lent
        assert lent.body == b"picture p1"


@pytest.mark.takes("files")
async def test_what_another_app_had_is_shown_as_what_it_was(venue: Venue) -> None:
    for kind in [each for each in OTHERS if venue.can.shows(each) is each]:
        played = None if kind is MediaKind.FILE else kind
        body = f"OggS {kind.value}".encode()
        given = {"name": OTHERS[kind], "body": body, "caption": "#1 <b>电梯</b>", "played": played}
        await deliver(venue, send_file(venue, **given))
        last = (await venue.stands())[-1]
        assert (last.text, last.file) == ("#1 <b>电梯</b>", body)


async def test_a_text_of_the_limit_stands_whole_and_a_longer_one_does_not_fail(
    venue: Venue,
) -> None:
    limit = venue.can.text_limit
    await deliver(venue, say(venue, Content(text="长" * limit)))
    await deliver(venue, say(venue, Content(title="题", text="更" * (limit + 100))))
    whole, longer = await venue.stands()
    assert whole.text == "长" * limit
    assert longer.text.startswith("题\n" + "更" * (limit - 10))


async def test_a_chat_that_is_none_is_out_of_reach(venue: Venue) -> None:
    out = say(venue, Content(text="您好")).model_copy(update={"chat": venue.nowhere})
    with pytest.raises(PermanentError) as told:
        await deliver(venue, out)
    assert told.value.unreachable


async def test_a_group_that_put_it_out_is_out_of_reach(venue: Venue) -> None:
    await venue.throws_out()
    with pytest.raises(PermanentError) as told:
        await deliver(venue, say(venue, Content(text="您好")))
    assert told.value.unreachable


@pytest.mark.takes("private")
async def test_who_blocked_it_is_out_of_reach(venue: Venue) -> None:
    await venue.blocks()
    with pytest.raises(PermanentError) as told:
        await deliver(venue, say(venue, Content(text="您好"), private=True))
    assert told.value.unreachable


@pytest.mark.takes("edits_always")
async def test_an_edit_in_a_group_that_put_it_out_is_out_of_reach(venue: Venue) -> None:
    done = await deliver(venue, show(venue, Content(text="一")))
    await venue.throws_out()
    with pytest.raises(DeliveryError) as told:
        await deliver(venue, show(venue, Content(text="二")), done.message_id)
    assert isinstance(told.value, PermanentError)
    assert told.value.unreachable


async def test_it_knows_where_it_is_and_where_it_is_not(venue: Venue) -> None:
    assert (await venue.platform.examine(venue.group)).reachable
    assert (await venue.platform.examine(None)).reachable
    nowhere = await venue.platform.examine(venue.nowhere)
    # Where nobody can be asked, it says that it does not know.
    assert not nowhere.reachable or not nowhere.known


@pytest.mark.takes("deep_links")
async def test_its_links_carry_the_payload(venue: Venue) -> None:
    await venue.settles()
    for group in (False, True):
        link = venue.platform.link("h_3Kf9", group=group)
        assert link is not None
        assert "h_3Kf9" in link
    assert venue.platform.link("a") != venue.platform.link("a", group=True)
