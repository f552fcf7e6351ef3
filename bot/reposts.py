"""A standing message that its platform cannot edit: what is new of it is said, within a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.ledger import named_message
from bot.patience import patiently
from handlers.chat.outgoing import Sendable, Show
from handlers.chat.platform import (
    Capabilities,
    Delivered,
    Edits,
    EmptiedError,
    GoneError,
    Platform,
    Proof,
)
from handlers.twins.rules import News, news_of, short
from storage.engine import Store
from storage.queries import post
from storage.queries.post import Standing
from storage.tables import Letter

#: Where only numbers changed that nobody there asked for: so long after what was said last.
NUMBERS_AFTER = timedelta(minutes=30)


@dataclass(slots=True)
class Reposts:
    """Looks up what was said of a standing message, and holds back what is worth no message."""

    store: Store
    clock: Clock
    platforms: Mapping[str, Platform]

    @property
    def _pressed(self) -> set[str]:
        """Platforms on which what was just pressed can be edited."""
        return {
            name
            for name, each in self.platforms.items()
            if each.capabilities.edits is Edits.AFTER_PRESS
        }

    async def news(self, letter: Letter, out: Sendable, standing: Standing | None) -> News | None:
        """What is new; None where it can be edited, or nothing of it was said yet."""
        can = self.platforms[letter.platform].capabilities
        if can.edits_always or standing is None or not isinstance(out, Show):
            return None

        async def look() -> News | None:
            async with self.store.read() as store:
                slot = letter.slot or ""
                lines, at = await post.said_in(store, letter.platform, letter.chat, slot)
            return news_of(lines, out.content, at) if lines else None

        return await patiently(look, "looking up what was said")

    async def left_out(self, letter: Letter, out: Sendable, news: News) -> bool:
        """Whether it is not said now: there is nothing new, or only numbers for which it is early.

        What is held of the same message is not said after something newer.
        """
        later = None
        if news.numbers_only and news.said_at is not None and not _is_waited_for(out):
            later = news.said_at + NUMBERS_AFTER

        async def settle() -> bool:
            async with self.store.write() as store:
                await post.fold_older(store, letter)
                if not news.lines and not (
                    letter.platform in self._pressed and _is_waited_for(out)
                ):
                    await post.settle_letter(store, letter.id, state="sent", body="")
                    return True
                if later is not None and later > self.clock.now():
                    await post.settle_letter(store, letter.id, not_before=later)
                    return True
            return False

        return await patiently(settle, "holding a message back")


def _is_waited_for(out: Sendable) -> bool:
    return out.urgent or (isinstance(out, Show) and out.answers)


async def deliver(
    platform: Platform, out: Sendable, message_id: str | None, news: News | None
) -> Delivered:
    """Send or edit; where it cannot be edited (any more), say what is new. Raises DeliveryError."""
    edits = platform.capabilities.edits
    if not isinstance(out, Show) or message_id is None or edits is Edits.ANY_TIME:
        return await platform.deliver(out, message_id)
    if edits is Edits.AFTER_PRESS:
        try:
            return await platform.deliver(out, message_id)
        except GoneError as gone:
            if named_message(out) is not None:
                raise
            if isinstance(gone, EmptiedError) and news is not None and not news.lines:
                return await platform.deliver(out, None)
    if news is not None and not news.lines:
        return Delivered()
    return await platform.deliver(short(out, news) if news else out, None)


def unnamed(letter: Letter, out: Sendable, can: Capabilities) -> str:
    """A name of our own for a standing message of which the platform tells no id."""
    return f"letter:{letter.id}" if isinstance(out, Show) and can.proof is not Proof.MESSAGE else ""
