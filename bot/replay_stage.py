"""The stage of a replay: a platform that only hears, and the places and people of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.platforms.inside import Inside
from bot.recording import Conversation, Line
from handlers.chat.incoming import ChatRef, Incoming, Media, MediaKind, Message, Sender
from handlers.chat.outgoing import Sendable
from handlers.chat.platform import Capabilities, Delivered, RawUpdate
from handlers.understanding.meaning import Place
from handlers.understanding.place import group_place, parse
from storage.engine import Store
from storage.tables import Account, Area, Chat, Person, Residence, RoleHeld

NAME = "replay"


class ReplayPlatform(Inside):
    """A platform that hears recorded lines and says nothing."""

    name = NAME
    capabilities = Capabilities(reactions=False)

    def __init__(self) -> None:
        self._count = 0

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """A recorded line as a group's message."""
        line, conv = body["line"], body["conv"]
        media = (Media(kind=MediaKind(line["media"])),) if line["media"] else ()
        return [
            Message(
                chat=ChatRef(NAME, conv),
                sender=Sender(id=f"{conv}:{line['who']}", name=line["sender"]),
                at=datetime.fromisoformat(line["at"]),
                message_id=str(line["n"]),
                text=line["text"],
                reply_to=None if line["reply_to"] is None else str(line["reply_to"]),
                media=media,
                forwarded=line["forwarded"],
            )
        ]

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        """Accept and send nothing."""
        self._count += 1
        return Delivered(message_id or f"bot-{self._count}")


def raw_update(conversation: Conversation, line: Line) -> RawUpdate:
    """A recorded line as the inbox keeps it."""
    body = {
        "conv": conversation.name,
        "line": {
            "n": line.n,
            "at": line.at.isoformat(),
            "sender": line.sender,
            "who": line.who,
            "text": line.text,
            "reply_to": line.reply_to,
            "media": line.media,
            "forwarded": line.forwarded,
        },
    }
    return RawUpdate(f"{conversation.name}:{line.n}", conversation.name, body)


async def settle_in(store: Store, conversation: Conversation, now: datetime) -> None:
    """Build the places and people that the recording knows, and the group."""
    tree = _Tree()
    top = tree.child(None, "neighbourhood", conversation.name, conversation.title)
    homes = (line.home.building for line in conversation.lines if line.home)
    own = tree.at(top, group_place(conversation.area or "", homes))
    tree.stand(top, own, conversation.lines)
    people: list[Person] = []
    more: list[Account | Residence | RoleHeld] = []
    for number, line in enumerate(_first_lines(conversation), 1):
        people.append(Person(id=number, name=line.sender[:80], skills=[], created_at=now))
        account = f"{conversation.name}:{line.who}"
        more.append(Account(platform=NAME, external_id=account, person_id=number))
        if line.home is not None:
            home = tree.at(top, line.home)
            more.append(Residence(person_id=number, area_id=home.id, since=now))
        if line.role != "resident":
            role = RoleHeld(person_id=number, role=line.role, area_id=own.id, since=now)
            more.append(role)
    async with store.write() as session:
        for some in (tree.areas, people, [*more, _group(conversation, own, now)]):
            session.add_all(some)
            await session.flush()


def _first_lines(conversation: Conversation) -> list[Line]:
    """The first line of each sender: who they are and where they live."""
    return list({line.who: line for line in reversed(conversation.lines)}.values())


def _group(conversation: Conversation, own: Area, now: datetime) -> Chat:
    return Chat(
        platform=NAME,
        external_id=conversation.name,
        kind="group",
        title=conversation.title[:200],
        area_id=own.id,
        administrator=True,
        greeted_at=now,
        settings={"mode": "act"},
    )


class _Tree:
    """Makes places as they are named; ids are given by hand, for the database is its own."""

    def __init__(self) -> None:
        self.areas: list[Area] = []
        self._made: dict[tuple[int | None, str, str], Area] = {}

    def at(self, top: Area, place: Place) -> Area:
        """The place's own row, its parents made on the way."""
        area = top
        steps = (("building", place.building), ("unit", place.unit), ("household", place.room))
        for kind, code in steps:
            if code:
                area = self.child(area, kind, code, code)
        return area

    def stand(self, top: Area, own: Area, lines: Sequence[Line]) -> None:
        """Of a recording nobody knows which houses there are: all that is named stands there."""
        for line in lines:
            said, home = parse(line.text), line.home or Place()
            near = own.code if own.kind == "building" else home.building
            building = said.building or near
            if building is not None:
                self.at(top, Place(building, said.unit))

    def child(self, parent: Area | None, kind: str, code: str, name: str) -> Area:
        """A place below another, made once."""
        key = (parent.id if parent else None, kind, code)
        if key not in self._made:
            number = len(self.areas) + 1
            area = Area(
                id=number,
                parent_id=parent.id if parent else None,
                kind=kind,
                name=(name or code)[:80],
                code=code[:40],
                path=f"{parent.path if parent else '/'}{number}/",
                settings={},
            )
            self.areas.append(area)
            self._made[key] = area
        return self._made[key]
