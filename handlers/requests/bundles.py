"""One message for all that somebody could not be told before, urgent things first (R37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.chat.outgoing import Button, Content, button
from handlers.directory.addresses import Address, address_of
from handlers.requests import cards, telling
from handlers.requests.case import Case, load
from handlers.requests.rules import State
from handlers.work import Retold, Work
from storage.queries import clocks as query
from storage.tables import Notice, Page, Request

MOST_LINES = 20
WIDE = 4
RANK = {"emergency": 0, "urgent": 1}
#: What is asked of somebody comes before what is only told.
ORDER = {telling.PAGE: 0, telling.QUESTION: 1, telling.TOLD: 2}


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what is told of which request, and whether it still holds."""

    notice: Notice
    case: Case
    page: Page | None
    holds: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """Urgent ones first, then what is asked, then by number."""
        request = self.case.request
        return RANK.get(request.urgency, 2), ORDER.get(self.notice.kind, 3), request.number


async def item_of(work: Work, notice: Notice) -> Item | None:
    """A notice with its request, read as it is now (R27)."""
    request = await work.store.get(Request, notice.request_id or 0)
    if request is None:
        return None
    case = await load(work, request)
    page = await work.store.get(Page, notice.page_id) if notice.page_id else None
    return Item(notice, case, page, await _holds(case, notice, page))


async def _holds(case: Case, notice: Notice, page: Page | None) -> bool:
    if notice.kind == telling.PAGE:
        return page is not None and page.ended_at is None and page.bundle is not None
    if notice.kind == telling.QUESTION:
        voice = await case.voices.of(notice.person_id)
        waits = voice is not None and voice.verdict == "asked" and voice.bundle is not None
        return waits and case.state is State.DONE
    return notice.kind == telling.TOLD


def keep(notice: Notice, more: Sequence[Retold], slot: str) -> None:
    """What other subjects told stays as it was told, whatever becomes of the lines above it."""
    notice.bundle = slot
    notice.values = {
        "retold": [
            [
                each.content.model_dump(mode="json"),
                each.opens.model_dump(mode="json") if each.opens else None,
            ]
            for each in more
        ]
    }


def said(notice: Notice, language: str) -> Retold:
    """Words that stayed as they are while they waited."""
    texts: dict[str, str] = notice.values["texts"]
    return Retold(Content(text=texts.get(language) or next(iter(texts.values()))))


def _kept(notices: Sequence[Notice]) -> list[Retold]:
    return [
        Retold(Content.model_validate(said), Button.model_validate(opens) if opens else None)
        for notice in notices
        for said, opens in notice.values.get("retold", ())
    ]


def content(
    work: Work, address: Address, items: Sequence[Item], more: Sequence[Retold] = ()
) -> Content:
    """The message: a line each, and a button each for what can be opened; below it what other
    subjects tell."""
    ordered = sorted(items, key=lambda each: each.rank)
    shown = ordered[:MOST_LINES]
    lines = [_line(each, address.language) for each in shown]
    if len(ordered) > len(shown):
        lines.append(work.word(address.language, "bundle.more", n=len(ordered) - len(shown)))
    opens = {each.case.request.id: each.case.request.number for each in shown if _opens(each)}
    buttons = [button(f"#{number}", f"see:{request_id}") for request_id, number in opens.items()]
    below = tuple((each.opens,) for each in more if each.opens is not None)
    return Content(
        title=work.word(address.language, "bundle.title", n=len(items) + len(more)),
        text="\n\n".join(["\n".join(lines), *(each.content.text for each in more)]).strip(),
        buttons=(*_rows(buttons), *below),
    )


def _rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[i : i + WIDE]) for i in range(0, len(buttons), WIDE))


def _opens(item: Item) -> bool:
    return item.holds and item.notice.kind in (telling.PAGE, telling.QUESTION)


def _line(item: Item, language: str) -> str:
    case, kind = item.case, item.notice.kind
    if kind == telling.TOLD:
        return telling.text(case, language, telling.Told.of(item.notice))
    if not item.holds:
        state = case.work.word(language, f"request.state.{case.state}")
    elif kind == telling.PAGE:
        state = case.work.word(language, "bundle.please_answer")
    else:
        state = case.work.word(language, "bundle.is_it_solved")
    return case.work.word(
        language, "bundle.line", title=cards.title(case, language, exact=True), state=state
    )


async def show(
    work: Work, slot: str, person_id: int, items: Sequence[Item], more: Sequence[Retold] = ()
) -> None:
    """Show the message, or show it anew."""
    address = await address_of(work, person_id)
    if address is not None and address.chat is not None:
        work.show(address.chat, slot, content(work, address, items, more))


async def refresh(work: Work, slot: str) -> None:
    """Something changed of which the message speaks (of what is not told yet, none does)."""
    if slot == telling.WAITS:
        return
    notices = await query.bundled(work.store, slot)
    found = [await item_of(work, each) for each in notices]
    items = [each for each in found if each is not None]
    if items:
        await show(work, slot, items[0].notice.person_id, items, _kept(notices))
