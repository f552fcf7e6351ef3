"""When groups were heard: a moment and numbers, never a word of what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.chat.incoming import ChatKind, Incoming, Message
from handlers.noise.groups import Rules, rules_of
from handlers.watching import alarms, rules
from handlers.work import Work
from storage.queries import watching as query
from storage.tables import Chat, Pulse

#: Platform, and the group as the platform names it.
Group = tuple[str, str]


@dataclass(slots=True)
class Heard:
    """What was heard of a group since it was last noted."""

    first: datetime
    last: datetime
    count: int = 1

    def again(self, at: datetime) -> None:
        """One more line."""
        self.last = max(self.last, at)
        self.count += 1


def tells_of_hearing(incoming: Incoming) -> bool:
    """Whether only who hears everything in a group gets this: neither called, nor pressed."""
    return (
        isinstance(incoming, Message)
        and incoming.chat.kind is ChatKind.GROUP
        and not (incoming.to_bot or incoming.edited or incoming.text.startswith("/"))
    )


async def note(work: Work, heard: Mapping[Group, Heard]) -> None:
    """Write down when groups were heard; a silence that was told of is over."""
    for platform in sorted({platform for platform, _ in heard}):
        theirs = {name: each for (at, name), each in heard.items() if at == platform}
        chats = await query.groups_named(work.store, platform, theirs)
        ids = [chat.id for chat in chats.values()]
        pulses = await query.pulses(work.store, ids, work.now)
        for name, chat in chats.items():
            await _note(work, chat, pulses[chat.id], theirs[name])


async def _note(work: Work, chat: Chat, pulse: Pulse, heard: Heard) -> None:
    here = await rules_of(work, chat)
    if here is None:
        return
    gap = _gap(pulse, heard, here)
    day = heard.last.astimezone(here.zone).date()
    habit = rules.noted(rules.habit_of(pulse.weeks), day, gap, heard.count)
    habit = rules.newest(habit, day, here.policy.watching.weeks)
    pulse.weeks = rules.as_kept(habit)
    pulse.last_at = max(pulse.last_at, heard.last)
    pulse.look_at = look_at(pulse, here)
    await alarms.over(work, alarms.of_chat("silent", chat))


def _gap(pulse: Pulse, heard: Heard, here: Rules) -> timedelta:
    """The silence that ended, in waking time.

    One that was unusual counts as long as the bound that it passed: a time in which the bot was
    deaf must not teach it that groups are silent, and a group that became quiet is soon known so.
    """
    gap = rules.waking(pulse.last_at, heard.first, here.quiet, here.zone)
    limit = _limit(pulse, here)
    return gap if limit is None else min(gap, limit)


def look_at(pulse: Pulse, here: Rules) -> datetime | None:
    """When the silence is unusual unless the group is heard before."""
    limit = _limit(pulse, here)
    if limit is None or not here.policy.watching.on:
        return None
    return rules.after(pulse.last_at, limit, here.quiet, here.zone)


def _limit(pulse: Pulse, here: Rules) -> timedelta | None:
    known = pulse.last_at - pulse.first_at
    return rules.limit_of(rules.habit_of(pulse.weeks), known, here.policy.watching)
