"""What the outbox asks of each post in a group that nobody there asked for: now, or held back."""

from __future__ import annotations

from handlers.context import Outbound, Work
from handlers.noise import rules
from handlers.noise.groups import rules_of
from storage.queries import noise as query
from storage.tables import Chat


async def held_of(work: Work) -> list[Outbound]:
    """Take out of the work's tray what a group is not told now.

    Danger and what is not `low` always goes; it costs one statement for each post that counts.
    """
    goes: list[Outbound] = []
    held: list[Outbound] = []
    for each in work.tray:
        may = each.unasked is None or await _may_go(work, each)
        (goes if may else held).append(each)
    if held:
        work.tray[:] = goes
    return held


async def _may_go(work: Work, each: Outbound) -> bool:
    assert each.unasked is not None
    post = await _post(work, each.unasked.chat, low=each.unasked.low and not each.out.urgent)
    return post is None or await query.count(work.store, post)


async def _post(work: Work, chat: Chat, *, low: bool) -> query.Post | None:
    """What is counted; None where nothing is: no budget, or a group of no place."""
    here = await rules_of(work, chat)
    most = rules.most_of(here.policy.noise, here.settings) if here else None
    if here is None or most is None:
        return None
    then = rules.fold_at(work.now, here.policy.noise.fold_at, here.quiet, here.zone)
    return query.Post(chat.id, rules.day_of(work.now, here.zone), low, most, then)
