"""Plain lines of several chats share a transaction: all of it is kept, or each is handled alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.inbox import MAX_TRIES
from bot.together import TOGETHER
from handlers.chat.incoming import Message
from storage.engine import Store
from storage.loop_session import LoopSession
from storage.trouble import AwayError
from tests.bot.test_inbox import Desktop

#: On PostgreSQL each line has a transaction of its own.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

ROOMS = [f"g{n}:a{n}" for n in range(TOGETHER)]
TEXTS = [each.partition(":")[2] for each in ROOMS]


@pytest.fixture
def desk(store: Store) -> Desktop:
    made = Desktop(store)
    made.script.shared = True
    return made


def _counting(store: Store) -> Callable[[], int]:
    """How many transactions were committed since."""
    commits: list[int] = []

    def note(_connection: object) -> None:
        commits.append(1)

    event.listen(store.engine.sync_engine, "commit", note)
    return lambda: len(commits)


async def test_what_waits_in_many_chats_costs_one_transaction(desk: Desktop) -> None:
    await desk.receives(*ROOMS)
    committed = _counting(desk.store)
    await desk.inbox.drain()
    assert committed() == 1
    assert set((await desk.updates()).values()) == {"done"}
    assert (await desk.changes(), await desk.letters()) == (TEXTS, TOGETHER)
    assert desk.spoken == 1


async def test_a_chat_stays_in_order_and_talk_is_closed_with_the_others(desk: Desktop) -> None:
    await desk.receives("g1:a1", "g2:talk 1", "g1:a2", "g3:c1", "g3:alone c2", "g2:b2")
    committed = _counting(desk.store)
    await desk.inbox.drain()
    done = await desk.changes()
    assert sorted(done) == ["a1", "a2", "alone c2", "b2", "c1"]
    assert done.index("a1") < done.index("a2")
    assert done.index("c1") < done.index("alone c2")
    assert set((await desk.updates()).values()) == {"done"}
    assert committed() < len(done)


async def test_one_that_fails_costs_the_others_nothing(desk: Desktop) -> None:
    async def step(message: Message, store: AsyncSession) -> None:
        await store.flush()
        if message.text == "a3":
            raise LookupError("our own mistake")

    desk.script.step = step
    await desk.receives(*ROOMS)
    with capture_logs() as logs:
        await desk.inbox.drain()
    assert [each["event"] for each in logs].count("update.failed") == MAX_TRIES - 1
    assert Counter((await desk.updates()).values()) == {"done": TOGETHER - 1, "dead": 1}
    assert await desk.changes() == [each for each in TEXTS if each != "a3"]
    assert await desk.letters() == TOGETHER - 1
    assert set(desk.script.unheard) == set(TEXTS), "what did not happen is not remembered"


async def test_while_the_database_is_away_nothing_is_lost_or_done_twice(desk: Desktop) -> None:
    failures = [AwayError("refused"), AwayError("refused")]

    async def step(message: Message, store: AsyncSession) -> None:
        await store.flush()
        if message.text == "a5" and failures:
            raise failures.pop()

    desk.script.step = step
    await desk.receives(*ROOMS)
    with capture_logs():
        await desk.inbox.drain()
    assert set((await desk.updates()).values()) == {"done"}
    assert (sorted(await desk.changes()), await desk.letters()) == (sorted(TEXTS), TOGETHER)


async def test_a_commit_whose_answer_is_lost_does_nothing_twice(
    desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps, lost = LoopSession.commit, [True]

    async def commits(session: LoopSession) -> None:
        await keeps(session)
        if lost and lost.pop():
            raise AwayError("no answer")

    await desk.receives(*ROOMS)
    monkeypatch.setattr(LoopSession, "commit", commits)
    with capture_logs():
        await desk.inbox.drain()
    assert set((await desk.updates()).values()) == {"done"}
    assert (await desk.changes(), await desk.letters()) == (TEXTS, TOGETHER)
