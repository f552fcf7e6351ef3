"""What the bot says through a gateway, and what becomes of it when that goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import VirtualClock
from bot.platforms.wechat.platform import CAPABILITIES, Manner, WechatPlatform
from bot.platforms.wechat.saying import TEXT_LIMIT, shown
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Acknowledge, Content, Mark, Mention, React, Say, SendFile, Show
from handlers.chat.platform import Delivered, PassingError, PermanentError, Speaks
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, PAST, Kept
from tests.fakes.puppet import FakePuppet


@pytest.fixture
async def platform(puppet: FakePuppet, clock: VirtualClock) -> AsyncIterator[WechatPlatform]:
    made = WechatPlatform(puppet.endpoint, clock, pace=FAST)
    kept = Kept()
    async with running(made, kept):
        await kept.until(lambda: kept.contacts)
        yield made


def say(text: str, chat: str = "bldg3@chatroom", **more: object) -> Say:
    content = Content.model_validate({"text": text, **more})
    return Say(platform="wechat", chat=chat, group="@" in chat, content=content)


async def test_a_standing_message_is_said_anew(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    show = Show(
        platform="wechat", chat="bldg3@chatroom", slot="r1", content=Content(title="#1", text="一")
    )
    first = await platform.deliver(show, None)
    second = await platform.deliver(
        show.model_copy(update={"content": Content(title="#1", text="二")}), first.message_id
    )
    assert [each.text for each in puppet.sent] == ["#1\n一", "#1\n二"]
    assert first.message_id != second.message_id


async def test_an_id_that_the_puppet_tells_is_the_message_s(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    assert (await platform.deliver(say("好"), None)).message_id == puppet.sent[0].id
    puppet.names_ids = False
    ids = {(await platform.deliver(say("好"), None)).message_id for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


async def test_what_others_show_by_signs_is_nothing_here(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    place = {"platform": "wechat", "chat": "bldg3@chatroom"}
    mark = React.model_validate({**place, "message_id": "m1", "mark": Mark.TAKEN})
    notice = Acknowledge.model_validate({**place, "press_id": "p"})
    for out in (mark, notice):
        assert await platform.deliver(out, None) == Delivered()
    assert not puppet.sent


async def test_pictures_go_first_each_in_a_turn_of_its_own(
    puppet: FakePuppet, platform: WechatPlatform, jpeg: bytes
) -> None:
    refs = [puppet.shows("li", jpeg) for _ in range(2)]
    media = [Media(kind=MediaKind.PHOTO, ref=each).model_dump() for each in refs]
    out = say("请看", chat="wang", media=media)
    for _ in refs:
        with pytest.raises(PassingError) as told:
            await platform.deliver(out, None)
        assert told.value.retry_after
    await platform.deliver(out, None)
    assert [each.text for each in puppet.sent] == ["", "", "请看"]
    assert all(PAST.encode() not in each.body for each in puppet.sent)


@pytest.mark.fault("wechat")
async def test_a_picture_that_cannot_be_had_is_passed_over(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    broken = puppet.shows("li", b"no picture at all")
    media = [
        Media(kind=MediaKind.PHOTO, ref=each).model_dump() for each in (broken, "long-forgotten")
    ]
    await platform.deliver(say("请看", media=media), None)
    assert [each.text for each in puppet.sent] == ["请看"]


@pytest.mark.fault("wechat")
async def test_a_gateway_that_is_away_is_awaited(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    await puppet.stop()
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("好"), None)
    assert told.value.retry_after is None
    await puppet.start()
    await platform.deliver(say("好"), None)


@pytest.mark.fault("wechat")
async def test_a_gateway_that_cannot_be_reached_was_told_nothing(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    await puppet.stop()
    platform = WechatPlatform(puppet.endpoint, clock)
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("好"), None)
    assert not told.value.uncertain
    await platform.close()


@pytest.mark.fault("wechat")
async def test_out_of_wechat_letters_wait_for_the_login(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    puppet.logs_out()
    await puppet.until_read()
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("好"), None)
    assert told.value.retry_after == timedelta(minutes=5)


@pytest.mark.fault("wechat")
async def test_a_wrong_token_is_the_operators_matter(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    puppet.token = "another-token-than-it-was"
    platform = WechatPlatform(puppet.endpoint, clock)
    puppet.token = "yet-another-token-than-it-was"
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("好"), None)
    assert told.value.retry_after == timedelta(minutes=5)
    assert puppet.token not in str(told.value)
    await platform.close()


@pytest.mark.fault("wechat")
async def test_what_a_puppet_refuses_once_is_tried_again(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    puppet.refuses = ["the phone is asleep"]
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("好"), None)
    assert told.value.uncertain
    await platform.deliver(say("好"), None)


@pytest.mark.fault("wechat")
@pytest.mark.parametrize("chat", ["nowhere@chatroom", "nobody"])
async def test_a_chat_that_is_none_is_out_of_reach(platform: WechatPlatform, chat: str) -> None:
    with pytest.raises(PermanentError) as told:
        await platform.deliver(say("好", chat=chat), None)
    assert told.value.unreachable
    assert not (await platform.examine(chat)).reachable


@pytest.mark.fault("wechat")
async def test_a_group_that_put_it_out_is_out_of_reach(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    puppet.leaves("bot")
    with pytest.raises(PermanentError) as told:
        await platform.deliver(say("好"), None)
    assert told.value.unreachable
    facts = await platform.examine("bldg3@chatroom")
    assert (facts.reachable, facts.note) == (False, "group_gone")


async def test_at_the_desk_nobody_listens_and_groups_are_found_all_the_same(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    desk = WechatPlatform(puppet.endpoint, clock)
    assert (await desk.examine("bldg3@chatroom")).reachable
    assert (await desk.examine("li")).reachable
    assert not (await desk.examine("nobody")).reachable
    await desk.close()


async def test_it_tells_of_its_risk_when_it_is_examined(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    careful = WechatPlatform(puppet.endpoint, clock)
    bold = WechatPlatform(puppet.endpoint, clock, Manner("east", proactive=True))
    assert (await careful.examine(None)).warns == ("wechat_risk", "answers_only")
    await puppet.stop()
    away = await careful.examine(None)
    assert (away.reachable, away.warns) == (False, ("wechat_risk", "answers_only"))
    await puppet.start()
    assert (await bold.examine(None)).warns == ("wechat_risk",)
    assert (careful.name, bold.name) == ("wechat", "wechat-east")
    for each in (careful, bold):
        await each.close()


def test_by_default_it_only_answers_and_slowly(puppet: FakePuppet, clock: VirtualClock) -> None:
    careful = WechatPlatform(puppet.endpoint, clock).capabilities
    assert careful.speaks is Speaks.ANSWERING
    assert not careful.private_unasked
    assert not careful.speaks_first
    bold = WechatPlatform(puppet.endpoint, clock, Manner(proactive=True)).capabilities
    assert bold.speaks is Speaks.ANY_TIME
    assert bold.private_unasked
    for each in (careful, bold):
        assert each.limits == CAPABILITIES.limits
        assert 0 < each.limits.chat_per_second <= 0.5
        assert 0 < each.limits.overall_per_second <= 1
        assert not each.catches_up


def test_names_are_called_once_and_texts_are_cut() -> None:
    mentions = (Mention(name="王姨", account="wang"), Mention(name="没有", account="x"))
    text, called = shown(Content(text="请王姨看看，王姨在吗", mentions=mentions))
    assert text == "请@王姨\u2005看看，王姨在吗"
    assert list(called) == ["wang"]
    long, _ = shown(Content(title="题", text="长" * (TEXT_LIMIT + 10)))
    assert len(long) == TEXT_LIMIT
    assert long.endswith("…")


async def test_two_letters_that_say_the_same_are_two(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    """The second one may come while the first has arrived in part."""
    file = SendFile(platform="wechat", chat="bldg3@chatroom", name="a.txt", body=b"a", caption="给")
    first, second = (file.model_copy(update={"letter": each}) for each in (1, 2))
    for each in (first, second):
        with pytest.raises(PassingError, match="the rest follows"):
            await platform.deliver(each, None)
    for each in (second, first):
        await platform.deliver(each, None)
    assert [bool(each.body) for each in puppet.sent] == [True, True, False, False]
