"""Prepared questions answer as SQLAlchemy would, see what the session changed, and give its own."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, and_, event, func, select, text, tuple_
from sqlalchemy.exc import (
    DBAPIError,
    InvalidRequestError,
    MissingGreenlet,
    PendingRollbackError,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.prepared import prepared
from storage.tables import Area, Chat, Draft, Person, Request
from tests.harness import MONDAY
from tests.rows import a_request

LATER = MONDAY + timedelta(hours=3)


@pytest.fixture
async def store(tables_url: str) -> AsyncGenerator[Store]:
    """A place, a group and a private chat, and three requests."""
    made = Store(tables_url)
    async with made.write() as session:
        session.add(
            Area(kind="neighbourhood", name="和平里", code="和平里", path="/1/", settings={})
        )
        await session.flush()
        for name, kind in (("g1", "group"), ("p1", "private")):
            session.add(Chat(platform="local", external_id=name, kind=kind, settings={"of": name}))
        session.add_all([a_request(1), a_request(2, answer_due=LATER), a_request(3)])
    yield made
    await made.close()


@prepared
def by_state(state: str, numbers: Sequence[int]) -> Select[Request]:
    wanted = select(Request).where(Request.state == state, Request.number.in_(numbers))
    return wanted.order_by(Request.number)


@prepared
def moments(since: datetime) -> Select[int, datetime | None, dict[str, Any]]:
    columns = select(Request.number, Request.answer_due, Request.place)
    return columns.where(Request.opened_at >= since).order_by(Request.number).limit(2)


@prepared
def beside(number: int) -> Select[Request, Chat]:
    there = and_(Chat.id == Request.chat_id, Chat.present)
    return select(Request, Chat).outerjoin(Chat, there).where(Request.number == number)


@prepared
def but(pairs: Sequence[tuple[str, str]]) -> Select[str]:
    both = tuple_(Chat.platform, Chat.external_id)
    return select(Chat.external_id).where(both.not_in(pairs)).order_by(Chat.id)


@prepared
def newest(kind: str) -> Select[datetime]:
    return select(func.max(Request.opened_at)).where(Request.kind == kind)


@prepared
def chat_named(name: str) -> Select[Chat]:
    return select(Chat).where(Chat.external_id == name)


async def numbers(session: AsyncSession, *wanted: int) -> list[int]:
    return [each.number for each in await by_state.scalars(session, "open", list(wanted))]


async def test_a_list_may_be_of_any_length(store: Store) -> None:
    async with store.read() as session:
        assert await numbers(session, 1, 3) == [1, 3]
        assert await numbers(session) == []
        assert await numbers(session, 2) == [2]
        assert await numbers(session, 3, 2, 1) == [1, 2, 3]
        assert await but.scalars(session, [("local", "g1")]) == ["p1"]
        assert await but.scalars(session, []) == ["g1", "p1"]


async def test_columns_are_what_they_are_in_the_tables(store: Store) -> None:
    async with store.read() as session:
        found = await moments.rows(session, MONDAY)
        assert found == [(1, None, {}), (2, LATER, {})]
        assert await moments.first(session, MONDAY + timedelta(days=1)) is None
        assert await newest.scalar(session, "fault") == MONDAY
        assert await newest.scalars(session, "idea") == [None]


async def test_an_object_is_as_sqlalchemy_loads_it(store: Store) -> None:
    async with store.read() as session:
        mine = await chat_named.scalar(session, "p1")
        assert mine is not None
        found = {each.key: getattr(mine, each.key) for each in Chat.__mapper__.column_attrs}
        assert mine not in session.dirty
        session.expunge_all()
        theirs = await session.scalar(select(Chat).where(Chat.external_id == "p1"))
        assert theirs is not mine
        assert found == {name: getattr(theirs, name) for name in found}


async def test_who_is_joined_from_outside_may_be_nobody(store: Store) -> None:
    async with store.write() as session:
        request, chat = (await beside.rows(session, 1))[0]
        assert chat is None
        group = await chat_named.scalar(session, "g1")
        assert group is not None
        request.chat_id = group.id
        assert await beside.first(session, 1) == (request, group)


async def test_what_a_session_changed_counts_before_it_is_committed(store: Store) -> None:
    async with store.write() as session:
        session.add(a_request(4))
        first = (await by_state.scalars(session, "open", [1]))[0]
        first.state = "taken"
        assert await numbers(session, 1, 2, 4) == [2, 4]
        with session.no_autoflush:
            first.state = "open"
            assert await numbers(session, 1) == []


async def test_an_object_is_one_in_a_session_and_keeps_what_was_changed_of_it(store: Store) -> None:
    async with store.write() as session:
        first = (await by_state.scalars(session, "open", [1]))[0]
        with session.no_autoflush:
            first.words = "灯"
            assert (await by_state.scalars(session, "open", [1]))[0] is first
            assert await session.scalar(select(Request).where(Request.number == 1)) is first
        assert first.words == "灯"
        assert await session.get(Request, first.id) is first
    async with store.read() as session:
        assert (await by_state.scalars(session, "open", [1]))[0].words == "灯"


async def test_what_must_be_read_anew_is(store: Store) -> None:
    async with store.write() as session:
        first = (await by_state.scalars(session, "open", [1]))[0]
        await session.execute(text("UPDATE request SET words = '水' WHERE number = 1"))
        assert (await by_state.scalars(session, "open", [1]))[0].words == ""
        session.expire(first, ["words", "opened_at"])
        assert (await by_state.scalars(session, "open", [1]))[0] is first
        assert (first.words, first.opened_at) == ("水", MONDAY)
        number = first.id
        session.expire(first)
        with pytest.raises(MissingGreenlet):  # nobody reads unawares
            _ = first.words
        assert await session.get(Request, number) is first
        assert first.words == "水"


async def test_an_object_is_refreshed_with_what_stands_there(store: Store) -> None:
    async with store.write() as session:
        first = (await by_state.scalars(session, "open", [1]))[0]
        first.words = "灯"
        await session.execute(text('UPDATE request SET place = \'{"building": "3"}\''))
        await session.refresh(first, with_for_update=True)
        assert (first.words, first.place) == ("灯", {"building": "3"})
        assert first not in session.dirty
        await session.execute(text("DELETE FROM request WHERE number = 1"))
        with pytest.raises(InvalidRequestError):
            await session.refresh(first)


async def test_what_nobody_holds_is_asked_for_again(store: Store) -> None:
    async with store.write() as session:
        first = (await by_state.scalars(session, "open", [1]))[0]
        number = first.id
        del first
        gc.collect()
        again = await session.get(Request, number)
        assert again is not None
        assert again.number == 1
        assert again in session
        assert await session.get(Request, 99) is None
        assert await session.get(Chat, number, populate_existing=True) is not None


async def test_what_was_deleted_is_not_found(store: Store) -> None:
    async with store.write() as session:
        first = (await by_state.scalars(session, "open", [1]))[0]
        await session.delete(first)
        assert await numbers(session, 1, 2) == [2]
        assert await session.get(Request, first.id) is None


async def test_what_a_savepoint_took_back_is_as_it_was(store: Store) -> None:
    async with store.write() as session:
        savepoint = await session.begin_nested()
        chat = await chat_named.scalar(session, "g1")
        assert chat is not None
        chat.title = "三栋"
        await session.flush()
        await savepoint.rollback()
        assert await chat_named.scalar(session, "g1") is chat
        assert chat.title == ""
        chat.title = "四栋"
    async with store.read() as session:
        found = await chat_named.scalar(session, "g1")
        assert found is not None
        assert found.title == "四栋"


async def test_trouble_is_told_as_sqlalchemy_tells_it(store: Store) -> None:
    async with store.writing() as session:
        await session.execute(text("DROP TABLE draft"))
        with pytest.raises(DBAPIError, match="draft"):
            await drafts.rows(session, 1)
        await session.rollback()
        assert await drafts.rows(session, 1) == []
        await session.execute(text("DROP TABLE draft"))
        with pytest.raises(DBAPIError, match="draft"):
            await session.get(Draft, 1)


@prepared
def drafts(person_id: int) -> Select[Draft]:
    return select(Draft).where(Draft.person_id == person_id)


async def test_after_a_failed_write_nothing_is_asked_until_it_is_taken_back(store: Store) -> None:
    async with store.writing() as session:
        await numbers(session, 1)
        session.add(a_request(1))  # a number that is there
        with pytest.raises(DBAPIError):
            await session.flush()
        with pytest.raises(PendingRollbackError):
            await numbers(session, 1)
        await session.rollback()
        assert await numbers(session, 1) == [1]


async def test_who_listens_hears_each_question_with_its_values(store: Store) -> None:
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        heard.append((statement, values))

    event.listen(store.reader.sync_engine, "before_cursor_execute", hear)
    async with store.read() as session:
        await chat_named.scalar(session, "g1")
    event.remove(store.reader.sync_engine, "before_cursor_execute", hear)
    ((statement, values),) = heard
    assert statement.startswith("SELECT chat.id")
    assert values == ("g1",)


async def test_one_transaction_is_written_whole_or_not_at_all(store: Store) -> None:
    async with store.write() as session:
        session.add(Person(name="李娜", created_at=MONDAY))  # the commit is the first that begins

    async def fails() -> None:
        async with store.write() as session:
            await numbers(session, 1)
            session.add(Person(name="王姨", created_at=MONDAY))
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with store.read() as session:
        assert list(await session.scalars(select(Person.name))) == ["李娜"]
