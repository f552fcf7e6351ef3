"""What the outbox asks of each post in a group that nobody there asked for: now, or held back."""

from __future__ import annotations

from config.policy import QuietPolicy
from handlers.context import Outbound, Work
from handlers.directory.zones import zone_at
from handlers.noise import rules
from handlers.requests.routing import policy_at
from storage.queries import directory as directory_query
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
    if chat.area_id is None:
        return None
    facts = await directory_query.facts_at(work.store, chat.area_id)
    policy = policy_at(work.policy, facts)
    settings = {**facts.settings, **chat.settings}
    most = rules.most_of(policy.noise, settings)
    if most is None:
        return None
    zone = zone_at(work, facts)
    own = facts.settings.get("quiet")
    quiet = QuietPolicy.model_validate(own) if own else policy.quiet
    day = rules.day_of(work.now, zone)
    then = rules.fold_at(work.now, policy.noise.fold_at, quiet, zone)
    return query.Post(chat.id, day, low, most, then)
