"""What the bot says stands in the room and on the pages that show it."""

import pytest

from bot.platforms.local import LocalPlatform
from bot.platforms.local.pages import MOST_WAITING, Page
from bot.platforms.local.platform import CAPABILITIES
from handlers.chat.incoming import MediaKind, Press
from handlers.chat.outgoing import Acknowledge, Button, Content, Mark, React, Say, SendFile, Show
from handlers.chat.platform import GoneError, PermanentError
from tests.bot.web.kit import GROUP, Kept


def say(text: str, chat: str = GROUP, **more: object) -> Say:
    return Say.model_validate(
        {"platform": "local", "chat": chat, "content": Content(text=text), **more}
    )


def show(text: str, *, title: str = "#1 电梯", chat: str = GROUP) -> Show:
    buttons = ((Button(text="我来", data="take:1", style="primary"),),)
    content = Content(title=title, text=text, buttons=buttons)
    return Show(platform="local", chat=chat, slot="r1", content=content)


def react(message_id: int, mark: Mark | None) -> React:
    return React(platform="local", chat=GROUP, message_id=str(message_id), mark=mark)


def waiting(page: Page) -> list[dict[str, object]]:
    return [page.events.get_nowait() for _ in range(page.events.qsize())]


async def test_a_card_is_changed_in_place(local: LocalPlatform) -> None:
    done = await local.deliver(show("已请王姨"), None)
    again = await local.deliver(show("王姨在办"), done.message_id)
    assert again == done
    [card] = await local.messages(GROUP)
    assert (card["sender"], card["title"], card["text"]) == ("bot", "#1 电梯", "王姨在办")
    assert card["buttons"] == [[{"text": "我来", "data": "take:1", "style": "primary"}]]


@pytest.mark.parametrize("message_id", ["99", "was:7", ""])
async def test_a_card_that_is_gone_is_reported_gone(local: LocalPlatform, message_id: str) -> None:
    with pytest.raises(GoneError):
        await local.deliver(show("王姨在办"), message_id)


async def test_the_bot_cannot_change_what_a_person_said(local: LocalPlatform) -> None:
    said = await local.say("li", GROUP, "电梯坏了")
    with pytest.raises(GoneError):
        await local.deliver(show("王姨在办"), str(said))
    assert (await local.messages(GROUP))[0]["text"] == "电梯坏了"


async def test_an_answer_stands_under_what_it_answers(local: LocalPlatform, inbox: Kept) -> None:
    said = await local.say("li", GROUP, "电梯坏了")
    done = await local.deliver(say("在哪一单元？", reply_to=str(said)), None)
    assert (await local.messages(GROUP))[-1]["reply_to"] == said
    await local.say("li", GROUP, "2单元", reply_to=int(done.message_id))
    assert inbox.updates[-1].body["to_bot"] is True


async def test_a_private_letter_reaches_somebody_who_never_wrote(local: LocalPlatform) -> None:
    await local.deliver(say("请您看看", chat="wang", group=False), None)
    assert [each["text"] for each in await local.messages("wang")] == ["请您看看"]


@pytest.mark.parametrize("chat", ["nowhere", "nobody"])
async def test_nothing_is_sent_to_a_room_that_is_not_there(local: LocalPlatform, chat: str) -> None:
    with pytest.raises(PermanentError) as failed:
        await local.deliver(say("在吗", chat=chat), None)
    assert failed.value.unreachable


async def test_who_blocked_the_bot_is_out_of_reach(local: LocalPlatform) -> None:
    await local.remove_bot("wang", "wang")
    with pytest.raises(PermanentError) as failed:
        await local.deliver(say("请您看看", chat="wang", group=False), None)
    assert failed.value.unreachable
    assert not (await local.examine("wang")).reachable
    assert (await local.examine(GROUP)).reachable
    assert (await local.examine(None)).reachable


async def test_a_mark_stands_beside_peoples_emoji_and_can_be_taken_away(
    local: LocalPlatform,
) -> None:
    said = await local.say("li", GROUP, "电梯坏了")
    await local.react("zhao", GROUP, said, "👍")
    await local.deliver(react(said, Mark.HEARD), None)
    assert (await local.messages(GROUP))[0]["reactions"] == {"zhao": "👍", "bot": "👀"}
    await local.deliver(react(said, None), None)
    assert (await local.messages(GROUP))[0]["reactions"] == {"zhao": "👍"}


async def test_a_mark_on_a_recalled_message_is_given_up(local: LocalPlatform) -> None:
    said = await local.say("li", GROUP, "发错了")
    await local.recall("li", GROUP, said)
    with pytest.raises(PermanentError) as failed:
        await local.deliver(react(said, Mark.HEARD), None)
    assert not failed.value.unreachable


async def test_a_file_is_kept_under_an_unguessable_key(local: LocalPlatform) -> None:
    out = SendFile(platform="local", chat=GROUP, name="登记表.xlsx", body=b"PK..", caption="给您")
    await local.deliver(out, None)
    [message] = await local.messages(GROUP)
    [media] = message["media"]
    assert (media["kind"], media["name"], message["text"]) == ("file", "登记表.xlsx", "给您")
    assert len(media["ref"]) >= 24
    kept = await local.file(media["ref"])
    assert kept is not None
    assert kept.body == b"PK.."


@pytest.mark.parametrize(
    ("body", "kind"), [(b"\x89PNG\r\n\x1a\n", "photo"), (b"<svg onload=x>", "file")]
)
async def test_only_a_real_picture_is_shown_as_one(
    local: LocalPlatform, body: bytes, kind: str
) -> None:
    out = SendFile(platform="local", chat=GROUP, name="code", body=body, picture=True)
    await local.deliver(out, None)
    assert (await local.messages(GROUP))[0]["media"][0]["kind"] == kind


async def test_pages_are_told_of_their_own_rooms_only(local: LocalPlatform) -> None:
    captain, coordinator = local.pages.open(), local.pages.open()
    await local.watch(captain, ["wang"])
    await local.watch(coordinator, ["feng"])
    await local.deliver(say("请您看看", chat="wang", group=False), None)
    [event] = waiting(captain)
    assert event["type"] == "message"
    assert waiting(coordinator) == []
    await local.say("li", GROUP, "电梯坏了")
    assert len(waiting(captain)) == len(waiting(coordinator)) == 1
    local.pages.close(captain)
    await local.say("li", GROUP, "真的坏了")
    assert waiting(captain) == []


async def test_a_notice_reaches_only_the_browser_that_pressed(
    local: LocalPlatform, inbox: Kept
) -> None:
    here, elsewhere = local.pages.open(), local.pages.open()
    for page in (here, elsewhere):
        await local.watch(page, ["wang"])
    done = await local.deliver(show("已请王姨"), None)
    await local.press("wang", GROUP, int(done.message_id), "take:1", page_id=here.id)
    waiting(here)
    waiting(elsewhere)
    [press] = local.read(inbox.updates[-1].body)
    assert isinstance(press, Press)
    notice = Acknowledge(platform="local", chat=GROUP, press_id=press.press_id, text="好的")
    assert (await local.deliver(notice, None)).message_id == ""
    [toast] = waiting(here)
    assert (toast["type"], toast["person"], toast["text"]) == ("toast", "wang", "好的")
    assert waiting(elsewhere) == []


async def test_a_browser_far_behind_reads_everything_again(local: LocalPlatform) -> None:
    page = local.pages.open()
    await local.watch(page, ["li"])
    for number in range(MOST_WAITING + 1):
        page.put({"type": "message", "number": number})
    assert waiting(page) == [{"type": "again"}]


async def test_a_view_holds_the_private_chat_first_and_what_was_said(
    local: LocalPlatform,
) -> None:
    await local.say("li", GROUP, "电梯坏了")
    [view] = await local.watch(local.pages.open(), ["li", "stranger"])
    assert [(room["key"], room["kind"]) for room in view["rooms"]] == [
        ("li", "private"),
        (GROUP, "group"),
    ]
    assert [each["text"] for each in view["rooms"][1]["messages"]] == ["电梯坏了"]
    assert view["rooms"][1]["size"] == 5


async def test_links_open_the_page_with_a_payload(local: LocalPlatform) -> None:
    assert local.link("a&b") == "http://127.0.0.1:8080/?start=a%26b"
    assert local.link("t", group=True) == "http://127.0.0.1:8080/?group=t"


async def test_it_can_do_everything_and_has_no_limits(local: LocalPlatform) -> None:
    can = local.capabilities
    assert can.buttons
    assert can.edits
    assert can.reactions
    assert can.reactions_heard
    assert can.speaks_first
    assert can.deep_links
    assert can.limits.overall_per_second == 0


def test_what_the_page_cannot_play_is_a_file_or_told_in_words_and_nothing_else_changes() -> None:
    assert CAPABILITIES.shows(MediaKind.PHOTO) is MediaKind.PHOTO
    assert CAPABILITIES.shows(MediaKind.VIDEO) is MediaKind.FILE
    assert CAPABILITIES.shows(MediaKind.VOICE) is None
    assert not CAPABILITIES.needs_words, "of what people send there all is shown"
