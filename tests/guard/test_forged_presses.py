"""Buttons of others, pressed, replayed and changed by somebody of another community: nothing of
theirs changes, nobody but who pressed is told anything, and the answer is polite."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.chat.incoming import ChatKind, ChatRef, Press, Sender
from handlers.chat.outgoing import Acknowledge, Say, Show
from handlers.context import Context
from handlers.manner import Outbound
from handlers.subjects import SUBJECTS
from handlers.tables import Tables
from storage.base import Base
from storage.tables import Area, Chat, Person, Request, Rota
from tests.guard.table import lines
from tests.guard.tries import Trier
from tests.guard.world import GROUP5, MORE, SPOTS, THEIRS

#: Who tries: a resident, a captain and the coordinator of the other community; a stranger.
FORGERS = ("he", "xu", "han", "mo", "nobody")
THEIR_OWN = {f"@{key}" for key, *_ in MORE} | {GROUP5}
#: Residents, whose names nobody of another community reads anywhere.
HIDDEN = ("李娜", "赵强", "孙姐", "钱伯", "新住户")
#: That somebody says where they live is theirs to say, and a captain's to confirm (who_may.txt).
CLAIMS = "home"
VERBS = sorted(set(Tables(SUBJECTS).presses) - {CLAIMS})
VICTIMS = [unit for unit in SPOTS if unit != "5-1"]
STEPS = {step for line in lines() for step in line.tried if step[0] != "/" and ":" in step}
BUTTONS = sorted(step for step in STEPS if step.partition(":")[0] != CLAIMS)
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Town:
    """All that belongs to the community that is attacked, by the columns that say so."""

    root: str
    ids: Mapping[str, frozenset[Any]]

    def owns(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Whether a row is of this community."""
        if str(row.get("area_path") or "").startswith(self.root):
            return True
        own = self.ids.get(f"{table.name}.id", frozenset())
        return row.get("id") in own or any(row.get(name) in ids for name, ids in self.ids.items())


async def town_of(session: AsyncSession) -> Town:
    top = await session.scalar(select(Area).where(Area.code == "南京街社区"))
    assert top is not None
    areas = await session.scalars(select(Area.id).where(Area.path.startswith(top.path)))
    area_ids = frozenset(areas.all())
    others = [key for key, *_ in MORE if key not in ("tang", "dai")]
    people = await session.scalars(
        select(Person.id).where(Person.key.is_(None) | Person.key.not_in(others))
    )
    requests = await session.scalars(select(Request.id).where(Request.area_id.in_(area_ids)))
    rotas = await session.scalars(select(Rota.id).where(Rota.area_id.in_(area_ids)))
    chats = await session.scalars(select(Chat.id).where(Chat.area_id.in_(area_ids)))
    ids = {
        "area_id": area_ids,
        "person_id": frozenset(people.all()),
        "request_id": frozenset(requests.all()),
        "rota_id": frozenset(rotas.all()),
        "chat_id": frozenset(chats.all()),
    }
    named = {f"{name.removesuffix('_id')}.id": found for name, found in ids.items()}
    return Town(top.path, {**ids, **named})


async def rows_of(session: AsyncSession, town: Town) -> dict[tuple[str, int], Mapping[str, Any]]:
    """All rows of the community, as they stand."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for table in Base.metadata.sorted_tables:
        if "id" in table.c:
            for row in (await session.execute(select(table))).mappings():
                values = {str(name): value for name, value in row.items()}
                if town.owns(table, values):
                    found[table.name, values["id"]] = values
    return found


def numbers_known(trier: Trier) -> list[str]:
    """Numbers that mean something here, and some that mean nothing."""
    known = {str(each) for spot in trier.spots.values() for each in spot.things.values()}
    return [*sorted(each for each in known if each.isdecimal()), "0", "999999", "9" * 18]


Change = Callable[[st.DataObject, str, Sequence[str]], str]


def other_number(data: st.DataObject, button: str, numbers: Sequence[str]) -> str:
    places = list(NUMBERS.finditer(button))
    if not places:
        return button
    at = data.draw(st.sampled_from(places))
    return button[: at.start()] + data.draw(st.sampled_from(numbers)) + button[at.end() :]


def other_verb(data: st.DataObject, button: str, numbers: Sequence[str]) -> str:
    return f"{data.draw(st.sampled_from(VERBS))}:{button.partition(':')[2]}"


def part_less(data: st.DataObject, button: str, numbers: Sequence[str]) -> str:
    parts = button.split(":")
    del parts[data.draw(st.integers(0, len(parts) - 1))]
    return ":".join(parts)


def part_more(data: st.DataObject, button: str, numbers: Sequence[str]) -> str:
    more = st.sampled_from([*numbers, THEIRS, "yes", "up", "sure", "", "area.4", "灯"])
    return f"{button}:{data.draw(more)}"


CHANGES: tuple[Change, ...] = (other_number, other_number, other_verb, part_less, part_more)


def forged(data: st.DataObject, trier: Trier) -> str:
    """A button of theirs as it is, or with one or two changes."""
    numbers = numbers_known(trier)
    spot = trier.spots[data.draw(st.sampled_from(VICTIMS))]
    values = {**spot.things, "token": THEIRS}
    button = data.draw(st.sampled_from(BUTTONS)).format(**values)
    for change in data.draw(st.lists(st.sampled_from(CHANGES), max_size=2)):
        button = change(data, button, numbers)
    return button[:64]


@pytest.mark.asyncio(loop_scope="module")
@settings(max_examples=60)
@given(data=st.data(), who=st.sampled_from(FORGERS), private=st.booleans())
async def test_nothing_of_theirs_changes_and_nobody_is_told(
    trier: Trier, data: st.DataObject, who: str, private: bool
) -> None:
    button = forged(data, trier)
    where = ChatRef("rooms", f"@{who}", ChatKind.PRIVATE) if private else ChatRef("rooms", GROUP5)
    now = trier.stage.clock.now()
    press = Press(where, Sender(who, who, who), now, "m1", button, "p1")
    async with trier.thrown_away() as session:
        town = await town_of(session)
        before = await rows_of(session, town)
        dispatcher = trier.stage.app.dispatcher
        work = await dispatcher.handle(press, session, now, dispatcher.first_look(press, now))
        assert isinstance(work, Context)
        await session.flush()
        assert await rows_of(session, town) == before, button
    told = {each.out.chat for each in work.tray}
    assert told <= THEIR_OWN | {where.id}, button
    is_polite(work, button)
    assert not [name for name in HIDDEN if name in words_of(work.tray)], button


def is_polite(work: Context, button: str) -> None:
    """It is acknowledged, and whoever is refused is told why."""
    answers = [each.out for each in work.tray if isinstance(each.out, Acknowledge)]
    assert len(answers) == 1, button
    if work.refused:
        assert len(work.tray) == 1, "nothing of what was begun is said"
        assert answers[0].text, button


def words_of(tray: Sequence[Outbound]) -> str:
    """All that people would read."""
    contents = [each.out.content for each in tray if isinstance(each.out, Say | Show)]
    toasts = [each.out.text for each in tray if isinstance(each.out, Acknowledge)]
    labels = [b.text for each in contents for row in each.buttons for b in row]
    return "\n".join([*toasts, *labels, *(f"{each.title}\n{each.text}" for each in contents)])
