"""Coordinators steer: help, settings, announcements, audit and undo."""

from __future__ import annotations

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


async def test_an_announcement_without_words_is_told_how(stage: Stage) -> None:
    await stage.feng.writes("/announce 3栋")
    assert "/announce 3栋" in stage.feng.last.text


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
    assert "社区工作人员" in stage.last().text


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
