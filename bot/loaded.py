"""What of a library is not loaded because it is never used here."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def without(*names: str) -> Generator[None]:
    """While this lasts, these modules are not there for whoever can do without them.

    Nothing is taken from what is loaded already, and afterwards each can be loaded as ever.
    """
    nothing = cast("ModuleType", None)  # to Python this says that there is none
    with _instead(dict.fromkeys(names, nothing)):
        yield


@contextmanager
def hollow(name: str, *parts: str) -> Generator[None]:
    """While this lasts, a module that is always asked for these parts has them, all empty."""
    module = ModuleType(name)
    module.__dict__.update({each: type(each, (), {}) for each in parts})
    with _instead({name: module}):
        yield


@contextmanager
def _instead(modules: Mapping[str, ModuleType]) -> Generator[None]:
    fresh = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(fresh)
    try:
        yield
    finally:
        for name in fresh:
            del sys.modules[name]
