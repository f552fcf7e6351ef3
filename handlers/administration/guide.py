"""/help: what this person may do here, in their words; and nothing else."""

from __future__ import annotations

import re

from config.terms import Right
from handlers.chat.incoming import Message
from handlers.context import Context, Offer
from handlers.directory import groups
from storage.queries import people as people_query

#: What a bot's command looks like on the platforms that have them.
OTHERS = re.compile(r"[a-z0-9_]{1,32}")
#: From which likeness (0 to 1) a command may have been meant.
SIMILAR = 0.5


async def help_(ctx: Context, rest: str) -> None:
    """List the commands that this person may use in this chat; /help NAME explains one."""
    wanted = rest.strip().lstrip("/").casefold()
    lines: list[str] = []
    rights = await _rights(ctx)
    for offer in await _offers(ctx):
        if not wanted or wanted in (offer.name, *offer.aliases):
            name = offer.aliases[0] if ctx.language == "zh" and offer.aliases else offer.name
            lines.append(f"/{name}　{ctx.t(_key(ctx, offer, rights))}")
    if not lines:
        ctx.answer("help.none")
        return
    heard = "help.intro_group" if ctx.chat.hears_all else "help.intro_mention"
    called = groups.called_in(ctx, ctx.chat, ctx.language)
    intro = ctx.t("help.intro_private" if ctx.private else heard, called=called)
    ctx.answer_text("\n".join((intro, *lines)), title=ctx.t("help.title"))


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it names a command, and nothing else."""
    wanted = rest.strip().lstrip("/").casefold()
    return any(wanted in (offer.name, *offer.aliases) for offer in ctx.book.offers)


async def unknown(ctx: Context, name: str) -> bool:
    """A command that we do not know: the nearest one is offered to who speaks to the bot.

    In a group it may be another bot's and is left alone. False: these are words after all, that
    somebody began with a slash ("/电梯又坏了").
    """
    ours, command = ctx.private or _said_to_bot(ctx), OTHERS.fullmatch(name)
    near = await _nearest(ctx, name) if ours else None
    if near is None and not command:
        return False
    if ours:
        ctx.answer("help.unknown_near" if near else "help.unknown", name=name[:32], near=near)
    return True


def _said_to_bot(ctx: Context) -> bool:
    return isinstance(ctx.incoming, Message) and ctx.incoming.to_bot


async def _nearest(ctx: Context, name: str) -> str | None:
    """The most similar name of a command that this person may use here."""
    from rapidfuzz import process  # 5 MB for what is seldom needed
    from rapidfuzz.distance import DamerauLevenshtein

    names = [each for offer in await _offers(ctx) for each in (offer.name, *offer.aliases)]
    found = process.extractOne(
        name,
        names,
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=SIMILAR,
    )
    return found[0] if found else None


async def _offers(ctx: Context) -> list[Offer]:
    """The commands that this person may use in this chat."""
    rights = await _rights(ctx)
    here = ("both", "private" if ctx.private else "group")
    can = ctx.can(ctx.chat.platform)
    return [
        offer
        for offer in ctx.book.offers
        if not offer.hidden and offer.where in here
        if offer.right is None or offer.right in rights
        if can.files or not offer.sends_file
    ]


async def _rights(ctx: Context) -> set[Right]:
    """What this person may do anywhere."""
    rights: set[Right] = set()
    for role, _ in await people_query.roles_of(ctx.store, ctx.person.id):
        rights |= ctx.policy.rights(role)
    return rights


def _key(ctx: Context, offer: Offer, rights: set[Right]) -> str:
    """Who manages is told what else a command does; nobody reads what is not for them."""
    more = f"help.{offer.name}_manage"
    return more if "manage" in rights and ctx.desk.words.has(more) else f"help.{offer.name}"
