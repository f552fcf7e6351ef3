"""What the outbox asks of each post in a group that nobody there asked for: now, or held back."""

from __future__ import annotations

from handlers.manner import Outbound, Unasked
from handlers.noise import rules
from handlers.noise.groups import rules_of
from handlers.work import Work
from storage.queries import noise as query
from storage.tables import Chat


async def held_of(work: Work) -> list[Outbound]:
    """Take out of the work's tray what a group is not told now.

    Danger and what is not `low` always goes; it costs one statement for each post that counts.
    """
    goes: list[Outbound] = []
    held: list[Outbound] = []
    posts: dict[int, bool] = {}
    for each in work.tray:
        key = id(each.unasked)
        if each.unasked is not None and key not in posts:
            posts[key] = await _may_go(work, each.unasked, urgent=each.out.urgent)
        (goes if posts.get(key, True) else held).append(each)
    if held:
        work.tray[:] = goes
    return held


async def _may_go(work: Work, unasked: Unasked, *, urgent: bool) -> bool:
    post = await _post(work, unasked.chat, low=unasked.low and not urgent)
    return post is None or await query.count(work.store, post)


async def _post(work: Work, chat: Chat, *, low: bool) -> query.Post | None:
    """What is counted; None where nothing is: no budget, or a group of no place."""
    here = await rules_of(work, chat)
    most = rules.most_of(here.policy.noise, here.settings) if here else None
    if here is None or most is None:
        return None
    then = rules.fold_at(work.now, here.policy.noise.fold_at, here.quiet, here.zone)
    return query.Post(chat.id, rules.day_of(work.now, here.zone), low, most, then)
