"""Who tries what where: one try is one message or press that is handled and then thrown away."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.chat.incoming import ChatKind, ChatRef, Message, Press, Sender
from handlers.context import Context
from handlers.work import Work
from storage.tables import Account, Draft, Person
from tests.guard.world import FOREIGN, GROUP5, OTHER, OWN, Spot, build
from tests.harness import GROUP, GROUP4, Stage

#: Columns of the table: key of the account, and the unit that is their own.
ACTORS: Mapping[str, tuple[str, str]] = {
    "reporter": ("li", "3-2"),
    "resident": ("zhao", "3-2"),
    "captain": ("wang", "3-2"),  # of the unit; is asked, took what is taken
    "building": ("zhou", "3-2"),
    "deputy": ("dai", "3-1"),  # no role; stands in for the captain of the unit beside
    "grid": ("zheng", "3-2"),
    "manager": ("wu", "3-2"),
    "coordinator": ("feng", "3-2"),
    "stranger": ("mo", "3-2"),  # wrote once, lives nowhere here
    "newcomer": ("nobody", "3-2"),  # was never met before
    "anonymous": (GROUP, "3-2"),  # an administrator who hides behind the group
    "channel": ("c77", "3-2"),  # somebody who speaks as a channel
    "bot": ("otherbot", "3-2"),
}
NAMELESS = frozenset({"anonymous", "channel"})
#: Where an actor may stand: in the group of the place, in their own group, in private.
THERE, HERE, PRIVATE = "g", "h", "p"
#: The own place stands for all that is below an actor's own unit; others are looked up here.
TARGETS = {OTHER: "4-1", FOREIGN: "5-1"}
ROOMS = {"3": GROUP, "4": GROUP4, "5": GROUP5}

#: Before a step that the coordinator of the place has done already, in private.
BEFORE = "coordinator> "

_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Who tries it, at whose place, from where."""

    actor: str
    target: str
    room: str


def situations(actor: str) -> list[Situation]:
    """Those in which it is tried, few enough to be tried with each test run.

    Nobody is nameless in private, other bots are heard nowhere, who reported is a neighbour like
    others elsewhere, and only of residents it is asked what they may do in another group.
    """
    own = [Situation(actor, OWN, THERE), Situation(actor, OWN, PRIVATE)]
    foreign = Situation(actor, FOREIGN, HERE)
    if actor in NAMELESS or actor == "bot":
        return own[:1]
    if actor == "reporter":
        return own
    if actor in ("stranger", "newcomer"):
        return [*own, foreign]
    other = [Situation(actor, OTHER, THERE)] if actor == "resident" else []
    return [*own, *other, Situation(actor, OTHER, PRIVATE), foreign]


class Trier:
    """Tries on one stage."""

    def __init__(self, stage: Stage, spots: Mapping[str, Spot]) -> None:
        self.stage = stage
        self.spots = spots

    async def allowed(self, steps: Sequence[str], at: Situation) -> bool:
        """Whether all steps ("/take 1", then "drop:{token}") are done for this actor."""
        async with self.thrown_away() as session:
            return await self._all(session, steps, at)

    @asynccontextmanager
    async def thrown_away(self) -> AsyncGenerator[AsyncSession]:
        """A session of which nothing stays."""
        async with self.stage.app.store.writing() as session:
            await session.begin()
            yield session
            await session.rollback()

    async def _all(self, session: AsyncSession, steps: Sequence[str], at: Situation) -> bool:
        for step in steps:
            if step.startswith(BEFORE):
                assert await self._done(session, step.removeprefix(BEFORE), at, before=True), step
            elif not await self._done(session, step, at):
                return False
        return True

    async def _done(
        self, session: AsyncSession, step: str, at: Situation, *, before: bool = False
    ) -> bool:
        key = self.spot(at).coordinator if before else ACTORS[at.actor][0]
        text = await self._filled(session, step, at, key)
        alone = ChatRef("rooms", f"@{key}", ChatKind.PRIVATE)
        did = self._did(text, alone, Sender(key, key, key)) if before else self._incoming(text, at)
        work = await self._handled(session, did)
        return isinstance(work, Context) and not work.refused and bool(work.tray)

    async def one(self, session: AsyncSession, text: str, at: Situation) -> Work:
        """One message or press."""
        return await self._handled(session, self._incoming(text, at))

    async def _handled(self, session: AsyncSession, incoming: Message | Press) -> Work:
        dispatcher = self.stage.app.dispatcher
        ahead = await dispatcher.prepare(incoming, dispatcher.first_look(incoming, self._now))
        return await dispatcher.handle(incoming, session, self._now, ahead)

    @property
    def _now(self) -> datetime:
        return self.stage.clock.now()

    def spot(self, at: Situation) -> Spot:
        """The place that is tried on."""
        return self.spots[TARGETS.get(at.target) or ACTORS[at.actor][1]]

    async def _filled(self, session: AsyncSession, step: str, at: Situation, key: str) -> str:
        values: dict[str, Any] = dict(self.spot(at).things)
        if "{token}" in step:
            values["token"] = await self._token(session, key)
        return step.format(**values)

    async def _token(self, session: AsyncSession, key: str) -> str:
        """Of the form that the actor is filling in."""
        draft = await session.scalar(
            select(Draft)
            .join(Person, Person.id == Draft.person_id)
            .join(Account, Account.person_id == Person.id)
            .where(Account.external_id == key)
        )
        return str(draft.data["token"]) if draft else "0" * 8

    def _incoming(self, text: str, at: Situation) -> Message | Press:
        return self._did(text, self._chat(at), self._sender(at.actor))

    def _did(self, text: str, chat: ChatRef, sender: Sender) -> Message | Press:
        number = f"t{next(_count)}"
        if text.startswith("/") or ":" not in text:
            said = Message(chat, sender, self._now, number, text)
            return replace(said, to_bot=not text.startswith("/"))
        return Press(chat, sender, self._now, number, text, number)

    def _chat(self, at: Situation) -> ChatRef:
        key, unit = ACTORS[at.actor]
        if at.room == PRIVATE:
            return ChatRef("rooms", f"@{key}", ChatKind.PRIVATE)
        building = unit[0] if at.room == HERE else self.spot(at).building
        return ChatRef("rooms", ROOMS[building])

    @staticmethod
    def _sender(actor: str) -> Sender:
        key, _ = ACTORS[actor]
        return Sender(key, key, key, is_bot=actor == "bot", anonymous=actor in NAMELESS)


@asynccontextmanager
async def trying(stage: Stage) -> AsyncGenerator[Trier]:
    """A trier on a stage on which the world stands."""
    yield Trier(stage, await build(stage))
