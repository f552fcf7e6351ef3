"""Lists longer than a page: nothing is cut in silence, and everything can be reached."""

from __future__ import annotations

from sqlalchemy import select

from handlers.chat.outgoing import Content
from handlers.work import Work
from storage.tables import Area, Audit, Chat, Event
from tests.dialogues.steps import hires
from tests.fakes.rooms import Shown
from tests.harness import GROUP, MONDAY, Stage


async def crowd(stage: Stage, many: int) -> None:
    """So many volunteers in the neighbourhood."""
    await hires(stage, *(f"志愿{number:03}" for number in range(many)))


async def read_through(stage: Stage, page: Shown) -> list[str]:
    """The lines of all pages, turned one by one."""
    lines = page.text.splitlines()
    while "下一页" in page.labels:
        await stage.feng.presses(page, "下一页")
        lines += page.text.splitlines()
    return lines


async def test_the_staff_is_read_page_by_page_and_counted(stage: Stage) -> None:
    await crowd(stage, 130)
    await stage.feng.writes("/staff")
    first = stage.feng.last
    assert "共 136 项" in first.title
    lines = await read_through(stage, first)
    assert sum("志愿者" in line for line in lines) == 130
    assert any("志愿129" in line for line in lines)
    await stage.feng.presses(first, "上一页")
    assert "志愿129" not in first.text


async def test_the_staff_is_narrowed_by_a_place_a_role_or_a_name(stage: Stage) -> None:
    await crowd(stage, 30)
    await stage.feng.writes("/staff 楼长")
    assert "周叔" in stage.feng.last.text
    assert "陈姐" in stage.feng.last.text
    assert "志愿" not in stage.feng.last.text
    await stage.feng.writes("/staff 3栋 楼长")
    assert "周叔" in stage.feng.last.text
    assert "陈姐" not in stage.feng.last.text
    await stage.feng.writes("/staff 志愿02")
    assert "共 10 项" in stage.feng.last.title
    await stage.feng.writes("/staff 张飞")
    assert "没有找到“张飞”" in stage.feng.last.text


async def test_everybody_can_be_chosen_by_turning_pages(stage: Stage) -> None:
    await crowd(stage, 60)
    await stage.feng.writes("/staff add")
    asked = stage.feng.last
    assert "共 65 位" in asked.text
    await stage.feng.presses(asked, "下一页")
    await stage.feng.presses(asked, "下一页")
    await stage.feng.presses(asked, "志愿059")
    await stage.feng.presses(asked, "单元长")
    await stage.feng.writes("3栋1单元")
    assert "志愿059是和平里小区3栋1单元的单元长" in stage.feng.last.text


async def test_a_part_of_a_name_narrows_whom_one_can_choose(stage: Stage) -> None:
    await crowd(stage, 60)
    await stage.feng.writes("/staff add")
    await stage.feng.writes("志愿05")
    asked = stage.feng.last
    assert [each for each in asked.labels if each.startswith("志愿")] == [
        f"志愿05{n}" for n in range(10)
    ]
    await stage.feng.presses(asked, "志愿051")
    assert "担任什么" in asked.text


async def test_whoever_can_help_is_found_behind_the_first_page(stage: Stage) -> None:
    await crowd(stage, 30)
    await stage.li.says("咱们楼电梯又坏了")
    await stage.feng.writes("/assign 1")
    asked = stage.feng.last
    while all("志愿029" not in label for label in asked.labels):
        await stage.feng.presses(asked, "下一页")
    await stage.feng.presses(asked, "志愿029")
    assert "志愿029" in stage.feng.last.text


async def test_all_groups_are_told_page_by_page(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        area = await store.scalar(select(Area).where(Area.code == "和平里"))
        assert area is not None
        for number in range(70):
            store.add(
                Chat(
                    platform="rooms",
                    external_id=f"more{number}",
                    kind="group",
                    title=f"第{number}群",
                    area_id=area.id,
                    present=True,
                    settings={},
                )
            )
    await stage.feng.writes("/groups")
    assert "共 73 个" in stage.feng.last.title
    lines = await read_through(stage, stage.feng.last)
    assert any("第69群" in line for line in lines)
    await stage.feng.writes("/announce 和平里 今晚八点停水检修")
    await stage.feng.presses(stage.feng.last, "发送")
    await stage.passes(minutes=2)
    assert "已发到 73 个群" in stage.feng.last.title
    told = await read_through(stage, stage.feng.last)
    assert len(told) == 73


async def test_a_text_longer_than_a_message_comes_in_several(stage: Stage) -> None:
    lines = [f"第{number}行，{'很长' * 20}" for number in range(200)]
    work = Work(stage.app.desk, stage.app.store.writing(), stage.clock.now())
    async with stage.app.store.read() as store:
        chat = await store.scalar(select(Chat).where(Chat.external_id == GROUP))
    assert chat is not None
    work.say(chat, Content(title="长文", text="\n".join(lines)))
    said = [out.content for out in (each.out for each in work.tray) if out.kind == "say"]
    assert len(said) > 1
    assert all(len(each.title) + 1 + len(each.text) <= 4096 for each in said)
    assert "\n".join(each.text for each in said).splitlines() == lines
    assert [each.title for each in said] == ["长文"] + [""] * (len(said) - 1)


async def test_a_long_history_is_told_whole(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    request = await stage.request()
    async with stage.app.store.write() as store:
        for number in range(300):
            said = {"text": f"第{number}次"}
            store.add(Event(request_id=request.id, at=MONDAY, move="update", data=said))
    await stage.wang.writes("/history 1")
    told = [line for each in stage.wang.heard[1:] for line in each.text.splitlines()]
    assert len(told) == 301
    assert len(stage.wang.heard) > 2


async def test_the_whole_audit_log_is_read_page_by_page(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        path = await store.scalar(select(Area.path).where(Area.code == "和平里"))
        for number in range(45):
            store.add(Audit(at=MONDAY, command=f"change{number:02}", detail={}, area_path=path))
    await stage.feng.writes("/audit")
    lines = await read_through(stage, stage.feng.last)
    assert len(lines) == 45
    assert "change44" in lines[0]
    assert "change00" in lines[-1]
