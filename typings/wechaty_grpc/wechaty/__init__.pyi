"""The generated client, as far as it is used. Names are the package's own."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from grpclib.client import Channel

class Version:
    version: str

class Event:
    type: int
    payload: str

class MessagePayload:
    id: str
    filename: str
    text: str
    timestamp: int
    type: int
    from_id: str
    room_id: str
    to_id: str
    mention_ids: list[str]

class RoomPayload:
    id: str
    topic: str
    member_ids: list[str]

class Named:
    id: str
    name: str
    room_alias: str

class Sent:
    id: str | None

class Chunk:
    data: bytes

class Chunked:
    file_box_chunk: Chunk

class PuppetStub:
    def __init__(self, channel: Channel, *, metadata: Mapping[str, str] | None = None) -> None: ...
    async def version(self) -> Version: ...
    async def start(self) -> Any: ...
    def event(self) -> AsyncGenerator[Event]: ...
    async def message_payload(self, *, id: str) -> MessagePayload: ...
    async def room_payload(self, *, id: str) -> RoomPayload: ...
    async def contact_payload(self, *, id: str) -> Named: ...
    async def room_member_payload(self, *, id: str, member_id: str) -> Named: ...
    def message_image_stream(self, *, id: str, type: int) -> AsyncGenerator[Chunked]: ...
    def message_file_stream(self, *, id: str) -> AsyncGenerator[Chunked]: ...
    async def message_send_text(
        self, *, conversation_id: str, text: str, mentonal_ids: list[str]
    ) -> Sent: ...
    async def message_send_file(self, *, conversation_id: str, filebox: str) -> Sent: ...
