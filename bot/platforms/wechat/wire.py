"""The gateway's protocol, typed: what wechaty's client takes and gives, as values of ours.

Types on the wire are those of the TypeScript puppet; the Python package's own enumeration of
messages is another one (its 7 is a video, the wire's a text).
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from wechaty_grpc.wechaty import PuppetStub

from bot import pictures

if TYPE_CHECKING:  # names of typings/ alone
    from wechaty_grpc.wechaty import Chunked, Event

Got = TypeVar("Got")

#: Seconds for one question to the gateway.
PATIENCE = 20.0
#: Seconds for a picture or file, either way.
LONG_PATIENCE = 120.0


class EventKind(IntEnum):
    """What the gateway tells of; kinds that do not concern us are left out."""

    OTHER = 0
    HEARTBEAT = 1
    MESSAGE = 2
    ERROR = 16
    JOINED = 19
    LEFT = 20
    TITLE = 21
    SCAN = 22
    READY = 23
    LOGIN = 25
    LOGOUT = 26


class MessageKind(IntEnum):
    """What a message is, by the TypeScript puppet's numbers."""

    UNKNOWN = 0
    FILE = 1
    VOICE = 2
    CONTACT = 3
    HISTORY = 4
    STICKER = 5
    PICTURE = 6
    TEXT = 7
    PLACE = 8
    MINI_PROGRAM = 9
    NOTE = 10
    TRANSFER = 11
    RED_ENVELOPE = 12
    RECALLED = 13
    LINK = 14
    VIDEO = 15


_KINDS = {each.value: each for each in EventKind}

#: The picture as it was sent, as large as the puppet has it.
ARTWORK = 3


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the stream."""

    kind: EventKind
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the gateway keeps it."""

    id: str
    kind: int  #: a MessageKind, or a number of a newer puppet
    talker: str
    room: str  #: empty: said to the bot alone
    listener: str
    text: str
    name: str  #: of a file
    mentions: tuple[str, ...]
    at: float  #: seconds since 1970; 0: not told


@dataclass(frozen=True, slots=True)
class Room:
    """A group."""

    id: str
    title: str
    members: tuple[str, ...]


class WireError(Exception):
    """Something did not come through; the text says what, and holds no token."""


class AwayError(WireError):
    """The gateway cannot be reached, or went away; `uncertain`: after it was asked."""

    def __init__(self, reason: str, *, uncertain: bool = True) -> None:
        super().__init__(reason)
        self.uncertain = uncertain


class TokenRefusedError(WireError):
    """The gateway does not take this token."""


class TakenError(WireError):
    """Somebody else has the gateway's one stream of events."""


class RefusedError(WireError):
    """The puppet refused, or does not know what was asked for."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the gateway is, and what opens it."""

    host: str
    port: int
    token: str
    tls: bool = False
    ca_file: Path | None = None  #: None: the authorities that this machine trusts


def _channel(to: Endpoint) -> Channel:
    """A connection that carries the token as the name of whom it calls, as wechaty's clients do."""

    class Called(Channel):
        def _get_authority(self, host: str, port: int) -> str:
            return to.token

    return Called(to.host, to.port, ssl=_context(to))


class Wire:
    """One gateway. Connects when first asked, and anew after it was let go of."""

    def __init__(self, to: Endpoint) -> None:
        self._to = to
        self._channel: Channel | None = None

    async def version(self) -> str:
        """The gateway's own version: shows that it answers and takes the token."""
        return (await self._ask(self._stub().version())).version

    async def start(self) -> None:
        """See to it that the puppet runs; nothing happens where it does. Never a stop."""
        await self._ask(self._stub().start())

    @asynccontextmanager
    async def events(self) -> AsyncGenerator[AsyncGenerator[Happened]]:
        """The stream of events. Raises WireError when it ends."""
        stream = self._events()
        try:
            yield stream
        finally:
            await stream.aclose()

    async def _events(self) -> AsyncGenerator[Happened]:
        stream = self._stub().event()
        try:
            async for each in stream:
                yield _happened(each)
        except _ERRORS as error:
            raise _told(error) from error
        finally:
            await stream.aclose()
        raise AwayError("the gateway ended the stream")

    async def message(self, message_id: str) -> Said:
        """What was said."""
        found = await self._ask(self._stub().message_payload(id=message_id))
        return Said(
            id=found.id,
            kind=int(found.type),
            talker=found.from_id,
            room=found.room_id,
            listener=found.to_id,
            text=found.text,
            name=found.filename,
            mentions=tuple(found.mention_ids),
            at=seconds(found.timestamp),
        )

    async def room(self, room_id: str) -> Room:
        """A group's title and members."""
        found = await self._ask(self._stub().room_payload(id=room_id))
        return Room(found.id, found.topic, tuple(found.member_ids))

    async def name(self, contact_id: str) -> str:
        """What somebody is called."""
        return (await self._ask(self._stub().contact_payload(id=contact_id))).name

    async def alias(self, room_id: str, contact_id: str) -> str:
        """What somebody calls themselves in a group; empty where they do not."""
        asked = self._stub().room_member_payload(id=room_id, member_id=contact_id)
        return (await self._ask(asked)).room_alias

    async def picture(self, message_id: str) -> bytes:
        """The picture of a message."""
        return await self._body(self._stub().message_image_stream(id=message_id, type=ARTWORK))

    async def file(self, message_id: str) -> bytes:
        """The file, voice or video of a message."""
        return await self._body(self._stub().message_file_stream(id=message_id))

    async def say(self, chat: str, text: str, mentions: Sequence[str] = ()) -> str:
        """Say something; gives the message's id, empty where the puppet does not tell it."""
        asked = self._stub().message_send_text(
            conversation_id=chat, text=text, mentonal_ids=list(mentions)
        )
        return (await self._ask(asked)).id or ""

    async def send_file(self, chat: str, box: str) -> str:
        """Send a file (bot/platforms/wechat/boxes.py); gives the message's id, as `say` does."""
        asked = self._stub().message_send_file(conversation_id=chat, filebox=box)
        return (await self._ask(asked, LONG_PATIENCE)).id or ""

    def let_go(self) -> None:
        """Close the connection; the next question opens a new one."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _stub(self) -> PuppetStub:
        if self._channel is None:
            self._channel = _channel(self._to)
        return PuppetStub(self._channel, metadata={"authorization": f"Wechaty {self._to.token}"})

    async def _ask(self, asked: Awaitable[Got], patience: float = PATIENCE) -> Got:
        try:
            # Not wait_for: on Python 3.11 it loses a cancellation that comes with the answer.
            async with asyncio.timeout(patience):
                return await asked
        except _ERRORS as error:
            raise _told(error) from error

    async def _body(self, stream: AsyncGenerator[Chunked]) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(LONG_PATIENCE):
                async for each in stream:
                    body += each.file_box_chunk.data
                    if len(body) > pictures.LARGEST_BODY:
                        raise RefusedError("larger than what is passed on")
        except _ERRORS as error:
            raise _told(error) from error
        finally:
            await stream.aclose()
        return bytes(body)


#: The generated client asserts that there is an answer; there is none when the gateway goes away.
_ERRORS = (GRPCError, StreamTerminatedError, ProtocolError, OSError, TimeoutError, AssertionError)


def _told(error: BaseException) -> WireError:
    """An error of the library in our words; what the gateway says of the token stays unsaid."""
    if not isinstance(error, GRPCError):
        never_asked = isinstance(error, ConnectionRefusedError | ssl.SSLError)
        return AwayError(_reason(error), uncertain=not never_asked)
    if error.status in (Status.UNAUTHENTICATED, Status.PERMISSION_DENIED):
        return TokenRefusedError("the gateway does not take this token")
    if error.status is Status.ALREADY_EXISTS:
        return TakenError("another program listens to this gateway")
    if error.status in (Status.UNAVAILABLE, Status.CANCELLED):
        return AwayError(f"{error.status.name}: {error.message or ''}"[:200])
    return RefusedError(f"{error.status.name}: {error.message or ''}"[:200])


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(error)[:200] or type(error).__name__


def _context(to: Endpoint) -> ssl.SSLContext | None:
    if not to.tls:
        return None
    try:
        made = ssl.create_default_context(cafile=to.ca_file)
    except OSError as error:  # the file was well when the program started
        raise AwayError(f"LINLI_WECHAT_CA_FILE: {_reason(error)}", uncertain=False) from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["h2"])
    return made


def _happened(event: Event) -> Happened:
    kind = _KINDS.get(int(event.type), EventKind.OTHER)
    try:
        told = json.loads(event.payload or "{}")
    except ValueError:
        told = None
    return Happened(kind, cast("dict[str, Any]", told) if isinstance(told, dict) else {})


def seconds(stamp: float) -> float:
    """Milliseconds since 1970; some puppets tell seconds."""
    return stamp / 1000 if stamp > 1e11 else float(stamp)
