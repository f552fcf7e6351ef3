"""Eight people without water are one request, and its place grows as the households show it."""

from __future__ import annotations

from tests.harness import ALL, Stage


async def outage(stage: Stage) -> None:
    """501, then 401 and 101 of the same stairwell."""
    await stage.li.says("501没水了")
    await stage.zhao.says("401也没水")
    await stage.wang.says("101也没有")


def title(stage: Stage) -> str:
    return stage.card(1).title.partition("\u3000")[2]


async def test_it_grows_from_a_flat_to_the_riser_to_the_building_to_the_estate(
    stage: Stage,
) -> None:
    await stage.li.says("501没水了")
    assert title(stage) == "3栋2单元501室"
    await stage.zhao.says("401也没水")
    assert title(stage) == "3栋2单元"
    await stage.wang.says("101也没有")
    assert title(stage) == "3栋2单元"
    await stage.sun.says("1单元302也没水")
    assert title(stage) == "3栋"
    await stage.qian.says("4栋也没水", ALL)
    assert title(stage) == "和平里小区"
    assert len(await stage.requests()) == 1
    assert "5 户" in stage.card(1).text


async def test_whoever_serves_the_wider_place_is_asked_as_well_and_nobody_twice(
    stage: Stage,
) -> None:
    await outage(stage)
    assert not stage.zhou.heard
    assert len(stage.wang.heard) == 1
    await stage.sun.says("1单元302也没水")
    assert "3栋" in stage.page(stage.zhou).title
    assert len(stage.wang.heard) == 1
    assert "已请王姨（单元长）、周叔（楼长）来看" in stage.card(1).text
    await stage.passes(hours=3)  # nobody answered: it goes on above those who are asked
    assert len(stage.zhou.heard) == 1
    assert "climb" in await stage.events()


async def test_what_was_promised_to_the_first_of_them_holds(stage: Stage) -> None:
    await stage.li.says("501没水了")
    before = await stage.request(1)
    await stage.passes(minutes=20)
    await stage.zhao.says("401也没水")
    await stage.sun.says("1单元302也没水")
    after = await stage.request(1)
    assert (after.answer_due, after.solve_due) == (before.answer_due, before.solve_due)


async def test_it_is_told_why_and_when(stage: Stage) -> None:
    await outage(stage)
    await stage.sun.says("1单元302也没水")
    await stage.li.says("/history 1")
    assert "范围扩大了（3栋） → 周叔（楼长）" in stage.last().text
    await stage.li.says("/why 1")
    assert "不止一户这样，地方扩大到3栋。" in stage.last().text
    await stage.li.says("/open")
    assert "用水　3栋　等人接（4户）" in stage.last().text


async def test_a_press_and_a_bare_me_too_count_like_words(stage: Stage) -> None:
    await stage.li.says("501停电了")
    await stage.zhao.presses(stage.card(1), "我家也是")
    assert title(stage) == "3栋2单元"
    await stage.sun.says("+1", reply_to=stage.card(1))
    assert title(stage) == "3栋"


async def test_who_already_took_it_keeps_it_and_the_captain_of_the_building_is_asked_along(
    stage: Stage,
) -> None:
    await outage(stage)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.sun.says("1单元302也没水")
    assert title(stage) == "3栋"
    assert (await stage.request(1)).state == "taken"
    assert stage.page(stage.zhou)


async def test_a_voice_that_is_taken_back_does_not_make_it_smaller(stage: Stage) -> None:
    await stage.li.says("501没水了")
    said = await stage.zhao.says("401也没水")
    await stage.zhao.recalls(said)
    assert title(stage) == "3栋2单元"


async def test_who_puts_the_place_right_has_the_last_word(stage: Stage) -> None:
    await outage(stage)
    await stage.sun.says("1单元302也没水")
    await stage.zhou.says("/move 1 3栋2单元")
    await stage.zhou.presses(stage.card(1), "我家也是")
    assert title(stage) == "3栋2单元"


async def test_a_correction_that_is_taken_back_stops_nothing(stage: Stage) -> None:
    await outage(stage)
    await stage.zhou.says("/move 1 3栋1单元")
    await stage.zhou.presses(stage.last(), "撤销")
    assert title(stage) == "3栋2单元"
    await stage.sun.says("1单元302也没水")
    assert title(stage) == "3栋"


async def test_a_further_word_of_one_of_them_does_not_make_it_smaller(stage: Stage) -> None:
    await outage(stage)
    await stage.li.says("501还是没水", reply_to=stage.card(1))
    assert title(stage) == "3栋2单元"


async def test_the_same_household_is_one(stage: Stage) -> None:
    await stage.li.says("501没水了")
    await stage.li.says("我家也没水")
    assert title(stage) == "3栋2单元501室"


async def test_what_belongs_to_one_flat_does_not_grow(stage: Stage) -> None:
    await stage.li.says("501卫生间漏水，一直滴")
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.sun.presses(stage.card(1), "我家也是")
    assert title(stage) == "3栋2单元501室"
    assert "grow" not in await stage.events()


async def test_a_house_that_is_not_there_makes_it_no_wider(stage: Stage) -> None:
    await stage.li.says("501没水了")
    await stage.zhao.says("9栋也没水", reply_to=stage.card(1))
    assert title(stage) == "3栋2单元"


async def test_somebody_whose_home_is_unknown_is_not_in_the_reporters_flat(stage: Stage) -> None:
    await stage.li.says("501没水了")
    await stage.does("g3", "new", "message", text="我家也没水", name="小新")
    assert title(stage) == "3栋2单元"
