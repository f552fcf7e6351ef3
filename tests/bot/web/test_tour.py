"""The tour of the README in a real Chromium, with the whole program behind the page."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.bot.web.chromium import Screen, screen
from tests.bot.web.whole import program

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def url(tmp_path: Path) -> AsyncGenerator[str]:
    async with program(tmp_path) as (_, address):
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def shown(chromium: Browser, url: str) -> AsyncGenerator[Screen]:
    async with screen(chromium, url) as made:
        yield made


async def test_a_resident_says_it_the_captain_takes_it_the_resident_confirms(
    shown: Screen,
) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await li.says("电梯又坏了")
    await expect(li.card).to_contain_text("#1 电梯")
    await expect(li.card).to_contain_text("王姨")
    await wang.presses("我来")
    await expect(wang.toast).to_contain_text("#1")
    await expect(li.card).to_contain_text("王姨在办")
    await expect(li.root.locator(".message.mine .sign")).to_have_text(["👌"])
    await wang.presses("修好了")
    await expect(li.card).to_contain_text("王姨说办好了")
    await li.opens("邻里", exact=True)
    await expect(li.card).to_contain_text("解决了吗")
    await li.presses("解决了")
    await expect(li.toast).to_contain_text("#1")
    await li.opens("3栋")
    await expect(li.root.locator(".card")).to_have_count(1)
    await expect(li.card).to_contain_text("确认解决")
    await expect(li.card.locator(".button", has_text="我来")).to_have_count(0)


async def test_a_neighbour_joins_and_the_captain_takes_it_in_plain_words(shown: Screen) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await shown.play("zhao")
    zhao = shown.phone("zhao")
    await li.says("楼道灯不亮好几天了")
    await expect(zhao.card).to_contain_text("#1")
    await zhao.says("我家也是")
    await expect(li.card).to_contain_text("2 户")
    await wang.menu("#1")
    await shown.choose("回复")
    await wang.says("收到，我去看看")
    await expect(li.card).to_contain_text("王姨在办")


async def test_not_solved_goes_one_rung_up(shown: Screen) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await li.says("电梯又坏了")
    await wang.presses("我来")
    await wang.presses("修好了")
    await li.opens("邻里", exact=True)
    await li.presses("没解决")
    await li.presses("没修好")
    await li.opens("3栋")
    await expect(li.card).to_contain_text("重新办")
    await expect(li.card).not_to_contain_text("王姨在办")
    await expect(li.card).to_contain_text("吴工")
    wu = shown.phone("wu")
    await wu.opens("邻里", exact=True)
    await wu.presses("我来")
    await wu.presses("修好了")
    await expect(li.card).to_contain_text("吴工说办好了")
    await li.opens("邻里", exact=True)
    await li.presses("没解决")
    await li.opens("3栋")
    await expect(li.card).to_contain_text("重新办")
    await expect(li.card).not_to_contain_text("吴工")


async def test_small_talk_gets_no_answer(shown: Screen) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await li.says("电梯又坏了")
    await expect(li.card).to_contain_text("#1 电梯")
    await li.says("明天谁去跳广场舞？")  # by the one who reported, a moment later
    await li.says("楼道灯不亮好几天了")  # answered after it, so the talk was heard before
    await expect(li.card).to_contain_text("#2")
    await expect(li.root.locator(".message.bot")).to_have_count(2)
    await expect(wang.root.locator(".bubble").filter(has_text="#1").last).not_to_contain_text(
        "广场舞"
    )


async def test_what_nobody_takes_climbs_while_the_clock_is_turned(shown: Screen) -> None:
    li = shown.phone("li")
    await li.says("楼道灯不亮好几天了")
    await expect(li.card).to_contain_text("王姨")
    await shown.page.locator(".clock").click()
    await shown.choose("1 天")
    await expect(li.card).not_to_contain_text("王姨")
    await expect(li.root.locator(".card")).to_have_count(1)


async def test_the_coordinator_announces_and_sees_it_arrive(shown: Screen) -> None:
    li, feng = shown.phone("li"), shown.phone("feng")
    await feng.says("/announce 3栋 今晚停水")
    await expect(feng.message("1 个群")).to_contain_text("今晚停水")
    await expect(li.root.locator(".message")).to_have_count(0)
    await feng.presses("发送")
    await expect(li.card).to_contain_text("今晚停水")
    await expect(feng.message("✅")).to_contain_text("和平里3栋邻里群")


async def test_a_reminder_in_one_line_is_repeated_before_it_is_kept(shown: Screen) -> None:
    feng = shown.phone("feng")
    await feng.says("/remind 每周五 9:00 3栋 今晚可回收物投放")
    await expect(feng.message("每周五")).to_contain_text("接下来三次")
    await feng.presses("保存")
    await expect(feng.message("保存好了")).to_be_visible()


async def test_help_is_read_from_its_beginning_and_its_commands_are_tapped(
    shown: Screen,
) -> None:
    feng = shown.phone("feng")
    await feng.says("/help")
    await expect(feng.card.locator("h3")).to_be_in_viewport()
    await feng.card.get_by_role("button", name="/未结", exact=True).click()
    await expect(feng.root.locator("textarea")).to_have_value("/未结 ")
    await feng.root.locator("textarea").press("Enter")
    await expect(feng.root.locator(".message.bot")).to_have_count(2)


async def test_in_english_the_captain_takes_it(shown: Screen) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await wang.root.get_by_role("button", name="王姨：更多").click()
    await shown.choose("换成 English")
    await wang.says("/language en")
    await expect(wang.root.locator(".message.bot")).to_have_count(1)
    await li.says("电梯又坏了")
    await expect(wang.card).to_contain_text("Lift")
    await wang.presses("I take it")
    await expect(wang.toast).to_contain_text("thank you")
    await expect(li.card).to_contain_text("王姨在办")
