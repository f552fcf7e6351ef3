"""Groups that are only spoken to, by the address of their message push."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.platforms.wecom.webhook import WebhookPlatform
from handlers.chat.outgoing import Content, Say, Show
from handlers.chat.platform import PassingError, PermanentError
from tests.fakes.wecom_push import KEY, Push, pushing


@pytest.fixture
async def push() -> AsyncGenerator[Push]:
    async with pushing() as made:
        yield made


@pytest.fixture
async def platform(push: Push) -> AsyncGenerator[WebhookPlatform]:
    made = WebhookPlatform({"staff": push.address, "old": push.address.replace(KEY, "gone-key")})
    yield made
    await made.close()


def say(text: str, chat: str = "staff") -> Say:
    return Say(platform="wecom-webhook", chat=chat, content=Content(title="停水通知", text=text))


async def test_an_announcement_is_posted_as_markdown(push: Push, platform: WebhookPlatform) -> None:
    await platform.deliver(say("明天8点到12点 *停水*"), None)
    content = "**停水通知**  \n明天8点到12点 \\*停水\\*"
    assert push.posted == [{"msgtype": "markdown", "markdown": {"content": content}}]


async def test_the_longest_text_fits(push: Push, platform: WebhookPlatform) -> None:
    limit = platform.capabilities.text_limit
    await platform.deliver(say("长" * limit), None)
    await platform.deliver(say("*" * 9000), None)
    whole, cut = (each["markdown"]["content"] for each in push.posted)
    assert whole.count("长") == limit
    assert cut.endswith("…")


async def test_a_change_is_said_anew(push: Push, platform: WebhookPlatform) -> None:
    out = Show(platform="wecom-webhook", chat="staff", slot="r1", content=Content(text="王姨在办"))
    await platform.deliver(out, "m")
    assert len(push.posted) == 1


@pytest.mark.fault("wecom-webhook")
@pytest.mark.parametrize("chat", ["nobody", "old"])
async def test_an_address_that_is_none_is_out_of_reach(
    platform: WebhookPlatform, chat: str
) -> None:
    with pytest.raises(PermanentError) as told:
        await platform.deliver(say("在", chat), None)
    assert told.value.unreachable


@pytest.mark.fault("wecom-webhook")
async def test_too_often_is_waited_out(push: Push, platform: WebhookPlatform) -> None:
    push.code = 45009
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("在"), None)
    assert told.value.retry_after == timedelta(seconds=60)


@pytest.mark.fault("wecom-webhook")
@pytest.mark.parametrize("trouble", ["status", "cuts", "refused"])
async def test_trouble_passes_and_no_error_tells_the_key(
    push: Push, platform: WebhookPlatform, trouble: str
) -> None:
    if trouble == "status":
        push.status = 502
    elif trouble == "cuts":
        push.cuts = True
    else:
        platform = WebhookPlatform({"staff": f"http://127.0.0.1:9/send?key={KEY}"})
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("在"), None)
    assert told.value.uncertain == (trouble != "refused")
    chain = [told.value, told.value.__cause__, told.value.__context__]
    assert KEY not in str(told.value)
    assert trouble == "status" or told.value.__suppress_context__
    assert KEY not in repr(chain[:2])
    await platform.close()


async def test_what_is_wrong_with_an_address_is_found_and_nothing_is_said(
    push: Push, platform: WebhookPlatform
) -> None:
    assert (await platform.examine("staff")).reachable
    assert (await platform.examine("nobody")).note == "group_gone"
    for asked, reachable in ((None, True), ("old", False)):
        facts = await platform.examine(asked)
        assert facts.reachable is reachable, "one dead address is not the platform's end"
        assert (facts.note, facts.names) == ("webhook_refused", ("old",))
    push.status = 502
    with capture_logs() as logs:
        assert (await platform.examine(None)).note == "platform_down"
    assert "wecom.webhook_not_examined" in [each["event"] for each in logs]
    assert KEY not in str(logs)
    assert not push.posted


@pytest.mark.fault("wecom-webhook")
async def test_an_address_that_says_nothing_now_hides_no_dead_one(push: Push) -> None:
    dead = push.address.replace(KEY, "gone-key")
    silent = f"http://127.0.0.1:9/send?key={KEY}"
    platform = WebhookPlatform({"silent": silent, "old": dead, "staff": push.address})
    facts = await platform.examine(None)
    assert (facts.reachable, facts.note, facts.names) == (True, "webhook_refused", ("old",))
    assert (await platform.examine("silent")).note == "platform_down"
    await platform.close()


async def test_no_update_comes_of_it(platform: WebhookPlatform) -> None:
    with pytest.raises(ValueError, match="update"):
        platform.read({})


@pytest.mark.fault("wecom-webhook")
@pytest.mark.parametrize("answer", [{}, [], "ok", 7])
async def test_an_answer_without_a_code_is_no_receipt(
    push: Push, platform: WebhookPlatform, answer: object
) -> None:
    push.answer = answer
    with pytest.raises(PassingError) as told:
        await platform.deliver(say("在"), None)
    assert told.value.uncertain
