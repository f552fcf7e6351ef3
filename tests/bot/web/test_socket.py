"""Over its socket a browser plays people: what they do is done, what happens is told."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from config.words import catalogue
from handlers.chat.incoming import Press
from handlers.chat.outgoing import Acknowledge, Button, Content, Show
from tests.bot.web.kit import GROUP, Town
from tests.patience import PATIENCE


class Browser:
    """A page's end of the socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.count = 0

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next event of a kind; those that come before it are put aside."""
        while True:
            event: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE)
            if event["type"] == kind:
                return event
            self.events.append(event)

    async def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Ask for something; gives the answer."""
        self.count += 1
        await self.socket.send_json({"do": do, "n": self.count, **more})
        while True:
            event: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE)
            if event.get("n") == self.count:
                return event
            self.events.append(event)


@pytest.fixture
async def browser(http: aiohttp.ClientSession) -> AsyncGenerator[Browser]:
    async with http.ws_connect("/ws") as socket:
        made = Browser(socket)
        await made.hear("clock")
        await made.ask("watch", people=["li", "wang"])
        yield made


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
async def test_another_pages_script_cannot_listen(http: aiohttp.ClientSession, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect("/ws", headers={"origin": origin})
    assert refused.value.status == 403


async def test_what_one_says_every_browser_of_the_room_is_told(
    browser: Browser, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect("/ws") as socket:
        other = Browser(socket)
        await other.ask("watch", people=["feng"])
        done = await browser.ask("say", who="li", room=GROUP, text="<b>电梯</b>坏了")
        assert done["type"] == "done"
        told = await other.hear("message")
    assert told["message"]["id"] == done["result"]
    assert told["message"]["text"] == "<b>电梯</b>坏了"


async def test_a_browser_is_told_nothing_of_rooms_that_it_does_not_show(
    browser: Browser, town: Town
) -> None:
    await town.local.say("feng", "feng", "私下说")
    await browser.ask("say", who="li", room=GROUP, text="大家好")
    texts = [each["message"]["text"] for each in browser.events if each["type"] == "message"]
    assert texts == ["大家好"]


async def test_whoever_is_not_played_does_nothing(browser: Browser, town: Town) -> None:
    answer = await browser.ask("say", who="feng", room=GROUP, text="冒充")
    assert (answer["type"], answer["text"]) == ("failed", "page.nobody")
    assert await town.local.messages(GROUP) == []


IMPOSSIBLE: list[dict[str, Any]] = [
    {"do": "say", "who": "li", "room": GROUP},
    {"do": "say", "who": "li", "room": "nowhere", "text": "在吗"},
    {"do": "say", "who": "li", "room": "feng", "text": "在吗"},
    {"do": "edit", "who": "li", "room": GROUP, "message": 5, "text": "x"},
    {"do": "earlier", "who": "li", "room": "feng", "before": 9},
    {"do": "fly", "who": "li"},
    {"do": "react", "who": "li", "room": GROUP, "message": 1, "emoji": "💣"},
    {"do": "press", "who": "li", "room": GROUP, "message": 1, "data": "x" * 65},
    {"do": "say", "who": "li", "room": GROUP, "text": "x", "sender": "wang"},
    {"do": "watch", "people": [f"p{n}" for n in range(13)]},
]


async def test_what_cannot_be_done_is_refused_in_words(browser: Browser, town: Town) -> None:
    for wish in IMPOSSIBLE:
        await browser.socket.send_json(wish)
        answer = await browser.hear("failed")
        assert catalogue().has(answer["text"]), wish
    assert town.inbox.updates == []


async def test_noise_is_refused_and_the_line_stays_open(browser: Browser) -> None:
    for text in ("", "{", "[]", "null", "x" * 70_000):
        await browser.socket.send_str(text)
        assert (await browser.hear("failed"))["text"] == "page.not_understood"
    assert (await browser.ask("say", who="li", room=GROUP, text="还在"))["type"] == "done"


async def test_an_accident_is_told_and_the_line_stays_open(browser: Browser, town: Town) -> None:
    town.inbox.fails = True
    answer = await browser.ask("say", who="li", room=GROUP, text="电梯坏了")
    assert (answer["type"], answer["text"]) == ("failed", "page.went_wrong")
    town.inbox.fails = False
    assert (await browser.ask("say", who="li", room=GROUP, text="还在吗"))["type"] == "done"
    assert [each.body["text"] for each in town.inbox.updates] == ["电梯坏了", "还在吗"]


async def test_a_press_is_answered_in_the_browser_that_pressed(
    browser: Browser, town: Town
) -> None:
    buttons = ((Button(text="我来", data="take:1"),),)
    card = Show(
        platform="local",
        chat="wang",
        group=False,
        slot="r1",
        content=Content(title="#1", text="电梯", buttons=buttons),
    )
    done = await town.local.deliver(card, None)
    await browser.ask("press", who="wang", room="wang", message=int(done.message_id), data="take:1")
    [press] = town.local.read(town.inbox.updates[-1].body)
    assert isinstance(press, Press)
    await town.local.deliver(
        Acknowledge(platform="local", chat="wang", press_id=press.press_id, text="好的"), None
    )
    toast = await browser.hear("toast")
    assert (toast["person"], toast["text"], toast["alert"]) == ("wang", "好的", False)


async def test_everything_that_people_do_is_done(browser: Browser, town: Town) -> None:
    said = (await browser.ask("say", who="li", room=GROUP, text="水管露水"))["result"]
    on = {"who": "li", "room": GROUP, "message": said}
    doings: list[tuple[str, dict[str, Any]]] = [
        ("edit", {**on, "text": "水管漏水"}),
        ("react", {**on, "who": "wang", "emoji": "👌"}),
        ("forward", {**on, "to": "li"}),
        ("recall", on),
        ("speak", {"who": "li", "language": "en"}),
        ("found", {"who": "wang", "title": "志愿者群"}),
        ("rename", {"who": "wang", "room": GROUP, "title": "3栋"}),
        ("bot", {"who": "wang", "room": GROUP, "present": False}),
        ("bot", {"who": "wang", "room": GROUP, "present": True}),
        ("leave", {"who": "li", "room": GROUP}),
        ("join", {"who": "li", "room": GROUP}),
        ("arrive", {"name": "孙姐", "language": "zh"}),
    ]
    for do, more in doings:
        assert (await browser.ask(do, **more))["type"] == "done", do
    kinds = [each.body["kind"] for each in town.inbox.updates]
    assert kinds == [
        *("message", "message", "reaction", "message", "recalled"),
        *("standing", "renamed", "standing", "standing", "member", "member"),
    ]


async def test_a_browser_is_told_when_rooms_or_people_change(browser: Browser, town: Town) -> None:
    await town.local.ensure_member("qian", GROUP, "钱伯")
    assert await browser.hear("changed")


async def test_a_turned_clock_is_told(browser: Browser, http: aiohttp.ClientSession) -> None:
    async with http.post("/api/clock", json={"by": "8h"}):
        pass
    told = await browser.hear("clock")
    assert told["now"] == "2026-03-02T09:00:00+00:00"
    assert told["zone"] == "Asia/Shanghai"


async def test_a_closed_browser_is_forgotten(http: aiohttp.ClientSession, town: Town) -> None:
    async with http.ws_connect("/ws") as socket:
        await Browser(socket).ask("watch", people=["li"])
    async with http.ws_connect("/ws") as socket:
        browser = Browser(socket)
        await browser.ask("watch", people=["li"])
        await town.local.say("li", GROUP, "在吗")
        assert (await browser.hear("message"))["message"]["text"] == "在吗"
        assert len(town.local.pages) == 1
