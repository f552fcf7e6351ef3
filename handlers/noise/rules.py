"""When a day of a group begins, and when what was held back on it is told; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.subjects import NoisePolicy, QuietPolicy
from handlers.requests.deadlines import awake

OFF = "off"


def most_of(policy: NoisePolicy, settings: Mapping[str, Any]) -> int | None:
    """So many posts a day; None: as many as there are."""
    own = settings.get("noise")
    if own is None:
        return policy.daily
    return None if own == OFF else int(own)


def day_of(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day of a moment began there, in UTC."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), tzinfo=zone)
    return midnight.astimezone(UTC)


def fold_at(now: datetime, at: time, quiet: QuietPolicy, zone: ZoneInfo) -> datetime:
    """When what is held back now is told: the next day at an hour, and not while people sleep."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return awake(datetime.combine(tomorrow, at, tzinfo=zone).astimezone(UTC), quiet, zone)
