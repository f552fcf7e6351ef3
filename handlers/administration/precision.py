"""How often the bot was right in a group, as /settings shows it, and the mode that follows."""

from __future__ import annotations

from handlers.context import Context
from handlers.learning import readings
from handlers.learning.rules import Tally
from storage.queries import administration as query
from storage.tables import Area, Chat

#: Groups of a place that are listed.
MOST = 12


async def weigh(ctx: Context, target: Chat | Area) -> None:
    """After the mode was set: where it is measured, what is known so far decides at once."""
    for chat in await _groups(ctx, target):
        await readings.weigh(ctx, chat)


async def lines(ctx: Context, target: Chat | Area) -> list[str]:
    """Of a group all figures; of a place one line for each of its groups."""
    groups = await _groups(ctx, target)
    if isinstance(target, Chat):
        return [_of_one(ctx, await readings.tally(ctx, each)) for each in groups]
    return [await _in_short(ctx, each) for each in groups[:MOST]]


async def _groups(ctx: Context, target: Chat | Area) -> list[Chat]:
    if isinstance(target, Chat):
        return [target] if target.kind == "group" else []
    below = await query.groups_below(ctx.store, target.path)
    return [each for each in below if each.present]


def _of_one(ctx: Context, tally: Tally) -> str:
    bars = ctx.policy.understanding.trust
    passes, falls = f"{bars.passes:.0%}", f"{bars.falls:.0%}"
    if not tally.cases:
        return ctx.t("settings.measured_none", least=bars.least, passes=passes)
    return ctx.t("settings.measured", passes=passes, falls=falls, **_figures(tally))


async def _in_short(ctx: Context, chat: Chat) -> str:
    mode = readings.mode_of(await readings.setting_of(ctx, chat), chat)
    figures = _figures(await readings.tally(ctx, chat))
    return ctx.t(
        "settings.measured_group", group=chat.title, mode=ctx.t(f"settings.mode_{mode}"), **figures
    )


def _figures(tally: Tally) -> dict[str, object]:
    return {
        "n": tally.cases,
        "right": tally.right,
        "share": f"{tally.share:.0%}",
        "sure": f"{tally.sure:.0%}",
    }
