"""Who is forgotten after an archive was written goes out of its file too; the facts stay there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import desk_numbers
from bot.archive_files import alone, lines_of
from bot.archive_purge import LOOK
from bot.desk_archive import archive, show
from bot.desk_numbers import Wish
from handlers.archive import forgetting, reading
from handlers.archive.forgetting import Gone
from handlers.privacy import archives
from handlers.privacy.archives import WITHIN
from handlers.statistics.chain import NAME, VERSION, Chain, checked
from handlers.work import Work
from storage.tables import Archive, Erasure, Person
from tests.bot.archives import FILE, MARCH, body, old, there
from tests.dialogues.numbers import shown
from tests.dialogues.telegram.going import until
from tests.harness import Stage

LI = "李娜"


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """Four requests in an archive, three of them Li's; her words are in it still."""
    async with old(tmp_path, monkeypatch) as made:
        await made.li.writes("/home 和平里3栋2单元501")
        await archive(apply=True, as_json=True)
        yield made


async def forgotten(stage: Stage) -> None:
    await stage.li.writes("/forget_me")
    await stage.li.presses(stage.li.last, "忘记我")
    assert "已经忘记您了" in stage.li.last.text
    await stage.passes(hours=2)


async def erasures(stage: Stage) -> int:
    async with stage.app.store.read() as store:
        return len((await store.scalars(select(Erasure))).all())


async def seal(stage: Stage) -> str:
    async with stage.app.store.read() as store:
        return str((await store.scalars(select(Archive.seal))).one())


async def number_of(stage: Stage, name: str) -> int:
    async with stage.app.store.read() as store:
        return (await store.scalars(select(Person.id).where(Person.name == name))).one()


def wholes() -> list[Any]:
    return list(reading.requests(lines_of(FILE)))


def people(whole: Any) -> set[int]:
    """All numbers of rows of people in it."""
    tables = [("request", [whole["request"]]), *whole["rows"].items()]
    named = ("person_id", "actor_id", "reporter_id", "holder_id", "filed_by")
    return {row[name] for _, rows in tables for row in rows for name in named if row.get(name)}


async def test_the_file_is_written_anew_without_them_and_all_numbers_stay(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    before, old, li = await shown(stage, MARCH), await seal(stage), await number_of(stage, LI)
    facts = [(each["request"]["number"], len(each["rows"]["event"])) for each in wholes()]
    assert any(li in people(each) for each in wholes())
    await forgotten(stage)
    assert await erasures(stage) == 1, "it waits for the file"
    with capture_logs() as log:
        assert await stage.app.archives.purge() == 1
    assert [each["event"] for each in log] == ["archives.rewritten"]
    text = body()
    for word in (LI, "楼道的灯坏了", "电梯坏了", "3单元没水了", '"501"'):
        assert word not in text, word
    assert "换了零件1" in text, "what others said stays"
    assert not [each for each in wholes() if li in people(each)]
    told = [(each["request"]["number"], len(each["rows"]["event"])) for each in wholes()]
    assert told == facts
    assert (await shown(stage, MARCH)).whole == before.whole
    assert await desk_numbers.verify(FILE, Wish(), await seal(stage)) == 0
    assert await desk_numbers.export_events(Path("after.jsonl"), as_json=False) == 0
    *_, (_, _, end) = checked(lines_of(FILE))
    assert end["replaces"] == [old], "whoever noted the old seal reads which took its place"
    await stage.passes(minutes=11)
    assert await erasures(stage) == 0
    assert await stage.app.archives.purge() == 0, "once"
    capsys.readouterr()
    assert await show(1, as_json=False) == 0
    assert "以前的邻居" in capsys.readouterr().out
    await stage.nothing_failed()


async def test_the_running_program_looks_by_itself_and_goes_on_after_a_mishap(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await forgotten(stage)
    leaving, broken = archives.leaving, [True]

    async def at_first_not(work: Work) -> Any:
        if broken.pop() if broken else False:
            raise ValueError("a mishap")
        return await leaving(work)

    monkeypatch.setattr(archives, "leaving", at_first_not)
    with capture_logs() as log:
        running = asyncio.ensure_future(stage.app.run())
        told = partial(_told, log, "archives.")
        await until(told)
        stage.clock.turn(timedelta(seconds=LOOK))
        await until(lambda: len(told()) > 1)
        running.cancel()
        await asyncio.wait((running,))
    assert told() == ["archives.purge_broke", "archives.rewritten"]


def _told(log: list[Any], about: str) -> list[str]:
    return [each["event"] for each in log if each["event"].startswith(about)]


async def test_a_file_that_is_at_work_waits(stage: Stage) -> None:
    await forgotten(stage)
    with alone(stage.app.settings), capture_logs() as log:
        assert await stage.app.archives.purge() == 0
    assert [each["event"] for each in log] == ["archives.not_rewritten"]
    assert LI in body() or "楼道的灯坏了" in body()
    assert await stage.app.archives.purge() == 1


async def test_one_that_is_broken_is_left_and_told_and_waited_for_a_month(stage: Stage) -> None:
    await forgotten(stage)
    FILE.write_bytes(b"x")
    with capture_logs() as log:
        assert await stage.app.archives.purge() == 0
    assert [each["event"] for each in log] == ["archives.not_rewritten"]
    assert FILE.read_bytes() == b"x"
    stage.clock.turn(WITHIN - timedelta(hours=3))
    await stage.passes(minutes=20)
    assert await erasures(stage) == 1
    await stage.passes(hours=2)
    assert await erasures(stage) == 0, "what is looked for is kept no longer"


async def test_one_that_was_taken_away_is_not_waited_for_where_there_is_one_machine(
    stage: Stage,
) -> None:
    await forgotten(stage)
    FILE.unlink()
    assert await stage.app.archives.purge() == 0
    await stage.passes(minutes=11)
    alone_here = stage.app.store.sqlite
    assert await erasures(stage) == (0 if alone_here else 1), "another machine may have it"


async def test_where_nothing_is_archived_nothing_is_waited_for(stage: Stage) -> None:
    await stage.app.archives.purge()
    assert there(FILE)
    assert await stage.app.archives.purge() == 0


GONE = Gone(7, ("欧阳兰芝",), ("欧阳兰芝", "阿兰"), "以前的邻居")


def request(**more: Any) -> dict[str, Any]:
    row = {"id": 1, "version": 1, "area_id": 5, "area_path": "/1/2/5/", "reporter_id": 7}
    row |= {
        "filed_by": None,
        "holder_id": 3,
        "words": "漏水",
        "reasons": [{"a": 1}],
        "reason": None,
    }
    return {**row, "place": {"unit": "2", "room": "501"}, "category": "欧阳兰芝", **more}


def rewritten(*wholes: dict[str, Any], above: dict[int, int] | None = None) -> list[Any]:
    chain = Chain()
    old = [chain.add({"head": NAME, "version": VERSION})]
    old += [chain.add({"archived": each}) for each in wholes] + [chain.end()]
    new = forgetting.lines(old, [GONE], above or {}, Chain())
    return [fields["archived"] for _, _, fields in checked(new) if "archived" in fields]


def test_what_they_reported_loses_words_and_door() -> None:
    data = {"stands": {"area": 5}, "asked": [3, 7], "to": "阿兰", "why": "等欧阳兰芝在家"}
    rows = {"event": [{"actor_id": 7, "data": data}], "notice": [{"person_id": 7}]}
    (told,) = rewritten({"request": request(), "rows": rows}, above={5: 2})
    assert told["request"] == request(
        words="", reasons=[], place={"unit": "2"}, reporter_id=0, area_id=2, area_path="/1/2/"
    ), "what is no column of words is left alone"
    (event,) = told["rows"]["event"]
    assert event["actor_id"] == 0
    assert event["data"] == {
        "stands": {"area": 2},
        "asked": [3, 0],
        "to": "以前的邻居",
        "why": "等以前的邻居在家",
    }
    assert told["rows"]["notice"] == []


def test_of_what_others_reported_only_their_part_goes() -> None:
    theirs = request(reporter_id=3, words="欧阳兰芝家漏下来的")
    voices: list[Any] = [
        {"person_id": 7, "home_key": 99, "verdict_reason": "没修好"},
        {"person_id": 8, "home_key": 99, "verdict_reason": "好了"},
        {"person_id": 9, "home_key": 98, "verdict_reason": None},
    ]
    said: list[Any] = [
        {"person_id": 7, "text": "我家也是", "media": [{"ref": "x"}], "album": "a"},
        {"person_id": 8, "text": "问欧阳兰芝", "media": [], "album": None},
    ]
    rows = {"supporter": voices, "request_message": said}
    (told,) = rewritten({"request": theirs, "rows": rows})
    assert told["request"] == {**theirs, "words": "以前的邻居家漏下来的"}
    first, second, third = told["rows"]["supporter"]
    assert (first["person_id"], first["verdict_reason"]) == (0, None)
    assert first["home_key"] == second["home_key"] != 99, "they count as one home still"
    assert (second["verdict_reason"], third["home_key"]) == ("好了", 98)
    assert told["rows"]["request_message"] == [
        {"person_id": 0, "text": "", "media": [], "album": None},
        {"person_id": 8, "text": "问以前的邻居", "media": [], "album": None},
    ]


def test_a_word_that_is_somebody_s_name_stays_where_they_had_no_part() -> None:
    data = {"to": "阿兰"}
    rows = {"event": [{"actor_id": 8, "data": data}]}
    (told,) = rewritten({"request": request(reporter_id=3), "rows": rows})
    assert told["rows"]["event"] == [{"actor_id": 8, "data": data}]
    assert json.dumps(told["request"]["reasons"]) == json.dumps([{"a": 1}])
