"""Lists longer than one page, and the buttons to the pages before and behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from handlers.chat.outgoing import Button, Rows, button
from handlers.context import Context
from handlers.work import Work

#: Lines that are read at one glance.
LINES = 20
#: Room for a word in a button's data, beside its verb, its page and a place.
MOST_BYTES = 24

T = TypeVar("T")


def turns(
    ctx: Context, page: int, total: int, turn: Callable[[int], str], *, on_a_page: int = LINES
) -> Rows:
    """The way back and on; none where all is on one page. `turn` gives the data of a button."""
    return turns_in(ctx, ctx.language, (page, pages(total, on_a_page)), turn)


def turns_in(work: Work, language: str, at: tuple[int, int], turn: Callable[[int], str]) -> Rows:
    """The same in a language, for page `at` (which, of how many)."""
    page, last = at[0], at[1] - 1
    found: list[Button] = []
    if page > 0:
        found.append(button(work.word(language, "directory.page_back"), turn(page - 1)))
    if page < last:
        found.append(button(work.word(language, "directory.page_next"), turn(page + 1)))
    return (tuple(found),) if found else ()


def pages(total: int, on_a_page: int = LINES) -> int:
    """How many pages so many fill."""
    return -(-total // on_a_page)


def on_page(all_of_it: Sequence[T], page: int, on_a_page: int = LINES) -> Sequence[T]:
    """What stands on a page."""
    return all_of_it[page * on_a_page : (page + 1) * on_a_page]


def fitting(words: str, most: int = MOST_BYTES) -> str:
    """The words as a button can carry them."""
    words = words.replace(":", " ")
    while len(words.encode()) > most:
        words = words[:-1]
    return words
