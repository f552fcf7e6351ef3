"""Groups as the bot meets them: added, promoted, renamed, removed; and whom it can write to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from config.words import LANGUAGES, best_language
from handlers.chat.incoming import ChatKind, MemberChange, Renamed, Standing
from handlers.chat.outgoing import Content, button
from handlers.chat.platform import Told
from handlers.context import Context
from handlers.directory import people
from handlers.directory.addresses import address_of
from handlers.manner import Manner
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import people as people_query
from storage.tables import Account, Chat, Notice

#: A notice of words that stay as they are.
SAID = "said"


async def on_standing(work: Work, standing: Standing) -> None:
    """The bot's standing in a chat changed; what the group must know of it is said once."""
    chat = await people.meet_chat(work, standing.chat)
    work.touched.add(chat.id)
    if standing.chat.kind is ChatKind.PRIVATE:
        await _private_standing(work, chat, standing)
        return
    heard_all, was_there = chat.hears_all, chat.present and chat.greeted_at is not None
    chat.present = standing.present
    chat.administrator = standing.administrator
    chat.hears_all = standing.hears_all
    chat.can_speak = standing.can_speak
    if not (standing.present and standing.can_speak):
        return
    if not was_there:
        await greet(work, chat)
    elif heard_all != chat.hears_all:
        await _say_hearing(work, chat)


async def _private_standing(work: Work, chat: Chat, standing: Standing) -> None:
    chat.present = standing.present
    who = standing.sender.id if standing.sender else chat.external_id
    await work.store.execute(
        update(Account)
        .where(Account.platform == chat.platform, Account.external_id == who)
        .values(private_chat=chat.external_id if standing.present else None)
    )


async def greet(work: Work, chat: Chat) -> None:
    """Say who the bot is, what it needs, and what it can and cannot hear here (R14)."""
    chat.greeted_at = work.now
    language = await language_of(work, chat)
    heard = chat.hears_all or work.can(chat.platform).may_hear_all
    lines = [work.word(language, "directory.greeting" if heard else "directory.greeting_mention")]
    if chat.area_id is None:
        lines.append(work.word(language, "directory.greeting_link"))
    else:
        facts = await areas_query.facts_at(work.store, chat.area_id)
        lines.append(work.word(language, "directory.greeting_linked", area=facts.name))
    lines.append(hearing(work, chat, language))
    home = button(work.word(language, "directory.button_home"), "home:ask")
    buttons = ((home,),) if chat.area_id is not None else ()
    work.show(chat, greeting_slot(chat), Content(text="\n".join(lines), buttons=buttons))


def greeting_slot(chat: Chat) -> str:
    """The standing greeting: a group that is bound at once is not spoken to twice."""
    return f"greet:{chat.greeted_at.timestamp():.0f}" if chat.greeted_at else "greet"


def hearing(work: Work, chat: Chat, language: str, *, shortly: bool = False) -> str:
    """What the bot hears in this group, and how it is spoken to there; `shortly`: for a list."""
    can = work.can(chat.platform)
    if chat.hears_all:
        key = "directory.hears_all_short" if shortly else "directory.hears_all"
    elif can.may_hear_all:
        key = "directory.hears_mentions_short" if shortly else "directory.hears_mentions"
    else:
        key = f"directory.hears_only_{can.hears}" + ("_short" if shortly else "")
    return work.word(language, key, called=called_in(work, chat, language))


def called_in(work: Work, chat: Chat, language: str) -> str:
    """How people call the bot in a group."""
    return work.can(chat.platform).called or work.word(language, "twins.me")


async def twins(work: Work, chats: Sequence[Chat]) -> list[Chat]:
    """The groups of the same neighbours in other apps; another account of one app is none."""
    apps = {work.can(chat.platform).people or chat.platform for chat in chats}
    if all((can.people or name) in apps for name, can in work.desk.capabilities.items()):
        return []  # one app is all there is: a group of another that was turned off reads nothing
    return [
        chat
        for chat in await chats_query.twins_of(work.store, chats)
        if (work.can(chat.platform).people or chat.platform) not in apps
    ]


async def meet(ctx: Context) -> None:
    """Where no platform tells that the bot was added, it says who it is when it is first heard."""
    chat, can = ctx.chat, ctx.can(ctx.chat.platform)
    if not ctx.private and chat.greeted_at is None and Told.STANDING not in can.tells:
        await greet(ctx, chat)


async def _say_hearing(work: Work, chat: Chat) -> None:
    language = await language_of(work, chat)
    work.say(chat, Content(text=hearing(work, chat, language)), Manner(low=True))


async def language_of(work: Work, chat: Chat) -> str:
    """The language that everybody in this chat reads."""
    wish = None
    if chat.language is None and chat.area_id is not None:
        wish = (await areas_query.facts_at(work.store, chat.area_id)).language
    return best_language(chat.language, wish, default=work.desk.defaults.language)


async def tell_coordinators(
    work: Work, chat: Chat, key: str, *, delay: timedelta | None = None, **values: object
) -> None:
    """A private word about a group to those who manage its place."""
    if chat.area_id is None:
        return
    facts = await areas_query.facts_at(work.store, chat.area_id)
    group = chat.title or facts.name
    for person_id in await managers_over(work, [facts.path]):
        await tell(work, person_id, key, delay=delay, group=group, **values)


async def managers_over(work: Work, paths: Iterable[str]) -> list[int]:
    """Who manages any of these places; the nearest first."""
    managers = [role for role, each in work.policy.roles.items() if "manage" in each.rights]
    found = [
        holder.person.id
        for path in paths
        for holder in await people_query.holders_over(work.store, path, managers)
    ]
    return list(dict.fromkeys(found))


async def tell(
    work: Work, person_id: int, key: str, *, delay: timedelta | None = None, **values: object
) -> bool:
    """A private word to somebody, if they can be written to; whether they can.

    With a `delay` it is told then, in one message with all else that waits for them (R37).
    """
    address = await address_of(work, person_id)
    if address is None or address.chat is None:
        return False
    if delay:
        texts = {language: work.word(language, key, **values) for language in LANGUAGES}
        work.store.add(waiting(work, person_id, texts, work.now + delay))
        return True
    work.say(address.chat, Content(text=work.word(address.language, key, **values)))
    return True


def waiting(work: Work, person_id: int, texts: Mapping[str, str], due: datetime) -> Notice:
    """Words that stay as they are (by language), told then with all else."""
    values = {"texts": dict(texts)}
    return Notice(person_id=person_id, kind=SAID, values=values, at=work.now, due_at=due)


async def on_renamed(work: Work, renamed: Renamed) -> None:
    """The group has a new title; its building stays."""
    chat = await people.meet_chat(work, renamed.chat)
    chat.title = renamed.title[:200]
    work.touched.add(chat.id)


async def on_member(work: Work, change: MemberChange) -> None:
    """Somebody joined or left. Homes are bound by the people themselves, never by this (R22)."""
    await people.meet_chat(work, change.chat)


async def needs_link(ctx: Context) -> None:
    """The bot was spoken to in a group that is bound to no place yet."""
    if ctx.chat.greeted_at == ctx.now:
        return  # the greeting says so
    ctx.answer("directory.greeting_link")
