"""When the garbage collector looks for circles, and at what: nearly nothing here lies in one."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

#: So many new objects before it looks (usually 700). What a message makes goes with it by itself:
#: of three hundred requests three objects lay in a circle, and to look at all that the open
#: transaction holds, again and again, took a twentieth of their time.
YOUNG = 10_000


@contextmanager
def while_loading() -> Generator[None]:
    """It does not look; afterwards all is as it was, for whoever called."""
    looked, often = gc.isenabled(), gc.get_threshold()
    gc.disable()
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()
        (gc.enable if looked else gc.disable)()


def all_is_loaded() -> None:
    """From here on: what is there now will never be garbage, and what comes seldom is."""
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()
