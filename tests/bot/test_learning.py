"""`linli learn`: what people put right, before and after, applied only when told, and back."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import Result

from bot.app import opened
from bot.sample import load_sample
from bot.weights import fits, reader_of
from config.policy import default_policy
from config.settings import Settings
from handlers.learning import readings
from handlers.understanding import descent
from handlers.understanding.meaning import Heard, Outcome, Place, Scene
from handlers.understanding.model import load_model, save_model
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.seen import see
from handlers.work import Work
from storage.engine import Store
from storage.tables import Area, Chat, Correction
from tests.bot.commanding import alone, run

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: A few of the shipped examples, so that fitting takes a second.
LITTLE = ("--examples", "2", "--folds", "2")
SAYING = "电梯间的风水真好"


Linli = Callable[..., Result]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder made by the command itself."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        alone(patch, folder)
        assert run("export").exit_code == 0
    return folder / "data"


@pytest.fixture
def data(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation on whose database nothing was put right yet."""
    alone(monkeypatch, tmp_path)
    shutil.copytree(empty, tmp_path / "data")
    return tmp_path / "data"


def corrected(said: str, kind: str, right: dict[str, Any], **more: Any) -> Correction:
    heard = Heard("1", AT, "li", said, home=Place("3", "2", None, "501"))
    seen = see(heard, Scene(area=Place("3")), "lift").kept()
    return Correction(at=AT, kind=kind, right=right, seen=seen, was={}, **more)


def put_right(data: Path, rows: list[Correction]) -> None:
    """These corrections were made in one group."""

    async def insert() -> None:
        store = Store(f"sqlite:///{data}/linli.db")
        async with store.write() as session:
            area = Area(kind="building", name="3栋", code="3", path="/1/", settings={})
            session.add(area)
            await session.flush()
            chat = Chat(
                platform="local", external_id="g", kind="group", title="Three", area_id=area.id
            )
            session.add(chat)
            await session.flush()
            for row in rows:
                row.chat_id = chat.id
            session.add_all(rows)
        await store.close()

    asyncio.run(insert())


def several() -> list[Correction]:
    """Six times a saying that is none, five another category, one another place."""
    talk = {"outcome": "talk", "emergency": "no"}
    place = {"building": "area", "unit": "none", "tail": "none", "together": "area,none,none"}
    return [
        *(corrected(SAYING, "not_request", talk, text=SAYING if n % 2 else None) for n in range(6)),
        *(category("lift", "noise") for _ in range(3)),
        *(category("water", "heating") for _ in range(2)),
        corrected("楼下水管坏了", "place", place),
    ]


def category(was: str, right: str) -> Correction:
    found = corrected("电梯响得睡不着", "category", {"category": right})
    found.was = {"category": was}
    return found


def test_of_nothing_nothing_is_learnt_and_how_it_could_be_is_told(data: Path) -> None:
    result = run("learn")
    assert result.exit_code == 2
    assert "/recategorise" in result.stderr
    assert json.loads(run("learn", "--json").stdout)["corrections"] == 0


def test_a_few_are_shown_and_are_too_few(data: Path) -> None:
    put_right(data, several()[:4])
    result = run("learn")
    assert result.exit_code == 2
    assert "not a request: 4" in result.stdout
    assert "at least 10" in result.stderr


def test_without_the_extra_it_says_what_to_install(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right(data, several())
    monkeypatch.setitem(sys.modules, "handlers.understanding.taught", None)
    result = run("learn")
    assert result.exit_code == 2
    assert "linli[learn]" in result.stderr
    assert "Lift → Noise: 3" in result.stdout, "what was put right needs no fitting"


def test_apply_and_revert_at_once_is_refused(data: Path) -> None:
    result = run("learn", "--apply", "--revert")
    assert (result.exit_code, "not both" in result.stderr) == (2, True)


@pytest.mark.parametrize("wrong", [("--folds", "1"), ("--folds", "x"), ("--examples", "-1")])
def test_what_cannot_be_meant_is_refused(data: Path, wrong: tuple[str, str]) -> None:
    assert run("learn", *wrong).exit_code == 2


def test_it_compares_applies_and_goes_back(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "DESCENTS", 1)  # good enough for so little
    put_right(data, several())
    told = run("learn", *LITTLE)
    assert told.exit_code == 0
    for line in ("not a request: 6", "Lift → Noise: 3", "Water → Heating: 2", "Three: 12"):
        assert line in told.stdout
    assert "3 of them with the words" in told.stdout
    assert "zh opened_f1" in told.stdout
    assert "Nothing was changed" in told.stdout
    assert not (data / "weights.bin").exists()

    found = json.loads(run("learn", *LITTLE, "--apply", "--json").stdout)
    assert found["applied"]
    assert found["after"]["corrections"]["not_request"] == {"right": 6, "n": 6}
    assert found["categories"][0] == {"was": "lift", "right": "noise", "n": 3}
    assert set(found["before"]["transcripts"]) == {"zh", "en"}
    assert (data / "weights.bin").stat().st_mode & 0o077 == 0, "for nobody else's eyes"

    assert (
        reader_of(settings(data), default_policy())
        .read(Heard("1", AT, "li", SAYING), Scene(area=Place("3")))
        .outcome
        is Outcome.TALK
    )
    monkeypatch.setitem(sys.modules, "handlers.understanding.taught", None)
    assert json.loads(run("learn", "--json").stdout)["weights"] == "own"

    assert "shipped weights hold again" in run("learn", "--revert").stdout
    assert not (data / "weights.bin").exists()
    assert "hold already" in run("learn", "--revert").stdout
    assert json.loads(run("learn", "--revert", "--json").stdout) == {"reverted": False}


def settings(data: Path) -> Settings:
    return Settings(data_dir=data)


def marked(file: Path, fingerprint: int) -> None:
    """Weights that read everything as the shipped ones do, but for one threshold."""
    model = load_model(WEIGHTS)
    limits = {**model.thresholds, "ask": 0.123}
    save_model(replace(model, fingerprint=fingerprint, thresholds=limits), file)


def thresholds_read_with(data: Path) -> float:
    reader = reader_of(settings(data), default_policy())
    return reader._model.thresholds["ask"]  # pyright: ignore[reportPrivateUsage]


def test_the_program_reads_with_its_own_weights_where_they_fit(data: Path) -> None:
    marked(data / "weights.bin", load_model(WEIGHTS).fingerprint)
    assert thresholds_read_with(data) == 0.123


def test_those_of_another_version_are_left_aside_and_told(data: Path) -> None:
    marked(data / "weights.bin", 7)
    assert thresholds_read_with(data) == load_model(WEIGHTS).thresholds["ask"]
    assert "of another version" in run("learn").stdout


@pytest.mark.parametrize("junk", [b"", b"\x00\x00\x00\xff{", b"\x02\x00\x00\x00[]", b"junk" * 99])
def test_a_broken_file_is_left_aside(data: Path, junk: bytes) -> None:
    (data / "weights.bin").write_bytes(junk)
    assert not fits(data / "weights.bin")
    assert thresholds_read_with(data) == load_model(WEIGHTS).thresholds["ask"]


async def test_the_sample_shows_what_the_bot_does_and_asks_nobody_first(tmp_path: Path) -> None:
    """Who tries it out is not to be tired by questions; a group of one's own begins with them."""
    async with opened(Settings(data_dir=tmp_path, telegram_token=None)) as app:
        await load_sample(app)
        async with app.store.read() as store:
            group = await store.scalar(select(Chat).where(Chat.kind == "group").limit(1))
            assert group is not None
            work = Work(app.desk, store, AT)
            assert await readings.setting_of(work, group) == readings.ACT
        assert app.desk.policy.understanding.mode == readings.MEASURED
