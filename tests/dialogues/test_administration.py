"""Coordinators steer: help, settings, announcements, audit and undo."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import Account, Area, Person
from tests.dialogues.steps import hires, town
from tests.fakes.places import add_area
from tests.harness import GROUP, GROUP4, Stage


async def test_help_shows_only_what_this_person_may_do(stage: Stage) -> None:
    await stage.li.writes("/help")
    assert "体检" not in stage.li.last.text
    await stage.feng.writes("/help")
    assert "体检" in stage.feng.last.text


async def test_help_in_private_may_be_asked_without_a_slash(stage: Stage) -> None:
    await stage.li.writes("帮助")
    assert "我能帮您做什么" in stage.li.last.title


async def test_an_announcement_is_previewed_before_it_is_sent(stage: Stage) -> None:
    await stage.feng.writes("/announce 和平里 今晚八点停水检修")
    preview = stage.feng.last
    assert "3 个群" in preview.text
    assert not stage.said(GROUP)
    await stage.feng.presses(preview, "发送")
    assert stage.last(GROUP).text == "今晚八点停水检修"
    assert stage.last(GROUP4).text == "今晚八点停水检修"


async def test_the_delivery_of_an_announcement_is_shown_for_each_group(stage: Stage) -> None:
    stage.rooms.blocked.add(GROUP4)
    await stage.feng.writes("/announce 和平里 今晚八点停水检修")
    await stage.feng.presses(stage.feng.last, "发送")
    await stage.passes(minutes=2)
    result = stage.feng.last.text
    assert "✅ 和平里3栋邻里群" in result
    assert "❌ 和平里4栋邻里群" in result


async def test_an_announcement_can_be_dropped(stage: Stage) -> None:
    await stage.feng.writes("/announce 3栋 停水")
    await stage.feng.presses(stage.feng.last, "不发了")
    assert not stage.said(GROUP)


async def test_pressing_send_twice_sends_once(stage: Stage) -> None:
    await stage.feng.writes("/announce 3栋 停水")
    preview = stage.feng.last
    data = preview.button("发送").data
    await stage.feng.presses_data(preview, data)
    toast = await stage.feng.presses_data(preview, data)
    assert "过时" in toast
    assert len(stage.said(GROUP)) == 1


async def test_an_announcement_without_words_is_asked_for_them(stage: Stage) -> None:
    await stage.feng.writes("/announce 3栋")
    assert "通知写什么" in stage.feng.last.text
    await stage.feng.writes("今晚八点停水检修")
    assert "3栋的 1 个群" in stage.feng.last.text


async def test_a_captain_cannot_announce_to_all(stage: Stage) -> None:
    await stage.wang.writes("/announce 和平里 大家好")
    assert not stage.said(GROUP)


async def test_settings_are_shown_and_changed_and_undone(stage: Stage) -> None:
    await stage.feng.says("/settings")
    assert "安静时段" in stage.last().text
    await stage.feng.says("/settings quiet 21:30-07:30")
    assert "21:30-07:30" in stage.last().text
    await stage.feng.presses(stage.last(), "撤销")
    await stage.feng.says("/settings")
    assert "21:30" not in stage.last().text


async def test_a_wrong_setting_is_told_and_changes_nothing(stage: Stage) -> None:
    for wrong in ("/settings quiet 25:00-07:00", "/settings open_above 7", "/settings mode maybe"):
        await stage.feng.says(wrong)
        assert "请" in stage.last().text
    await stage.feng.says("/settings nonsense 1")
    assert "nonsense" in stage.last().text


async def test_settings_belong_to_managers(stage: Stage) -> None:
    await stage.li.says("/settings mode suggest")
    assert "社区工作者" in stage.last().text


async def test_the_audit_log_says_who_changed_what(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.feng.writes("/audit")
    assert "冯书记" in stage.feng.last.text
    assert "改设置" in stage.feng.last.text


async def test_undo_lists_what_can_be_taken_back_and_only_once(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.feng.writes("/undo")
    choice = stage.feng.last
    await stage.feng.presses(choice, "改设置")
    toast = await stage.feng.presses(choice, "改设置")
    assert "已经撤销过" in toast


async def test_nothing_to_undo_is_said(stage: Stage) -> None:
    await stage.feng.writes("/undo")
    assert "没有可以撤销" in stage.feng.last.text


async def test_an_old_button_changes_nothing_and_says_so(stage: Stage) -> None:
    """R28"""
    await stage.feng.says("/settings")
    toast = await stage.feng.presses_data(stage.last(), "nonsense:1")
    assert "过时" in toast


async def test_what_is_missing_behind_a_command_is_asked_for_by_buttons(stage: Stage) -> None:
    await stage.feng.writes("/announce")
    asked = stage.feng.last
    await stage.feng.presses(asked, "和平里小区")
    await stage.feng.presses(asked, "3栋")
    await stage.feng.presses(asked, "就是3栋")
    assert "通知写什么" in stage.feng.last.text
    await stage.feng.writes("今晚八点停水检修")
    await stage.feng.presses(stage.feng.last, "发送")
    assert "今晚八点停水检修" in stage.last(GROUP).text


async def test_a_captain_is_made_by_buttons_alone(stage: Stage) -> None:
    await stage.feng.writes("/staff add")
    await stage.feng.presses(stage.feng.last, "郑网格")
    await stage.feng.presses(stage.feng.last, "红色管家")
    await stage.feng.presses(stage.feng.last, "和平里小区")
    await stage.feng.presses(stage.feng.last, "就是和平里小区")
    assert "红色管家" in stage.feng.last.text
    assert "郑网格" in stage.feng.last.text


async def test_a_line_begun_by_typing_is_finished_by_buttons(stage: Stage) -> None:
    await stage.feng.writes("/staff add 王姨 building captain")
    await stage.feng.presses(stage.feng.last, "和平里小区")
    await stage.feng.presses(stage.feng.last, "4栋")
    await stage.feng.presses(stage.feng.last, "2单元")
    assert "王姨是和平里小区4栋2单元的楼长" in stage.feng.last.text


async def test_asking_can_be_given_up(stage: Stage) -> None:
    await stage.feng.writes("/announce")
    await stage.feng.presses(stage.feng.last, "算了")
    assert "取消了" in stage.feng.last.text
    await stage.feng.writes("今晚八点停水检修")
    assert not any("停水检修" in each.text for each in stage.said(GROUP))


async def test_only_who_was_asked_may_press_what_is_asked_for(stage: Stage) -> None:
    await stage.feng.says("/link")
    await stage.feng.says("/announce")
    asked = stage.last()
    toast = await stage.wang.presses(asked, "就是3栋")
    assert "过时" in toast


async def test_every_coordinator_s_command_leaves_a_line_in_the_audit_log(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.feng.writes("/new 3栋 门禁坏了")
    for line in (
        "/assign 1 @wu",
        "/move 1 4栋",
        "/recategorise 1 noise",
        "/urgency 1 紧急",
        "/split 1 灯也坏了",
        "/merge 2 1",
        "/close 3 not_needed",
    ):
        await stage.feng.writes(line)
    await stage.feng.writes("/remind 每周五 9:00 3栋 今晚可回收物投放")
    await stage.feng.presses(stage.feng.last, "保存")
    await stage.feng.writes("/audit")
    for word in ("派", "地方", "类别", "紧急程度", "拆", "并", "关闭", "提醒"):
        assert word in stage.feng.last.text, word


async def test_a_false_alarm_is_put_right_and_back(stage: Stage) -> None:
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    await stage.wang.writes("/urgency 1")
    await stage.wang.presses(stage.wang.last, "一般")
    assert (await stage.request(1)).urgency == "normal"
    assert "119" not in stage.card(1).text


async def test_of_several_places_of_one_name_the_right_one_is_picked(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        top = await store.scalar(select(Area).where(Area.code == "南京街社区"))
        assert top is not None
        other = await add_area(store, top, "neighbourhood", "东苑", "东苑")
        await add_area(store, other, "building", "3栋", "3")
    await stage.feng.writes("/announce 3栋 今晚八点停水检修")
    assert "是哪一个" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "和平里小区3栋")
    await stage.feng.presses(stage.feng.last, "发送")
    assert "今晚八点停水检修" in stage.last(GROUP).text


async def test_the_audit_log_and_undo_are_those_of_one_s_own_places(stage: Stage) -> None:
    await town(stage)
    await hires(stage, "北主任", role="coordinator", where="北化", key="bei")
    async with stage.app.store.write() as store:
        person = await store.scalar(select(Person).where(Person.key == "bei"))
        assert person is not None
        store.add(Account(platform="rooms", external_id="bei", person_id=person.id, name="北主任"))
    await stage.feng.writes("/staff add 孙姐 单元长 和平里3栋1单元")
    undo = stage.feng.last.button("撤销").data
    await stage.does("@bei", "bei", "message", text="/audit", name="北主任")
    assert "孙姐" not in stage.said("@bei")[-1].whole
    await stage.does(
        "@bei", "bei", "press", message_id=stage.said("@bei")[-1].id, data=undo, name="北主任"
    )
    assert "权限" in stage.rooms.toasts[-1].text
    await stage.feng.writes("/audit")
    assert "孙姐" in stage.feng.last.text


async def test_the_audit_log_says_what_was_changed(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.feng.writes("/改类 1 用水")
    await stage.feng.writes("/改急 1 紧急")
    await stage.feng.writes("/移动 1 4栋")
    await stage.feng.says("/settings mode suggest")
    await stage.feng.writes("/audit")
    text = stage.feng.last.text
    for change in ("电梯 → ", "→ 和平里小区4栋", "默认 → 先问一句"):
        assert change in text, text


async def test_settings_show_what_is_in_force(stage: Stage) -> None:
    await stage.feng.writes("/settings")
    assert "中文" in stage.feng.last.text
    assert "0." in stage.feng.last.text
    await stage.feng.writes("/settings quiet 22:00-07:00")
    await stage.feng.says("/settings")
    assert "22:00-07:00" in stage.last().text


async def test_a_community_s_language_is_that_of_its_staff_in_private(stage: Stage) -> None:
    await stage.feng.writes("/settings language en")
    for actor in (stage.feng, stage.wu, stage.zheng):
        await actor.writes("/help")
        assert "What I can do" in actor.last.title, actor.name
    await stage.wu.writes("/language zh")
    await stage.wu.writes("/help")
    assert "What I can do" not in stage.wu.last.title
