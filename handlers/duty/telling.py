"""Telling people of duty: privately, those who coordinate, and the groups of a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from handlers.chat import Content
from handlers.context import Manner, Work
from handlers.directory.addresses import address_of
from handlers.requests.deadlines import awake, is_quiet
from storage.queries import directory as query
from storage.tables import Area, Chat

#: What is said, in the language of who reads it.
Words = Callable[[str], Content]


def until_morning(work: Work, zone: ZoneInfo) -> timedelta | None:
    """The rest of the quiet hours, for what can wait (R37)."""
    rest = awake(work.now, work.policy.quiet, zone) - work.now
    return rest or None


def hushed(work: Work, zone: ZoneInfo) -> bool:
    """Whether others sleep now."""
    return is_quiet(work.now, work.policy.quiet, zone)


async def privately(
    work: Work, person_id: int, words: Words, manner: Manner | None = None, *, slot: str = ""
) -> bool:
    """A private word (or the standing message `slot`) to somebody; whether they can be reached."""
    address = await address_of(work, person_id)
    if address is None or address.chat is None:
        return False
    content = words(address.language)
    if slot:
        work.show(address.chat, slot, content, manner or Manner())
    else:
        work.say(address.chat, content, manner or Manner())
    return True


async def coordinators(work: Work, path: str) -> Sequence[int]:
    """Those who manage a place."""
    roles = [role for role, each in work.policy.roles.items() if "manage" in each.rights]
    held = await query.holders_over(work.store, path, roles)
    return tuple(dict.fromkeys(each.person.id for each in held))


async def to_coordinators(
    work: Work, path: str, words: Words, manner: Manner | None = None, but: Iterable[int] = ()
) -> None:
    """A private word to those who manage a place."""
    without = set(but)
    for each in await coordinators(work, path):
        if each not in without:
            await privately(work, each, words, manner)


async def own_groups(work: Work, area: Area) -> Sequence[Chat]:
    """The groups of a place itself; where it has none, those of the nearest place above."""
    over = await query.group_chats_over(work.store, area.path)
    nearest = over[0].area_id if over else None
    return [chat for chat in over if chat.area_id == nearest]
