"""What holds for a group: the place it is bound to, its policy, settings and quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.policy import Policy
from config.subjects import QuietPolicy
from handlers.directory.zones import zone_at
from handlers.requests.deadlines import awake
from handlers.requests.routing import policy_at
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries.areas import AreaFacts
from storage.tables import Chat


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one group."""

    facts: AreaFacts
    policy: Policy
    settings: Mapping[str, Any]  #: its own over those of its place
    quiet: QuietPolicy
    zone: ZoneInfo

    def rest(self, work: Work) -> timedelta:
        """How long people there sleep still."""
        return awake(work.now, self.quiet, self.zone) - work.now


async def rules_of(work: Work, chat: Chat) -> Rules | None:
    """What holds for a group; None: it is bound to no place. Read from what is remembered."""
    if chat.area_id is None:
        return None
    facts = await areas_query.facts_at(work.store, chat.area_id)
    policy = policy_at(work.policy, facts)
    own = facts.settings.get("quiet")
    return Rules(
        facts,
        policy,
        {**facts.settings, **chat.settings},
        QuietPolicy.model_validate(own) if own else policy.quiet,
        zone_at(work, facts),
    )
