"""Has the bot gone blind? The coordinator is told once, what to do, and when it is over (R14)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import App
from bot.watch import CATCHING_UP
from handlers.chat.platform import Capabilities, ChatFacts, PermanentError
from storage.tables import Account, Alarm, Chat, Person, Pulse
from tests.fakes.rooms import Rooms
from tests.harness import GROUP, GROUP4, MONDAY, Stage, staged

CONTACT = timedelta(seconds=45)
WATCHED = Capabilities(deep_links=True, contact=CONTACT)


async def talks_for(stage: Stage, days: int, room: str = GROUP) -> None:
    """A lively group: every three waking hours somebody says something."""
    for _ in range(days):
        for _ in range(5):
            await stage.zhao.says("大家好呀", room)
            await stage.passes(hours=3)
        await stage.passes(hours=9)


async def used_to_talk(stage: Stage, room: str = GROUP, *, contact: bool = False) -> None:
    """A group that talked for weeks and was never silent for more than three waking hours."""
    weeks = [
        {"week": (MONDAY + timedelta(weeks=n)).date().isoformat(), "longest": 180, "count": 100}
        for n in (-3, -2, -1)
    ]
    async with stage.app.store.write() as store:
        chat = (await store.scalars(select(Chat.id).where(Chat.external_id == room))).one()
        known = MONDAY - timedelta(weeks=4)
        store.add(Pulse(chat_id=chat, first_at=known, last_at=stage.clock.now(), weeks=weeks))
    if contact:
        await stage.app.inbox.receive("rooms", ())
    await stage.zhao.says("大家好呀", room)
    await stage.passes(minutes=5)


def warnings(stage: Stage, key: str = "feng") -> list[str]:
    """What somebody was told of the bot's senses."""
    told = [each.text for each in stage.cast[key].heard]
    ours = [text for text in told if text.startswith(("⚠️", "✅"))]
    return [text for text in ours if "/staff add" not in text]  # not those of the nightly walk


async def speaks(stage: Stage, key: str, language: str) -> None:
    async with stage.app.store.write() as store:
        person = (await store.scalars(select(Person).where(Person.key == key))).one()
        person.language = language


async def test_a_group_that_falls_silent_is_told_of_once_and_when_it_is_over(stage: Stage) -> None:
    await talks_for(stage, 16)
    assert warnings(stage) == []
    await stage.passes(days=4)
    (told,) = warnings(stage)
    assert "和平里3栋邻里群" in told
    assert "/doctor" in told
    await stage.zhao.says("我回来了")
    await stage.passes(minutes=10)
    assert warnings(stage)[1:] == ["✅ 群“和平里3栋邻里群”又有动静了，我听得到。"]
    await stage.passes(hours=5)
    assert len(warnings(stage)) == 2


async def test_it_is_told_in_english_where_that_is_read(stage: Stage) -> None:
    await speaks(stage, "feng", "en")
    await used_to_talk(stage)
    await stage.passes(days=2)
    await stage.zhao.says("我回来了")
    await stage.passes(minutes=10)
    on, over = warnings(stage)
    assert "unusually long" in on
    assert over == "✅ The group “和平里3栋邻里群” is heard again."


async def test_a_night_a_new_group_and_a_quiet_group_are_no_alarm(stage: Stage) -> None:
    await talks_for(stage, 3)
    await stage.qian.says("有人在吗", GROUP4)
    await stage.passes(days=20)
    assert warnings(stage) == []


async def test_a_community_can_do_without(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[watching]\non = false\n")
    async with staged(tmp_path, policy_file=own) as stage:
        await used_to_talk(stage)
        await stage.passes(days=4)
        assert warnings(stage) == []


async def test_presses_commands_and_mentions_do_not_show_that_talk_is_heard(stage: Stage) -> None:
    """A bot that lost its rights still gets these."""
    await used_to_talk(stage)
    for _ in range(12):
        await stage.zhao.says("/open")
        await stage.zhao.says("在吗", to_bot=True)
        await stage.passes(hours=2)
    assert len(warnings(stage)) == 1


async def test_a_silence_that_was_unusual_is_soon_usual(stage: Stage) -> None:
    """A group that became quiet is told of a few times, not for ever."""
    await used_to_talk(stage)
    for _ in range(8):
        await stage.passes(days=2)
        await stage.zhao.says("还在呢")
        await stage.passes(minutes=10)
    assert len(warnings(stage)) <= 6
    assert len(warnings(stage)) % 2 == 0


async def test_of_talk_only_numbers_are_kept(stage: Stage) -> None:
    await talks_for(stage, 1)
    async with stage.app.store.read() as store:
        (pulse,) = (await store.scalars(select(Pulse))).all()
    assert "大家好" not in str(pulse.weeks)
    assert {key for week in pulse.weeks for key in week} == {"week", "longest", "count"}
    assert sum(week["count"] for week in pulse.weeks) == 5


async def test_what_was_heard_is_remembered_over_a_restart(stage: Stage) -> None:
    await used_to_talk(stage)
    await stage.restarts()
    await stage.passes(days=4)
    assert len(warnings(stage)) == 1
    await stage.restarts()
    await stage.passes(days=1)
    assert len(warnings(stage)) == 1


async def test_a_muted_bot_is_told_of_once_however_much_fails(stage: Stage) -> None:
    stage.rooms.blocked.add(GROUP)
    await stage.li.says("电梯又坏了")
    await stage.sun.says("我家没水了")
    assert [text[:1] for text in warnings(stage)] == ["⚠"]
    assert "发不了言" in warnings(stage)[0]
    stage.rooms.blocked.clear()
    stage.rooms.facts[GROUP] = ChatFacts(reachable=True, known=False)
    await stage.app.watch.ask()
    await stage.app.settle()
    assert len(warnings(stage)) == 1, "the platform did not answer: nothing is known"
    del stage.rooms.facts[GROUP]
    await stage.app.watch.ask()
    await stage.app.settle()
    assert warnings(stage)[1:] == ["✅ 我在群“和平里3栋邻里群”里又能发言了。"]


async def test_lost_and_regained_rights_are_told_as_the_platform_tells_them(stage: Stage) -> None:
    for given in ({"can_speak": False}, {"can_speak": False}, {}):
        await stage.does(GROUP, "li", "standing", **given)
    assert [text[:1] for text in warnings(stage)] == ["⚠", "✅"]
    for given in ({"hears_all": False}, {"hears_all": False}, {"hears_all": True}):
        await stage.does(GROUP, "li", "standing", **given)
    assert "设为管理员" in warnings(stage)[2]
    assert "都能看到" in warnings(stage)[3]
    for given in ({"present": False, "hears_all": False}, {}):
        await stage.does(GROUP, "li", "standing", **given)
    assert "移出" in warnings(stage)[4]
    assert len(warnings(stage)) == 6


async def test_who_left_a_group_is_not_told_that_it_is_mute_there(stage: Stage) -> None:
    await stage.does(GROUP, "li", "standing", can_speak=False)
    await stage.does(GROUP, "li", "standing", present=False, hears_all=False)
    async with stage.app.store.read() as store:
        on = await store.scalars(select(Alarm.kind).where(Alarm.over_at.is_(None)))
        assert on.all() == ["removed"]


async def test_the_privacy_switch_is_told_of_where_it_makes_deaf(stage: Stage) -> None:
    stage.rooms.facts[None] = ChatFacts(reachable=True, hears_all=False, note="privacy_on")
    await stage.app.watch.ask()
    await stage.app.settle()
    assert warnings(stage) == [], "in all groups it is an administrator"
    await stage.does(GROUP, "li", "standing", hears_all=True, administrator=False)
    for _ in range(2):
        await stage.app.watch.ask()
        await stage.app.settle()
    (told,) = warnings(stage)
    assert "/setprivacy" in told
    stage.rooms.facts[None] = ChatFacts(reachable=True)
    await stage.app.watch.ask()
    await stage.app.settle()
    assert "已关闭" in warnings(stage)[1]


async def minutes_pass(
    stage: Stage, minutes: int, *, contact: tuple[str, ...] = (), step: int = 1
) -> None:
    """Minute by minute, as the ticks of a running program; these platforms answer meanwhile."""
    for _ in range(0, minutes, step):
        for platform in contact:
            await stage.app.inbox.receive(platform, ())
        await stage.passes(minutes=step)


@asynccontextmanager
async def on_two_platforms(folder: Path) -> AsyncGenerator[tuple[Stage, Rooms]]:
    """The coordinator has an account on another platform too."""
    async with staged(folder, capabilities=WATCHED) as stage:
        other = Rooms(stage.clock, WATCHED, name="halls")
        await stage.app.close()
        old = stage.app
        stage.app = App(
            old.settings, old.store, [stage.rooms, other], clock=stage.clock, reader=old.desk.reader
        )
        stage.rooms.intake = other.intake = stage.app.inbox
        async with stage.app.store.write() as store:
            feng = (await store.scalars(select(Person).where(Person.key == "feng"))).one()
            store.add(
                Account(platform="halls", external_id="f", person_id=feng.id, private_chat="@feng2")
            )
        yield stage, other


async def test_a_platform_that_is_cut_off_is_told_of_on_another(tmp_path: Path) -> None:
    async with on_two_platforms(tmp_path) as (stage, other):
        await minutes_pass(stage, 5, contact=("rooms", "halls"))
        await minutes_pass(stage, 9, contact=("halls",))
        assert other.from_bot("@feng2") == []
        with capture_logs() as logs:
            await minutes_pass(stage, 30, contact=("halls",))
        (told,) = other.from_bot("@feng2")
        assert "linli doctor" in told.text
        assert "03-02 09:04" in told.text
        assert [each["event"] for each in logs if each["log_level"] == "error"] == ["alarm.on"]
        assert warnings(stage) == []
        await minutes_pass(stage, 2, contact=("rooms", "halls"))
        (back,) = warnings(stage)
        assert back.startswith("✅ rooms 恢复了（03-02 09:04 到")


async def test_where_there_is_no_other_way_it_is_logged_and_told_afterwards(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=WATCHED) as stage:
        await minutes_pass(stage, 5)
        with capture_logs() as logs:
            await minutes_pass(stage, 20)
        assert [(each["event"], each["told"]) for each in logs] == [("alarm.on", 0)]
        assert stage.feng.heard == []
        await minutes_pass(stage, 2, contact=("rooms",))
        assert [text[:1] for text in warnings(stage)] == ["✅"]


async def test_a_machine_that_slept_is_no_alarm(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=WATCHED) as stage:
        await minutes_pass(stage, 5, contact=("rooms",))
        stage.clock.turn(timedelta(hours=9))
        await minutes_pass(stage, 5)
        assert stage.feng.heard == []


async def test_who_was_cut_off_judges_no_silence_until_it_caught_up(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=WATCHED) as stage:
        await used_to_talk(stage, contact=True)
        await stage.passes(days=4)
        assert warnings(stage) == [], "nobody is heard there at all"
        catching_up = int(CATCHING_UP.total_seconds() // 60)
        await minutes_pass(stage, catching_up - 5, contact=("rooms",), step=5)
        assert warnings(stage) == []
        await minutes_pass(stage, 15, contact=("rooms",), step=5)
        assert len(warnings(stage)) == 1


async def test_a_night_is_slept_through_for_what_can_wait(stage: Stage) -> None:
    """R37: nobody is woken for a right; the operator's own address is told at once."""
    await stage.passes(hours=15)  # midnight
    await stage.does(GROUP, "li", "standing", can_speak=False)
    assert stage.feng.heard == []
    await stage.passes(hours=8)
    assert "发不了言" in warnings(stage)[0]


async def test_who_cannot_be_reached_stops_nothing(stage: Stage) -> None:
    stage.rooms.faults.append(PermanentError("no"))
    await stage.does(GROUP, "li", "standing", can_speak=False)
    await stage.does(GROUP, "li", "standing")
    assert [text[:1] for text in warnings(stage)] == ["✅"]
