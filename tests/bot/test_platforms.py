"""Which platforms the settings turn on."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms import KNOWN, configured
from bot.roles import ALL, Role
from config.settings import Settings, SettingsError
from handlers.chat.platform import Capabilities, ChatFacts, Hears, Intake, Platform
from storage.engine import Store
from tests.fakes.rooms import Rooms
from tests.harness import MONDAY, SECRET
from tests.patience import PATIENCE

HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a"


def made(**given: Any) -> list[Platform]:
    settings = Settings(web_chat=False, **given)
    return configured(settings, cast("Store", None), VirtualClock(MONDAY))


def test_wecom_has_a_platform_for_each_robot_and_one_for_all_webhooks() -> None:
    found = made(
        wecom_bot_id="aib1",
        wecom_secret="s",
        wecom_bots="east=aib2:s,west=aib3:s",
        wecom_webhooks=f"staff={HOOK}",
    )
    names = [each.name for each in found]
    assert names == ["wecom", "wecom-east", "wecom-west", "wecom-webhook"]
    assert {"wecom", "wecom-webhook"} <= set(KNOWN)


def test_a_robot_among_several_needs_no_first_one() -> None:
    assert [each.name for each in made(wecom_bots="east=aib2:s")] == ["wecom-east"]


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("bot.platforms.wecom.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aibot", None)
    with pytest.raises(SettingsError, match=r"^LINLI_WECOM_BOT_ID: .*pip install 'linli\[wecom\]'"):
        made(wecom_bot_id="aib1", wecom_secret="s")
    with pytest.raises(SettingsError, match=r"^LINLI_WECOM_BOTS: .*pip install 'linli\[wecom\]'"):
        made(wecom_bots="east=aib2:s")


@pytest.mark.parametrize("lacking", ["pyee", "websockets"])
def test_with_half_of_the_sdk_it_says_so_as_well(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    for name in [each for each in sys.modules if each.startswith("bot.platforms.wecom.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [each for each in sys.modules if each.partition(".")[0] in ("aibot", lacking)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(SettingsError, match=r"^LINLI_WECOM_BOT_ID: .*pip install 'linli\[wecom\]'"):
        made(wecom_bot_id="aib1", wecom_secret="s")


def test_a_webhook_needs_no_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("bot.platforms.wecom.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aibot", None)
    assert [each.name for each in made(wecom_webhooks=f"staff={HOOK}")] == ["wecom-webhook"]


class SingleLine(Rooms):
    """A platform that is spoken to where it is heard."""

    def __init__(self, name: str = "rooms", hears: Hears = Hears.EVERYTHING) -> None:
        can = Capabilities(one_line=True, hears=hears)
        super().__init__(VirtualClock(MONDAY), can, name)
        self.ran, self.asked = asyncio.Event(), asyncio.Event()

    async def run(self, intake: Intake) -> None:
        self.ran.set()
        await super().run(intake)

    async def examine(self, chat_id: str | None) -> ChatFacts:
        self.asked.set()
        return await super().examine(chat_id)


@pytest.mark.parametrize(
    ("roles", "hears"),
    [
        (ALL, True),
        (frozenset({Role.INTAKE, Role.SENDER}), True),
        (frozenset({Role.INTAKE}), False),
        (frozenset({Role.SENDER, Role.WORKER}), False),
    ],
)
async def test_a_single_line_is_heard_where_it_can_be_spoken_to(
    store: Store, roles: frozenset[Role], hears: bool
) -> None:
    platform = SingleLine()
    settings = Settings(web_chat=False, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    app = App(settings, store, [platform], clock=VirtualClock(MONDAY), roles=roles)
    with capture_logs() as logs:
        running = asyncio.ensure_future(app.run())
        await asyncio.wait_for((platform.ran if hears else platform.asked).wait(), PATIENCE)
        running.cancel()
        await asyncio.wait((running,))
    assert platform.ran.is_set() == hears
    told = [each["remedy"] for each in logs if each["event"] == "platform.needs_both_roles"]
    assert len(told) == (not hears)
    await app.close()


async def test_who_is_only_spoken_to_has_no_name_to_be_asked_for(store: Store) -> None:
    """Each asking posts to all its groups' addresses."""
    mute, other = SingleLine("mute", Hears.NOTHING), SingleLine()
    settings = Settings(web_chat=False, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    roles = frozenset({Role.SENDER})
    app = App(settings, store, [mute, other], clock=VirtualClock(MONDAY), roles=roles)
    running = asyncio.ensure_future(app.run())
    await asyncio.wait_for(other.asked.wait(), PATIENCE)
    running.cancel()
    await asyncio.wait((running,))
    assert not mute.asked.is_set()
    await app.close()


class Breaks(SingleLine):
    """A platform with a mistake that nobody foresaw, once."""

    def __init__(self) -> None:
        super().__init__()
        self.broke = asyncio.Event()

    async def run(self, intake: Intake) -> None:
        if not self.broke.is_set():
            self.broke.set()
            raise KeyError("roomId")
        await super().run(intake)


async def test_a_platform_that_breaks_ends_no_other_and_is_begun_anew(store: Store) -> None:
    platform, clock = Breaks(), VirtualClock(MONDAY)
    settings = Settings(web_chat=False, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    app = App(settings, store, [platform], clock=clock)
    with capture_logs() as logs:
        running = asyncio.ensure_future(app.run())
        async with asyncio.timeout(PATIENCE):
            await platform.broke.wait()
            while not platform.ran.is_set():
                clock.turn(timedelta(seconds=1))
                await asyncio.sleep(0.001)
        assert not running.done()
        running.cancel()
        await asyncio.wait((running,))
    assert [each["platform"] for each in logs if each["event"] == "platform.broke"] == ["rooms"]
    await app.close()


class Refused(SingleLine):
    """A platform that does not know its token any more."""

    async def run(self, intake: Intake) -> None:
        self.ran.set()
        raise SettingsError("ask @BotFather for another token")


@pytest.mark.parametrize("contact", [None, timedelta(seconds=100)])
async def test_who_is_refused_ends_the_program_only_where_no_other_app_is_served(
    store: Store, contact: timedelta | None
) -> None:
    clock = VirtualClock(MONDAY)
    other = Rooms(clock, Capabilities(contact=contact), name="other")
    settings = Settings(web_chat=False, secret_key=SECRET)  # pyright: ignore[reportArgumentType]
    refused = Refused()
    app = App(settings, store, [refused, other], clock=clock)
    with capture_logs() as logs:
        running = asyncio.ensure_future(app.run())
        if contact is None:
            with pytest.raises(ExceptionGroup) as ended:
                await asyncio.wait_for(running, PATIENCE)
            assert ended.group_contains(SettingsError)
        else:
            await asyncio.wait_for(refused.ran.wait(), PATIENCE)
            assert not running.done()
            running.cancel()
            await asyncio.wait((running,))
    told = [each["remedy"] for each in logs if each["event"] == "platform.refused"]
    assert told == ([] if contact is None else ["ask @BotFather for another token"])
    await app.close()
