"""Choosing a place by buttons: down the tree, in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.terms import Right
from handlers import forms
from handlers.chat.outgoing import Content, Rows, button
from handlers.context import Context
from handlers.directory import access, paging
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Area, Draft

IN_A_ROW = 4
ON_A_PAGE = 24


def area_rows(
    ctx: Context,
    areas: Sequence[Area],
    page: int,
    pick: Callable[[Area], str],
    turn: Callable[[int], str],
) -> Rows:
    """A button for each place of a page, and the way to the pages before and behind it.

    `pick` and `turn` give the data of a place's and of a page's button.
    """
    buttons = [button(each.name, pick(each)) for each in paging.on_page(areas, page, ON_A_PAGE)]
    rows = [tuple(buttons[i : i + IN_A_ROW]) for i in range(0, len(buttons), IN_A_ROW)]
    return (*rows, *paging.turns(ctx, page, len(areas), turn, on_a_page=ON_A_PAGE))


async def browse(
    ctx: Context,
    draft: Draft,
    verb: str,
    tops: Sequence[Area],
    area: Area | None = None,
    page: int = 0,
) -> Rows:
    """The places to choose from: in `area`, else `tops`; households are not offered.

    Buttons are "<verb>:here:<area>" for a place as a whole and "<verb>:at:<area>:<page>" to look
    into one (area 0: the tops), each with the form's token; the last one drops the form.
    """
    token, drop = draft.data["token"], (forms.drop_button(ctx, draft),)
    inside = tops[0] if area is None and len(tops) == 1 else area
    shown = await below(ctx, inside) if inside else tops
    at = inside.id if inside else 0
    rows = area_rows(
        ctx,
        shown,
        page,
        pick=lambda each: f"{verb}:at:{each.id}:0:{token}",
        turn=lambda number: f"{verb}:at:{at}:{number}:{token}",
    )
    if inside is None:
        return (*rows, drop)
    whole = ctx.t("directory.button_whole", area=inside.name)
    here = forms.choice(draft, whole, f"{verb}:here:{inside.id}", "primary")
    return ((here,), *rows, drop)


async def below(ctx: Context, area: Area) -> Sequence[Area]:
    """The places directly below one, without households."""
    return [
        each for each in await areas_query.children(ctx.store, area.id) if each.kind != "household"
    ]


async def tops(ctx: Context, right: Right) -> Sequence[Area]:
    """Where choosing begins: this group's place, else those in which one has the right."""
    if not ctx.private and ctx.chat.area_id is not None:
        here = await areas_query.area_by_id(ctx.store, ctx.chat.area_id)
        return [here] if here else []
    return await access.areas_with(ctx, right)


@dataclass(frozen=True, slots=True)
class AreaQuestion:
    """The step of a form at which one says for which place, by buttons."""

    verb: str  #: of the buttons
    right: Right  #: that one must hold at the place
    asks: str  #: key of the question's text
    gone: str  #: key of what is said when the place is no more

    async def ask(
        self, ctx: Context, draft: Draft, area: Area | None = None, page: int = 0
    ) -> None:
        """Show the places in `area`, else those where choosing begins."""
        rows = await browse(ctx, draft, self.verb, await tops(ctx, self.right), area, page)
        ctx.edit_pressed(Content(text=ctx.t(self.asks), buttons=rows))

    async def looked_into(
        self, ctx: Context, draft: Draft, arguments: Sequence[str]
    ) -> Area | None:
        """Button "at:<area>:<page>": the place if there is nothing below it; else None, and what
        is below is shown."""
        area = await ctx.store.get(Area, int(arguments[0]))
        if area is not None and not await below(ctx, area):
            return area
        await self.ask(ctx, draft, area, int(arguments[1]))
        return None

    async def picked(self, ctx: Context, arguments: Sequence[str]) -> Area:
        """Button "here:<area>". Raises RefusalError when the place is no more."""
        area = await ctx.store.get(Area, int(arguments[0]))
        if area is None:
            raise RefusalError(self.gone)
        return area
