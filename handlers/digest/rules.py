"""When the digest of a group is due, by its settings and the policy of its place; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.subjects import DigestPolicy, QuietPolicy
from handlers.days_said import NAMES, SIGNS
from handlers.requests.deadlines import awake

ON, OFF = "on", "off"
WEEK = timedelta(days=7)
#: A digest missed for longer than this is not made up for: the next one tells it.
STILL_NEWS = timedelta(days=2)

DAYS = {**{f"周{sign}": n + 1 for sign, n in SIGNS.items()}, **{k: n + 1 for k, n in NAMES.items()}}
SAID = re.compile(
    r"(周[一二三四五六日天]|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)?\s*(?:(\d{1,2})[:：](\d{2}))?"
)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A day of the week (1 is Monday) and an hour."""

    day: int
    at: time
    on: bool = True


def weekly(policy: DigestPolicy, settings: Mapping[str, Any]) -> Weekly:
    """What holds for a group: its own or its place's setting over the policy."""
    own = settings.get("digest")
    if isinstance(own, str):
        return Weekly(policy.day, policy.at, own != OFF)
    if own is None:
        return Weekly(policy.day, policy.at, policy.on)
    return Weekly(int(own["day"]), time.fromisoformat(own["at"]))


def read(text: str, policy: DigestPolicy) -> dict[str, Any] | None:
    """ "周日 18:00", "fri", "9:30": a setting; None: not understood."""
    found = SAID.fullmatch(text.strip().casefold().replace("星期", "周").replace("礼拜", "周"))
    if found is None or not any(found.groups()):
        return None
    if found[2] and (int(found[2]) > 23 or int(found[3]) > 59):
        return None
    day = DAYS[found[1][:3] if found[1].isascii() else found[1]] if found[1] else policy.day
    at = f"{int(found[2]):02d}:{found[3]}" if found[2] else f"{policy.at:%H:%M}"
    return {"day": day, "at": at}


def next_after(rule: Weekly, after: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> datetime:
    """The first moment later than `after` at which it is due: never in the quiet hours, and at
    its hour by the clock on the wall, whatever that was turned to."""
    local = after.astimezone(zone)
    first = local.date() + timedelta(days=(rule.day - local.isoweekday()) % 7 - 7)
    for weeks in range(4):
        day = first + timedelta(days=7 * weeks)
        moment = datetime.combine(day, rule.at, tzinfo=zone).astimezone(UTC)
        moment = awake(moment, quiet, zone).astimezone(UTC)
        if moment > after:
            return moment
    raise AssertionError("a week has seven days")


def is_planned(rule: Weekly, moment: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> bool:
    """Whether the digest is due at this moment and at no other of its week by the rule."""
    return next_after(rule, moment - timedelta(seconds=1), quiet, zone) == moment
