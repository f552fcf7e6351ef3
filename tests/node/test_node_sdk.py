"""WeCom's own Node SDK against the fake: so that the fake is no mirror of our platform alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator

import pytest

from tests.fakes.wecom import BOT, SECRET, FakeWeCom
from tests.node.node import FOLDER, Robot, node, robot

GROUP, LI = "wrGROUP3", "woLINA0000000000000000"


@pytest.fixture
async def wecom() -> AsyncGenerator[FakeWeCom]:
    async with FakeWeCom() as made:
        yield made
        assert not made.violations


@pytest.fixture
async def it(wecom: FakeWeCom) -> AsyncGenerator[Robot]:
    async with robot(node(), wecom.url, BOT, SECRET) as made:
        await made.until("authenticated")
        yield made


async def test_it_hears_answers_once_and_pushes(wecom: FakeWeCom, it: Robot) -> None:
    said = await wecom.says(LI, "电梯坏了", GROUP)
    await it.until("stranger")
    told = {each["what"]: each for each in it.told}
    assert (told["text"]["text"], told["text"]["chatid"]) == ("@邻里 电梯坏了", GROUP)
    codes = [told[what]["code"] for what in ("answered", "answered_twice", "card", "stranger")]
    assert codes == [0, 846605, 0, 93006]
    answer, card = wecom.chats.in_chat(GROUP)
    assert (answer.kind, answer.answers) == ("stream", said)
    assert card.buttons == {"我来": "take:12"}


async def test_it_changes_a_pressed_card(wecom: FakeWeCom, it: Robot) -> None:
    await wecom.says(LI, "电梯坏了", GROUP)
    await it.until("stranger")
    card = wecom.chats.in_chat(GROUP)[-1]
    await wecom.presses(LI, card, "我来")
    assert (await it.until("pressed"))["key"] == "take:12"
    assert (await it.until("changed"))["code"] == 0
    assert (card.text, card.buttons) == ("王姨在办", {})


async def test_it_welcomes(wecom: FakeWeCom, it: Robot) -> None:
    await wecom.enters(LI)
    assert (await it.until("welcomed"))["code"] == 0
    assert [each.text for each in wecom.chats.in_chat(LI)] == ["您好"]


async def test_it_fetches_a_picture_and_hands_in_a_file(wecom: FakeWeCom, it: Robot) -> None:
    body = bytes(range(256)) * 40
    await wecom.sends(LI, msgtype="image", image=wecom.picture(body))
    assert (await it.until("image"))["sha"] == hashlib.sha256(body).hexdigest()
    assert (await it.until("file"))["code"] == 0
    assert wecom.chats.in_chat(LI)[0].media == b"\7" * 700 * 1024


@pytest.mark.parametrize("code", [1000, 1011, 0], ids=["1000", "1011", "drop"])
async def test_it_comes_back(wecom: FakeWeCom, it: Robot, code: int) -> None:
    await (wecom.closes(code) if code else _drop(wecom))
    await it.until("authenticated")
    assert wecom.subscribed == 2


async def _drop(wecom: FakeWeCom) -> None:
    wecom.drops()


async def test_it_is_pushed_out_by_a_second_one(wecom: FakeWeCom, it: Robot) -> None:
    async with robot(node(), wecom.url, BOT, SECRET) as other:
        await other.until("authenticated")
        await it.until("disconnected_event")


async def test_its_pings_are_answered(wecom: FakeWeCom, it: Robot) -> None:
    await wecom.until(lambda: wecom.pings >= 3)
    assert wecom.subscribed == 1


async def test_a_wrong_secret_is_told(wecom: FakeWeCom) -> None:
    async with robot(node(), wecom.url, BOT, "of-yesterday") as made:
        await made.until("error")
    assert wecom.subscribed == 0


def test_the_lock_file_names_no_host_to_fetch_from() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert not [name for name, each in packages.items() if "resolved" in each]
    assert all(each.get("integrity") for each in packages.values()), "each by its content"


def test_without_node_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nodejs"):
        node()
