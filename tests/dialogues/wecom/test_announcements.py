"""Announcements into groups of WeCom: those of the robot, and those that are only spoken to."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from storage.tables import Area, Chat
from tests.dialogues.wecom.stage import WeComStage, on_wecom
from tests.fakes.wecom_push import pushing


async def _put_in(stage: WeComStage, name: str, area: str) -> None:
    """A group by webhook, as a neighbourhood file brings it."""
    async with stage.store.write() as store:
        found = await store.scalar(select(Area).where(Area.name == area))
        assert found is not None
        store.add(
            Chat(
                platform="wecom-webhook",
                external_id=name,
                kind="group",
                title="物业群",
                area_id=found.id,
                present=True,
            )
        )


async def test_an_announcement_reaches_both_kinds_of_groups(tmp_path: Path) -> None:
    async with (
        pushing() as push,
        on_wecom(tmp_path, webhooks=f"staff={push.address}") as stage,
    ):
        await _put_in(stage, "staff", "和平里小区")
        await stage.feng.writes("/announce 和平里 今晚八点停水检修")
        preview = stage.feng.heard[-1]
        assert "4 个群" in preview.text
        await stage.feng.presses(preview, "发送")
        assert [each["markdown"]["content"] for each in push.posted] == [
            "**通知**  \n今晚八点停水检修"
        ]
        assert stage.said[-1].text == "通知\n今晚八点停水检修"


async def test_one_that_is_down_does_not_touch_the_other(tmp_path: Path) -> None:
    async with (
        pushing() as push,
        on_wecom(tmp_path, webhooks=f"staff={push.address}") as stage,
    ):
        await _put_in(stage, "staff", "和平里小区")
        push.status = 502
        await stage.feng.writes("/announce 和平里 今晚八点停水检修")
        await stage.wecom.presses(stage.feng.id, stage.feng.heard[-1], "发送")
        await stage.until(stage.all_kept)
        await stage.app.settle()
        assert stage.said[-1].text == "通知\n今晚八点停水检修"
        assert push.posted
        push.status = 200
        await stage.passes(minutes=1)
        await stage.settles()


async def test_the_doctor_finds_an_address_that_is_none_any_more(tmp_path: Path) -> None:
    async with pushing() as push:
        old = {name: push.address.replace("key=", f"key={name}") for name in ("old", "older")}
        written = f"staff={push.address},old={old['old']},older={old['older']}"
        async with on_wecom(tmp_path, webhooks=written) as stage:
            for name in ("staff", "old"):
                await _put_in(stage, name, "和平里小区")
            await stage.feng.writes("/doctor")
            (told,) = [line for line in stage.feng.heard[-1].text.split("\n") if "old" in line]
            assert "名为 old、older 的地址，企业微信已经不认了" in told
            assert "staff" not in told
            push.status = 502
            await stage.feng.writes("/doctor")
            assert "wecom-webhook：连不上" in stage.feng.heard[-1].text
            assert not push.posted, "nobody was bothered"


async def test_requests_stay_out_of_a_group_in_which_nobody_is_heard(tmp_path: Path) -> None:
    async with (
        pushing() as push,
        on_wecom(tmp_path, webhooks=f"staff={push.address}") as stage,
    ):
        await _put_in(stage, "staff", "3栋")
        await stage.li.says("咱们楼电梯又坏了")
        await stage.passes(hours=3)
        assert stage.cards(1)
        assert not push.posted
