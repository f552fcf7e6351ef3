"""Rows laid without the unit of work are the session's own, as if it had flushed them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.direct import Direct
from storage.engine import Store
from storage.laying import amend, lay
from storage.queries.post import LETTERS
from storage.tables import Account, Area, Chore, Event, Page, Person, Request
from tests.harness import Stage

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
async def store(tables_url: str) -> AsyncGenerator[Store]:
    """A database with one place, and somebody in it."""
    store = Store(tables_url)
    async with store.write() as session:
        session.add(Area(kind="subdistrict", name="城北", code="c", path="/1/", settings={}))
        session.add(Person(name="王姨", skills=[], created_at=NOW))
    yield store
    await store.close()


def a_request(number: int = 1) -> Request:
    """A request of which nothing is given that has a default."""
    return Request(
        root_id=1,
        number=number,
        words="电梯坏了",
        category="lift",
        kind="repair",
        urgency="normal",
        area_id=1,
        area_path="/1/",
        state="open",
        opened_at=NOW,
        changed_at=NOW,
    )


async def test_what_is_laid_has_its_number_and_defaults_and_is_there(store: Store) -> None:
    async with store.write() as session:
        request = a_request()
        await lay(session, request)
        line = Event(request_id=request.id, at=NOW, move="open", data={"到": "王姨"})
        await lay(session, line, Event(request_id=request.id, at=NOW, move="take"))
        assert (request.id, line.id, request.version, request.reasons) == (1, 1, 1, [])
        assert await session.get(Request, request.id) is request
    async with store.read() as session:
        found = await session.get_one(Request, request.id)
        kept = {each.key: getattr(found, each.key) for each in Request.__table__.columns}
        assert kept == {each: getattr(request, each) for each in kept}
        lines = (await session.scalars(select(Event).order_by(Event.id))).all()
        assert [(each.move, each.data) for each in lines] == [
            ("open", {"到": "王姨"}),
            ("take", {}),
        ]


async def test_what_is_changed_of_it_later_is_noticed(store: Store) -> None:
    async with store.write() as session:
        request = a_request()
        await lay(session, request)
        request.state = "taken"
    async with store.read() as session:
        found = await session.get_one(Request, request.id)
        assert (found.state, found.version) == ("taken", 2)


async def test_what_is_pending_is_written_before_it(store: Store) -> None:
    async with store.write() as session:
        asked = Person(name="赵姐", skills=[], created_at=NOW)
        session.add(asked)
        request = a_request()
        await lay(session, request)
        assert asked.id is not None
        page = Page(
            request_id=request.id, person_id=asked.id, rung=0, role="x", how="private", at=NOW
        )
        page.tell_at = NOW
        await lay(session, page)
    async with store.read() as session:
        assert (await session.get_one(Page, page.id)).person_id == asked.id


async def test_nothing_is_left_of_it_behind_a_savepoint_that_is_taken_back(store: Store) -> None:
    async with store.write() as session:
        await lay(session, a_request(1))
        savepoint = await session.begin_nested()
        async with session.begin_nested():
            gone = a_request(2)
            await lay(session, gone)
        assert gone in session
        await savepoint.rollback()
        assert gone not in session
        assert await session.get(Request, gone.id) is None
        again = a_request(3)
        await lay(session, again)
        assert await session.get(Request, again.id) is again
    async with store.read() as session:
        numbers = (await session.scalars(select(Request.number).order_by(Request.number))).all()
        assert numbers == [1, 3]


async def test_a_row_is_changed_at_once_and_not_again(store: Store) -> None:
    async with store.write() as session:
        session.add(Account(platform="rooms", external_id="wang", person_id=1, name="王姨"))
    async with store.write() as session:
        account = (await session.scalars(select(Account))).one()
        await amend(session, account, name="王阿姨", seen_at=NOW)
        assert (account.name, account.seen_at) == ("王阿姨", NOW)
        assert not session.dirty
    async with store.read() as session:
        found = (await session.scalars(select(Account))).one()
        assert (found.name, found.seen_at) == ("王阿姨", NOW)


async def test_a_change_waits_where_it_may_be_taken_back(store: Store) -> None:
    async with store.write() as session:
        account = Account(platform="rooms", external_id="wang", person_id=1, name="王姨")
        session.add(account)
        await amend(session, account, username="w")  # it is not there yet
        await session.flush()
        savepoint = await session.begin_nested()
        await amend(session, account, username="another")
        await session.flush()
        await savepoint.rollback()
        await session.refresh(account)
        assert account.username == "w"


async def test_two_statements_at_once_are_one_after_the_other(store: Store) -> None:
    late = NOW + timedelta(days=1)
    kept = Direct(
        lambda _: insert(Chore).values(name=bindparam("name"), next_at=bindparam("next_at"))
    )
    async with store.write() as session:
        rows: list[dict[str, Any]] = [{"name": "a", "next_at": NOW}, {"name": "b", "next_at": late}]
        await kept.run_all(session, rows)
        assert not await kept.run(session, {"name": "c", "next_at": late})
    async with store.read() as session:
        found = (await session.scalars(select(Chore).order_by(Chore.name))).all()
        assert [(each.name, each.next_at) for each in found] == [
            ("a", NOW),
            ("b", late),
            ("c", late),
        ]


async def test_a_default_that_nobody_gives_is_missed_and_not_left_out(tmp_path: Any) -> None:
    store = Store(f"sqlite:///{tmp_path}/t.db")
    lacking = Direct(lambda _: insert(LETTERS).values(body=bindparam("body")))
    async with store.write() as session:
        with pytest.raises(TypeError, match="tries"):
            await lacking.run(session, {"body": "{}"})
    await store.close()


async def test_a_report_needs_no_flush(stage: Stage) -> None:
    flushed: list[list[str]] = []

    def note(session: Session, *_: Any) -> None:
        flushed.append([type(each).__name__ for each in (*session.new, *session.dirty)])

    await stage.li.says("门口的灯坏了")  # the group is greeted with the first
    event.listen(Session, "before_flush", note)
    try:
        await stage.li.says("咱们楼电梯又坏了")
    finally:
        event.remove(Session, "before_flush", note)
    assert len(await stage.requests()) == 2
    assert flushed == []


async def test_a_failed_transaction_leaves_its_connection(store: Store) -> None:
    async def fails(session: AsyncSession) -> None:
        await lay(session, a_request(), a_request())  # the same number twice

    for _ in range(3):
        with pytest.raises(Exception, match=r"(?i)unique"):
            async with store.write() as session:
                await fails(session)
    async with store.write() as session:
        await lay(session, a_request())
