"""What a subject offers to the dispatcher: commands, presses and forms, as entries of tables."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from config.terms import Right
from handlers.chat.incoming import Incoming, Message
from handlers.context import Context
from handlers.sections import Section
from handlers.work import Desk
from storage.tables import Audit, Draft

#: Runs a command with what stood behind its name.
Run = Callable[[Context, str], Awaitable[None]]
#: Runs a press with the arguments behind the verb: "take:12" -> ("12",).
RunPress = Callable[[Context, Sequence[str]], Awaitable[None]]

ID, PAGE, TOKEN, NAME, WORDS = r"\d{1,18}", r"\d{1,4}", "[0-9a-f]{8}", "[a-z_]{1,32}", "[^:]*"
STAMP = r"\d{1,10}"  #: seconds since 1970
#: What stands behind a verb whose own shape is not told below: ids and short words.
PART = rf"(?:{ID}(?=:|$)|(?!\d+(?::|$))[^:]*)"
ARGUMENTS = f"{PART}(?::{PART})*"
#: Shapes of the arguments by verb. A press comes from outside: whatever does not fit was not made
#: by this version of the bot, and no handler sees it.
SHAPES: Mapping[str, str] = {
    **dict.fromkeys(("take", "resume", "metoo", "cancel", "why", "history"), ID),
    **dict.fromkeys(("ok", "no"), rf"{ID}(?::\d{{1,9}})?"),  # of which round is asked
    **dict.fromkeys(("split", "move", "busy", "still", "see"), ID),
    **dict.fromkeys(("done", "cannot", "refer", "whynot", "close", "recat"), f"{ID}(?::{NAME})?"),
    "urgency": f"{ID}(?::{NAME})?",
    "contact": ID,
    "con": f"(?:yes|no):{ID}",
    "forget": f"(?:yes|no):{TOKEN}",
    **dict.fromkeys(("help", "pass", "assign"), f"{ID}(?::(?:up|{ID}))?"),
    "wait": rf"{ID}(?::{NAME}(?::\d{{1,3}})?)?",
    "merge": rf"{ID}(?::\d{{1,9}}(?::sure)?)?",
    "whom": f"{ID}:(?:help|pass|assign):[01]:{PAGE}",
    "which": f"{ID}:{TOKEN}",
    "q": f"(?:yes|no):{ID}:{TOKEN}|at:{ID}:{PAGE}:{TOKEN}|here:{ID}:{TOKEN}",
    "where": f"(?:at:{ID}:{PAGE}|here:{ID}|other|no):{TOKEN}",
    "list": f"(?:open|mine|find|ageing):{PAGE}:{WORDS}",
    "file": f"(?:{NAME}|at:{ID}:{PAGE}|here:{ID}):{TOKEN}",
    "home": f"ask|at:{ID}(?::{PAGE})?|(?:ok|no|move|both):{ID}",
    "lang": "[a-z-]{2,8}",
    "lend": "yes|no",
    "staff": f"{ID}:{PAGE}:{WORDS}",
    "groups": PAGE,
    "drop": TOKEN,
    "fill": f"(?:at:{ID}:{PAGE}|here:{ID}|add:[^:]+|page:{PAGE}|which:{PAGE}):{TOKEN}",
    "ann": f"send:{TOKEN}|page:{ID}:{PAGE}",
    **dict.fromkeys(("same", "bind"), f"yes:{TOKEN}"),
    "apart": rf"\d{{1,3}}:{TOKEN}",
    "set": f"{NAME}:[^:]+",
    "undo": ID,
    "audit": PAGE,
    "new": f"(?:other|same):{TOKEN}",
    "duty": "swap|ics",
    "gap": f"(?:one|all|see):{ID}",
    "rnd": f"{ID}:{PAGE}",
    "rota": (
        rf"new|list(?::{PAGE})?|turn:{ID}:{STAMP}(?::{PAGE})?|put:{ID}:{STAMP}:{ID}"
        rf"|(?!turn|put){NAME}:{ID}"
        rf"|(?:(?:head|page):{PAGE}|who:{ID}|done|save|at:{ID}:{PAGE}|here:{ID}):{TOKEN}"
    ),
    "swap": f"(?:yes|no|back):{ID}|(?:mine|for|favour):{PAGE}:{TOKEN}|who:{ID}:{TOKEN}",
    "pro": rf"(?:yes|come|no|move|came|back):{ID}|day:{ID}:\d{{1,3}}|why:{ID}:{NAME}",
    "dig": f"(?:show|post):{ID}|page:{PAGE}",
    "stats": rf"(?:all|area|category|rung|define):(?:w\d{{4}}-\d\d-\d\d|\d{{4}}-\d\d):{ID}",
    "rem": (
        f"list(?::{PAGE})?|new|(?:show|pause|resume|del|view|edit):{ID}"
        rf"|(?:at:{ID}:{PAGE}|here:{ID}|when:\d|save):{TOKEN}"
    ),
}


def fits(verb: str, arguments: str) -> bool:
    """Whether what stands behind the verb of a press is what one of our buttons would say."""
    return re.fullmatch(SHAPES.get(verb, ARGUMENTS), arguments, re.ASCII) is not None


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
    sends_file: bool = False  #: its answer is a file: help passes over it where none can be sent
    #: also for those who reported, joined, hold or are asked about a request
    concerned: bool = False
    #: without a slash: whether what stands behind the name is this command's and no talk
    parses: Callable[[Context, str], Awaitable[bool]] | None = None
    #: it is done with one request: in reply to a card that one is meant
    of_request: bool = False
    #: what somebody is filling in stays: the command may tell what it waits for
    keeps_form: bool = False
    #: also for who speaks as the group or as a channel, of whom nobody knows who they are
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """All that one subject folder answers to."""

    commands: tuple[Command, ...] = ()
    presses: dict[str, RunPress] | None = None
    forms: dict[str, RunForm] | None = None
    #: by the name written into the audit log: takes such a change back
    undos: dict[str, RunUndo] | None = None
    #: what it adds to the numbers of /stats, /monthly and `linli stats`
    sections: tuple[Section, ...] = ()
