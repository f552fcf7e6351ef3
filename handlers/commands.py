"""What a subject offers to the dispatcher: commands, presses and forms, as entries of tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from config.policy import Right
from handlers.chat import Incoming, Message
from handlers.context import Context, Desk
from storage.tables import Audit, Draft

#: Runs a command with what stood behind its name.
Run = Callable[[Context, str], Awaitable[None]]
#: Runs a press with the arguments behind the verb: "take:12" -> ("12",).
RunPress = Callable[[Context, Sequence[str]], Awaitable[None]]
#: Continues a form with a message; returns whether it took the message as its own.
RunForm = Callable[[Context, Draft, Message], Awaitable[bool]]

#: Takes back what an audit line says was changed.
RunUndo = Callable[[Context, Audit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command people type: "/name rest"; `aliases` are its Chinese names.

    It is for those who hold `right` somewhere (None: for all), and help lists it for them as words
    key "help.<name>".
    """

    name: str
    run: Run
    aliases: tuple[str, ...] = ()
    right: Right | None = None
    where: Literal["both", "group", "private"] = "both"
    #: talks to platforms before the transaction begins; the result is given as `prepared`
    prepare: Callable[[Desk, Incoming], Awaitable[Any]] | None = None
    hidden: bool = False
    #: also for those who reported, joined, hold or are asked about a request
    concerned: bool = False
    #: what somebody is filling in stays: the command may tell what it waits for
    keeps_form: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """All that one subject folder answers to."""

    commands: tuple[Command, ...] = ()
    presses: dict[str, RunPress] | None = None
    forms: dict[str, RunForm] | None = None
    #: by the name written into the audit log: takes such a change back
    undos: dict[str, RunUndo] | None = None
