"""What staff promise in words, in both languages: days, parts of days, spans, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.words import catalogue
from handlers.requests import plain_words, promised, when
from handlers.requests.promised import COME, SOLVE

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Monday, 09:00.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
WORDING = promised.wording_of(catalogue())
PHRASES = plain_words.phrases_of(catalogue())

ZONES = st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), UTC])
MOMENTS = st.integers(0, 3_600_000).map(lambda n: NOW.astimezone(UTC) + timedelta(minutes=n))
#: What a stranger may put together.
PIECES = (
    *("明天", "后天", "周五", "下周", "月底", "周末", "三点", "下午", "上午", "前", "内", "修好"),
    *("来", "去", "不", "没", "了", "，", "。", "3号", "12:30", "tomorrow ", "friday ", "by "),
    *("fixed ", "come ", "will ", "not ", "noon ", "2 ", "hours ", "week ", "5 ", "pm "),
)
CHINESE = "一二三四五六日"
ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read(text: str, now: datetime = NOW) -> tuple[str, str] | None:
    found = promised.read(WORDING, text, now, SHANGHAI)
    return (found.kind, found.due.strftime("%m-%d %H:%M")) if found else None


@pytest.mark.parametrize(
    ("text", "kind", "due"),
    [
        ("周五前修好", SOLVE, "03-06 18:00"),
        ("明天下午来", COME, "03-03 18:00"),
        ("收到，明天上午来修", COME, "03-03 12:00"),
        ("will be fixed by Friday", SOLVE, "03-06 18:00"),
        ("I'll come tomorrow afternoon", COME, "03-03 18:00"),
        ("on it, done by tomorrow 5pm", SOLVE, "03-03 17:00"),
        ("coming at 5pm today", COME, "03-02 17:00"),
        ("三天内解决", SOLVE, "03-05 18:00"),
        ("本周内解决", SOLVE, "03-08 18:00"),
        ("这周修好", SOLVE, "03-08 18:00"),
        ("下周能处理完", SOLVE, "03-15 18:00"),
        ("下周三上门", COME, "03-11 18:00"),
        ("next week it will be repaired", SOLVE, "03-15 18:00"),
        ("we will have it fixed next Friday", SOLVE, "03-13 18:00"),
        ("月底前修好", SOLVE, "03-31 18:00"),
        ("下个月修好", SOLVE, "04-30 18:00"),
        ("by the end of the month it will be done", SOLVE, "03-31 18:00"),
        ("by the end of next month it will be done", SOLVE, "04-30 18:00"),
        ("周末过来看", COME, "03-08 18:00"),
        ("下周末过来看", COME, "03-15 18:00"),
        ("半小时后到", COME, "03-02 09:30"),
        ("be there in half an hour", COME, "03-02 09:30"),
        ("晚上8点过来", COME, "03-02 20:00"),
        ("明天3点来", COME, "03-03 15:00"),
        ("明天中午1点来", COME, "03-03 13:00"),
        ("明天早上6点来", COME, "03-03 06:00"),
        ("下午三点到", COME, "03-02 15:00"),
        ("3月6日之前处理好", SOLVE, "03-06 18:00"),
        ("will fix it by 6 March", SOLVE, "03-06 18:00"),
        ("3-2明天去修", COME, "03-03 18:00"),
        ("周五前一定修好，请大家放心", SOLVE, "03-06 18:00"),
    ],
)
def test_what_is_promised(text: str, kind: str, due: str) -> None:
    assert read(text) == (kind, due)


@pytest.mark.parametrize(
    "text",
    [
        "尽快修好",
        "马上来",
        "什么时候修好",
        "明天能来吗",
        "when will you come tomorrow?",
        "明天修不好",
        "周五来不了",
        "明天没空来",
        "we can't come tomorrow",
        "it will not be fixed tomorrow",
        "昨天来看过",
        "fixed it yesterday",
        "去3号楼看看",
        "去3-2看看",
        "今天来水",
        "谢谢",
        "soon",
        "",
        "我们小区的灯三年前就坏过一次后来物业换了又坏了又换了这次换的灯质量也不行，"
        "我看还是找厂家，明天来看看再说，大家先别急，等我消息，我打电话问问厂家那边怎么说再回来告诉大家。",
    ],
)
def test_what_is_no_promise(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text", ["明天下午", "周五", "最晚周五吧", "tomorrow morning", "by Friday"]
)
def test_a_day_alone_is_a_whole_answer_and_what_for_is_asked(text: str) -> None:
    found = promised.read(WORDING, text, NOW, SHANGHAI)
    assert found is not None
    assert found.bare


def test_a_weekday_said_on_its_own_evening_is_the_next_one() -> None:
    friday = datetime(2026, 3, 6, 19, 0, tzinfo=SHANGHAI)
    assert read("周五修好", friday) == (SOLVE, "03-13 18:00")


def test_today_after_work_is_until_midnight() -> None:
    evening = datetime(2026, 3, 6, 19, 0, tzinfo=SHANGHAI)
    assert read("今天修好", evening) == (SOLVE, "03-06 23:59")
    assert read("今天下午3点来", evening) is None


def test_an_hour_that_has_passed_is_tomorrow_s() -> None:
    assert read("上午8点来", NOW) == (COME, "03-03 08:00")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("will be fixed by Friday", None),
        ("fixed by Friday", None),
        ("明天就修好了", None),
        ("周五修好了", "done"),
        ("修好了，明天再来看看", "done"),
        ("fixed, will check again tomorrow", "done"),
        ("fixed it this morning", "done"),
    ],
)
def test_what_is_still_to_come_is_not_done(text: str, kind: str | None) -> None:
    spoken = plain_words.read(PHRASES, text)
    assert (spoken.kind if spoken else None) == kind


@given(MOMENTS, ZONES, st.integers(0, 6), st.sampled_from(["修好", "来"]))
def test_a_weekday_is_the_coming_one_at_the_end_of_work(
    now: datetime, zone: ZoneInfo, day: int, verb: str
) -> None:
    for text in (f"周{CHINESE[day]}{verb}", f"I will come {ENGLISH[day]}"):
        found = promised.read(WORDING, text, now, zone)
        assert found is not None
        local = found.due.astimezone(zone)
        assert (local.weekday(), local.time()) == (day, time(18))
        assert timedelta(0) < found.due - now <= timedelta(days=7, hours=1)


@given(MOMENTS, ZONES, st.integers(1, 60))
def test_hours_are_hours_whatever_the_clocks_on_the_walls_do(
    now: datetime, zone: ZoneInfo, hours: int
) -> None:
    for text in (f"{hours}小时内修好", f"will be there in {hours} hours"):
        found = promised.read(WORDING, text, now, zone)
        assert found is not None
        assert found.due - now == timedelta(hours=hours)


@given(MOMENTS, ZONES, st.integers(1, 30))
def test_so_many_days_end_with_that_day_s_work(now: datetime, zone: ZoneInfo, days: int) -> None:
    found = promised.read(WORDING, f"{days}天内修好", now, zone)
    assert found is not None
    local = found.due.astimezone(zone)
    assert local.date() == (now.astimezone(zone) + timedelta(days=days)).date()


@given(
    MOMENTS,
    ZONES,
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
def test_whatever_is_said_a_promise_is_for_later_and_the_same_each_time(
    now: datetime, zone: ZoneInfo, text: str
) -> None:
    found = promised.read(WORDING, text, now, zone)
    assert found == promised.read(WORDING, text, now, zone)
    if found is not None:
        assert found.due > now
        assert found.due - now < timedelta(days=400)


@given(MOMENTS, ZONES)
def test_no_span_ends_before_it_begins(now: datetime, zone: ZoneInfo) -> None:
    ends = [when.by(text, now, zone) for text in ("明天", "下周", "下个月")]
    assert all(each is not None and each > now for each in ends)


@given(MOMENTS, ZONES)
def test_who_waits_is_asked_at_the_beginning_who_promises_has_until_the_end(
    now: datetime, zone: ZoneInfo
) -> None:
    for text in ("明天上午", "明天下午", "tomorrow evening", "后天", "下周"):
        begins, ends = when.until(text, now, zone), when.by(text, now, zone)
        assert begins is not None
        assert ends is not None
        assert begins <= ends
