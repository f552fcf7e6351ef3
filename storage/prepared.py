"""Statements made once: a question that every message asks is not built anew for each.

Half of the time of a small question goes into building it and finding its compiled form again.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import Executable, bindparam

P = ParamSpec("P")
S = TypeVar("S", bound=Executable)


def prepared(build: Callable[P, S]) -> Callable[P, tuple[S, dict[str, Any]]]:
    """From a function that builds a statement to one that gives it with its values.

    `build` is called once, at the first question, with placeholders in place of values: it may
    compare and select with them, and must not look at them. Values are given by position.
    """
    names = tuple(signature(build).parameters)
    open_build = cast("Callable[..., S]", build)
    made: list[S] = []

    def ask(*values: P.args, **_: P.kwargs) -> tuple[S, dict[str, Any]]:
        if not made:
            made.append(open_build(**{name: bindparam(name) for name in names}))
        return made[0], dict(zip(names, values, strict=True))

    return ask
