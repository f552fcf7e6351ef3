"""Rotas in one line: Chinese and English, by week, day, slot and weekday; what is wrong is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.words import LANGUAGES, catalogue
from handlers.duty.making import describe
from handlers.duty.phrases import LineError, read, read_head
from handlers.duty.turns import EVERY_DAY, Rule

TODAY = date(2026, 3, 2)
ZONE = "Asia/Shanghai"
WORKING = (0, 1, 2, 3, 4)


def rule(**values: Any) -> Rule:
    given: dict[str, Any] = {"slots": (("09:00", "17:00"),), "start": TODAY.isoformat()}
    return Rule(ZONE, **{**given, **values})


@pytest.mark.parametrize(
    ("line", "rest", "wanted"),
    [
        ("3栋 红管家 9:00-17:00", "3栋 红管家", rule()),
        ("红管家 每周轮换 周一至周五 9点到17点", "红管家", rule(days=WORKING)),
        ("红管家 工作日 9:00-17:00", "红管家", rule(days=WORKING, holidays="work")),
        ("值班 每天轮换 9:00－17:00 节假日不值班", "值班", rule(by="day", holidays="skip")),
        ("热线 周一、三、五 上午9点-下午5点", "热线", rule(days=(0, 2, 4))),
        ("热线 周末 每班轮换 9:00-12:00，14:00-17:00", "热线",
         rule(by="slot", days=(5, 6), slots=(("09:00", "12:00"), ("14:00", "17:00")))),
        ("夜班 晚上10点到早上6点半 每两周轮换", "夜班", rule(n=2, slots=(("22:00", "30:30"),))),
        ("夜班 每晚 22:00-次日6:00", "夜班", rule(slots=(("22:00", "30:00"),))),
        ("总值班 全天 每3天轮换", "总值班", rule(by="day", n=3, slots=(("00:00", "24:00"),))),
        ("巡逻 22:00-23:00 1:00-2:00", "巡逻",
         rule(slots=(("22:00", "23:00"), ("25:00", "26:00")))),
        ("3-2 值班 9:00-17:00", "3-2 值班", rule()),
        ("Night line, turns weekly, every day 9:00-17:00", "Night line", rule()),
        ("Desk Mon-Fri 9am-5pm turns daily", "Desk", rule(by="day", days=WORKING)),
        ("Desk Mon, Wed and Fri 9:00 to 17:00", "Desk", rule(days=(0, 2, 4))),
        ("Desk weekends 9:00-17:00 skip holidays", "Desk", rule(days=(5, 6), holidays="skip")),
        ("Desk working days 9:00-17:00 turns every 2 weeks", "Desk",
         rule(days=WORKING, holidays="work", n=2)),
        ("Desk weekdays 9:00-17:00 turns each slot", "Desk", rule(by="slot", days=WORKING)),
        ("Watch round the clock", "Watch", rule(slots=(("00:00", "24:00"),))),
        ("Line 10pm-12am", "Line", rule(slots=(("22:00", "24:00"),))),
    ],
)  # fmt: skip
def test_a_head_says_when_and_how_turns_pass_on(line: str, rest: str, wanted: Rule) -> None:
    found, left = read_head(line, TODAY, ZONE)
    assert (left, found) == (rest, wanted)


def test_a_whole_line_has_people_points_and_days_off() -> None:
    line = read(
        "和平里 巡逻 每天 20:00、23:30：王姨+周叔、 孙姐；点位：大门、车棚；停休：10-01、2027-2-6",
        TODAY,
        ZONE,
    )
    assert line.rest == "和平里 巡逻"
    assert line.people == (("王姨", "周叔"), ("孙姐",))
    assert line.points == ("大门", "车棚")
    assert line.rule.slots == (("20:00", "21:00"), ("23:30", "24:30"))
    assert line.rule.off == ("2026-10-01", "2027-02-06")


def test_each_may_have_a_weekday() -> None:
    for text in ("台 9:00-17:00：周五 王姨、周一 周叔", "Desk 9:00-17:00: Fri 王姨, Mon 周叔"):
        line = read(text, TODAY, ZONE)
        assert (line.rule.by, line.rule.days) == ("weekday", (0, 4))
        assert line.people == (("周叔",), ("王姨",))


def test_a_name_with_weekday_s_sign_is_a_name() -> None:
    line = read("台 9:00-17:00：周叔、周一鸣", TODAY, ZONE)
    assert line.rule.by == "week"
    assert line.people == (("周叔",), ("周一鸣",))


def test_a_day_off_of_next_year_may_be_said_short() -> None:
    line = read("台 9:00-17:00：王姨；休：1-1", date(2026, 11, 26), ZONE)
    assert line.rule.off == ("2027-01-01",)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("台：王姨", "duty.time_missing"),
        ("台 9:00：王姨", "duty.end_missing"),
        ("台 9:00-17:00 16:00-18:00：王姨", "duty.slots_overlap"),
        ("台 25:00-27:00：王姨", "duty.time_impossible"),
        ("台 9:00-17:00：周一 王姨、周一 周叔", "duty.days_mixed"),
        ("台 9:00-17:00：王姨；停休：2-30", "duty.date_unknown"),
        ("台 9:00-17:00：王姨；停休：明天", "duty.date_unknown"),
        ("台 9:00-17:00：王姨；随便", "duty.section_unknown"),
        ("台 每99周轮换 9:00-17:00：王姨", "duty.time_missing"),
        ("台 9:99：王姨；点位：大门", "duty.time_impossible"),
        (f"台 9:00-17:00：王姨；点位：{'、'.join(map(str, range(30)))}", "duty.points_many"),
    ],
)
def test_what_is_not_understood_is_told(line: str, key: str) -> None:
    with pytest.raises(LineError) as error:
        read(line, TODAY, ZONE)
    assert error.value.key == key


ways = st.one_of(
    st.tuples(st.sampled_from([EVERY_DAY, (0, 2), (5, 6), (1, 2, 3, 4)]), st.just("keep")),
    st.tuples(st.sampled_from([EVERY_DAY, WORKING]), st.just("skip")),
    st.just((WORKING, "work")),
)
slots = st.sampled_from(
    [
        (("09:00", "17:00"),),
        (("22:00", "30:00"),),
        (("08:00", "12:30"), ("14:00", "18:00")),
        (("00:00", "24:00"),),
        (("22:00", "23:00"), ("25:00", "26:00")),
    ]
)


@given(ways, slots, st.sampled_from(["slot", "day", "week"]), st.integers(1, 4))
def test_a_described_rule_reads_back_the_same(
    way: tuple[tuple[int, ...], str], slots: tuple[tuple[str, str], ...], by: str, n: int
) -> None:
    made = rule(days=way[0], holidays=way[1], slots=slots, by=by, n=n)
    for language in LANGUAGES:
        said = describe(catalogue(), language, made)
        assert read_head(said, TODAY, ZONE) == (made, ""), said
