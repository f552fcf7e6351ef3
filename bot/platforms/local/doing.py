"""One thing that somebody does: what is shown and what the inbox is owed, in one transaction."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.platforms.local.happening import Happening, Kind
from handlers.chat.incoming import ChatKind
from storage.queries import local as query
from storage.tables import LocalMessage, LocalPerson, LocalRoom, LocalUpdate

BOT = "bot"
#: The bot's own name in what people write: "@邻里", or "@linli" not as a part of another name.
MENTION = re.compile(r"@(?:邻里|linli(?!\w))", re.IGNORECASE)


class NotPossibleError(LookupError):
    """Somebody wants what cannot be done; `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(slots=True)
class Doing:
    """Somebody does something in a room at a moment."""

    store: AsyncSession
    person: LocalPerson
    room: LocalRoom
    at: datetime
    shown: LocalMessage | None = None  #: the message that looks different now

    async def message(self, message_id: int) -> LocalMessage:
        """A message of this room that was not taken back."""
        row = await query.message(self.store, self.room.key, message_id)
        if row is None or row.recalled:
            raise NotPossibleError("page.message_gone")
        return row

    async def own(self, message_id: int) -> LocalMessage:
        """A message of this person's own."""
        row = await self.message(message_id)
        if row.sender != self.person.key:
            raise NotPossibleError("page.not_yours")
        return row

    def tell_bot(self, kind: Kind, **more: Any) -> None:
        """Owe the inbox an update; a bot that is not in the room hears only that it left."""
        if not self.room.has_bot and kind != "standing":
            return
        happening = Happening(
            kind=kind,
            room=self.room.key,
            room_kind=ChatKind(self.room.kind),
            title=self.room.title,
            sender=self.person.key,
            name=self.person.name,
            language=self.person.language,
            at=self.at,
            **more,
        )
        body = happening.model_dump(mode="json", exclude_defaults=True)
        self.store.add(LocalUpdate(key=secrets.token_hex(12), room=self.room.key, body=body))

    async def tell_bot_said(self, row: LocalMessage) -> None:
        """Owe the inbox what was said or changed."""
        self.tell_bot(
            "message",
            message_id=row.id,
            text=without_name(row.text),
            reply_to=row.reply_to,
            media=tuple(row.media),
            album=row.album,
            forwarded=row.forwarded,
            edited=row.edited,
            to_bot=await self._to_bot(row),
        )

    async def _to_bot(self, row: LocalMessage) -> bool:
        if MENTION.search(row.text):
            return True
        if row.reply_to is None:
            return False
        replied = await query.message(self.store, row.room, row.reply_to)
        return replied is not None and replied.sender == BOT


def without_name(text: str) -> str:
    """What was written without the bot's own name: "/open@linli 3" is "/open 3"."""
    return MENTION.sub("", text).replace("  ", " ").strip() if MENTION.search(text) else text
