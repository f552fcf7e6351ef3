"""`linli archive`: old requests go into a file; numbers stay, nothing is lost at any moment."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desk_archive, desk_numbers
from bot.archive_files import alone, lines_of
from bot.desk_archive import archive, show
from bot.desk_errors import DeskError
from bot.desk_numbers import Wish
from handlers.archive import reading, writing
from handlers.archive.reading import held
from storage.base import Base
from storage.queries import archiving
from storage.tables import (
    Correction,
    Event,
    Person,
    Promise,
    Request,
    RequestMessage,
    RoleHeld,
)
from tests.bot.archives import FILE, MARCH, old, there
from tests.dialogues.numbers import shown
from tests.harness import Stage

LENT = "我借出的话"  #: for learning


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """Four requests that ended long ago, one that ended lately, one that is open."""
    async with old(tmp_path, monkeypatch) as made:
        yield made


async def alive(stage: Stage) -> dict[int, bool]:
    """By number, whether its words and history are in the database."""
    async with stage.app.store.read() as store:
        found = (await store.scalars(select(Request).order_by(Request.id))).all()
        for each in found:
            events = await archiving.whole(store, [each.id])
            assert bool(each.words) == bool(events[each.id]["rows"].get("event")), each.number
            assert bool(each.words) == (each.archive_id is None), each.number
        return {each.number: bool(each.words) for each in found}


def read(file: Path) -> bytes:
    return file.read_bytes()


def write(file: Path, body: bytes) -> None:
    file.write_bytes(body)


def mode_of(file: Path) -> int:
    return file.stat().st_mode & 0o777


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def verified(file: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert await desk_numbers.verify(Path(file), Wish("2026-03", "json")) == 0
    return json.loads(capsys.readouterr().out)


async def test_dry_it_only_says_what_would_go(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await archive(apply=False, as_json=False) == 0
    assert "4 件" in capsys.readouterr().out
    assert all((await alive(stage)).values())
    assert not there(FILE)


async def test_what_ended_long_ago_goes_and_all_numbers_stay(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await shown(stage, MARCH)
    await desk_numbers.export_events(Path("before.jsonl"), as_json=False)
    told = await verified("before.jsonl", capsys)
    await desk_numbers.stats(Wish("2026-03", "json"))
    sections = json.loads(capsys.readouterr().out)["sections"]
    assert await archive(apply=True, as_json=True) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["requests"], made["changed"]) == (4, 0)
    assert await alive(stage) == {1: False, 2: False, 3: False, 4: False, 5: True, 6: True}
    assert await shown(stage, MARCH) == before
    await desk_numbers.stats(Wish("2026-03", "json"))
    assert json.loads(capsys.readouterr().out)["sections"] == sections, "of promises, say"
    assert await desk_numbers.export_events(Path("after.jsonl"), as_json=False) == 0
    assert await verified("after.jsonl", capsys) == told, "the whole history, for who checks it"
    await stage.passes(days=1)
    assert (await shown(stage, MARCH)).whole == before.whole


async def test_the_file_is_a_chain_of_its_own(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await archive(apply=True, as_json=True)
    made = json.loads(capsys.readouterr().out)
    assert (await verified(made["file"], capsys))["whole"]["n"] == 4
    assert await desk_numbers.verify(FILE, Wish(), made["seal"]) == 0
    whole = {each["request"]["number"]: each for each in reading.requests(lines_of(FILE))}
    assert whole[2]["request"]["words"] == "电梯坏了"
    assert "confirm" in [each["move"] for each in whole[2]["rows"]["event"]]
    assert {"event", "supporter", "request_message", "page", "promise"} <= set(whole[2]["rows"])
    assert mode_of(FILE) == 0o600
    body = read(FILE)
    text = gzip.decompress(body)
    write(FILE, gzip.compress(text.replace("没有经费".encode(), "没有钱了".encode())))
    assert await desk_numbers.verify(FILE, Wish()) == 1
    write(FILE, body[:-20])
    assert await desk_numbers.verify(FILE, Wish()) == 1


async def test_whoever_asks_hears_where_it_is(stage: Stage) -> None:
    button = (
        next(b for row in stage.card(1).buttons for b in row if b.data)
        if any(stage.card(1).buttons)
        else None
    )
    await archive(apply=True, as_json=True)
    for line in ("/history 1", "/why 1", "/take 1", "/assign 1 周叔"):
        await stage.feng.writes(line)
        assert FILE.name in stage.feng.last.text, line
    if button is not None:
        assert FILE.name in await stage.li.presses_data(stage.card(1), button.data)
    await stage.feng.writes("/find 电梯")
    assert "#2" not in stage.feng.last.text
    assert "#6" in stage.feng.last.text
    await stage.li.says("楼道的灯坏了")
    assert (await stage.requests())[-1].number == 7, "a number is never used again"
    await stage.li.says("今天怎么样了", reply_to="m1")
    await stage.nothing_failed()
    assert await archive(apply=True, as_json=True) == 0


async def test_at_the_desk_it_is_read_again(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await archive(apply=True, as_json=True)
    capsys.readouterr()
    assert await show(2, as_json=False) == 0
    said = capsys.readouterr().out
    assert "电梯坏了" in said
    assert "王姨" in said
    assert await show(2, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["request"]["number"] == 2
    assert await show(6, as_json=False) == 1
    shutil.move(FILE, "elsewhere.gz")
    with pytest.raises(DeskError, match=r"archive\.missing"):
        await show(2, as_json=False)
    assert await desk_numbers.export_events(Path("e.jsonl"), as_json=False) == 1
    assert FILE.name in capsys.readouterr().err


async def test_nobody_s_words_and_no_person_stay_behind(stage: Stage) -> None:
    await archive(apply=True, as_json=True)
    async with stage.app.store.read() as store:
        for each in await store.scalars(select(Request).where(Request.archive_id.is_not(None))):
            assert (each.words, each.reason, each.reporter_id, each.holder_id) == (
                "",
                None,
                None,
                None,
            )
        words = (await store.scalars(select(RequestMessage.text))).all()
        assert not [each for each in words if "没水" in each]
        assert (await store.scalars(select(Promise.state))).all(), "they are counted by role"
    assert b"\xe6\xb2\xa1\xe6\xb0\xb4" in gzip.decompress(read(FILE))


async def test_what_is_kept_no_longer_goes_into_no_file(stage: Stage) -> None:
    """Though the night had not come to it: the program was down for a year."""
    async with stage.app.store.write() as store:
        store.add(lent(stage))
    stage.clock.turn(timedelta(days=365))
    assert await archive(apply=True, as_json=True) == 0
    body = gzip.decompress(read(FILE)).decode()
    said = ("灯", "电梯", "没水", "换了零件", "没有经费", LENT)
    assert not [each for each in said if each in body]
    found = list(reading.requests(lines_of(FILE)))
    assert [each["request"]["number"] for each in found] == [1, 2, 3, 4, 5]
    async with stage.app.store.read() as store:
        assert await store.scalar(select(Correction.text)) == LENT


def lent(stage: Stage) -> Correction:
    return Correction(at=stage.clock.now(), kind="category", chat_id=1, request_id=1, text=LENT)


async def test_who_worked_on_what_is_archived_can_be_forgotten(stage: Stage) -> None:
    """Their promises stay beside what went into the file, and name them."""
    await archive(apply=True, as_json=True)
    async with stage.app.store.write() as store:
        await store.execute(delete(RoleHeld))
    stage.app.dispatcher.forget_all()
    await stage.wang.writes("/forget_me")
    await stage.wang.presses(stage.wang.last, "忘记我")
    assert "已经忘记您了" in stage.wang.last.text
    await stage.passes(hours=2)
    async with stage.app.store.read() as store:
        assert await store.scalar(select(Person).where(Person.name == "王姨")) is None
        kept = select(Person.shell).join(Promise, Promise.person_id == Person.id)
        assert None not in (await store.scalars(kept)).all()
    await stage.nothing_failed()


class KilledError(Exception):
    """As if the program were killed here."""


@asynccontextmanager
async def killed_after(
    stage: Stage, steps: int, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[list[int]]:
    """The program dies at this step: when a line is written, a transaction begins or ends."""
    done: list[int] = []

    def step() -> None:
        if len(done) == steps:
            raise KilledError
        done.append(len(done))

    write, lines = stage.app.store.write, writing.lines

    @asynccontextmanager
    async def writes() -> AsyncGenerator[AsyncSession]:
        step()
        async with write() as session:
            yield session
            step()  # before the commit
        step()

    async def slowly(*args: Any) -> AsyncIterator[str]:
        async for line in lines(*args):
            step()
            yield line

    with monkeypatch.context() as patch:
        patch.setattr(stage.app.store, "write", writes)
        patch.setattr(writing, "lines", slowly)
        yield done


async def test_killed_at_any_moment_nothing_is_lost_and_the_next_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_archive, "AT_ONCE", 1)
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    before, kills = await shown(stage, MARCH), 0
    while True:
        async with killed_after(stage, 7 * kills + 1, monkeypatch):
            try:
                await archive(apply=True, as_json=True)
            except KilledError:
                kills += 1
            else:
                break
        here = await alive(stage)
        gone = [number for number, is_here in here.items() if not is_here]
        if gone:
            stood = {each["request"]["number"] for each in reading.requests(lines_of(FILE))}
            assert set(gone) <= stood
        assert here[5]
        assert here[6]
    assert kills > 3
    assert not (await alive(stage))[1]
    assert len(held(lines_of(FILE)).versions) == 4
    assert await shown(stage, MARCH) == before
    assert names(FILE.parent) == [".lock", FILE.name]


async def test_what_changed_meanwhile_stays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await shown(stage, MARCH)
    written = desk_archive._written  # pyright: ignore[reportPrivateUsage] - between its two halves

    async def and_then(*args: Any) -> Any:
        found = await written(*args)
        async with stage.app.store.write() as store:
            (await store.get_one(Request, 2)).reason = "还有话说"
        return found

    monkeypatch.setattr(desk_archive, "_written", and_then)
    await archive(apply=True, as_json=True)
    assert json.loads(capsys.readouterr().out)["changed"] == 1
    assert (await alive(stage))[2]
    await desk_numbers.export_events(Path("e.jsonl"), as_json=False)
    assert (await verified("e.jsonl", capsys))["whole"]["n"] == before.whole.n, "it is counted once"


async def test_a_file_that_was_lost_half_way_is_asked_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_archive, "AT_ONCE", 1)
    take_out = archiving.take_out

    async def once(store: AsyncSession, archive_id: int, versions: Any) -> list[int]:
        if await archiving.in_file(store, archive_id):
            raise KilledError
        return await take_out(store, archive_id, versions)

    with monkeypatch.context() as patch:
        patch.setattr(archiving, "take_out", once)
        with pytest.raises(KilledError):
            await archive(apply=True, as_json=True)
    assert list((await alive(stage)).values()).count(False) == 1
    shutil.move(FILE, "elsewhere.gz")
    with pytest.raises(DeskError, match=r"archive\.missing"):
        await archive(apply=True, as_json=True)
    shutil.move("elsewhere.gz", FILE)
    assert await archive(apply=True, as_json=True) == 0
    assert not (await alive(stage))[4]


async def test_two_are_not_made_at_once(stage: Stage) -> None:
    with alone(stage.app.settings), pytest.raises(DeskError, match=r"archive\.busy"):
        await archive(apply=True, as_json=True)


def test_it_is_known_of_each_table_what_becomes_of_it() -> None:
    """A new table that belongs to a request must say whether it goes into the file."""
    known = {*archiving.MOVED, *archiving.KEPT, *archiving.LEFT, Request}
    belongs = {
        mapper.class_
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        for key in column.foreign_keys
        if key.column.table.name == "request"
    }
    assert belongs == known
    gone = {table.__tablename__ for table in archiving.MOVED}
    pointing = {
        (mapper.class_.__name__, key.parent.name)
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        for key in column.foreign_keys
        if key.column.table.name in gone
    }
    assert pointing == {("Correction", "event_id"), ("Notice", "page_id")}, "they are unlinked"
    assert Event in archiving.MOVED
