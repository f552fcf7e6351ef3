"""The page in a real Chromium: what one sees and does (the bot's part is played)."""

import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, expect

from handlers.chat.incoming import Press
from handlers.chat.outgoing import Acknowledge, Button, Content, Mark, React, Say, Show
from tests.bot.web.chromium import Screen, screen
from tests.bot.web.kit import GROUP, Town, page_app, serving, site_of, town_in

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

TITLE = "和平里3栋邻里群"


@pytest_asyncio.fixture(loop_scope="module")
async def town(tmp_path: Path) -> AsyncGenerator[Town]:
    async with town_in(tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def url(town: Town) -> AsyncGenerator[str]:
    web = page_app(site_of(town.local, town.store, town.clock, town.turn))
    async with serving(web) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def shown(chromium: Browser, url: str) -> AsyncGenerator[Screen]:
    async with screen(chromium, url) as made:
        yield made


def card(text: str, *labels: str, chat: str = GROUP) -> Show:
    row = tuple(Button(text=label, data=f"{label}:1", style="primary") for label in labels)
    content = Content(title="#1 电梯 · 3栋2单元", text=text, buttons=(row,) if row else ())
    return Show(platform="local", chat=chat, group=chat == GROUP, slot="r1", content=content)


async def test_the_first_visit_shows_a_resident_and_who_will_be_asked(shown: Screen) -> None:
    names = shown.page.locator(".who h2")
    await expect(names).to_have_text(["李娜", "王姨", "吴工", "冯书记"])
    await expect(shown.phone("wang").root.locator(".who p")).to_contain_text("3栋2单元")


async def test_what_a_resident_says_appears_for_everybody_in_the_group(
    shown: Screen, town: Town
) -> None:
    li, wang = shown.phone("li"), shown.phone("wang")
    await li.says("电梯又坏了")
    await expect(li.message("电梯又坏了")).to_have_class("message mine fresh")
    await expect(wang.badge(TITLE)).to_have_text("1")
    await wang.opens(TITLE)
    await expect(wang.message("电梯又坏了")).to_be_visible()
    await expect(wang.badge(TITLE)).to_have_count(0)
    await town.inbox.hears(text="电梯又坏了")


async def test_markup_in_a_message_is_only_text(shown: Screen, town: Town) -> None:
    evil = "<img src=x onerror=\"document.body.dataset.evil='1'\"><b>粗</b> http://evil.example/"
    await town.local.say("zhao", GROUP, evil)
    bubble = shown.phone("li").message("粗").locator(".text")
    await expect(bubble).to_have_text(evil)
    assert await bubble.locator("*").count() == 0
    assert await shown.page.evaluate("document.body.dataset.evil") is None


async def test_a_card_with_buttons_is_pressed_and_changes_in_place(
    shown: Screen, town: Town
) -> None:
    wang = shown.phone("wang")
    done = await town.local.deliver(card("请您看看", "我来", chat="wang"), None)
    await wang.presses("我来")
    await expect(wang.root.locator(".button[aria-busy]")).to_have_count(0)
    [press] = town.local.read(await town.inbox.hears(kind="press"))
    assert isinstance(press, Press)
    assert (press.data, press.message_id) == ("我来:1", done.message_id)
    notice = Acknowledge(platform="local", chat="wang", press_id=press.press_id, text="交给您了")
    await town.local.deliver(notice, None)
    await expect(wang.toast).to_have_text("交给您了")
    await town.local.deliver(card("您在办", "办好了", chat="wang"), done.message_id)
    await expect(wang.root.locator(".card")).to_have_count(1)
    await expect(wang.card).to_contain_text("您在办")
    await expect(wang.card.locator(".button")).to_have_text(["办好了"])


async def test_an_alert_must_be_closed_by_hand(shown: Screen, town: Town) -> None:
    done = await town.local.deliver(card("请您看看", "我来", chat="wang"), None)
    await shown.phone("wang").presses("我来")
    await expect(shown.phone("wang").root.locator(".button[aria-busy]")).to_have_count(0)
    [press] = town.local.read(await town.inbox.hears(kind="press"))
    assert isinstance(press, Press)
    notice = Acknowledge(
        platform="local", chat="wang", press_id=press.press_id, text="已经有人接了", alert=True
    )
    await town.local.deliver(notice, None)
    dialog = shown.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("已经有人接了")
    await dialog.get_by_role("button", name="好的").click()
    await expect(dialog).to_have_count(0)
    assert done.message_id


async def test_a_message_is_answered_changed_and_taken_back(shown: Screen, town: Town) -> None:
    li = shown.phone("li")
    asked = await town.local.say("zhao", GROUP, "谁家漏水？")
    await li.menu("谁家漏水")
    await shown.choose("回复")
    await li.says("我家露水")
    answer = li.message("我家露水")
    await expect(answer.locator(".quote")).to_contain_text("谁家漏水？")
    await town.inbox.hears(reply_to=asked)
    await li.menu("我家露水")
    await shown.choose("修改")
    await li.says("我家漏水")
    await expect(li.message("我家漏水").locator(".when")).to_contain_text("改过")
    await li.menu("我家漏水")
    await shown.choose("撤回")
    await shown.page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    await expect(li.message("您撤回了一条消息")).to_be_visible()
    await town.inbox.hears(kind="recalled")


async def test_an_emoji_is_put_on_a_message_and_taken_away(shown: Screen, town: Town) -> None:
    li = shown.phone("li")
    said = await town.local.say("zhao", GROUP, "楼道灯坏了")
    await town.local.deliver(
        React(platform="local", chat=GROUP, message_id=str(said), mark=Mark.HEARD), None
    )
    await li.menu("楼道灯坏了")
    await shown.page.locator(".menu .emoji button").filter(has_text="👍").click()
    signs = li.message("楼道灯坏了").locator(".sign")
    await expect(signs).to_have_text(["👀", "👍"])
    await signs.nth(1).click()
    await expect(signs).to_have_text(["👀"])
    await town.inbox.hears(removed=True)


async def test_a_photo_is_sent_with_words_and_opens_large(
    shown: Screen, town: Town, tmp_path: Path
) -> None:
    li = shown.phone("li")
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "JPEG")
    await li.attaches("lift.jpg", out.getvalue(), "image/jpeg")
    await expect(li.root.locator(".chosen figure:not(.waiting)")).to_have_count(1)
    await li.says("就是这里")
    image = li.message("就是这里").locator(".photos img")
    await expect(image).to_have_js_property("naturalWidth", 300)
    body = await town.inbox.hears(text="就是这里")
    assert body["media"][0]["kind"] == "photo"
    await image.click()
    await expect(shown.page.locator("dialog.viewer img")).to_be_visible()
    await shown.page.keyboard.press("Escape")
    await expect(shown.page.locator("dialog")).to_have_count(0)


async def test_what_is_no_photo_is_refused_in_words(shown: Screen) -> None:
    li = shown.phone("li")
    await li.attaches("x.png", b"no picture")
    await expect(li.toast).to_contain_text("JPEG")
    await expect(li.root.locator(".chosen figure")).to_have_count(0)


async def test_everybody_reads_the_page_in_their_own_language(shown: Screen, town: Town) -> None:
    wang = shown.phone("wang")
    await wang.root.get_by_role("button", name="王姨：更多").click()
    await shown.choose("换成 English")
    await expect(wang.root).to_have_attribute("lang", "en")
    await expect(wang.root.locator("textarea")).to_have_attribute("placeholder", "Write to Linli")
    await expect(shown.phone("li").root).to_have_attribute("lang", "zh")
    await wang.says("hello")
    await town.inbox.hears(language="en")


async def test_a_new_neighbour_comes_and_joins_the_group(shown: Screen, town: Town) -> None:
    await shown.page.get_by_role("button", name="添加人物").click()
    await shown.page.get_by_role("button", name="新来一位居民").click()
    await shown.page.get_by_role("dialog").get_by_role("textbox").fill("孙姐")
    await shown.page.get_by_role("button", name="完成").click()
    column = shown.page.locator(".column", has_text="孙姐")
    await column.get_by_role("button", name="孙姐：更多").click()
    await shown.choose("加入一个群……")
    await shown.page.get_by_role("dialog").get_by_text(TITLE).click()
    await expect(column.get_by_role("tab")).to_have_count(2)
    await town.inbox.hears(kind="member")


async def test_a_group_without_the_bot_says_so_and_can_bring_it_in(
    shown: Screen, town: Town
) -> None:
    li = shown.phone("li")
    await town.local.remove_bot("feng", GROUP)
    await expect(li.root.locator(".notice")).to_contain_text("邻里不在这个群里")
    await li.root.get_by_role("button", name="请邻里进群").click()
    await expect(li.root.locator(".notice")).to_be_hidden()
    await town.inbox.hears(kind="standing", present=None)  # what is as usual is left out


async def test_people_are_chosen_by_search_and_stay_chosen(shown: Screen) -> None:
    await shown.page.get_by_role("button", name="添加人物").click()
    dialog = shown.page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill("401")
    await dialog.get_by_role("checkbox").filter(has_text="赵强").click()
    await dialog.get_by_role("searchbox").fill("冯")
    await dialog.get_by_role("checkbox").filter(has_text="冯书记").click()
    await dialog.get_by_role("button", name="完成").click()
    names = shown.page.locator(".who h2")
    await expect(names).to_have_text(["李娜", "王姨", "吴工", "赵强"])
    await shown.page.reload()
    await expect(names).to_have_text(["李娜", "王姨", "吴工", "赵强"])


async def test_the_clock_is_turned_and_the_day_changes(shown: Screen, town: Town) -> None:
    await town.local.say("zhao", GROUP, "早上好")
    day = shown.phone("li").root.locator(".day")
    await expect(day).to_have_text("今天")
    await shown.page.locator(".clock").click()
    await shown.choose("到明早 8 点")
    await expect(shown.page.locator(".clock strong")).to_have_text("08:00")
    await expect(day).to_have_text("昨天")


async def test_an_invite_opens_on_the_phone_that_one_chooses(
    chromium: Browser, url: str, town: Town
) -> None:
    async with screen(chromium, f"{url}/?start=ticket-1") as shown:
        await shown.page.get_by_role("dialog").get_by_text("王姨").click()
        await expect(shown.phone("wang").message("/start ticket-1")).to_be_visible()
        assert shown.page.url == f"{url}/"
    await town.inbox.hears(room="wang", text="/start ticket-1")


async def test_a_link_of_the_bot_is_a_link_and_keeps_its_secrets(shown: Screen, town: Town) -> None:
    content = Content(text="请看 https://linli.example.org/help。谢谢")
    await town.local.deliver(Say(platform="local", chat=GROUP, content=content), None)
    link = shown.phone("li").root.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://linli.example.org/help")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_the_page_comes_back_by_itself_when_the_server_does(
    chromium: Browser, town: Town
) -> None:
    web = page_app(site_of(town.local, town.store, town.clock))
    async with serving(web) as url:
        port = int(url.rsplit(":", 1)[1])
        opened = screen(chromium, url)
        shown = await opened.__aenter__()
    banner = shown.page.locator(".banner")
    await expect(banner).to_contain_text("连接断开")
    await shown.phone("li").root.locator("textarea").fill("还没发出去")
    await shown.phone("li").root.locator("textarea").press("Enter")
    await expect(shown.phone("li").toast).to_contain_text("没连上")
    await town.local.say("zhao", GROUP, "断线时说的")
    async with serving(page_app(site_of(town.local, town.store, town.clock)), port):
        await expect(shown.phone("li").message("断线时说的")).to_be_visible()
        await expect(banner).to_be_hidden()
        await expect(shown.phone("li").root.locator("textarea")).to_have_value("还没发出去")
        await opened.__aexit__(None, None, None)


async def test_the_keyboard_reaches_messages_menus_and_chats(shown: Screen, town: Town) -> None:
    await town.local.say("zhao", GROUP, "第一句")
    await town.local.say("zhao", GROUP, "第二句")
    li = shown.phone("li")
    await expect(li.message("第二句")).to_be_visible()
    await li.root.get_by_role("log").focus()
    keyboard = shown.page.keyboard
    await keyboard.press("ArrowUp")
    await expect(li.message("第二句")).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(li.message("第一句")).to_be_focused()
    await keyboard.press("Enter")
    await expect(shown.page.get_by_role("menu")).to_be_visible()
    await keyboard.press("Escape")
    await expect(shown.page.get_by_role("menu")).to_have_count(0)
    await li.root.get_by_role("tab", selected=True).focus()
    await keyboard.press("ArrowLeft")
    await expect(li.root.get_by_role("tab", selected=True)).to_have_text("邻里")


async def test_only_the_phone_in_use_is_read_aloud(shown: Screen) -> None:
    await shown.phone("li").root.locator("textarea").focus()
    await expect(shown.phone("li").root.get_by_role("log")).to_have_attribute("aria-live", "polite")
    await expect(shown.phone("wang").root.get_by_role("log")).to_have_attribute("aria-live", "off")


OUTSIDE = """
() => [...document.querySelectorAll(".bubble, .bubble *, .composer *, .who *, .signs *")]
  .filter((each) => each.offsetParent !== null)
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const around = each.parentElement.closest(".bubble, .column").getBoundingClientRect();
    return box.right > around.right + 0.5 || box.left < around.left - 0.5;
  })
  .map((each) => `${each.className} ${each.textContent}`)
"""
SMALL = """
() => [...document.querySelectorAll("button, a, input:not([hidden]), textarea")]
  .filter((each) => each.offsetParent !== null && !each.matches(".sign, .quote, .skip, .quick"))
  .map((each) => [each.className, each.textContent, each.getBoundingClientRect()])
  .filter(([kind, text, box]) => Math.min(box.width, box.height) < 44)
  .map(([kind, text, box]) => `${kind} ${text} ${box.width}x${box.height}`)
"""
#: What stands in the bar must not stand on each other.
OVERLAPPING = """
() => {
  const boxes = [...document.querySelector(".bar").children]
    .map((each) => each.getBoundingClientRect());
  return boxes.slice(1)
    .filter((each, at) => each.left < boxes[at].right - 1 || each.right > innerWidth)
    .map((each) => each.left);
}
"""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"


async def test_a_phone_shows_one_person_and_switches(
    chromium: Browser, url: str, town: Town
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    async with screen(chromium, url, **phone) as shown:
        await town.local.deliver(card("请您看看", "我来", "转给别人", chat="wang"), None)
        switch = shown.page.locator(".switch").filter(has_text="王姨")
        await expect(shown.phone("wang").root).to_be_hidden()
        await expect(switch.locator(".badge")).to_have_text("1")
        await switch.tap()
        await expect(shown.phone("wang").card).to_be_visible()
        await expect(shown.phone("li").root).to_be_hidden()
        await expect(switch.locator(".badge")).to_have_count(0)
        assert await shown.page.evaluate(WIDE) <= 0
        assert await shown.page.evaluate(SMALL) == []
        assert await shown.page.evaluate(OUTSIDE) == []
        await shown.phone("wang").message("请您看看").locator(".text").tap()
        await shown.choose("回复")
        await expect(shown.phone("wang").root.locator(".context")).to_contain_text("请您看看")


async def test_large_type_makes_everything_larger_and_nothing_overflows(
    chromium: Browser, url: str, town: Town
) -> None:
    async with screen(chromium, url, viewport={"width": 390, "height": 800}) as shown:
        await town.local.say("zhao", GROUP, "一段比较长的话，看看大字号的时候会不会跑到外面去")
        text = shown.phone("li").message("一段比较长的话").locator(".text")
        size = "(each) => parseFloat(getComputedStyle(each).fontSize)"
        before = await text.evaluate(size)
        await shown.page.get_by_role("button", name="显示").click()
        await shown.choose("特大")
        box = await shown.page.locator(".menu").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        await shown.page.locator(".menu").get_by_role("menuitemradio", name="开").click()
        assert await text.evaluate(size) == pytest.approx(before * 1.375)
        await expect(shown.page.locator("html")).to_have_attribute("data-contrast", "high")
        assert await shown.page.evaluate(WIDE) <= 0
        assert await shown.page.evaluate(OUTSIDE) == []
        assert await shown.page.evaluate(OVERLAPPING) == []
        await shown.page.reload()
        await expect(shown.page.locator("html")).to_have_attribute("data-size", "2")


CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.offsetParent === null) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${node.className}: ${walker.currentNode.textContent} ${ratio}`);
  }
  return faint;
}
"""


@pytest.mark.parametrize("width", [1000, 1300, 1900])
async def test_nothing_stands_out_of_its_column(
    chromium: Browser, url: str, town: Town, width: int
) -> None:
    await town.local.deliver(card("请您看看", "我来", "转给别人", chat="wang"), None)
    await town.local.say("zhao", GROUP, "https://example.org/" + "a" * 200)
    async with screen(chromium, url, viewport={"width": width, "height": 700}) as shown:
        await expect(shown.phone("wang").card).to_be_visible()
        assert await shown.page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(
    chromium: Browser, url: str, town: Town, scheme: str
) -> None:
    said = await town.local.say("zhao", GROUP, "楼道灯坏了")
    await town.local.say("li", GROUP, "我家也是", reply_to=said)
    rows = (
        (Button(text="我来", data="x", style="primary"), Button(text="再看", data="x")),
        (Button(text="好了", data="x", style="success"),),
        (Button(text="不行", data="x", style="danger"),),
    )
    content = Content(title="#1 电灯", text="请您看看", buttons=rows)
    await town.local.deliver(Say(platform="local", chat=GROUP, content=content), None)
    async with screen(chromium, url, color_scheme=scheme) as shown:
        await expect(shown.phone("li").card).to_be_visible()
        assert await shown.page.evaluate(CONTRAST) == []


async def test_only_the_bots_commands_can_be_tapped(shown: Screen, town: Town) -> None:
    li = shown.phone("li")
    await town.local.say("zhao", GROUP, "试试 /help")
    content = Content(text="请看 /help。\n/open　没办完的，例如 /done 12；不是 km/h，也不是 a/b")
    await town.local.deliver(Say(platform="local", chat=GROUP, content=content), None)
    await expect(li.message("没办完的")).to_be_visible()
    await expect(li.root.locator(".command")).to_have_text(["/help", "/open", "/done"])
    await li.root.locator(".command").nth(2).click()
    await expect(li.root.locator("textarea")).to_have_value("/done ")
    await expect(li.root.locator("textarea")).to_be_focused()


async def test_what_is_being_written_stays_while_others_come_and_chats_change(
    shown: Screen, town: Town
) -> None:
    li = shown.phone("li")
    field = li.root.locator("textarea")
    await town.local.say("zhao", GROUP, "谁家漏水？")
    await li.menu("谁家漏水")
    await shown.choose("回复")
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, "PNG")
    await li.attaches("leak.png", out.getvalue())
    await field.fill("我家")
    await town.local.ensure_member("qian", GROUP, "钱伯")
    await expect(li.root.get_by_role("tab", selected=True)).to_have_attribute(
        "title", f"{TITLE} · 6人"
    )
    await expect(field).to_have_value("我家")
    await expect(field).to_be_focused()
    await li.opens("邻里", exact=True)
    await expect(field).to_have_value("")
    await li.opens(TITLE)
    await expect(field).to_have_value("我家")
    await expect(li.root.locator(".context")).to_contain_text("谁家漏水？")
    await expect(li.root.locator(".chosen figure")).to_have_count(1)


async def test_whoever_reads_further_up_stays_there(shown: Screen, town: Town) -> None:
    for number in range(30):
        await town.local.say("zhao", GROUP, f"第{number}句")
    li = shown.phone("li")
    await expect(li.message("第29句")).to_be_in_viewport()
    await li.root.locator(".message", has_text="第0句").scroll_into_view_if_needed()
    await expect(li.root.locator(".message", has_text="第0句")).to_be_in_viewport()
    await town.local.say("zhao", GROUP, "最新的一句")
    await expect(li.root.locator(".below")).to_be_visible()
    await town.local.ensure_member("qian", GROUP, "钱伯")
    await expect(li.root.get_by_role("tab", selected=True)).to_have_attribute(
        "title", f"{TITLE} · 6人"
    )
    await expect(li.root.locator(".message", has_text="第0句")).to_be_in_viewport()
    await li.root.locator(".below").click()
    await expect(li.message("最新的一句")).to_be_in_viewport()
    await expect(li.root.locator(".below")).to_be_hidden()


CHOOSE = """
(input, size) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(size)], "large.jpg", { type: "image/jpeg" }));
  input.files = chosen.files;
  input.dispatchEvent(new Event("change"));
}
"""


async def test_too_large_a_photo_and_what_is_no_photo_are_told_before_anything_is_sent(
    shown: Screen,
) -> None:
    li = shown.phone("li")
    await li.root.locator("input[type=file]").evaluate(CHOOSE, 12 * 1024 * 1024 + 1)
    await expect(li.toast).to_contain_text("12 MB")
    await li.attaches("list.pdf", b"%PDF", "application/pdf")
    await expect(li.toast).to_contain_text("JPEG")
    await expect(li.root.locator(".chosen figure")).to_have_count(0)


async def test_groups_are_told_apart_by_what_their_names_do_not_share(
    shown: Screen, town: Town
) -> None:
    li = shown.phone("li")
    await town.local.ensure_room("g13", "和平里13栋邻里群")
    await town.local.ensure_room("gall", "和平里大群")
    await town.local.ensure_member("li", "g13", "李娜")
    await town.local.ensure_member("li", "gall", "李娜")
    await expect(li.root.get_by_role("tab")).to_have_text(
        ["邻里", "3栋邻里群", "13栋邻里群", "大群"]
    )
    await expect(li.root.get_by_role("tab").nth(1)).to_have_attribute("title", f"{TITLE} · 5人")


async def test_two_windows_keep_their_own_people_and_share_what_was_read(
    shown: Screen, town: Town
) -> None:
    other = await shown.another()
    await shown.play("zhao")
    await town.local.say("feng", GROUP, "大家好")
    await expect(shown.phone("wang").badge(TITLE)).to_have_text("1")
    await other.phone("wang").opens(TITLE)
    await expect(other.phone("wang").message("大家好")).to_be_visible()
    await expect(shown.phone("wang").badge(TITLE)).to_have_count(0)
    await other.page.reload()
    await expect(other.page.locator(".who h2")).to_have_text(["李娜", "王姨", "吴工", "冯书记"])
    await expect(other.phone("wang").root.get_by_role("tab", selected=True)).to_have_text(TITLE)


async def test_long_names_and_long_words_stay_in_their_column(
    chromium: Browser, url: str, town: Town
) -> None:
    await town.local.ensure_person("li", "阿卜杜拉·买买提江·艾合买提·托合提" * 2)
    await town.local.ensure_room(GROUP, "和平里小区3栋2单元和1单元邻里互助与志愿服务群" * 2)
    await town.local.say("li", GROUP, "w" * 300)
    labels = ("这个按钮上的字特别特别多" * 4, "换新的了", "说明情况了")
    await town.local.deliver(card("看看" * 100, *labels), None)
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    async with screen(chromium, url, **phone) as shown:
        await expect(shown.phone("li").card).to_be_visible()
        assert await shown.page.evaluate(WIDE) <= 0
        assert await shown.page.evaluate(OUTSIDE) == []
        assert await shown.page.evaluate(SMALL) == []


async def test_the_tour_is_told_step_by_step(shown: Screen) -> None:
    await shown.page.get_by_role("button", name="导览").click()
    dialog = shown.page.get_by_role("dialog", name="六步看懂邻里")
    await expect(dialog.get_by_role("listitem")).to_have_count(6)
    await dialog.get_by_role("button", name="开始").click()
    await expect(dialog).to_have_count(0)
