"""Alarms: whoever manages the places concerned is told once, and once when it is over.

They are told in private, on a platform that works; the operator's own address is told by
bot/alarm_post.py, and the log in any case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from handlers.chat.outgoing import Content
from handlers.directory.addresses import Address, addresses
from handlers.directory.zones import clock_text, zone_at
from handlers.manner import Manner
from handlers.requests import deadlines
from handlers.requests.deadlines import Hours
from handlers.requests.worktime import WorkCalendar
from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import areas as areas_query
from storage.queries import clocks as hours_query
from storage.queries import watching as query
from storage.queries.watching import Raising
from storage.tables import Chat, Person

log = structlog.get_logger("linli.watching")


@dataclass(frozen=True, slots=True)
class Thing:
    """What an alarm is about: a group, or a whole platform."""

    kind: str
    platform: str
    chat: Chat | None = None

    @property
    def about(self) -> str:
        """Under which name it is kept."""
        return f"chat:{self.chat.id}" if self.chat else self.platform


def of_chat(kind: str, chat: Chat) -> Thing:
    """An alarm about one group."""
    return Thing(kind, chat.platform, chat)


def of_platform(kind: str, platform: str) -> Thing:
    """An alarm about a platform with all its groups."""
    return Thing(kind, platform)


async def on(work: Work, thing: Thing, *, since: datetime | None = None) -> bool:
    """Put an alarm on and tell of it, unless it is on already; whether it is new."""
    begun = since or work.now
    new = Raising(thing.kind, thing.about, begun, work.now, post=work.desk.defaults.alarm_post)
    if not await query.raise_alarm(work.store, new):
        return False
    told = await tell_managers(work, thing, f"watching.on.{thing.kind}", begun)
    log.error("alarm.on", kind=thing.kind, about=thing.about, since=begun.isoformat(), told=told)
    return True


async def over(work: Work, thing: Thing) -> bool:
    """Put an alarm off and tell so, if it was on; whether it was."""
    post = work.desk.defaults.alarm_post
    since = await query.end_alarm(work.store, thing.kind, thing.about, work.now, post=post)
    if since is None:
        return False
    told = await tell_managers(work, thing, _over(work, thing), since)
    log.warning("alarm.over", kind=thing.kind, about=thing.about, told=told)
    return True


def _over(work: Work, thing: Thing) -> str:
    """A platform that hands over nothing later is back with a gap (R72)."""
    lost = thing.kind == "cut_off" and not work.can(thing.platform).catches_up
    return "watching.missed.back" if lost else f"watching.over.{thing.kind}"


async def drop(work: Work, chat: Chat) -> None:
    """The bot left a group: what was wrong in it is so no more, and nobody need be told."""
    for kind in ("silent", "mute", "deaf"):
        about = of_chat(kind, chat).about
        post = work.desk.defaults.alarm_post
        await query.end_alarm(work.store, kind, about, work.now, post=post)


async def cut_off(work: Work) -> frozenset[str]:
    """The platforms that cannot be reached now."""
    return frozenset(each.about for each in await query.alarms_on(work.store, "cut_off"))


async def tell_managers(work: Work, thing: Thing, key: str, since: datetime) -> int:
    """A private word to each who manages a place concerned; gives how many were told."""
    people = await _managers(work, thing)
    found = await _reached(work, people)
    delays = await _rest(work, list(found))
    for person_id, address in found.items():
        if address.chat is None:
            continue
        zone = await _zone(work, thing)
        text = work.word(
            address.language,
            key,
            platform=_name_of(work, address.language, thing.platform),
            group=await _group(work, thing, address.language),
            since=clock_text(since, zone),
            until=clock_text(work.now, zone),
        )
        work.say(address.chat, Content(text=text), Manner(delay=delays[person_id]))
    return sum(address.chat is not None for address in found.values())


async def _managers(work: Work, thing: Thing) -> Sequence[Person]:
    roles = [role for role, each in work.policy.roles.items() if "manage" in each.rights]
    ids = {each for path in await _paths(work, thing) for each in areas_query.ids_of(path)}
    return await query.holders_at(work.store, ids, roles)


async def _paths(work: Work, thing: Thing) -> Iterable[str]:
    if thing.chat is None:
        return await query.places_of(work.store, thing.platform)
    if thing.chat.area_id is None:
        return ()
    return ((await areas_query.facts_at(work.store, thing.chat.area_id)).path,)


async def _reached(work: Work, people: Sequence[Person]) -> Mapping[int, Address]:
    """Their addresses on platforms that work."""
    away = await cut_off(work)
    by_id = [person.id for person in people]
    accounts = [
        (account, chat)
        for account, chat in await accounts_query.accounts(work.store, by_id)
        if account.platform not in away
    ]
    return await addresses(work, people, None, work.desk.defaults.language, accounts)


async def _rest(work: Work, people: Collection[int]) -> Mapping[int, timedelta | None]:
    """How long each is left to sleep (R37); the operator's address is told at once."""
    own = {
        row.person_id: Hours.of(row.quiet, row.duty)
        for row in await hours_query.hours_of(work.store, list(people))
    }
    calendar = WorkCalendar(ZoneInfo(work.desk.defaults.timezone), work.policy.calendar)
    told = {
        each: deadlines.told(work.now, work.policy.quiet, own.get(each, Hours()), calendar)
        for each in people
    }
    return {each: (at - work.now) or None for each, at in told.items()}


async def _zone(work: Work, thing: Thing) -> ZoneInfo:
    if thing.chat is None or thing.chat.area_id is None:
        return zone_at(work, None)
    return zone_at(work, await areas_query.facts_at(work.store, thing.chat.area_id))


async def _group(work: Work, thing: Thing, language: str) -> str:
    if thing.chat is None or thing.chat.area_id is None:
        return ""
    facts = await areas_query.facts_at(work.store, thing.chat.area_id)
    return thing.chat.title or facts.name


def _name_of(work: Work, language: str, platform: str) -> str:
    """A platform as people call it."""
    key = f"watching.platform.{platform}"
    return work.word(language, key) if work.desk.words.has(key) else platform
