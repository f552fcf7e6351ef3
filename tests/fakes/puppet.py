"""A puppet gateway in this process: wechaty's protocol on loopback, for stories without Node.

The real one, with the mock puppet, is in tests/fakes/gateway.py; both are played against the same
client. This one gives ids as real puppets do, forgets nothing, and can be told to fail.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError, StreamTerminatedError
from grpclib.protocol import H2Protocol
from grpclib.server import Server
from wechaty_grpc.wechaty import puppet

from bot.platforms.wechat.wire import Endpoint, EventKind, MessageKind
from tests.fakes.gateway import ME, ROOM, TOKEN, free_port
from tests.patience import PATIENCE

NAME = "邻里"
DASHES = "- - - - - - - - - - - - - - -"


@dataclass(slots=True)
class Told:
    """A message as the puppet keeps it."""

    id: str
    talker: str
    text: str = ""
    room: str = ""
    listener: str = ""
    kind: int = MessageKind.TEXT
    mentions: tuple[str, ...] = ()
    body: bytes = b""
    name: str = ""
    at: datetime = field(default_factory=lambda: datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class Group:
    """A room."""

    id: str
    title: str
    members: list[str]


class Listener(Server):
    """A server that can hang up on everybody."""

    def __init__(self, puppet: FakePuppet) -> None:
        super().__init__([puppet])
        self.met: list[H2Protocol] = []

    def _protocol_factory(self) -> H2Protocol:
        made = super()._protocol_factory()
        self.met.append(made)
        return made

    def hang_up(self) -> None:
        """Nobody is connected any more."""
        for each in self.met:
            each.processor.close("gone")
        self.close()


class FakePuppet:
    """People, rooms, and one stream of events."""

    def __init__(self, now: Callable[[], datetime], token: str = TOKEN) -> None:
        self.token = token
        self.port = free_port()
        self.people: dict[str, str] = {ME: NAME}
        self.rooms: dict[str, Group] = {}
        self.messages: dict[str, Told] = {}
        self.sent: list[Told] = []
        self.calls: list[str] = []
        self.logged_in = True
        self.names_ids = True  #: the mock puppet tells none of what was sent
        self.refuses: list[str] = []  #: answers to the next sends
        self.code = ""
        self.broken_off: list[str] = []  #: pictures and files that were not read to their end
        self._now = now
        self._stream: asyncio.Queue[tuple[EventKind, str]] | None = None
        self._server: Listener | None = None
        self._changed = asyncio.Event()
        self._count = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def endpoint(self) -> Endpoint:
        """How it is reached."""
        return Endpoint("127.0.0.1", self.port, self.token)

    async def start(self) -> None:
        """Listen."""
        self._server = Listener(self)
        await self._server.start("127.0.0.1", self.port)

    async def stop(self) -> None:
        """Be gone; whoever listens is cut off."""
        server, self._server = self._server, None
        if server is not None:
            server.hang_up()
            await server.wait_closed()
            self._stream = None

    # What people do ---------------------------------------------------------------------------

    def person(self, key: str, name: str) -> str:
        """Somebody."""
        self.people[key] = name
        return key

    def group(self, title: str, members: list[str], room: str = ROOM) -> Group:
        """A room with the bot in it."""
        made = self.rooms[room] = Group(room, title, [ME, *members])
        return made

    def says(self, who: str, text: str, room: str = ROOM, **more: Any) -> str:
        """Somebody says something; an empty room: to the bot alone."""
        return self._happens(Told(self._id(), who, text, room, **more))

    def quotes(self, who: str, quoted: Told, text: str) -> str:
        """Somebody answers a message, as WeChat tells of it: in words alone."""
        name = self.people[quoted.talker]
        return self.says(who, f"「{name}：{quoted.text}」\n{DASHES}\n{text}", quoted.room)

    def shows(self, who: str, body: bytes, room: str = ROOM) -> str:
        """Somebody sends a picture."""
        return self._happens(
            Told(self._id(), who, room=room, kind=MessageKind.PICTURE, body=body, name="p.jpg")
        )

    def hands_over(
        self,
        who: str,
        name: str,
        body: bytes,
        room: str = ROOM,
        kind: MessageKind = MessageKind.FILE,
    ) -> str:
        """Somebody sends a file, a voice or a video."""
        return self._happens(Told(self._id(), who, room=room, kind=kind, body=body, name=name))

    def recalls(self, who: str, message_id: str, room: str = ROOM) -> None:
        """Somebody takes back what they said."""
        self._happens(Told(self._id(), who, message_id, room, kind=MessageKind.RECALLED))

    def joins(self, who: str, room: str = ROOM, by: str = "wang") -> None:
        """Somebody comes into a room."""
        self.rooms[room].members.append(who)
        self._tell(EventKind.JOINED, inviteeIdList=[who], inviterId=by, **self._where(room))

    def leaves(self, who: str, room: str = ROOM, by: str = "wang") -> None:
        """Somebody leaves a room, or is put out."""
        self.rooms[room].members.remove(who)
        self._tell(EventKind.LEFT, removeeIdList=[who], removerId=by, **self._where(room))

    def renames(self, title: str, room: str = ROOM, by: str = "wang") -> None:
        """The room has a new title."""
        old, self.rooms[room].title = self.rooms[room].title, title
        told = {"oldTopic": old, "newTopic": title, "changerId": by}
        self._tell(EventKind.TITLE, **told, **self._where(room))

    def asks_to_scan(self, code: str) -> None:
        """The account is out, and a code is to be scanned."""
        self.logged_in = False
        self._tell(EventKind.SCAN, qrcode=code, status=2)

    def logs_in(self) -> None:
        """The code was scanned."""
        self.logged_in = True
        self._tell(EventKind.LOGIN, contactId=ME)

    def logs_out(self) -> None:
        """WeChat put the account out."""
        self.logged_in = False
        self._tell(EventKind.LOGOUT, contactId=ME, data="kicked")

    def tells_again(self, message_id: str) -> None:
        """A message's event comes twice."""
        self._tell(EventKind.MESSAGE, messageId=message_id)

    def _happens(self, told: Told) -> str:
        told.at = self._now()
        self.messages[told.id] = told
        self._tell(EventKind.MESSAGE, messageId=told.id)
        return told.id

    def _where(self, room: str) -> dict[str, Any]:
        return {"roomId": room, "timestamp": int(self._now().timestamp() * 1000)}

    def _tell(self, kind: EventKind, **told: Any) -> None:
        self.tells(kind, json.dumps(told))

    def tells(self, kind: EventKind, payload: str) -> None:
        """An event as it is on the wire. Who does not listen misses it, as with the real one."""
        if self._stream is not None:
            self._stream.put_nowait((kind, payload))

    def _id(self) -> str:
        self._count += 1
        return f"m{self._count}"

    # Waiting ----------------------------------------------------------------------------------

    @property
    def listened_to(self) -> bool:
        """Whether somebody has the stream."""
        return self._stream is not None

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until a call makes it true."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def until_read(self) -> None:
        """Wait until all that was told is taken in: what comes behind it is asked for."""
        behind = self._happens(Told(f"behind-{self._id()}", ME))
        await self.until(lambda: f"MessagePayload {behind}" in self.calls)

    # The protocol -----------------------------------------------------------------------------

    def __mapping__(self) -> dict[str, Handler]:
        unary = {
            "Version": self._version,
            "Start": self._started,
            "MessagePayload": self._message,
            "RoomPayload": self._room,
            "ContactPayload": self._contact,
            "RoomMemberPayload": self._member,
            "MessageSendText": self._text,
            "MessageSendFile": self._file,
        }
        streams = {
            "Event": self._events,
            "MessageImageStream": self._body,
            "MessageFileStream": self._body,
        }
        return {
            f"/wechaty.Puppet/{name}": Handler(
                self._guarded(name, do),
                Cardinality.UNARY_UNARY if name in unary else Cardinality.UNARY_STREAM,
                getattr(puppet, f"{name}Request"),
                getattr(puppet, f"{name}Response"),
            )
            for name, do in (unary | streams).items()
        }

    def _guarded(self, name: str, do: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
        """Whoever calls must know the token; what was called is remembered."""

        async def called(stream: Any) -> None:
            if stream.metadata.get("authorization") != f"Wechaty {self.token}":
                raise GRPCError(Status.UNAUTHENTICATED, f"Invalid Wechaty TOKEN {self.token}")
            request = await stream.recv_message()
            await do(stream, request)
            about = getattr(request, "id", "") or getattr(request, "conversation_id", "")
            self.calls.append(f"{name} {about}".strip())
            self._changed.set()

        return called

    async def _version(self, stream: Any, request: Any) -> None:
        await stream.send_message(puppet.VersionResponse(version="fake"))

    async def _started(self, stream: Any, request: Any) -> None:
        await stream.send_message(puppet.StartResponse())

    async def _events(self, stream: Any, request: Any) -> None:
        if self._stream is not None:
            raise GRPCError(Status.ALREADY_EXISTS, "event() can not call twice")
        async with self._listening() as queue:
            self._tell(EventKind.HEARTBEAT, data="connected")
            if self.logged_in:
                self._tell(EventKind.LOGIN, contactId=ME)
            self._changed.set()
            while True:
                kind, payload = await queue.get()
                event = puppet.EventResponse(type=kind.value, payload=payload)
                await stream.send_message(event)

    @asynccontextmanager
    async def _listening(self) -> AsyncGenerator[asyncio.Queue[tuple[EventKind, str]]]:
        queue = asyncio.Queue[tuple[EventKind, str]]()
        self._stream = queue
        try:
            yield queue
        finally:
            if self._stream is queue:
                self._stream = None

    async def _message(self, stream: Any, request: Any) -> None:
        told = self._known(self.messages, request.id)
        await stream.send_message(
            puppet.MessagePayloadResponse(
                id=told.id,
                filename=told.name,
                text=told.text,
                timestamp=int(told.at.timestamp() * 1000),
                type=int(told.kind),
                from_id=told.talker,
                room_id=told.room,
                to_id=told.listener,
                mention_ids=list(told.mentions),
            )
        )

    async def _room(self, stream: Any, request: Any) -> None:
        room = self._known(self.rooms, request.id)
        found = puppet.RoomPayloadResponse(
            id=room.id, topic=room.title, member_ids=list(room.members)
        )
        await stream.send_message(found)

    async def _contact(self, stream: Any, request: Any) -> None:
        name = self._known(self.people, request.id)
        await stream.send_message(puppet.ContactPayloadResponse(id=request.id, name=name))

    async def _member(self, stream: Any, request: Any) -> None:
        self._known(self.rooms, request.id)
        name = self._known(self.people, request.member_id)
        found = puppet.RoomMemberPayloadResponse(id=request.member_id, name=name)
        await stream.send_message(found)

    async def _text(self, stream: Any, request: Any) -> None:
        told = Told(
            self._id(), ME, request.text, mentions=tuple(request.mentonal_ids), at=self._now()
        )
        await self._send(stream, request, told, puppet.MessageSendTextResponse)

    async def _file(self, stream: Any, request: Any) -> None:
        box = json.loads(request.filebox)
        assert box["type"] == 1, "what every gateway takes is base64"
        body = base64.b64decode(box["base64"])
        told = Told(self._id(), ME, body=body, name=box["name"], at=self._now())
        await self._send(stream, request, told, puppet.MessageSendFileResponse)

    async def _send(self, stream: Any, request: Any, told: Told, answer: Any) -> None:
        if self.refuses:
            raise GRPCError(Status.UNKNOWN, self.refuses.pop(0))
        if not self.logged_in:
            raise GRPCError(Status.UNKNOWN, "not logged in")
        chat = request.conversation_id
        if chat in self.rooms:
            if ME not in self.rooms[chat].members:
                raise GRPCError(Status.UNKNOWN, "not a member")
            told.room = chat
        else:
            self._known(self.people, chat)
            told.listener = chat
        self.sent.append(told)
        self._happens(told)
        await stream.send_message(answer(id=told.id if self.names_ids else None))

    async def _body(self, stream: Any, request: Any) -> None:
        told = self._known(self.messages, request.id)
        whole = puppet.FileBoxChunk
        response = (
            puppet.MessageImageStreamResponse
            if isinstance(request, puppet.MessageImageStreamRequest)
            else puppet.MessageFileStreamResponse
        )
        await stream.send_message(response(file_box_chunk=whole(name=told.name)))
        try:
            for start in range(0, len(told.body), 1000):
                part = whole(data=told.body[start : start + 1000])
                await stream.send_message(response(file_box_chunk=part))
        except (asyncio.CancelledError, StreamTerminatedError):
            self.broken_off.append(told.id)
            self._changed.set()
            raise

    def _known(self, where: Mapping[str, Any], key: str) -> Any:
        if key not in where:
            raise GRPCError(Status.UNKNOWN, f"{key} is not known")
        return where[key]
