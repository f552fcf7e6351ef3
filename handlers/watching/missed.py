"""What was said while a platform was out of reach, and nobody hands over: told as a gap (R72).

Each group is told from when to when, so that whoever reported something says it again. Those who
manage the places are told where no alarm tells them anyway that the platform is back.
"""

from __future__ import annotations

from handlers.chat.incoming import Missed
from handlers.chat.outgoing import Content
from handlers.directory.groups import language_of
from handlers.directory.zones import clock_text
from handlers.manner import Manner
from handlers.noise.groups import Rules, rules_of
from handlers.watching import alarms
from handlers.work import Work
from storage.queries import watching as query
from storage.tables import Chat


async def missed(work: Work, gap: Missed) -> None:
    """Tell each group of the platform, and who manages its places."""
    platform = gap.chat.platform
    for chat in await query.groups_on(work.store, platform):
        here = await rules_of(work, chat)
        if here is not None:
            await _tell(work, chat, gap, here)
    if platform not in await alarms.cut_off(work):
        thing = alarms.of_platform("missed", platform)
        await alarms.tell_managers(work, thing, "watching.missed.managers", gap.since)


async def _tell(work: Work, chat: Chat, gap: Missed, here: Rules) -> None:
    text = work.word(
        await language_of(work, chat),
        "watching.missed.group",
        since=clock_text(gap.since, here.zone),
        until=clock_text(gap.at, here.zone),
    )
    occasion = f"missed:{chat.id}:{gap.at.isoformat()}"
    manner = Manner(low=True, delay=here.rest(work) or None, occasion=occasion)
    work.say(chat, Content(text=text), manner)
