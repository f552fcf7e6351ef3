"""`linli replay`: a recorded conversation through the real path, on a database of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import typer
from sqlalchemy import select

from bot.app import App
from bot.clock import VirtualClock
from bot.logs import set_up_logs
from bot.loops import run_to_end
from bot.recorded import Conversation, RecordingError, read_recording
from bot.replay_report import Became, Report
from bot.replay_stage import NAME, ReplayPlatform, raw_update, settle_in
from bot.weights import reader_of
from config.policy import load_policy
from config.settings import Settings, load_settings
from config.words import catalogue
from handlers.hearing import Glance
from handlers.understanding.meaning import Outcome, Place
from handlers.work import Understands
from storage.base import Base
from storage.engine import Store
from storage.queries import due
from storage.tables import (
    Update,
)

AT_ONCE = 8
A_SHARE = 24  #: conversations; a process of its own costs as much as a few of them


class ReplayError(RuntimeError):
    """A message could not be handled: our mistake, never the recording's."""


async def replay_file(file: Path, *, area: str | None, as_json: bool) -> int:
    """Print what would have become of each message of a file."""
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    try:
        conversations = list(read_recording(file, area))
    except RecordingError as error:
        for each in error.errors:
            typer.echo(f"{file}: {each.say(catalogue(), settings.language)}", err=True)
        return 2
    report = Report(settings.language)
    async for conversation, became in _all(conversations):
        if as_json:
            for each in became:
                typer.echo(each.as_json())
        else:
            report.show(conversation, became)
    if not as_json:
        report.sum_up()
    return 0


async def _all(
    conversations: Sequence[Conversation],
) -> AsyncGenerator[tuple[Conversation, list[Became]]]:
    """Each in its order; many of them are shared out among the processors."""
    parts = [conversations[i : i + A_SHARE] for i in range(0, len(conversations), A_SHARE)]
    workers = min(os.cpu_count() or 1, len(parts))
    if workers < 2:
        async for pair in replayed(conversations):
            yield pair
        return
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for shared in [loop.run_in_executor(pool, _share, part) for part in parts]:
            for pair in await shared:
                yield pair


def _share(part: Sequence[Conversation]) -> list[tuple[Conversation, list[Became]]]:
    """What one process does of a recording with many conversations."""
    set_up_logs("error", "console")

    async def collect() -> list[tuple[Conversation, list[Became]]]:
        return [pair async for pair in replayed(part)]

    return run_to_end(collect())


async def replayed(
    conversations: Sequence[Conversation],
    reader_for: Callable[[Conversation], Understands] | None = None,
) -> AsyncGenerator[tuple[Conversation, list[Became]]]:
    """Each conversation with what became of its messages, through the real program."""
    own = load_settings()
    settings = own.model_copy(
        update={
            "web_chat": False,
            "telegram_token": None,
            "demo": False,
            "public_url": "",
            "opinion_url": "",  # what was recorded stays here
        }
    )
    policy = load_policy(settings.policy_file)
    reader = reader_of(own, policy)
    with tempfile.TemporaryDirectory(prefix="linli-replay-") as folder:
        desk = _Desk(Path(folder), settings)
        await desk.set_up()
        for start in range(0, len(conversations), AT_ONCE):
            some = conversations[start : start + AT_ONCE]
            mine = [reader_for(each) if reader_for else reader for each in some]
            for pair in zip(some, await desk.all_of(some, mine), strict=True):
                yield pair


class _Desk:
    """Replays conversations, a few at once: while one waits for its database, another goes on.

    Each has a database of its own: what another left undone would become due in this.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._empty = folder / "empty.db"
        self._folder = folder
        self._settings = settings

    async def set_up(self) -> None:
        """Make the tables once; each conversation gets a copy."""
        async with _open(self._empty) as store, store.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def all_of(
        self, conversations: Sequence[Conversation], readers: Sequence[Understands]
    ) -> list[list[Became]]:
        """What became of the messages of each."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._one(number, conversation, reader))
                for number, (conversation, reader) in enumerate(
                    zip(conversations, readers, strict=True)
                )
            ]
        return [task.result() for task in tasks]

    async def _one(
        self, number: int, conversation: Conversation, reader: Understands
    ) -> list[Became]:
        path = self._folder / f"{number}.db"
        shutil.copyfile(self._empty, path)
        async with _open(path) as store:
            became = await _replay(store, conversation, reader, self._settings)
        path.unlink()
        return became


@asynccontextmanager
async def _open(path: Path) -> AsyncGenerator[Store]:
    store = Store(f"sqlite:///{path}")
    try:
        yield store
    finally:
        await store.close()


@dataclass(slots=True)
class _Witness:
    """Writes down what became of each message."""

    conversation: Conversation
    became: dict[int, Became] = field(default_factory=dict[int, Became])
    opened_by: dict[str, int] = field(default_factory=dict[str, int])

    def __call__(self, glance: Glance, outcome: Outcome, of: str | None) -> None:
        n, meaning = int(glance.heard.key), glance.meaning
        opens = outcome is Outcome.OPEN
        if opens and of is not None:
            self.opened_by[of] = int(meaning.bears_out or n)
        place = meaning.place
        self.became[n] = Became(
            conv=self.conversation.name,
            n=n,
            outcome=outcome.value,
            of=None if opens or of is None else self.opened_by.get(of),
            category=meaning.category if opens else None,
            urgency=meaning.urgency.value if opens and meaning.urgency else None,
            kind=meaning.kind.value if opens and meaning.kind else None,
            place={part: getattr(place, part) for part in Place.__slots__} if opens else None,
        )

    def all(self) -> list[Became]:
        """One for each message; what no one looked at (a command) is talk."""
        name = self.conversation.name
        return [
            self.became.get(line.n, Became(name, line.n, "talk"))
            for line in self.conversation.lines
        ]


async def _replay(
    store: Store, conversation: Conversation, reader: Understands, settings: Settings
) -> list[Became]:
    if not conversation.lines:
        return []
    clock = VirtualClock(min(line.at for line in conversation.lines))
    app = App(settings, store, [ReplayPlatform()], clock=clock, reader=reader)
    await settle_in(store, conversation, clock.now())
    witness = _Witness(conversation)
    app.dispatcher.hearing.witness = witness
    for line in conversation.lines:
        if line.at > clock.now():
            clock.set(line.at)
            if await _something_due(store, line.at):
                await app.ticks.tick()
        await app.inbox.receive(NAME, [raw_update(conversation, line)])
        await app.settle()
    await _nothing_failed(store, conversation)
    return witness.all()


async def _nothing_failed(store: Store, conversation: Conversation) -> None:
    """A message that we failed to handle must not look like talk."""
    async with store.read() as session:
        failed = (await session.scalars(select(Update).where(Update.error.is_not(None)))).first()
    if failed is not None:
        raise ReplayError(failed.key, conversation.name, failed.error)


#: What may become due in a conversation; what is done at night is of no interest in a replay.
WATCHED = frozenset({"requests", "notices", "reminders", "forms"})


async def _something_due(store: Store, now: datetime) -> bool:
    """Whether a tick would do anything: one question instead of five transactions a message."""
    async with store.read() as session:
        return bool(await due.subjects(session, now) & WATCHED)
