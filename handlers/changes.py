"""What happens to a chat itself: the bot added or removed, the group moved, renamed, joined."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from handlers import reach
from handlers.chat.incoming import (
    ChatKind,
    Incoming,
    MemberChange,
    Missed,
    Moved,
    Renamed,
    Standing,
)
from handlers.directory import groups
from handlers.watching import missed, standing
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import chats as chats_query


async def _on_standing(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Standing)
    known = await chats_query.chat(work.store, incoming.chat.platform, incoming.chat.id)
    heard = known is not None and known.present and known.hears_all
    await groups.on_standing(work, incoming)
    await standing.changed(work, incoming)
    if heard and known and known.present and known.can_speak and not known.hears_all:
        await standing.went_deaf(work, known)
    if incoming.present and incoming.chat.kind is ChatKind.PRIVATE:
        account = await accounts_query.account(work.store, incoming.chat.platform, incoming.chat.id)
        if account is not None:
            await reach.opened_private(work, account)


async def _on_moved(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Moved)
    await reach.on_moved(work, incoming.chat.platform, incoming.chat.id, incoming.new_id)


async def _on_renamed(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Renamed)
    await groups.on_renamed(work, incoming)


async def _on_member(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, MemberChange)
    await groups.on_member(work, incoming)


async def _on_missed(work: Work, incoming: Incoming) -> None:
    assert isinstance(incoming, Missed)
    await missed.missed(work, incoming)


CHANGES: Mapping[type, Callable[[Work, Incoming], Awaitable[None]]] = {
    Standing: _on_standing,
    Moved: _on_moved,
    Renamed: _on_renamed,
    MemberChange: _on_member,
    Missed: _on_missed,
}
