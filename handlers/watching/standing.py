"""What the bot may do in a group, or a platform lets it hear: alarms follow what it is told."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.chat.incoming import ChatKind, Standing
from handlers.chat.platform import ChatFacts
from handlers.watching import alarms
from handlers.work import Work
from storage.queries import chats as chats_query
from storage.queries import watching as query
from storage.tables import Chat

#: What platforms said when they were asked: (platform, group; None: the account itself).
Told = Mapping[tuple[str, str | None], ChatFacts]


async def changed(work: Work, standing: Standing) -> None:
    """The platform told what the bot is in a group now."""
    chat = await chats_query.chat(work.store, standing.chat.platform, standing.chat.id)
    if chat is None or standing.chat.kind is not ChatKind.GROUP:
        return
    await _switch(work, "removed", chat, on=not standing.present)
    if not standing.present:
        await alarms.drop(work, chat)
    else:
        await _switch(work, "mute", chat, on=not standing.can_speak)
        await _switch(work, "deaf", chat, on=not standing.hears_all, new=False)


async def went_deaf(work: Work, chat: Chat) -> None:
    """A group that was heard is heard only where the bot is named."""
    await alarms.on(work, alarms.of_chat("deaf", chat))


async def went_mute(work: Work, chat: Chat) -> None:
    """Something could not be said in a group."""
    await alarms.on(work, alarms.of_chat("mute", chat))


async def _switch(work: Work, kind: str, chat: Chat, *, on: bool, new: bool = True) -> None:
    """Put an alarm on or off; `new=False`: only one that is on already is put off."""
    if not on:
        await alarms.over(work, alarms.of_chat(kind, chat))
    elif new:
        await alarms.on(work, alarms.of_chat(kind, chat))


async def asked(work: Work, told: Told) -> None:
    """What came out when platforms were asked: of their accounts, and of groups with an alarm."""
    for (platform, name), facts in told.items():
        if name is None:
            await _account(work, platform, facts)
            continue
        chat = await chats_query.chat(work.store, platform, name)
        if chat is not None and facts.reachable and facts.known:
            await _group(work, chat, facts)


async def _account(work: Work, platform: str, facts: ChatFacts) -> None:
    """The privacy switch flipped, where groups are heard only because it was off."""
    if not facts.reachable:
        return
    thing = alarms.of_platform("privacy", platform)
    if facts.hears_all:
        await alarms.over(work, thing)
    elif await query.hears_by_privacy(work.store, platform):
        await alarms.on(work, thing)


async def _group(work: Work, chat: Chat, facts: ChatFacts) -> None:
    """What was wrong in a group is right again, and nobody told us so."""
    if facts.can_speak and not chat.can_speak:
        chat.can_speak = True
        work.touched.add(chat.id)
    if facts.hears_all and not chat.hears_all:
        chat.hears_all, chat.administrator = True, facts.administrator
        work.touched.add(chat.id)
    for kind, right in (("mute", facts.can_speak), ("deaf", facts.hears_all)):
        if right:
            await alarms.over(work, alarms.of_chat(kind, chat))


async def to_ask(work: Work) -> list[tuple[str, str]]:
    """The groups with an alarm on: (platform, the platform's own id)."""
    ids = [
        int(each.about.removeprefix("chat:"))
        for each in await query.alarms_on(work.store)
        if each.about.startswith("chat:") and each.kind in ("mute", "deaf")
    ]
    chats = await query.chats_by_id(work.store, sorted(set(ids)))
    return [(chat.platform, chat.external_id) for chat in chats]
