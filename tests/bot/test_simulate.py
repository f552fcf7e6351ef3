"""`linli simulate`: the same seed is the same life; whoever reacts less is climbed over more."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import desk_simulate
from bot.desk_simulate import Wish, lived
from bot.simulation import people
from bot.simulation.figures import Figures
from bot.simulation.life import ZONE
from bot.simulation.people import TEMPERS, awake, reacts, reliability, stream, temper, times
from bot.simulation.year import YEARLY, Day, days, rate
from tests.bot.commanding import alone, run
from tests.fakes.reader import PlainReader

SMALL = Wish(households=28, weeks=1, captains=0.8)
BEGIN = datetime(2026, 1, 1, tzinfo=ZONE)
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
READER = PlainReader()


def climbs(found: Figures) -> float:
    return found.climbs / found.requests


async def test_the_same_seed_is_the_same_life() -> None:
    first, again = [await lived(None, SMALL, READER) for _ in range(2)]
    assert first == again
    assert first.requests > 0
    assert first.reads > 0
    other = await lived(None, replace(SMALL, seed=2), READER)
    assert other != first


async def test_more_sluggish_captains_are_climbed_over_more_and_answer_later() -> None:
    wish = replace(SMALL, households=56, weeks=2)
    good = await lived(None, replace(wish, captains=0.9), READER)
    bad = await lived(None, replace(wish, captains=0.2), READER)
    assert climbs(bad) > 2 * climbs(good)
    assert sum(bad.minutes) / len(bad.minutes) > 2 * sum(good.minutes) / len(good.minutes)
    assert bad.asked["property_manager"] > good.asked["property_manager"]


async def test_a_policy_with_a_shorter_wait_climbs_more_and_is_answered_sooner(
    tmp_path: Path,
) -> None:
    own = tmp_path / "short.toml"
    own.write_text('[deadlines]\nnormal = { answer = "2 hours" }\n', encoding="utf-8")
    wish = replace(SMALL, households=56, captains=0.4)
    long, short = await lived(None, wish, READER), await lived(own, wish, READER)
    assert climbs(short) > climbs(long)
    assert (
        sorted(short.minutes)[len(short.minutes) // 2]
        <= sorted(long.minutes)[len(long.minutes) // 2]
    )


async def test_nobody_who_reacts_answers_and_all_climbs_to_the_end() -> None:
    found = await lived(None, replace(SMALL, captains=0.0), READER)
    assert found.answered < found.requests / 2, "one in fifty reacts by chance"
    assert found.asked["coordinator"] > 0


async def test_more_neighbourhoods_than_the_processes_of_one_pool_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_simulate, "LIVES", 1)
    monkeypatch.setattr(desk_simulate.os, "cpu_count", lambda: 2)
    found = await desk_simulate.lived_by(None, replace(SMALL, households=4, neighbourhoods=3))
    assert found.households == 12


def test_neighbourhoods_add_up() -> None:
    one = Figures(households=10, weeks=2, requests=3, climbs=1, minutes=[60.0], held=1, unasked=4)
    one.asked, one.helpers = Counter(unit_captain=4), Counter(unit_captain=1)
    whole = Figures()
    for _ in range(3):
        whole.add(one)
    assert (whole.households, whole.weeks, whole.requests) == (30, 2, 9)
    assert dict(whole.rows())["climbs"] == dict(one.rows())["climbs"]
    assert whole.load() == one.load() == [("unit_captain", 2.0)]
    assert dict(one.rows())["held"] == 25


def test_without_anything_there_are_no_rates() -> None:
    assert {value for _, value in Figures(households=4, weeks=1).rows()} == {None, 0.0}


# The year


def day(text: str, *, storm: bool = False, holiday: bool = False) -> Day:
    return Day(date.fromisoformat(text), storm, holiday)


def test_seasons_storms_and_holidays() -> None:
    assert rate("heating", day("2026-01-10")) > 10 * rate("heating", day("2026-07-10"))
    calm, storm = day("2026-07-10"), day("2026-07-10", storm=True)
    assert rate("greening", storm) == 10 * rate("greening", calm)
    assert rate("parking", storm) == rate("parking", calm)
    feast = day("2026-07-10", holiday=True)
    assert rate("noise", feast) > rate("noise", calm) > rate("water", feast)
    assert day("2026-10-01").date in {
        each.date for each in days(date(2026, 9, 28), 7, Random(1)) if each.holiday
    }
    summer = days(date(2026, 6, 1), 92, Random(3))
    assert 5 < sum(each.storm for each in summer) < 40
    assert sum(each.storm for each in days(date(2026, 1, 1), 90, Random(3))) < 10


@pytest.mark.parametrize("category", YEARLY)
def test_a_year_has_as_many_as_it_says(category: str) -> None:
    dates = [Day(date(2026, 1, 1) + timedelta(days=n), False, False) for n in range(365)]
    assert sum(rate(category, each) for each in dates) * 1000 == pytest.approx(
        YEARLY[category], 0.02
    )


# The people


def test_shares_of_tempers_and_how_much_they_report() -> None:
    assert sum(each.share for each in TEMPERS) == pytest.approx(1)
    assert sum(each.share * each.reports for each in TEMPERS) == pytest.approx(1, abs=0.01)
    found = Counter(temper(1, f"home-{n}").name for n in range(2000))
    for each in TEMPERS:
        assert found[each.name] / 2000 == pytest.approx(each.share, abs=0.04)


@given(st.integers(1, 50), st.floats(0, 1), st.floats(0, 1))
def test_who_reacts_on_a_lazy_day_does_so_on_a_better_one(
    about: int, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    assert 0.02 <= reliability(1, "wang", low) <= reliability(1, "wang", high) + 0.2 <= 1.2
    if low + 0.4 < high and reacts(1, "wang", about, low) is not None:
        assert reacts(1, "wang", about, high) is not None


@given(MOMENTS, st.integers())
def test_nobody_acts_at_night(moment: datetime, seed: int) -> None:
    found = awake(moment, stream(seed))
    assert moment <= found <= moment + timedelta(hours=11)
    assert people.WAKES <= found.time() < people.SLEEPS


@given(st.integers(), st.floats(0.01, 3))
def test_how_often_is_an_average(seed: int, average: float) -> None:
    chance = stream(seed)
    found = sum(times(chance, average) for _ in range(400)) / 400
    assert abs(found - average) < 0.6


# The command


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    alone(monkeypatch, tmp_path)
    (tmp_path / "a.toml").write_text("[noise]\ndaily = 12\n", encoding="utf-8")
    (tmp_path / "b.toml").write_text("[noise]\ndaily = 1\n", encoding="utf-8")
    return tmp_path


def test_two_policies_stand_side_by_side(policies: Path) -> None:
    size = ("--households", 14, "--weeks", 1)
    shown = run("simulate", *size, "--policy", "a.toml", "--policy", "b.toml")
    assert shown.exit_code == 0
    assert "\ta.toml\tb.toml" in shown.output
    climbs = next(line for line in shown.output.splitlines() if line.startswith("climbs"))
    assert len(climbs.split("\t")) == 3
    told = json.loads(run("simulate", *size, "--policy", "a.toml", "--json").output)
    assert [each["policy"] for each in told["runs"]] == ["a.toml"]
    assert told["runs"][0]["load"]["unit_captain"] >= 0
    assert not (policies / "data").exists(), "nothing of one's own is touched"


def test_a_wrong_policy_is_told_before_anything_lives(policies: Path) -> None:
    (policies / "c.toml").write_text("[noise]\ndaily = 'much'\n", encoding="utf-8")
    refused = run("simulate", "--policy", "c.toml")
    assert refused.exit_code == 2
    assert "noise.daily" in refused.output
    assert run("simulate", "--policy", "nothing.toml").exit_code == 2
