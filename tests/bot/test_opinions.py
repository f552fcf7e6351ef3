"""The limits on second opinions, and what the doctor says of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import desk_work
from bot.opinions import FAILURES, LONGEST_PAUSE, PAUSE, Breaker, Budget
from tests.fakes.model import FakeModel, verdict
from tests.harness import MONDAY


def test_a_budget_is_for_a_day_of_the_community() -> None:
    budget = Budget(2, ZoneInfo("Asia/Shanghai"))
    assert budget.left(MONDAY)
    budget.spend()
    budget.spend()
    assert not budget.left(MONDAY)
    assert not budget.left(MONDAY + timedelta(hours=14))  # 23:00 in Shanghai
    assert budget.left(MONDAY + timedelta(hours=15))


def test_who_fails_in_a_row_is_left_alone_longer_each_time() -> None:
    breaker, now = Breaker(), MONDAY
    for _ in range(FAILURES - 1):
        breaker.failed(now)
    assert breaker.lets(now)
    breaker.failed(now)
    assert not breaker.lets(now)
    assert breaker.lets(now + PAUSE)
    breaker.failed(now + PAUSE)
    assert not breaker.lets(now + PAUSE * 2)
    for _ in range(20):
        breaker.failed(now)
    assert breaker.lets(now + LONGEST_PAUSE)
    breaker.answered()
    breaker.failed(now)
    assert breaker.lets(now)


def _quietly(_level: str, _form: str) -> None:
    """The records of other tests stay where they are."""


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (verdict("request", "lift"), "answers, in"),
        (500, "LINLI_OPINION_URL"),
        (401, "LINLI_OPINION_KEY"),
        ("yes", "LINLI_OPINION_MODEL"),
        (None, "LINLI_OPINION_SECONDS"),
    ],
)
async def test_the_doctor_says_whether_it_answers(
    answer: str | int | None,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(desk_work, "set_up_logs", _quietly)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")
    monkeypatch.setenv("LINLI_OPINION_SECONDS", "0.2" if answer is None else "20")
    async with FakeModel(answer) as model:
        for name, value in model.settings.items():
            monkeypatch.setenv(f"LINLI_{name.upper()}", value)
        assert await desk_work.doctor(as_json=False) == 0
        assert says in capsys.readouterr().out
        await desk_work.doctor(as_json=True)
        found = json.loads(capsys.readouterr().out)["findings"]
        told = [each["key"] for each in found if each["key"].startswith("opinion_")]
        assert bool(told) is (says != "answers, in")
