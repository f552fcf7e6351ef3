"""/why: which words led to what, how the place is known, who was asked, what was put right."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.understanding.meaning import PLAINLY, Reason
from storage.tables import Request
from tests.dialogues.steps import REPORT
from tests.harness import Actor, Stage, staged

DARK = "3栋1单元楼道的灯不亮了，黑咕隆咚的"
BURST = "我家水管爆了，水漫到楼道了！"


async def why(actor: Actor, number: int = 1) -> str:
    await actor.writes(f"/why {number}")
    return actor.last.text


async def test_it_names_the_words_for_each_decision(stage: Stage) -> None:
    await stage.li.says(BURST)
    lines = (await why(stage.zhou)).splitlines()
    assert lines[0].startswith("认作：用水，紧急")
    for line, about in zip(lines[1:4], ("算报事", "归哪类", "急不急"), strict=True):
        assert line.startswith(f"{about}：因为听到“")
        assert "水管" in line
    assert "@" not in "".join(lines)


async def test_a_calm_one_says_that_nothing_was_pressing(stage: Stage) -> None:
    await stage.sun.says(DARK)
    assert "没听到着急或危险的话" in await why(stage.zhou)


async def test_what_opens_for_being_plain_is_told_no_share_it_did_not_go_by(stage: Stage) -> None:
    await stage.li.says("门禁坏了")
    async with stage.app.store.write() as store:
        request = await store.get_one(Request, 1)
        request.reasons = [Reason("request", PLAINLY).kept(), *request.reasons]
    assert (await why(stage.zhou)).startswith("认作：治安门禁，一般。说得明白，所以直接登记。")


async def test_nor_is_what_opens_for_its_danger(stage: Stage) -> None:
    await stage.li.says("着火了！！")
    first, *others = (await why(stage.zhou)).splitlines()
    assert first == "认作：消防安全，紧急。怕有危险，所以直接登记。"
    assert any("着火" in line for line in others)
    await stage.passes(hours=2)
    await stage.sun.says(DARK)
    assert "把握" in (await why(stage.zhou, 2)).splitlines()[0]


async def test_it_says_from_where_the_place_is_known(stage: Stage) -> None:
    await stage.sun.says(DARK)
    assert "地方：话里说了3栋1单元。" in await why(stage.zhou)
    await stage.li.says(BURST)
    told = await why(stage.zhou, 2)
    assert "照报事人登记的住址" in told
    assert "501" not in told, "a home is named to nobody"


async def test_it_says_who_was_asked_and_who_was_passed_over(stage: Stage) -> None:
    await stage.sun.says(DARK)
    told = await why(stage.zhou)
    assert "按层级请了：周叔（楼长）" in told
    assert "跳过：单元长" in told


async def test_it_says_who_put_it_right(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/recategorise 1 噪音")
    told = await why(stage.zhou)
    assert "认作：噪音" in told
    assert "后来周叔改了类别。" in told


async def test_what_somebody_filed_needs_no_words(stage: Stage) -> None:
    await stage.li.writes("/report 3栋2单元的电梯又坏了")
    told = await why(stage.li)
    assert "是有人当面报的" in told
    assert "算报事" not in told


async def test_in_english_as_well(stage: Stage) -> None:
    await stage.zhou.writes("/language en")
    await stage.li.says("the lift is stuck again, second time today, please fix it")
    told = await why(stage.zhou)
    assert "Its category: because of “" in told
    assert "lift" in told
    assert "Place: " in told


async def test_it_is_the_same_after_a_restart(stage: Stage) -> None:
    await stage.li.says(BURST)
    before = await why(stage.zhou)
    await stage.restarts()
    assert await why(stage.zhou) == before


@pytest.mark.parametrize("wrong", ["/why 99", "/why 电梯", "/why 0"])
async def test_what_is_no_number_of_here_is_told(stage: Stage, wrong: str) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.writes(wrong)
    assert "认作" not in stage.zhou.last.text


async def test_a_community_s_own_word_counts_like_the_common_one(tmp_path: Path) -> None:
    """`cues` of the policy file: "老铁笼" is what these people call their lift."""
    folder, policy = tmp_path / "stage", tmp_path / "policy.toml"
    folder.mkdir()
    said = "老铁笼又坏了，停在三楼不动了"
    policy.write_text('[categories.lift]\ncues = ["老铁笼"]\n', encoding="utf-8")
    async with staged(folder, policy_file=policy) as stage:
        await stage.li.says(said)
        request = await stage.request()
        assert (request.category, request.asset, request.words) == ("lift", "lift", said)
        assert "归哪类：因为听到“老铁笼”" in await why(stage.zhou)
        await stage.zhao.says("晚上一起吃火锅去不去呀")
        assert len(await stage.requests()) == 1


async def test_without_it_the_word_is_unknown(stage: Stage) -> None:
    await stage.li.says("老铁笼又坏了，停在三楼不动了")
    assert not [each for each in await stage.requests() if each.category == "lift"]


async def test_a_category_of_a_community_s_own_has_only_its_own_words(tmp_path: Path) -> None:
    folder, policy = tmp_path / "stage", tmp_path / "policy.toml"
    folder.mkdir()
    policy.write_text(
        '[categories.lockers]\nladder = "technical"\ncues = ["菜鸟柜"]\n', encoding="utf-8"
    )
    async with staged(folder, policy_file=policy) as stage:
        await stage.li.says("/report 菜鸟柜打不开了，快递拿不出来")
        assert (await stage.request()).category == "lockers"


async def test_the_floor_that_was_said_is_named_as_said(stage: Stage) -> None:
    await stage.li.says("smell of gas on 3rd floor!!")
    await stage.li.says("/why 1")
    assert "话里说了3楼" in stage.last().text
